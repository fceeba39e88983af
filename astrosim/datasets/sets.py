"""Arrays of a data set (pixels in [0, 1]; labels 0 to classes - 1), in the order of its files, whole or in part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from astrosim.core.errors import DataError
from astrosim.datasets.catalogue import SOURCES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS
from astrosim.datasets.files import contents, data_folder
from astrosim.datasets.idx import read_idx

DIGITS_TRAIN = 1297  # assumed: the first 1,297 of scikit-learn's 1,797 images train, the last 500 test
DIGITS_LARGEST = 16  # largest pixel of scikit-learn's digits
NAMES = ("xor", "digits", *SOURCES)


@dataclass(frozen=True, eq=False)
class DataSet:
    """Images or patterns with their targets. All arrays are read-only and shared by all who load the same part.

    Parameters
    ----------
    name : str
    train_x, test_x, valid_x : ndarray of float32, shape (n, features), in [0, 1]
    train_y, test_y, valid_y : ndarray of int64, shape (n,)
        Labels; for "xor" float32 targets.
    shape : tuple of int
        Rows and columns of an image; their product is ``features``.
    classes : int
        0 for "xor", which has a target instead of classes.
    """

    name: str
    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    valid_x: np.ndarray
    valid_y: np.ndarray
    shape: tuple[int, int]
    classes: int

    @property
    def features(self) -> int:
        """Values per image or pattern."""
        return self.shape[0] * self.shape[1]

    @property
    def largest_class_share(self) -> float:
        """Share of the commonest label among the test labels in hand: what a constant answer gets right."""
        _, counts = np.unique(self.test_y, return_counts=True)
        return float(counts.max() / counts.sum())


@dataclass(frozen=True, eq=False)
class Whole:
    """A data set as it is kept: pixels uint8 with their largest value, shape (n, rows, columns), labels uint8."""

    train_pixels: np.ndarray
    train_labels: np.ndarray
    test_pixels: np.ndarray
    test_labels: np.ndarray
    largest: int


def load(name: str, folder: Path | None = None, train: int = 0, test: int = 0, validation: int = 0) -> DataSet:
    """Return a data set by its name.

    Parameters
    ----------
    name : str
        One of `NAMES`: "xor", "digits" (scikit-learn's 8x8), "mnist" or "fashion".
    folder : Path, optional
        Holds the files of MNIST or Fashion-MNIST, in a subfolder of the set's name or directly. By default the variable
        ``ASTROSIM_DATA`` names it; without either the files are downloaded once and cached.
    train, test : int
        Images used, from the first on; 0: all.
    validation : int
        Images taken off the end of the training set; `train` counts what is left.

    Returns
    -------
    DataSet

    Raises
    ------
    DataError
        If files are missing, damaged or another set's, or the set has fewer images than are asked for.
    """
    if name not in NAMES:
        raise DataError(f"data: no such data set ({name!r}). Known: {', '.join(NAMES)}.")
    place = data_folder(folder) if name in SOURCES else None
    return _part(name, place, train, test, validation)


@lru_cache(maxsize=1)
def _part(name: str, folder: Path | None, train: int, test: int, validation: int) -> DataSet:
    """A part of a data set; the latest is kept, so that the replicates of an experiment share it."""
    if name == "xor":
        check_counts(name, {"train": (train, 0), "test": (test, 0), "validation": (validation, 0)})
        return exclusive_or()
    whole = digits() if name == "digits" else pixels(name, folder)
    held = len(whole.train_pixels)
    check_counts(name, {"validation": (validation, held - 1)})
    kept = held - validation
    check_counts(name, {"train": (train, kept), "test": (test, len(whole.test_pixels))})
    training, testing, validating = slice(train or kept), slice(test or None), slice(kept, None)
    return DataSet(
        name,
        *values(whole.train_pixels, whole.train_labels, training, whole.largest),
        *values(whole.test_pixels, whole.test_labels, testing, whole.largest),
        *values(whole.train_pixels, whole.train_labels, validating, whole.largest),
        shape=(whole.train_pixels.shape[1], whole.train_pixels.shape[2]),
        classes=10,
    )


def check_counts(name: str, counts: dict[str, tuple[int, int]]) -> None:
    """Check that no more is asked for than there is.

    Raises
    ------
    DataError
        If a number is negative or too large; the text names each of them.
    """
    problems = [
        f"{field}: {name} has no such number of images ({asked}). It would be 0 to {most:,}."
        for field, (asked, most) in counts.items()
        if not 0 <= asked <= most
    ]
    if problems:
        raise DataError("\n".join(problems))


def values(pixels: np.ndarray, labels: np.ndarray, part: slice, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels as float32 in [0, 1], shape (n, features), and labels as int64, both read-only."""
    chosen = pixels[part]
    flat = chosen.reshape(len(chosen), pixels.shape[1] * pixels.shape[2])
    scaled = np.divide(flat, np.float32(largest), dtype=np.float32)
    return frozen(scaled), frozen(labels[part].astype(np.int64))


def frozen(array: np.ndarray) -> np.ndarray:
    """Return the array itself, of any shape, made read-only."""
    array.flags.writeable = False
    return array


@lru_cache(maxsize=2)
def pixels(name: str, folder: Path | None) -> Whole:
    """Return MNIST or Fashion-MNIST, decoded once per process."""
    files = contents(SOURCES[name], folder)
    return Whole(
        read_idx(files[TRAIN_IMAGES], 3, TRAIN_IMAGES),
        read_idx(files[TRAIN_LABELS], 1, TRAIN_LABELS),
        read_idx(files[TEST_IMAGES], 3, TEST_IMAGES),
        read_idx(files[TEST_LABELS], 1, TEST_LABELS),
        largest=255,
    )


@lru_cache(maxsize=1)
def digits() -> Whole:
    """Return scikit-learn's 8x8 digits (the test set of Alpaydin and Kaynak 1998), split in the order of the file.

    Raises
    ------
    DataError
        If scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError(
            "data: digits come with scikit-learn. Install it with pip install 'astrosim[tasks]'."
        ) from error
    bunch = load_digits()
    images, labels = bunch.images.astype(np.uint8), bunch.target.astype(np.uint8)
    return Whole(
        images[:DIGITS_TRAIN], labels[:DIGITS_TRAIN], images[DIGITS_TRAIN:], labels[DIGITS_TRAIN:], DIGITS_LARGEST
    )


def exclusive_or() -> DataSet:
    """Return the four rows of the exclusive or: they train and test."""
    inputs = frozen(np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32))
    targets = frozen(np.array([0, 1, 1, 0], dtype=np.float32))
    return DataSet("xor", inputs, targets, inputs, targets, inputs[:0], targets[:0], shape=(1, 2), classes=0)
