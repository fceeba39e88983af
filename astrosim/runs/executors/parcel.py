"""Parcels: files and a JSON text as one piece of bytes, for workers that share no file system with the run."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from astrosim.core.errors import RunError

HEAD = "parcel.json"


def pack(head: Mapping[str, Any], files: Mapping[str, bytes], compress: bool = False) -> bytes:
    """Return a parcel.

    Parameters
    ----------
    head : mapping
        What JSON can hold.
    files : mapping of str to bytes
        Contents by path.
    compress : bool
        For what is sent often.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        archive.writestr(HEAD, json.dumps(head))
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content, archive.compression)
    return buffer.getvalue()


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the head and the files of a parcel; nothing is written anywhere.

    Raises
    ------
    RunError
        If it is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        return dict(json.loads(files.pop(HEAD))), files
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        raise RunError(f"A worker's answer is damaged ({error}). Run it again.") from error
