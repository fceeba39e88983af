"""What the notebooks share: where runs lie, runs that are made once, figures that are shown and kept.

The environment variable `ASTROSIM_RUNS` names the folder of runs; by default it is `runs/` of the repository.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from xarray import Dataset

from astrosim import open_run
from astrosim.report.tables import interval_text, number, p_text
from astrosim.runs import run_once
from astrosim.scenario import Experiment, condition_names
from astrosim.statistics import Comparison, median_interval
from astrosim.summary.pairs import compare_pairs
from astrosim.systems.threshold.show.solving import quantile_text, solving_rows
from astrosim.systems.threshold.show.summary import Summary
from astrosim.systems.threshold.show.tables import condition_rows

RUNS = Path(os.environ.get("ASTROSIM_RUNS", Path(__file__).parent.parent / "runs"))
FIGURES = RUNS / "figures"
WORKERS = 2  # processes; results do not depend on it
WORK = {"trial": "trials", "passes": "passes"}  # what a solution took -> what a run took
WIDTH = 760  # pixels of a figure as shown
HEADS = ("seeds", "accuracy", "95 % interval", "ceiling", "of it", "accept rate", "distinct", "constant", "learned")


def made(name: str, scenario: Experiment | str, overrides: Sequence[str] = ()) -> Path:
    """The directory of a run in the folder of runs; carried out, or finished, if it is not there whole.

    Parameters
    ----------
    name : str
        Of the directory.
    scenario : Experiment or str
        The scenario, or the name of a bundled one.
    overrides : sequence of str
        Such as ``"schedule.episodes=100"``, for a bundled scenario.

    Raises
    ------
    StoreError
        If the directory holds a run of another scenario.
    """
    return run_once(scenario, RUNS / name, overrides, workers=WORKERS)


def opened(name: str, scenario: Experiment | str, overrides: Sequence[str] = ()) -> tuple[Dataset, Summary]:
    """Trajectories and summary of the run of an astrocyte scenario that `made` makes, by the same arguments."""
    directory = made(name, scenario, overrides)
    return open_run(directory), Summary.read(directory)


def show(figure: Figure, name: str) -> None:
    """Show a figure, and keep it as a PNG file."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    path = FIGURES / f"{name}.png"
    figure.savefig(path, metadata={"Software": None})
    try:
        from IPython import get_ipython
        from IPython.display import Image, display
    except ImportError:
        return
    if get_ipython() is not None:
        display(Image(filename=path, width=WIDTH))


def table(summary: Summary) -> None:
    """Print the conditions of a run: means over seeds, 95 % interval of the accuracy, seeds with constant output."""
    lines = {"condition": HEADS}
    for row in condition_rows(summary):
        accuracy, constant = row.accuracy, f"{row.constant} of {row.seeds}"
        numbers = [number(x) for x in (row.ceiling, row.fraction, row.accept_rate)]
        counts = [number(row.distinct, 1), constant, number(row.learned, 2)]
        lines[row.name] = (f"{row.seeds}", number(accuracy.mean, 4), interval_text(accuracy), *numbers, *counts)
    widths = [max(map(len, column)) + 2 for column in zip(*lines.values(), strict=True)]
    for name, cells in lines.items():
        print(f"{name:20}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))


def solving(summary: Summary) -> None:
    """Print on how many seeds each condition solved its task, and the work until then (quantiles over all seeds)."""
    heads = ("solved", "95 % interval", "trials", "95 %", "most", "passes", "95 %")
    lines = {"condition": heads}
    for row in solving_rows(summary, condition_rows(summary)):
        share = f"{row.share.low:.3f} to {row.share.high:.3f}"
        counts = (row.median, row.high, row.most, row.passes, row.passes_high)
        lines[row.name] = (f"{row.solved} of {row.seeds}", share, *counts)
    widths = [max(map(len, column)) + 2 for column in zip(*lines.values(), strict=True)]
    for name, cells in lines.items():
        print(f"{name:24}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))


def medians(summary: Summary, work: str = "trial") -> dict[str, str]:
    """Median work until a seed had solved its task, with its 95 % interval, by condition; unsolved counts as later.

    Parameters
    ----------
    summary : Summary
    work : str
        "trial" or "passes".
    """
    found = {}
    for name in condition_names(summary.scenario):
        hits, most = summary.column(name, f"solved_{work}"), summary.column(name, WORK[work]).max()
        between = median_interval(np.where(np.isfinite(hits), hits, most + 1))
        low, high = (f"> {most:,.0f}" if end > most else f"{end:,.0f}" for end in (between.low, between.high))
        found[name] = f"{quantile_text(hits, 0.5, most)} ({low} to {high})"
    return found


def passes_to_solve(summary: Summary, conditions: Sequence[str]) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Passes until each seed had solved its task (nan: never), and passes of a run, by condition."""
    hits = {name: summary.column(name, "solved_passes") for name in conditions}
    return hits, {name: float(np.nanmax(summary.column(name, "passes"))) for name in conditions}


def compared(summary: Summary, pairs: Sequence[tuple[str, str]], column: str = "mean_accuracy") -> list[Comparison]:
    """Compare pairs of conditions seed by seed, corrected for all of them together, and print it."""
    found = compare_pairs(summary.rows, pairs, column)
    for one in found:
        print(
            f"{one.first} - {one.second}: {one.difference.mean:+z.4f} ({interval_text(one.difference)}), "
            f"p = {p_text(one.p_value)}, Holm {p_text(one.p_holm)}; d_z {one.effect:+z.2f}; "
            f"{one.wins} wins, {one.ties} ties, {one.losses} losses"
        )
    return found
