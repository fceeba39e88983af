"""Local copies for readers: what is committed at an address, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from astrosim.core.errors import StoreError
from astrosim.store.files import RUN_FILE, storage_errors
from astrosim.store.remote.address import Address, is_address
from astrosim.store.remote.fetch import Fetch
from astrosim.store.remote.folders import COPY, held
from astrosim.store.remote.objects import Objects


def local_copy(place: str | Path) -> Path:
    """Return a run directory of this machine that holds what is committed at a place.

    A directory is returned as it is, with the home for a `~`. What lies at an address is fetched into the user's
    cache, each file checked against its record; what was fetched before is not fetched again.

    Parameters
    ----------
    place : str or Path
        Run directory, or the address (URL) of one.

    Raises
    ------
    StoreError
        If no run lies at the address, it cannot be reached, or something there is damaged: names it, and the remedy.
    PackageError
        If a package for this kind of address is not installed.
    """
    if not is_address(place):
        return Path(os.path.expanduser(place))
    address = Address.of(place)
    folder = address.folder()
    target = folder / COPY / address.name
    with held(folder / f".{COPY}.lock", wait=True), storage_errors(target):
        Fetch(Objects(address), target, exact=True).run()
    return target


def run_lies_at(place: str | Path) -> bool:
    """Return whether a directory, or an address (URL), is that of a run.

    Raises
    ------
    StoreError
        If the address cannot be reached.
    PackageError
        If a package for this kind of address is not installed.
    """
    if not is_address(place):
        return (Path(place) / RUN_FILE).is_file()
    try:
        address = Address.of(place)
    except StoreError:  # it names a server or a bucket, not a folder on it
        return False
    return RUN_FILE in Objects(address).names()
