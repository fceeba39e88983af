"""Finding, downloading and verifying the files of a data set.

A folder that the user names (an argument, else the variable ``ASTROSIM_DATA``) must hold the files; without one they
come from the cache of pooch, filled from public mirrors. Every file is known by the SHA-256 of what it holds, so that
no data set is ever taken for another, whatever the names say.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from contextlib import suppress
from pathlib import Path

from astrosim.core.errors import FULL, DataError, DiskFullError
from astrosim.datasets.catalogue import Source, holder
from astrosim.datasets.idx import read_idx

VARIABLE = "ASTROSIM_DATA"
GZIP = b"\x1f\x8b"  # first bytes of a gzip file, RFC 1952


def data_folder(folder: Path | None) -> Path | None:
    """Return the folder that the user names: the argument, else ``ASTROSIM_DATA``, else None."""
    if folder is not None:
        return Path(folder)
    named = os.environ.get(VARIABLE)
    return Path(os.path.expanduser(named)) if named else None


def contents(source: Source, folder: Path | None) -> dict[str, bytes]:
    """Return all files of a data set, unpacked and verified.

    Parameters
    ----------
    source : Source
    folder : Path or None
        Where they lie; None: in the cache, downloaded if need be.

    Returns
    -------
    dict of str to bytes
        By the file's name without ``.gz``.

    Raises
    ------
    DataError
        If a file is missing, damaged or another data set's, or cannot be downloaded.
    DiskFullError
        If there is no room for a download.
    """
    if folder is None:
        return {file: downloaded(source, file) for file in source.sums}
    return {file: content(source, file, path) for file, path in located(source, folder).items()}


def located(source: Source, folder: Path) -> dict[str, Path]:
    """Return the place of each file: all in the data set's own subfolder, else all in the folder itself.

    Raises
    ------
    DataError
        If the folder lacks a file of the data set, or is none.
    """
    for place in (*(folder / name for name in source.folders), folder):
        found = {file: path for file in source.sums if (path := packed_or_plain(place, file))}
        if len(found) == len(source.sums):
            return found
        if found:
            absent = ", ".join(f"{file}.gz" for file in source.sums if file not in found)
            raise DataError(f"{place}: lacks {absent} of {source.title}. {offer(source)}")
    wanted = ", ".join(f"{file}.gz" for file in source.sums)
    state = f"holds no files of {source.title}" if folder.is_dir() else "is no folder"
    raise DataError(f"{folder}: {state}. It, or its {source.folders[0]}/, would hold {wanted}. {offer(source)}")


def packed_or_plain(place: Path, file: str) -> Path | None:
    """Return a file as it is offered, or unpacked."""
    return next((path for path in (place / f"{file}.gz", place / file) if path.is_file()), None)


def offer(source: Source) -> str:
    """Say where a data set's files are to be had."""
    return f"They are offered at {source.mirrors[0]} ."


def content(source: Source, file: str, path: Path) -> bytes:
    """Return the content of a file, unpacked and verified.

    Raises
    ------
    DataError
        If the file cannot be read, is damaged, or belongs to another data set.
    """
    unpacked = unpack(source, path)
    digest = hashlib.sha256(unpacked).hexdigest()
    if digest == source.sums[file]:
        return unpacked
    known = holder(digest)
    if known is not None:
        raise DataError(
            f"{path}: holds {known[0].title}'s {known[1]}, not {source.title}'s {file}. "
            f"Keep each data set in a folder of its own: {source.folders[0]}/ is this one's. {offer(source)}"
        )
    read_idx(unpacked, 3 if "idx3" in file else 1, path)
    raise DataError(
        f"{path}: is not {source.title}'s {file}: its SHA-256 is {digest} (unpacked). "
        f"It would be {source.sums[file]}. {offer(source)}"
    )


def unpack(source: Source, path: Path) -> bytes:
    """Return a file's bytes, without gzip's wrapping if it has one.

    Raises
    ------
    DataError
        If the file cannot be read or unpacked.
    """
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw.startswith(GZIP) else raw
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read or unpacked ({error}). Get it again. {offer(source)}") from error


def cache_folder(source: Source) -> Path:
    """Return the folder of downloads."""
    return Path(pooch().os_cache("astrosim")) / source.folders[0]


def downloaded(source: Source, file: str) -> bytes:
    """Return the content of a file of the cache; one that is absent or damaged is downloaded first.

    Raises
    ------
    DataError
        If no mirror gives the file as it would be.
    DiskFullError
        If there is no room for a download.
    """
    path = cache_folder(source) / f"{file}.gz"
    if path.exists():
        with suppress(DataError):
            return content(source, file, path)
        path.unlink(missing_ok=True)
    reasons = []
    for mirror in source.mirrors:
        try:
            pooch().retrieve(mirror + path.name, known_hash=None, fname=path.name, path=path.parent)
            return content(source, file, path)
        except (OSError, DataError) as error:
            if isinstance(error, OSError) and error.errno in FULL:
                raise DiskFullError(
                    f"{path}: no room for {source.title} ({error}). Make room and try again."
                ) from error
            path.unlink(missing_ok=True)
            reasons.append(f"  {mirror}{path.name}: {error}")
    raise DataError(unreachable(source, reasons))


def unreachable(source: Source, reasons: list[str]) -> str:
    """Return the remedy where nothing can be downloaded."""
    wanted = ", ".join(f"{name}.gz" for name in source.sums)
    return "\n".join(
        [
            f"{source.title}: cannot be downloaded.",
            *reasons,
            f"Put {wanted} into a folder DIR and name it: --data DIR, or the variable {VARIABLE}.",
        ]
    )


def pooch():
    """Load the library that downloads and caches, when it is needed; it tells of nothing but trouble.

    Raises
    ------
    DataError
        If it is not installed.
    """
    try:
        import pooch as library
    except ImportError as error:
        raise DataError(
            "No data folder is named and downloading needs pooch. Install it with pip install 'astrosim[wave]', "
            f"or name a folder that holds the files: --data DIR, or the variable {VARIABLE}."
        ) from error
    library.get_logger().setLevel("WARNING")
    return library
