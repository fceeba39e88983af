"""Addresses of runs (URLs), without the secrets that they may hold."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from astrosim.core.errors import StoreError

FORM = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):(?P<strokes>/+)(?P<rest>[^/].*)", re.DOTALL)
"""An address; one that went through a `Path` has lost a stroke."""
ADDRESSES = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(\S+)")
ROOTED = {"file", "local", "memory"}
"""Schemes whose paths begin at a root, and that name no server."""
CONTAINERS = {"abfs", "abfss", "adl", "az", "wasb", "wasbs"}
"""Schemes in which what precedes an @ is a container, not a user."""
FOLDER = "remote"
CACHE, PROGRAM = "XDG_CACHE_HOME", "astrosim"


def is_address(place: str | Path) -> bool:
    """Return whether a place is named by a URL; a folder of this machine that has such a name is none."""
    text = os.fspath(place)
    match = FORM.fullmatch(text)
    return match is not None and (len(match["strokes"]) > 1 or not os.path.lexists(text))


@dataclass(frozen=True)
class Address:
    """Address of a run.

    Attributes
    ----------
    text : str
        As fsspec takes it; it may hold a password or a token.
    """

    text: str

    @classmethod
    def of(cls, place: str | Path) -> Address:
        """Return the address that a text or a path names.

        Raises
        ------
        StoreError
            If it names no place for one run.
        """
        match = FORM.fullmatch(os.fspath(place))
        if match is None or "::" in match[0]:
            raise StoreError(
                f"{without_secrets(os.fspath(place))}: no address of a run. Write one such as s3://BUCKET/RUN."
            )
        scheme, rest = match["scheme"].lower(), match["rest"].rstrip("/")
        address = cls(f"{scheme}://{'/' * (scheme in ROOTED - {'memory'})}{rest}")
        path = _plain(rest).split("/")
        if ".." in path or (scheme not in ROOTED and len(path) < 2):
            raise StoreError(
                f"{address.shown}: no folder of a run. Name one below it, such as {scheme}://{_plain(rest)}/RUN."
            )
        return address

    @property
    def shown(self) -> str:
        """The address without passwords and tokens, as messages and records tell it."""
        return without_secrets(self.text)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return _plain(self.text).rpartition("/")[2]

    @property
    def secrets(self) -> list[str]:
        """Parts that no message may hold, the longest first."""
        user, _, query = _parts(self.text)
        words = [user.partition(":")[2], query, *(one.partition("=")[2] for one in query.split("&"))]
        return sorted({form for word in words if word for form in (word, unquote(word))}, key=len, reverse=True)

    def scrubbed(self, text: str) -> str:
        """Return a text of somebody else's without the secrets of this address."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text

    def folder(self, work: Path | None = None) -> Path:
        """Return the local folder of its copies: `work`, or one in the user's cache.

        Raises
        ------
        StoreError
            If there is neither.
        """
        if work is not None:
            return work
        home = os.environ.get(CACHE) or os.path.join(os.path.expanduser("~"), ".cache")
        if home.startswith("~"):
            raise StoreError(f"{self.shown}: no cache for its copy: this user has no home. Set {CACHE} to a folder.")
        digest = hashlib.sha256(self.shown.encode()).hexdigest()[:12]
        return Path(home) / PROGRAM / FOLDER / f"{re.sub(r'[^A-Za-z0-9._-]', '_', self.name)[:60]}-{digest}"


def without_secrets(text: str) -> str:
    """Return a text without the passwords and tokens of the addresses in it."""
    return ADDRESSES.sub(lambda found: f"{found[1]}://{_open(found[1].lower(), found[2])}", text)


def _open(scheme: str, text: str) -> str:
    """Return what may be told of an address, without its scheme."""
    user, place, query = _parts(text)
    if scheme in ROOTED:
        return text
    if scheme not in CONTAINERS and user:
        user = "" if scheme.startswith("http") else user.partition(":")[0]
    return f"{user}{'@' * bool(user)}{place}" + (text[-1] if query and text[-1] in "'\"" else "")


def _parts(text: str) -> tuple[str, str, str]:
    """Return user and password, place, and query of an address."""
    rest = text.partition("://")[2] or text
    rest, _, query = rest.partition("?")
    server, stroke, path = rest.partition("/")
    user, _, host = server.rpartition("@")
    return user, host + stroke + path, query


def _plain(text: str) -> str:
    return _parts(text)[1]
