"""Runs for other programs: tidy CSV tables, NetCDF, or Neo. What is committed is written, replicate by replicate."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, Literal

from astrosim.contracts.registry import find_system
from astrosim.core.errors import FULL, AstrosimError, DiskFullError, StoreError
from astrosim.export.derived import exported
from astrosim.scenario import load_run
from astrosim.store import open_replicates
from astrosim.store.remote import local_copy

Format = Literal["csv", "netcdf", "neo"]
FILE_ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".zip", ".nc", ".nix", ".json", ".xlsx")
DEFAULT_NAMES = {"csv": "csv", "netcdf": "trajectory.nc", "neo": "neo.nix"}


def export_run(directory: str | Path, target: str | Path | None = None, format: Format = "csv") -> Path:
    """Write a run's trajectories in another format, one replicate after the other.

    Parameters
    ----------
    directory : str or Path
        Run directory, finished or not, or the address (URL) of one; its checksums are verified first.
    target : str or Path, optional
        What to make: a folder of tables, or a file. By default in the directory, ``csv``, ``trajectory.nc`` or
        ``neo.nix``.
    format : {"csv", "netcdf", "neo"}
        neo: spikes and signals of spiking networks as a NIX file.

    Returns
    -------
    Path
        What was made.

    Raises
    ------
    StoreError
        If the directory is no run or is damaged, the target exists, or it cannot be written; nothing is left then.
    AstrosimError
        If there is no such format, the run has nothing for it, or the name belongs to a file of another one.
    PackageError
        If the format needs a package that is not installed.
    """
    if format not in DEFAULT_NAMES:
        raise AstrosimError(f"format: no such format ({format!r}). Write one of {', '.join(DEFAULT_NAMES)}.")
    directory = local_copy(directory)
    dataset = open_replicates(directory)
    scenario: Any = load_run(directory)
    system = find_system(scenario.family)
    if format == "neo" and not system.has("neo"):
        raise AstrosimError(f'format: neo is for spiking networks ("{system.kind}"). Write csv or netcdf.')
    path = directory / DEFAULT_NAMES[format] if target is None else Path(target)
    _check_name(path, format)
    if path.exists():
        raise StoreError(f"{path}: exists already. Name another place, or remove it.")
    partial: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        if format == "csv":
            from astrosim.export.tidy import write_tables

            made = partial / "csv"
            made.mkdir()
            whole = exported(directory, dataset, scenario, system)
            write_tables(whole, system.part("tables"), made)
            if system.has("files"):
                system.part("files")(whole.dataset, scenario, made)
        elif format == "neo":
            made = partial / "run.nix"
            system.part("neo")(dataset, scenario, made)
        else:
            from astrosim.export.netcdf import write_netcdf

            made = partial / "run.nc"
            text = (directory / "scenario.toml").read_text(encoding="utf-8")
            write_netcdf(exported(directory, dataset, scenario, system), made, text)
        made.replace(path)
    except (OSError, RuntimeError) as error:  # HDF5 reports a full disk as either
        reason = getattr(error, "strerror", None) or error
        kind = DiskFullError if getattr(error, "errno", None) in FULL else StoreError
        raise kind(f"{path}: {reason}. Free space, or name another place.") from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
    return path


def _check_name(path: Path, format: Format) -> None:
    """Refuse a folder with the name of a file: tables are several files."""
    if format == "csv" and path.suffix.lower() in FILE_ENDINGS:
        raise AstrosimError(
            f"--out: tables go into a folder, not into one file ({path}). Name a folder, or a file that ends in .nc."
        )
