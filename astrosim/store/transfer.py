"""What was computed elsewhere, put into a run directory: arrays, then commits, each checked and whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from astrosim.core.errors import StoreError
from astrosim.store.blocks import COMMITS, Block
from astrosim.store.files import file_entry, fsync_directories, sealed_content, write_atomically, write_durably
from astrosim.store.layout import TRAJECTORY
from astrosim.store.replicates import ARRAYS_RECORD, refuse_outside

Read = Callable[[str], bytes]
"""Returns the content of a file by its path inside the directory that it comes from."""


def place_arrays(target: Path, read: Read) -> None:
    """Make the arrays of a run as another directory has them; what an earlier attempt has left is replaced.

    Parameters
    ----------
    target : Path
        Run directory, with nothing committed.
    read : callable
        See `Read`.

    Raises
    ------
    StoreError
        If a file is not as its record says.
    """
    name = f"{COMMITS}/{ARRAYS_RECORD}"
    record = read(name)
    root, partial = target / TRAJECTORY, target / f"{TRAJECTORY}.tmp"
    for folder in (root, partial):
        shutil.rmtree(folder, ignore_errors=True)
    place_files(partial, sealed_content(record)["files"], lambda file: read(f"{TRAJECTORY}/{file}"))
    partial.replace(root)
    fsync_directories([target])
    (target / COMMITS).mkdir(exist_ok=True)
    write_atomically(target / name, record)


def place_commit(target: Path, block: Block, read: Read) -> dict[str, Any]:
    """Commit what was committed in another directory: its chunks first, then its record, byte for byte.

    Parameters
    ----------
    target : Path
        Run directory, with the same arrays.
    block : Block
    read : callable
        See `Read`.

    Returns
    -------
    dict
        The record.

    Raises
    ------
    StoreError
        If a file is not as the record says; nothing is committed then.
    """
    data = read(f"{COMMITS}/{block.name}.json")
    record = sealed_content(data)
    if block.commit_path(target).exists():  # with fewer of its replicates: no reader shall see its chunks change
        block.commit_path(target).unlink()
        fsync_directories([target / COMMITS])
    place_files(target / TRAJECTORY, record["files"], lambda file: read(f"{TRAJECTORY}/{file}"))
    write_atomically(block.commit_path(target), data)
    return record


def place_files(root: Path, entries: Mapping[str, Mapping[str, Any]], read: Read) -> None:
    """Write the files of a record below a folder, durably, each checked before it is written.

    Parameters
    ----------
    root : Path
        Folder of the trajectories.
    entries : mapping
        Size and checksum by path, as the record has them.
    read : callable
        See `Read`; the paths are those below the trajectories' folder.

    Raises
    ------
    StoreError
        If a file is not as the record says.
    """
    refuse_outside(entries)
    places = []
    for path, entry in entries.items():
        file = path.removeprefix(f"{TRAJECTORY}/")
        data = read(file)
        if file_entry(data) != entry:
            raise StoreError(f"{path}: it has changed on its way (checksum other than was committed). Try again.")
        places.append(root / file)
        places[-1].parent.mkdir(parents=True, exist_ok=True)
        write_durably(places[-1], data)
    fsync_directories(place.parent for place in places)
