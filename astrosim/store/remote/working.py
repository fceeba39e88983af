"""Working copies: the local directory in which a run at an address is computed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from astrosim.core.errors import AstrosimError, StoreError
from astrosim.store.blocks import COMMITS
from astrosim.store.files import RUN_FILE, sha256, storage_errors
from astrosim.store.remote.address import Address, is_address
from astrosim.store.remote.fetch import Fetch, Fetched
from astrosim.store.remote.folders import WORKING, held, note_seen, seen
from astrosim.store.remote.mirror import Mirror
from astrosim.store.remote.objects import Objects
from astrosim.store.remote.signs import lives, read_told


@contextlib.contextmanager
def working_copy(place: str | Path, resume: bool | None = False, work: str | Path | None = None) -> Iterator[Path]:
    """Yield the directory in which a run is computed: the place itself, or the working copy of an address.

    A working copy takes what is committed at the address first, and is mirrored there from then on; when this ends, all
    of it is there.

    Parameters
    ----------
    place : str or Path
        Directory, or address (URL).
    resume : bool or None
        Whether a run is to be there; None for either.
    work : str or Path, optional
        Folder that takes the working copy; by default one in the user's cache.

    Raises
    ------
    StoreError
        If the address cannot be reached or written, something else lies there, or what is committed there is damaged.
    RunError
        If not all could be uploaded.
    """
    if not is_address(place):
        yield Path(os.path.expanduser(place))
        return
    address = Address.of(place)
    folder = address.folder(None if work is None else Path(os.path.expanduser(work)))
    target = folder / WORKING / address.name
    busy = f"{address.shown}: in use by another process of this machine. Wait until it ends, or stop it."
    with held(folder / f".{WORKING}.lock", wait=False, busy=busy):
        objects = Objects(address)
        objects.probe()
        there = _begun(objects, folder, target, resume)
        mirror = Mirror(address, target, there)
        try:
            with mirror.running():
                yield target
        except (AstrosimError, KeyboardInterrupt) as error:
            error.args = tuple(_addressed(one, target, address) for one in error.args)
            raise
        finally:
            if mirror.scenario:
                note_seen(folder, mirror.scenario)


def _addressed(text: Any, target: Path, address: Address) -> Any:
    """Let a text tell how to go on with the run at its address, not with its working copy."""
    return text.replace(f"astrosim run {target} ", f"astrosim run {address.shown} ") if isinstance(text, str) else text


def _begun(objects: Objects, folder: Path, target: Path, resume: bool | None) -> Fetched:
    """Return the state of the address, once the working copy has what is committed there."""
    shown, names = objects.shown(""), objects.names()
    there, here = RUN_FILE in names, (target / RUN_FILE).exists()
    if resume is False:
        if there:
            raise StoreError(
                f"{shown}: a run lies here already. `astrosim run {shown} --resume` goes on with it; "
                "for a new run name another place."
            )
        if here:
            raise StoreError(
                f"{target}: a run that is not at {shown} yet. `astrosim run {shown} --resume` puts it there and goes "
                "on with it; for a new run delete this folder."
            )
    if not there:
        if resume and not here:
            raise StoreError(f"{shown}: no run lies here. `astrosim run SCENARIO --out {shown}` makes one.")
        if not here and names:
            raise StoreError(f"{shown}: not empty ({', '.join(names[:3])} ...). Name a new place.")
        target.parent.mkdir(parents=True, exist_ok=True)
        return Fetched()
    _refuse_running(objects)
    with storage_errors(target):
        scenario = objects.read(RUN_FILE)
        other = here and scenario is not None and (target / RUN_FILE).read_bytes() != scenario
        if other and sha256(scenario or b"") == seen(folder):  # it was made longer here, and is not there yet
            return Fetched(seen(folder), dict.fromkeys(objects.names(COMMITS), ""))
        found = Fetch(objects, target, exact=False).run()
    note_seen(folder, found.scenario)
    return found


def _refuse_running(objects: Objects) -> None:
    """Refuse an address that another machine, or another working copy, writes to."""
    told = read_told(objects)
    if told.get("outcome") is None and lives(told, lambda: read_told(objects)):
        raise StoreError(
            f"{objects.shown('')}: in use by process {told.get('process')} on {told.get('host')}. Wait until it ends, "
            "or stop it."
        )
