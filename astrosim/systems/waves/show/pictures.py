"""The figures of a wave run's report with the words under them: what is shown, and of how many runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from xarray import Dataset

from astrosim.plot.classes import MOST_PANELS, shown_classes, wave_classes
from astrosim.report.drawing import Drawn, Kind, Picture, reported
from astrosim.systems.waves.figures.mesh import mesh_map
from astrosim.systems.waves.figures.sweeps import SWEPT, Sweep, find_sweeps, wave_sweep
from astrosim.systems.waves.figures.training import MOST_CURVES, drawn_conditions, wave_curves, wave_solved
from astrosim.systems.waves.figures.waves import wave_accuracy, wave_gaps
from astrosim.systems.waves.mesh.graph import weight_matrices
from astrosim.systems.waves.show.summary import WaveSummary
from astrosim.systems.waves.show.tables import MOST_PAIRS

MOST_ROWS = 30  # conditions of a figure of final accuracies; those of sweeps have their own
LOADED = ("test_accuracy", "test_loss", "predicted_share", "accept_rate")
"""Variables that figures read."""
NO_PUBLISHED = "No published figures belong to this scenario."
OPEN = "Open: collapsed runs, which give one answer to everything; their number stands below the name. "
CURVES = {
    "test_accuracy": "Test accuracy after each epoch",
    "test_loss": "Test loss after each epoch",
    "accept_rate": "Share of the perturbations that were kept, epoch by epoch",
    "train_loss": "Training loss, mean over each epoch's batches",
    "validation_accuracy": "Validation accuracy after each epoch",
}


@dataclass(frozen=True)
class WaveMaterial:
    """Material of the figures of a wave run.

    Attributes
    ----------
    summary : WaveSummary
    dataset : Dataset
        Of `open_run`.
    pairs : sequence of (str, str)
        Conditions that are compared.
    """

    summary: WaveSummary
    dataset: Dataset
    pairs: Sequence[tuple[str, str]]

    @cached_property
    def sweeps(self) -> dict[str, Sweep]:
        """Sweeps by the section that they are over: leak, noise, loss."""
        found = find_sweeps({name: self.summary.resolved[name] for name in self.summary.conditions})
        return {sweep.field.partition(".")[0]: sweep for sweep in found}


def pictures(material: WaveMaterial) -> list[Picture]:
    """Return all figures that the run has something for, in order."""
    return reported(KINDS.values(), material)


def absences(summary: WaveSummary) -> list[str]:
    """Return the figures that are left out."""
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
    """Return published test accuracies by condition."""
    reference = summary.reference
    return {name: figures["test_accuracy"] for name, figures in reference.items() if "test_accuracy" in figures}


def _accuracy(material: WaveMaterial) -> Drawn:
    summary = material.summary
    published = published_accuracies(summary)
    figure = wave_accuracy(summary.rows, published)
    share = "" if all(row["data"] == "xor" for row in summary.rows) else "Dashed: share of the largest class. "
    return Drawn(
        "Final test accuracy of every run",
        figure,
        f"One point per run (n = {counts_words(summary)} per condition). Bar: median. "
        + (OPEN if summary.collapsed else "No run collapsed. ")
        + share
        + ("Triangle: published median." if published else summary.departed or NO_PUBLISHED),
    )


def _sweep(section: str, material: WaveMaterial) -> Drawn:
    summary, sweep = material.summary, material.sweeps[section]
    return Drawn(
        f"Accuracy against {SWEPT[sweep.field]}",
        wave_sweep(summary.rows, sweep, summary.reference),
        f"One point per run (n = {counts_words(summary)} per condition), open if it collapsed; line: medians. Below: "
        "share of the runs that collapsed. Dashed: share of the largest class. Triangles: published medians and "
        "shares, where there are any. A series begins with the network without the disturbance: the same runs in every "
        "series of that network.",
    )


def _gaps(material: WaveMaterial) -> Drawn:
    return Drawn(
        "Differences, pair by pair",
        wave_gaps(material.summary.rows, material.pairs),
        "One point per seed that both conditions have: the difference in test accuracy, first minus second. Bar: "
        "median of the differences. Ahead: pairs in which the first is strictly better.",
    )


def _solved(material: WaveMaterial) -> Drawn:
    summary = material.summary
    updates = {name: scenario.updates_per_epoch for name, scenario in summary.resolved.items()}
    return Drawn(
        "Exclusive or: when networks solve it",
        wave_solved(material.dataset, summary.rows, updates),
        f"Share of n = {counts_words(summary)} per condition that have had all four rows within .01 after an epoch, "
        "over updates (logarithmic). Circle: share that have them right at the end; Adam's steps may undo a solution.",
    )


def _curves(variable: str, material: WaveMaterial) -> Drawn:
    summary = material.summary
    xor = all(row["data"] == "xor" for row in summary.rows)
    share = "" if variable != "test_accuracy" or xor else " Dashed: share of the largest class."
    return Drawn(
        CURVES[variable],
        wave_curves(material.dataset, summary.rows, variable),
        f"One thin line per run (n = {counts_words(summary)} per condition), dotted if it ends collapsed; thick: their "
        f"median.{share} One scale for all panels.",
    )


def _classes(material: WaveMaterial) -> Drawn:
    summary = material.summary
    many = len(summary.conditions) > MOST_PANELS
    return Drawn(
        "Which classes the networks name",
        wave_classes(material.dataset, summary.rows),
        "Share of the test images given to each class after the last epoch; one row per run, the best on top. A "
        "collapsed run (circle) names one class, or nearly so: one bright field in a dark row. Square-root scale."
        + (" Conditions with collapsed runs are shown first." if many else ""),
    )


def _mesh(material: WaveMaterial) -> Drawn:
    """The mesh of the first wave condition, its taps coloured by the weights of the first seed that kept them."""
    name = waves(material)[0]
    chain, dataset = material.summary.resolved[name].chain(), material.dataset
    seed, matrices = material.summary.of(name)[0]["seed"], None
    if dataset.sizes.get("parameter", 0) >= chain.live_weights:
        weights = dataset["weight"].sel(condition=name, seed=seed).values[: chain.live_weights]
        matrices = weight_matrices(chain, weights) if np.isfinite(weights).all() else None
    words = f"Condition {name}" + (f", seed {seed}: trained weights" if matrices is not None else "")
    return Drawn(
        "Mesh",
        mesh_map(chain, matrices, title=f"{name}, seed {seed}"),
        f"{words}. Cells layer by layer, and who hears whom.",
    )


def waves(material: WaveMaterial) -> list[str]:
    """Return conditions whose network passes waves."""
    resolved = material.summary.resolved
    return [name for name in material.summary.conditions if resolved[name].network.model == "wave"]


def _many(material: WaveMaterial) -> bool:
    return len(material.summary.conditions) > MOST_ROWS and bool(material.sweeps)


def _compared(material: WaveMaterial) -> bool:
    return 0 < len(material.pairs) <= MOST_PAIRS and not material.sweeps


def _swept(section: str) -> Kind[WaveMaterial]:
    """The kind of a sweep."""
    axis = SWEPT[next(field for field in SWEPT if field.startswith(f"{section}."))]
    return Kind(f"accuracy against {axis}", partial(_sweep, section), lambda material: section in material.sweeps)


def _over_epochs(variable: str, sentence: str, reported: bool = True) -> Kind[WaveMaterial]:
    """The kind of a variable over epochs."""
    return Kind(
        sentence,
        partial(_curves, variable),
        lambda material: bool(drawn_conditions(material.dataset, material.summary.rows, variable)),
        reported=reported,
    )


KINDS: dict[str, Kind[WaveMaterial]] = {
    "accuracy": Kind("final test accuracy of every run, by condition", _accuracy, lambda m: not _many(m)),
    "leak": _swept("leak"),
    "noise": _swept("noise"),
    "loss": _swept("loss"),
    "gaps": Kind("differences between conditions, seed by seed", _gaps, _compared),
    "solved": Kind(
        "share of the networks that solve exclusive or, over updates",
        _solved,
        lambda material: any(row["data"] == "xor" for row in material.summary.rows),
    ),
    "curves": _over_epochs("test_accuracy", "test accuracy over epochs, one panel per condition"),
    "losses": _over_epochs("test_loss", "test loss over epochs, one panel per condition"),
    "accept": _over_epochs("accept_rate", "share of the perturbations that were kept, over epochs"),
    "classes": Kind(
        "which classes the networks name", _classes, lambda material: bool(shown_classes(material.summary.rows))
    ),
    "training": _over_epochs("train_loss", "training loss over epochs, one panel per condition", reported=False),
    "validation": _over_epochs("validation_accuracy", "validation accuracy over epochs", reported=False),
    "mesh": Kind(
        "cells of a network layer by layer, and who hears whom", _mesh, lambda m: bool(waves(m)), reported=False
    ),
}
"""Figures of wave runs by name, in the order of the report."""
