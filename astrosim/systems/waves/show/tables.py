"""Tables of a wave run's report: conditions, networks, published beside measured, pairs, seeds. Fractions are 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.report.tables import PublishedRow, number
from astrosim.statistics.inference import Interval, Median, mean_interval, median_interval
from astrosim.summary.pairs import pairs_of
from astrosim.summary.rows import UNKNOWN
from astrosim.systems.waves.figures.sweeps import find_sweeps
from astrosim.systems.waves.figures.training import first_hits
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show.explanation import layers_words, steps_words
from astrosim.systems.waves.show.published import FIGURES, PublishedFigure
from astrosim.systems.waves.show.summary import SOLVED, WaveSummary

MOST_PAIRS = 24  # comparisons; with more, every wave is compared with the first MLP only


@dataclass(frozen=True)
class WaveRow:
    """One condition in numbers, over its finished seeds."""

    name: str
    seeds: int
    median: Median
    least: float
    most: float
    mean: Interval
    collapsed: int
    others: float
    solved: int | None
    hits: str
    loss: float
    validation: float
    weights: int
    parameters: int
    seconds: float


def condition_rows(summary: WaveSummary, dataset: Dataset) -> list[WaveRow]:
    """Return rows of the table of results, in the order of the scenario."""
    return [_condition_row(summary, dataset, name) for name in summary.conditions]


def _condition_row(summary: WaveSummary, dataset: Dataset, name: str) -> WaveRow:
    accuracy, down = summary.column(name, "test_accuracy"), summary.column(name, "collapsed") > 0
    first, xor = summary.of(name)[0], summary.resolved[name].task.data == "xor"
    return WaveRow(
        name=name,
        seeds=len(accuracy),
        median=median_interval(accuracy),
        least=float(accuracy.min()),
        most=float(accuracy.max()),
        mean=mean_interval(accuracy, bounds=(0, 1)),
        collapsed=int(down.sum()),
        others=float(np.median(accuracy[~down])) if down.any() and not down.all() else math.nan,
        solved=int((accuracy == SOLVED).sum()) if xor else None,
        hits=_hits(summary, dataset, name) if xor else UNKNOWN,
        loss=float(np.median(summary.column(name, "test_loss"))),
        validation=float(np.median(summary.column(name, "validation_accuracy"))),
        weights=first["live_weights"],
        parameters=first["parameters"],
        seconds=float(summary.column(name, "wall_s").mean()),
    )


def _hits(summary: WaveSummary, dataset: Dataset, name: str) -> str:
    """Updates until runs had everything right for the first time: median and most, of how many."""
    updates = first_hits(dataset, name) * summary.resolved[name].updates_per_epoch
    if not len(updates):
        return UNKNOWN
    return f"{np.median(updates):,.0f} / {updates.max():,.0f} ({len(updates)})"


def network_rows(resolved: Mapping[str, WaveScenario]) -> list[dict[str, Any]]:
    """Return the network of each condition: chain with all widths, and what it consists of."""
    return [
        {
            "condition": name,
            "model": "MLP" if scenario.network.model == "mlp" else "wave",
            "variant": scenario.network.variant,
            "steps": steps_words(scenario),
            "layers": layers_words(scenario),
            "activation": scenario.network.activation,
            "initial": scenario.network.initial,
            "bias": scenario.network.bias,
            "weights": scenario.live_weights,
            "parameters": scenario.parameters,
            "cells": scenario.cells,
        }
        for name, scenario in resolved.items()
    ]


def published_rows(figures: Sequence[PublishedFigure]) -> list[PublishedRow]:
    """Return published figures beside the measured ones, as the table shows them."""
    return [
        PublishedRow(
            condition=row.condition,
            figure=FIGURES[row.figure],
            published=f"{row.published:g}",
            measured=number(row.measured, 4),
            interval=UNKNOWN if math.isnan(row.low) else f"{row.low:.4f} to {row.high:.4f}",
            difference=f"{row.difference:+z.4f}" if math.isfinite(row.difference) else UNKNOWN,
            verdict=row.verdict + (f" ({', '.join(row.shortfalls)})" if row.shortfalls else ""),
            good=row.good,
        )
        for row in figures
    ]


def comparison_pairs(resolved: Mapping[str, WaveScenario], names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of conditions that are compared: first minus second.

    Every wave with every MLP; in a sweep every condition with the first of its series; else as `pairs_of` says.

    Parameters
    ----------
    resolved : mapping of str to WaveScenario
        By condition.
    names : sequence of str
        Conditions with finished seeds.
    """
    neurons = [name for name in names if resolved[name].network.model == "mlp"]
    waves = [name for name in names if name not in neurons]
    if neurons and waves:
        pairs = list(product(waves, neurons))
        return pairs if len(pairs) <= MOST_PAIRS else [(name, neurons[0]) for name in waves]
    series = [one for sweep in find_sweeps({name: resolved[name] for name in names}) for one in sweep.series]
    if series:
        return [(name, one.conditions[0]) for one in series for name in one.conditions[1:]]
    return pairs_of(names)


def seed_rows(summary: WaveSummary) -> list[dict[str, Any]]:
    """Return rows of the table of single replicates: those of summary.csv, in the order of the scenario."""
    return [row for name in summary.conditions for row in summary.of(name)]
