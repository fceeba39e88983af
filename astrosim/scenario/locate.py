"""From key path to line: where in a TOML text a key stands. The standard parser does not say."""

from __future__ import annotations

import bisect
import contextlib
import re
import tomllib
from functools import cached_property

Path = tuple[str | int, ...]

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
SKIP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")  # space, line ends and comments
QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
MULTILINE = re.compile(r'"""(?:[^\\]|\\.)*?"""(?!")|' r"'''.*?'''(?!')", re.DOTALL)
OTHER = re.compile(r"[^,\]}\n#]*")  # numbers, booleans, dates


class LineMap:
    """Lines of all keys, tables and array elements of a TOML text that the standard parser accepts.

    Parameters
    ----------
    text : str
        A valid TOML document. On an invalid one the map stops early, without an error.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[Path, int] = {(): 1}
        self._lengths: dict[Path, int] = {}

    @cached_property
    def lines(self) -> dict[Path, int]:
        """Line of each path. They are looked for when somebody asks: texts without a problem do without."""
        with contextlib.suppress(IndexError, ValueError, RecursionError):
            self._document()
        return self._found

    @cached_property
    def _ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self._text)]

    def line(self, path: Path) -> int:
        """Line, from 1, of the path, or of its nearest ancestor that stands in the text."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def _document(self) -> None:
        table: Path = ()
        while self._skip() < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        array = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 2 if array else 1
        names = self._key()
        self._at += 2 if array else 1
        path: Path = ()
        for depth, name in enumerate(names, start=1):
            path = (*path, name)
            self._mark(path, start)
            if array and depth == len(names):
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
                self._mark(path, start)
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        path = table
        for name in self._key():
            path = (*path, name)
            self._mark(path, start)
        self._at += 1  # the equals sign
        self._value(path)

    def _key(self) -> list[str]:
        """Read a dotted key, and the space after it."""
        names = []
        while True:
            self._skip()
            match = QUOTED.match(self._text, self._at)
            if match:
                names.append(tomllib.loads(f"key = {match[0]}")["key"])
            else:
                match = BARE_KEY.match(self._text, self._at)
                if match is None:
                    raise ValueError("no key")
                names.append(match[0])
            self._at = match.end()
            self._skip()
            if self._text[self._at] != ".":
                return names
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip()
        opening = self._text[self._at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            match = next(m for p in (MULTILINE, QUOTED, OTHER) if (m := p.match(self._text, self._at)))
            if not match[0]:
                raise ValueError("no value")
            self._at = match.end()

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._text[self._skip()] != "]":
            self._mark((*path, index), self._at)
            self._value((*path, index))
            index += 1
            if self._text[self._skip()] == ",":
                self._at += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._text[self._skip()] != "}":
            self._pair(path)
            if self._text[self._skip()] == ",":
                self._at += 1
        self._at += 1

    def _skip(self) -> int:
        """Pass over space, line ends and comments; return the new place."""
        self._at = SKIP.match(self._text, self._at).end()  # type: ignore[union-attr]
        return self._at

    def _mark(self, path: Path, place: int) -> None:
        self._found.setdefault(path, bisect.bisect_left(self._ends, place) + 1)
