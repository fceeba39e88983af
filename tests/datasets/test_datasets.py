"""Data sets: the format, what a file is known by, where it is looked for, and what is said where it is wrong."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from places import ROOT

from astrosim import datasets
from astrosim.core.errors import AstrosimError, DataError, DiskFullError
from astrosim.datasets import catalogue, files, sets
from astrosim.datasets.catalogue import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS
from astrosim.datasets.idx import read_idx

REPOSITORY = ROOT
REAL = Path(os.environ.get("ASTROSIM_DATA", os.devnull))  # nowhere but where the user says
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)
TRAIN, TEST, SIDE = 30, 12, 4


def idx(values: np.ndarray) -> bytes:
    """The IDX file of unsigned bytes."""
    header = bytes((0, 0, 8, values.ndim)) + np.array(values.shape, dtype=">u4").tobytes()
    return header + values.astype(np.uint8).tobytes()


def small(seed: int) -> dict[str, bytes]:
    """The four files of a small data set."""
    random = np.random.default_rng(seed)
    return {
        TRAIN_IMAGES: idx(random.integers(0, 256, (TRAIN, SIDE, SIDE))),
        TRAIN_LABELS: idx(random.integers(0, 10, TRAIN)),
        TEST_IMAGES: idx(random.integers(0, 256, (TEST, SIDE, SIDE))),
        TEST_LABELS: idx(np.array([3, 3, 3, 1, 1, 0, 2, 4, 5, 6, 7, 8])),
    }


SMALL = {"mnist": small(1), "fashion": small(2)}


def write(folder: Path, name: str) -> Path:
    """A small data set's files, packed."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in SMALL[name].items():
        (folder / f"{file}.gz").write_bytes(gzip.compress(content))
    return folder


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """Nothing kept from one test to the next, and no folder named by the caller's environment."""
    monkeypatch.delenv("ASTROSIM_DATA", raising=False)
    for cached in (sets._part, sets.pixels):
        cached.cache_clear()
    yield
    for cached in (sets._part, sets.pixels):
        cached.cache_clear()


@pytest.fixture
def small_sets(monkeypatch):
    """MNIST and Fashion-MNIST replaced by the small data sets' checksums."""
    for name, held in SMALL.items():
        sums = {file: hashlib.sha256(content).hexdigest() for file, content in held.items()}
        monkeypatch.setitem(catalogue.SOURCES, name, dataclasses.replace(catalogue.SOURCES[name], sums=sums))


def refusal(name: str, folder: Path | None) -> str:
    """What is said about a folder that does not do."""
    with pytest.raises(DataError) as caught:
        datasets.load(name, folder)
    return str(caught.value)


def test_idx_is_read_in_the_order_of_the_file():
    values = np.arange(24).reshape(2, 3, 4)
    assert (read_idx(idx(values), 3, "here") == values).all()
    assert (read_idx(idx(np.arange(5)), 1, "here") == np.arange(5)).all()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (idx(np.arange(5)), "here: is no IDX file of unsigned bytes in 3 dimension(s): it starts with 00 00 08 01"),
        (b"", "it starts with nothing. It would start with 00 00 08 03."),
        (b"\0\0\x0d\x03" + bytes(40), "it starts with 00 00 0d 03"),
        (idx(np.zeros((2, 3, 4)))[:9], "here: its header is cut off (9 bytes). It would have 16."),
        (idx(np.zeros((2, 3, 4)))[:-1], "here: holds 39 bytes. Its sizes 2 x 3 x 4 ask for 40."),
        (idx(np.zeros((2, 3, 4))) + b"\0", "here: holds 41 bytes. Its sizes 2 x 3 x 4 ask for 40."),
        (b"\0\0\x08\x03" + b"\xff" * 12, "holds 16 bytes. Its sizes 4294967295 x 4294967295 x 4294967295 ask for"),
    ],
)
def test_idx_errors_tell_what_is_wrong(content, says):
    with pytest.raises(DataError) as caught:
        read_idx(content, 3, "here")
    assert says in str(caught.value)


def test_a_folder_holds_both_sets_side_by_side(tmp_path, small_sets):
    write(tmp_path / "mnist", "mnist")
    write(tmp_path / "FashionMNIST/raw", "fashion")
    for name in SMALL:
        loaded = datasets.load(name, tmp_path)
        held = read_idx(SMALL[name][TRAIN_IMAGES], 3, "").reshape(TRAIN, -1)
        assert loaded.train_x.dtype == np.float32
        assert (loaded.train_x == (held / 255).astype(np.float32)).all()
        assert (loaded.train_y == read_idx(SMALL[name][TRAIN_LABELS], 1, "")).all()
        assert loaded.test_y.dtype == np.int64
        assert (loaded.name, loaded.shape, loaded.classes, loaded.features) == (name, (SIDE, SIDE), 10, SIDE**2)
        assert loaded.largest_class_share == 3 / 12


def test_files_may_lie_in_the_folder_itself_and_unpacked(tmp_path, small_sets):
    write(tmp_path, "fashion")
    (tmp_path / f"{TEST_LABELS}.gz").unlink()
    (tmp_path / TEST_LABELS).write_bytes(SMALL["fashion"][TEST_LABELS])
    assert len(datasets.load("fashion", tmp_path).test_y) == TEST


def test_how_a_file_was_packed_does_not_matter(tmp_path, small_sets):
    write(tmp_path, "mnist")
    (tmp_path / f"{TEST_LABELS}.gz").write_bytes(gzip.compress(SMALL["mnist"][TEST_LABELS], compresslevel=1, mtime=77))
    assert len(datasets.load("mnist", tmp_path).test_y) == TEST


def test_parts_are_taken_from_the_front_and_validation_from_the_end(tmp_path, small_sets):
    write(tmp_path, "mnist")
    whole = datasets.load("mnist", tmp_path)
    part = datasets.load("mnist", tmp_path, train=7, test=5, validation=4)
    assert (part.train_x == whole.train_x[:7]).all()
    assert (part.test_y == whole.test_y[:5]).all()
    assert part.largest_class_share == 3 / 5
    assert (part.valid_x == whole.train_x[-4:]).all()
    assert (part.valid_y == whole.train_y[-4:]).all()
    assert whole.valid_x.shape == (0, SIDE**2)
    assert len(datasets.load("mnist", tmp_path, validation=4).train_x) == TRAIN - 4


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ({"train": 28, "validation": 3}, "train: mnist has no such number of images (28). It would be 0 to 27."),
        ({"test": 13}, "test: mnist has no such number of images (13). It would be 0 to 12."),
        ({"validation": 30}, "validation: mnist has no such number of images (30). It would be 0 to 29."),
        ({"train": -1}, "train: mnist has no such number of images (-1)"),
    ],
)
def test_more_than_there_is_is_an_error(tmp_path, small_sets, counts, says):
    write(tmp_path, "mnist")
    with pytest.raises(DataError) as caught:
        datasets.load("mnist", tmp_path, **counts)
    assert says in str(caught.value)


@pytest.mark.parametrize(("asked", "held"), [("mnist", "fashion"), ("fashion", "mnist")])
def test_no_set_is_taken_for_the_other(tmp_path, small_sets, asked, held):
    write(tmp_path / catalogue.SOURCES[asked].folders[0], held)
    titles = {name: source.title for name, source in catalogue.SOURCES.items()}
    assert f"holds {titles[held]}'s {TRAIN_IMAGES}, not {titles[asked]}'s {TRAIN_IMAGES}" in refusal(asked, tmp_path)


def test_a_single_file_of_the_other_set_is_noticed(tmp_path, small_sets):
    write(tmp_path, "mnist")
    (tmp_path / f"{TEST_LABELS}.gz").write_bytes(gzip.compress(SMALL["mnist"][TRAIN_LABELS]))
    said = refusal("mnist", tmp_path)
    assert f"{tmp_path}/{TEST_LABELS}.gz: holds MNIST's {TRAIN_LABELS}, not MNIST's {TEST_LABELS}" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda packed, plain: packed[: len(packed) // 2], "cannot be read or unpacked"),
        (lambda packed, plain: packed[:40] + bytes([packed[40] ^ 255]) + packed[41:], "cannot be read or unpacked"),
        (lambda packed, plain: b"", "it starts with nothing"),
        (lambda packed, plain: b"<html>Not found</html>", "is no IDX file of unsigned bytes in 3 dimension(s)"),
        (lambda packed, plain: plain[:-3], "ask for"),
        (lambda packed, plain: gzip.compress(plain[:-1] + b"\0"), "its SHA-256 is"),
    ],
)
def test_a_damaged_file_is_named_with_the_remedy(tmp_path, small_sets, change, says):
    path = write(tmp_path, "mnist") / f"{TEST_IMAGES}.gz"
    path.write_bytes(change(path.read_bytes(), SMALL["mnist"][TEST_IMAGES]))
    said = refusal("mnist", tmp_path)
    assert str(path) in said
    assert says in said


def test_a_missing_file_is_named(tmp_path, small_sets):
    (write(tmp_path / "mnist", "mnist") / f"{TRAIN_LABELS}.gz").unlink()
    said = refusal("mnist", tmp_path)
    assert said.startswith(f"{tmp_path}/mnist: lacks {TRAIN_LABELS}.gz of MNIST. They are offered at https://")


def test_a_named_folder_without_files_is_an_error_not_a_download(tmp_path, small_sets):
    said = refusal("fashion", tmp_path)
    assert said.startswith(
        f"{tmp_path}: holds no files of Fashion-MNIST. It, or its fashion-mnist/, would hold {FILES[0]}.gz"
    )
    assert "is no folder" in refusal("fashion", tmp_path / "absent")


def test_the_variable_names_a_folder_and_the_argument_comes_first(tmp_path, small_sets, monkeypatch):
    monkeypatch.setenv("ASTROSIM_DATA", str(write(tmp_path / "named", "mnist")))
    assert len(datasets.load("mnist").train_x) == TRAIN
    assert f"{tmp_path}/other: is no folder" in refusal("mnist", tmp_path / "other")


def test_what_is_loaded_is_shared_and_cannot_be_changed(tmp_path, small_sets):
    write(tmp_path, "mnist")
    loaded = datasets.load("mnist", tmp_path)
    assert datasets.load("mnist", tmp_path) is loaded
    for array in (loaded.train_x, loaded.test_y, loaded.valid_x, datasets.load("xor").train_x):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


@pytest.fixture
def mirror(tmp_path, small_sets, monkeypatch):
    """A local server that offers the small MNIST; gives its folder and the list of requests."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, code="-", size="-"):
            asked.append(f"{code:d} {self.path}")

        def log_message(self, *_):
            pass

    folder = write(tmp_path / "mirror", "mnist")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setenv("NO_PROXY", "*")
        address = f"http://127.0.0.1:{server.server_port}/"
        offered = dataclasses.replace(catalogue.SOURCES["mnist"], mirrors=(address,))
        monkeypatch.setitem(catalogue.SOURCES, "mnist", offered)
        yield folder, asked
        server.shutdown()
        thread.join()


def forget() -> None:
    """As in a new process."""
    sets._part.cache_clear()
    sets.pixels.cache_clear()


def test_files_are_downloaded_once_and_cached(mirror, tmp_path):
    _, asked = mirror
    first = datasets.load("mnist")
    assert asked == [f"200 /{file}.gz" for file in FILES]
    kept = sorted(path.name for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert kept == sorted(f"{file}.gz" for file in FILES)
    forget()
    again = datasets.load("mnist")
    assert len(asked) == len(FILES)
    assert (again.train_x == first.train_x).all()


def test_a_damaged_file_of_the_cache_is_downloaded_again(mirror, tmp_path):
    _, asked = mirror
    datasets.load("mnist")
    (path,) = (tmp_path / "cache").rglob(f"{TEST_LABELS}.gz")
    path.write_bytes(path.read_bytes()[:-9])
    forget()
    assert len(datasets.load("mnist").test_y) == TEST
    assert asked[len(FILES) :] == [f"200 /{TEST_LABELS}.gz"]


def test_a_mirror_that_offers_something_else_is_refused(mirror, tmp_path):
    folder, _ = mirror
    write(folder, "fashion")
    said = refusal("mnist", None)
    assert f"holds Fashion-MNIST's {TRAIN_IMAGES}, not MNIST's" in said
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_the_next_mirror_is_tried(mirror, monkeypatch):
    _, asked = mirror
    source = catalogue.SOURCES["mnist"]
    absent = source.mirrors[0] + "absent/"
    monkeypatch.setitem(catalogue.SOURCES, "mnist", dataclasses.replace(source, mirrors=(absent, *source.mirrors)))
    assert len(datasets.load("mnist").test_y) == TEST
    assert asked[:2] == [f"404 /absent/{TRAIN_IMAGES}.gz", f"200 /{TRAIN_IMAGES}.gz"]


def test_without_a_network_the_error_tells_what_to_do(small_sets, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "*")
    closed = "http://127.0.0.1:9/"
    offered = dataclasses.replace(catalogue.SOURCES["mnist"], mirrors=(closed,))
    monkeypatch.setitem(catalogue.SOURCES, "mnist", offered)
    first, *reasons, last = refusal("mnist", None).splitlines()
    assert first == "MNIST: cannot be downloaded."
    assert reasons[0].startswith(f"  {closed}{TRAIN_IMAGES}.gz: ")
    wanted = ", ".join(f"{file}.gz" for file in FILES)
    assert last == f"Put {wanted} into a folder DIR and name it: --data DIR, or the variable ASTROSIM_DATA."


def test_a_full_disk_is_no_unreachable_mirror(mirror, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.pooch(), "retrieve", full)
    with pytest.raises(DiskFullError, match="no room for MNIST"):
        datasets.load("mnist")


@pytest.mark.parametrize(
    ("module", "name", "extra"), [("pooch", "mnist", "wave"), ("sklearn.datasets", "digits", "tasks")]
)
def test_a_missing_library_is_named_with_its_extra(module, name, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    sets.digits.cache_clear()
    assert f"pip install 'astrosim[{extra}]'" in refusal(name, None)


def test_only_what_is_asked_for_is_imported():
    code = "import sys, astrosim.datasets as d; d.load('xor'); print({'sklearn', 'pooch', 'torch'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert done.stdout.strip() == "set()"


def test_an_unknown_name_is_an_error():
    with pytest.raises(AstrosimError, match=r"no such data set \('minst'\)\. Known: xor, digits, mnist, fashion\."):
        datasets.load("minst")


def test_exclusive_or_is_its_truth_table():
    loaded = datasets.load("xor")
    assert loaded.train_x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert loaded.train_y.tolist() == [0, 1, 1, 0]
    assert loaded.train_y.dtype == np.float32
    assert (loaded.test_x is loaded.train_x, loaded.test_y is loaded.train_y) == (True, True)
    assert (loaded.shape, loaded.classes, loaded.largest_class_share) == ((1, 2), 0, 0.5)
    with pytest.raises(DataError, match="train: xor has no such number"):
        datasets.load("xor", train=2)


def test_digits_are_scikit_learns_in_order():
    from sklearn.datasets import load_digits

    bunch = load_digits()
    loaded = datasets.load("digits")
    assert (loaded.train_x.shape, loaded.test_x.shape, loaded.shape) == ((1297, 64), (500, 64), (8, 8))
    assert (loaded.train_x * 16 == bunch.data[:1297]).all()
    assert (loaded.test_x * 16 == bunch.data[1297:]).all()
    assert (loaded.test_y == bunch.target[1297:]).all()
    assert loaded.test_x.max() == 1
    assert loaded.largest_class_share == np.bincount(bunch.target[1297:]).max() / 500


@pytest.mark.parametrize(
    ("name", "counts", "mean"),
    [
        ("mnist", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], 0.1306604762738429),
        ("fashion", [1000] * 10, 0.2860405969887955),
    ],
)
def test_the_true_sets_have_their_known_figures(name, counts, mean):
    place = REAL / catalogue.SOURCES[name].folders[0]
    if not place.is_dir():
        pytest.skip(f"{name}: no files in {place}. Name their folder in ASTROSIM_DATA to test the true data sets.")
    loaded = datasets.load(name, REAL)
    assert (loaded.train_x.shape, loaded.test_x.shape, loaded.shape) == ((60000, 784), (10000, 784), (28, 28))
    assert np.bincount(loaded.test_y).tolist() == counts
    assert loaded.largest_class_share == max(counts) / 10000
    assert abs(loaded.train_x.mean(dtype=np.float64) - mean) < 1e-8


@pytest.mark.parametrize(("asked", "held"), [("mnist", "fashion"), ("fashion", "mnist")])
def test_the_true_sets_are_never_swapped(tmp_path, asked, held):
    place = (REAL / catalogue.SOURCES[held].folders[0]).resolve()
    if not place.is_dir():
        pytest.skip(f"{held}: no files in {place}. Name their folder in ASTROSIM_DATA to test the true data sets.")
    (tmp_path / catalogue.SOURCES[asked].folders[0]).symlink_to(place)
    assert f"holds {catalogue.SOURCES[held].title}'s {TRAIN_IMAGES}" in refusal(asked, tmp_path)
