"""Small things to learn with: runs that take seconds, a table, a wiring; the public door of the tutorials.

A run is carried out when it is first asked for, and opened from then on. Runs lie under ``ASTROSIM_RUNS``, by default
``runs`` in the present folder, where the command line puts its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from astrosim.core.errors import AstrosimError
from astrosim.runs import run_once
from astrosim.scenario.bundled import folder
from astrosim.scenario.words import nearest
from astrosim.store import open_run as open_stored

if TYPE_CHECKING:
    from pandas import DataFrame
    from xarray import Dataset

__all__ = ["open_run", "open_table", "run_directory", "table_path"]

VARIABLE = "ASTROSIM_RUNS"
RUNS = {
    "learning": ("quick", ('seeds="1000:12"',)),
    "spiking": ("spiking/tripartite_pair", ('seeds="1000:4"',)),
    "table": ("own_table", ("schedule.trials=4000", 'seeds="4000:3"')),
}
"""Bundled scenario of each run, and its changes."""

TABLES = {"harvest": "table/harvest.csv", "touch_circuit": "connectome/touch_circuit.csv"}
"""Files among the bundled scenarios; `SOURCE.md` beside each tells where it comes from."""


def run_directory(name: str = "learning", runs: str | Path | None = None) -> Path:
    """Return the directory of a small run; carry it out first, or finish it, if it is not there whole.

    Parameters
    ----------
    name : {"learning", "spiking", "table"}
        learning: `quick`, networks under astrocytes and untrained controls, twelve seeds. spiking:
        `spiking/tripartite_pair`, a neuron with and without the slow inward current of an astrocyte, four seeds.
        table: `own_table`, astrocytes that learn `open_table("harvest")`, three seeds.
    runs : str or Path, optional
        Folder of runs; by default that of ``ASTROSIM_RUNS``, else ``runs`` in the present folder.

    Returns
    -------
    Path
        ``tutorial_NAME`` in the folder of runs.

    Raises
    ------
    AstrosimError
        If there is no run of that name.
    StoreError
        If the directory holds a run of another scenario, or cannot be written.
    """
    scenario, overrides = RUNS[_known(name, RUNS, "run")]
    directory = Path(os.environ.get(VARIABLE) or "runs" if runs is None else runs) / f"tutorial_{name}"
    return run_once(scenario, directory, overrides, workers=1, progress=False)


def open_run(name: str = "learning", runs: str | Path | None = None) -> Dataset:
    """Open a small run as labelled arrays; carry it out first if it is not there.

    Parameters
    ----------
    name : {"learning", "spiking", "table"}
        See `run_directory`.
    runs : str or Path, optional
        Folder of runs; see `run_directory`.

    Returns
    -------
    xarray.Dataset
        As of `astrosim.open_run`.

    Raises
    ------
    AstrosimError, StoreError
        See `run_directory`.
    """
    return open_stored(run_directory(name, runs))


def table_path(name: str) -> Path:
    """Return the CSV file of a small table, for commands such as ``astrosim new --data`` and ``astrosim import``.

    Parameters
    ----------
    name : {"harvest", "touch_circuit"}
        See `open_table`.

    Raises
    ------
    AstrosimError
        If there is no table of that name.
    """
    return folder() / TABLES[_known(name, TABLES, "table")]


def open_table(name: str = "harvest") -> DataFrame:
    """Open a small table as a data frame.

    Parameters
    ----------
    name : {"harvest", "touch_circuit"}
        harvest: 240 rows of an invented field trial: plot, soil, water (mm), light (h per day), spacing (cm), yield
        (kg). touch_circuit: a wiring as a list of edges, 55 chemical synapses between eleven cells by which
        C. elegans withdraws from touch: source, target, weight (sections); `astrosim.Network.from_edges` takes it.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    AstrosimError
        If there is no table of that name.
    """
    from pandas import read_csv

    return read_csv(table_path(name))


def _known(name: str, table: Mapping[str, object], noun: str) -> str:
    """Return a name that the table holds."""
    if name not in table:
        guess = nearest(name, table)
        right = f"Did you mean {guess}?" if guess else f"Write one of {', '.join(table)}."
        raise AstrosimError(f"name: no such {noun} ({name}). {right}")
    return name
