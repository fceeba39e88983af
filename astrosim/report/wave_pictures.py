"""The figures of a wave run's report with the words under them: what is shown, and of how many runs."""

from __future__ import annotations

from collections.abc import Sequence

from xarray import Dataset

from astrosim import plot
from astrosim.plot.classes import MOST_PANELS, shown_classes
from astrosim.plot.sweeps import SWEPT, Sweep, find_sweeps
from astrosim.plot.training import MOST_CURVES, drawn_conditions
from astrosim.report.pictures import Picture
from astrosim.report.wave_tables import MOST_PAIRS
from astrosim.summary.waves import WaveSummary

MOST_ROWS = 30  # conditions of a figure of final accuracies; those of sweeps have their own
LOADED = ("test_accuracy", "test_loss", "predicted_share", "accept_rate")
"""Variables that figures read."""
OPEN = "Open: collapsed runs, which give one answer to everything; their number stands below the name. "
CURVES = {
    "test_accuracy": "Test accuracy after each epoch",
    "test_loss": "Test loss after each epoch",
    "accept_rate": "Share of the perturbations that were kept, epoch by epoch",
}


def pictures(summary: WaveSummary, dataset: Dataset, pairs: Sequence[tuple[str, str]]) -> list[Picture]:
    """All figures that the run has something for, in order.

    Parameters
    ----------
    summary : WaveSummary
    dataset : Dataset
        Of `open_run`.
    pairs : sequence of (str, str)
        Conditions that are compared.
    """
    sweeps = find_sweeps({name: summary.resolved[name] for name in summary.conditions})
    drawn = [] if len(summary.conditions) > MOST_ROWS and sweeps else [_accuracy(summary)]
    drawn += [_sweep(summary, sweep) for sweep in sweeps]
    if pairs and not sweeps and len(pairs) <= MOST_PAIRS:
        drawn.append(_gaps(summary, pairs))
    if any(row["data"] == "xor" for row in summary.rows):
        drawn.append(_solved(summary, dataset))
    drawn += [_curves(summary, dataset, name) for name in CURVES if drawn_conditions(dataset, summary.rows, name)]
    if shown_classes(summary.rows):
        drawn.append(_classes(summary, dataset))
    return drawn


def absences(summary: WaveSummary) -> list[str]:
    """What is left out."""
    if len(summary.conditions) > MOST_CURVES:
        return [f"Of {len(summary.conditions)} conditions, figures with a panel each show {MOST_CURVES}."]
    return []


def counts_words(summary: WaveSummary) -> str:
    """Number of runs of a condition, in words."""
    counts = sorted({len(summary.of(name)) for name in summary.conditions})
    if len(counts) > 1:
        return f"{counts[0]} to {counts[-1]} runs"
    return f"{counts[0]} run{'' if counts[0] == 1 else 's'}"


def published_accuracies(summary: WaveSummary) -> dict[str, float]:
    """Published test accuracies by condition."""
    reference = summary.scenario.reference
    return {name: figures["test_accuracy"] for name, figures in reference.items() if "test_accuracy" in figures}


def _accuracy(summary: WaveSummary) -> Picture:
    published = published_accuracies(summary)
    figure = plot.wave_accuracy(summary.rows, published)
    share = "" if all(row["data"] == "xor" for row in summary.rows) else "Dashed: share of the largest class. "
    return Picture.of(
        "Final test accuracy of every run",
        figure,
        f"A point a run (n = {counts_words(summary)} a condition). Bar: median. "
        + (OPEN if summary.collapsed else "No run collapsed. ")
        + share
        + ("Triangle: published median." if published else "No published figures belong to this scenario."),
    )


def _sweep(summary: WaveSummary, sweep: Sweep) -> Picture:
    return Picture.of(
        f"Accuracy against {SWEPT[sweep.field]}",
        plot.wave_sweep(summary.rows, sweep, summary.scenario.reference),
        f"A point a run (n = {counts_words(summary)} a condition), open if it collapsed; line: medians. Below: share "
        "of the runs that collapsed. Dashed: share of the largest class. Triangles: published medians and shares, "
        "where there are any. A series begins with the network without the disturbance: the same runs in every "
        "series of that network.",
    )


def _gaps(summary: WaveSummary, pairs: Sequence[tuple[str, str]]) -> Picture:
    return Picture.of(
        "Differences, pair by pair",
        plot.wave_gaps(summary.rows, pairs),
        "A point a seed that both conditions have: the difference in test accuracy, first minus second. Bar: median "
        "of the differences. Ahead: pairs in which the first is strictly better.",
    )


def _solved(summary: WaveSummary, dataset: Dataset) -> Picture:
    updates = {name: scenario.updates_per_epoch for name, scenario in summary.resolved.items()}
    return Picture.of(
        "Exclusive or: when networks solve it",
        plot.wave_solved(dataset, summary.rows, updates),
        f"Share of n = {counts_words(summary)} a condition that have had all four rows within .01 after an epoch, over "
        "updates (logarithmic). Circle: share that have them right at the end; Adam's steps may undo a solution.",
    )


def _curves(summary: WaveSummary, dataset: Dataset, variable: str) -> Picture:
    xor = all(row["data"] == "xor" for row in summary.rows)
    share = "" if variable != "test_accuracy" or xor else " Dashed: share of the largest class."
    return Picture.of(
        CURVES[variable],
        plot.wave_curves(dataset, summary.rows, variable),
        f"A thin line a run (n = {counts_words(summary)} a condition), dotted if it ends collapsed; thick: their "
        f"median.{share} One scale for all panels.",
    )


def _classes(summary: WaveSummary, dataset: Dataset) -> Picture:
    many = len(summary.conditions) > MOST_PANELS
    return Picture.of(
        "Which classes the networks name",
        plot.wave_classes(dataset, summary.rows),
        "Share of the test images given to each class after the last epoch; a row a run, the best on top. A collapsed "
        "run (circle) names one class, or nearly so: one bright field in a dark row. Square-root scale."
        + (" Conditions with collapsed runs are shown first." if many else ""),
    )
