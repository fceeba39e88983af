"""Files at an address, read and written whole, with errors that name them and hold no secrets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping

from astrosim.core.errors import FULL, AstrosimError, DiskFullError, PackageError, StoreError
from astrosim.store.files import stray
from astrosim.store.remote.address import Address

PARTIAL = ".tmp"  # ending of a file that is being written
PROBE = ".astrosim"  # written and removed, to find out whether something may be written
TOGETHER = 2**26  # bytes that are asked for at once; assumed: little beside a worker's memory
EXTRA = "pip install 'astrosim[remote]'"


class Objects:
    """Files below an address, by their paths inside it; used by one thread.

    Parameters
    ----------
    address : Address

    Raises
    ------
    PackageError
        If fsspec, or the package of this protocol, is not installed.
    StoreError
        If the place cannot be reached.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise PackageError(f"{address.shown}: runs at an address need fsspec. Install it: {EXTRA}.") from None
        try:
            self._fs, self._root = url_to_fs(address.text)
        except ImportError as error:
            text = address.scrubbed(str(error)).strip().rstrip(".")
            raise PackageError(f"{address.shown}: needs a package that is not installed. {text}.") from None
        except ValueError as error:
            text = address.scrubbed(str(error)).strip().rstrip(".")
            raise StoreError(f"{address.shown}: {text}. Write an address such as s3://BUCKET/RUN.") from None
        except Exception as error:
            raise self._told("", error) from None
        self._whole = bool(getattr(self._fs, "async_impl", False)) or self._fs.protocol == "memory"
        self._made: set[str] = set()

    def shown(self, name: str) -> str:
        """Return the address of a file, for messages."""
        return f"{self.address.shown}/{name}" if name else self.address.shown

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}" if name else self._root

    def _told(self, name: str, error: Exception) -> StoreError:
        """Return the error for the user."""
        number = getattr(error, "errno", None)
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        reason = self.address.scrubbed(str(reason)).strip().rstrip(".")
        if number in FULL:
            return DiskFullError(f"{self.shown(name)}: {reason}. Free space there.")
        return StoreError(f"{self.shown(name)}: {reason}. Check the address, your rights there, and the network.")

    @contextlib.contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, AstrosimError):
            raise
        except Exception as error:
            raise self._told(name, error) from None

    def names(self, folder: str = "") -> list[str]:
        """Return the names in a folder, in order, without what operating systems leave there; none if it is missing."""
        path = self._path(folder)
        with self._errors(folder):
            try:
                self._fs.invalidate_cache()
                found = [str(entry["name"]).rstrip("/") for entry in self._fs.ls(path, detail=True)]
            except (FileNotFoundError, NotADirectoryError):
                return []
        own = self._fs._strip_protocol(path).rstrip("/")
        names = [one.rpartition("/")[2] for one in found if one != own]
        return sorted(one for one in names if one and not one.endswith(PARTIAL) and one != PROBE and not stray(one))

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if there is none."""
        return self.read_all([name])[name]

    def read_all(self, names: Iterable[str]) -> dict[str, bytes | None]:
        """Return the contents of files; None for each that is missing."""
        wanted = list(names)
        if not wanted:
            return {}
        with self._errors(wanted[0]):
            answers = self._fs.cat_ranges([self._path(name) for name in wanted], None, None, on_error="return")
        found: dict[str, bytes | None] = {}
        for name, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, Exception) and not isinstance(answer, FileNotFoundError | NotADirectoryError):
                raise self._told(name, answer)
            found[name] = None if isinstance(answer, Exception) else bytes(answer)
        return found

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files; a reader sees each of them whole or not at all.

        Raises
        ------
        StoreError
            If the place does not take them.
        """
        if not files:
            return
        first = next(iter(files))
        with self._errors(first):
            try:
                self._write(files)
            except FileNotFoundError as error:
                raise self._told(first, error) from None

    def _write(self, files: Mapping[str, bytes]) -> None:
        if self._whole:
            self._fs.pipe({self._path(name): data for name, data in files.items()})
            return
        for name, data in files.items():
            self._make_folder(name)
            self._fs.pipe_file(self._path(name + PARTIAL), data)
            try:
                self._fs.mv(self._path(name + PARTIAL), self._path(name))
            except FileExistsError:
                self.remove([name])
                self._fs.mv(self._path(name + PARTIAL), self._path(name))

    def _make_folder(self, name: str) -> None:
        folder = self._path(name).rpartition("/")[0]
        if folder not in self._made:
            self._fs.makedirs(folder, exist_ok=True)
            self._made.add(folder)

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, where they are there."""
        for name in names:
            with self._errors(name), contextlib.suppress(FileNotFoundError):
                self._fs.rm_file(self._path(name))

    def probe(self) -> None:
        """Find out whether files can be written, and leave none.

        Raises
        ------
        StoreError
            If not.
        """
        self.write({PROBE: b"\n"})
        self.remove([PROBE])


def in_parts(sizes: Mapping[str, int], limit: int = TOGETHER) -> Iterator[list[str]]:
    """Yield names in groups of at most `limit` bytes, or of one."""
    part: list[str] = []
    total = 0
    for name, size in sizes.items():
        if part and total + size > limit:
            yield part
            part, total = [], 0
        part.append(name)
        total += size
    if part:
        yield part
