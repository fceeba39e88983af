"""Where machine code is kept between processes, and how it is read back: only whole, only as it was written.

Numba's own cache takes what lies in its folder on trust and ends with an error where it cannot write. Here a file
carries a checksum at its end: one that is damaged or half-written counts as absent, and its function is compiled again.
Where nothing can be written, every process compiles for itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from numba import config
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.dispatcher import Dispatcher

SEAL = hashlib.sha256().digest_size  # bytes
UNUSED_SECONDS = 30 * 24 * 3600.0  # assumed: who has not run a version for a month can wait for its compiler
CODE = re.compile(r"(kernels|astrosim)-[0-9a-f]{16}")
"""Names of folders of machine code."""


class SealedFiles(IndexDataCacheFile):
    """Numba's index and data files of one function, each with a checksum of itself as its last bytes."""

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        with super()._open_for_write(filepath) as file:
            yield (content := io.BytesIO())
            file.write(content.getvalue() + hashlib.sha256(content.getvalue()).digest())

    def _load_index(self) -> dict[Any, str]:
        try:
            return super()._load_index() if intact(self._index_path) else {}
        except OSError:
            return {}

    def _load_data(self, name: str) -> Any:
        if not intact(self._data_path(name)):
            raise OSError(f"{self._data_path(name)}: damaged")  # Numba takes it for absent
        return super()._load_data(name)


def intact(path: str) -> bool:
    """Return whether a file ends with the checksum of all before; False as well if it cannot be read."""
    try:
        content = Path(path).read_bytes()
    except OSError:
        return False
    return len(content) > SEAL and hashlib.sha256(content[:-SEAL]).digest() == content[-SEAL:]


class KeptCode(FunctionCache):
    """Machine code of one function on disk; what cannot be written is compiled again by the next process."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file = SealedFiles(
            self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp()
        )

    def save_overload(self, sig: Any, data: Any) -> None:
        """Write the code of a signature, if there is room."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)


def keep(function: Any, place: str | None) -> Any:
    """Return a compiled function that keeps its machine code in a folder, or in memory alone without one."""
    if place is None or not isinstance(function, Dispatcher):
        return function
    dispatcher: Any = function
    before, config.CACHE_DIR = config.CACHE_DIR, place
    try:
        dispatcher._cache = KeptCode(function.py_func)
    except RuntimeError:  # the folder has become one that cannot be written
        pass
    finally:
        config.CACHE_DIR = before
    return function


def first_writable(places: Sequence[Path]) -> str | None:
    """Return the first of some folders that can be written, made if need be; its unused siblings are removed.

    Parameters
    ----------
    places : sequence of Path
        The best first; a private folder for temporary files comes after them.

    Returns
    -------
    str or None
        None if there is none.
    """
    for place in [*places, *_temporary(places[0].name)]:
        if _writable(place):
            with contextlib.suppress(OSError):
                os.utime(place)  # used today
            remove_unused(place.parent)
            return str(place)
    return None


def _writable(place: Path) -> bool:
    """Whether a file can be made there: permissions alone do not tell on network file systems, nor for root."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x")
    except OSError:
        return False
    return True


def _temporary(name: str) -> Iterator[Path]:
    """The user's own folder among temporary files. What others could have written there would be run: none of that."""
    try:
        place = Path(tempfile.gettempdir()) / f"astrosim-{os.getuid()}"
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)
        found = place.lstat()
    except OSError:
        return
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022:
        yield place / name


def remove_unused(place: Path) -> None:
    """Remove machine code of other versions from a folder, if nobody has used it for 30 days."""
    with contextlib.suppress(OSError):
        for other in sorted(place.iterdir()):
            if CODE.fullmatch(other.name) and time.time() - other.stat().st_mtime > UNUSED_SECONDS:
                shutil.rmtree(other, ignore_errors=True)
