"""What the tests of wave figures, summaries and reports share: rows and trajectories made up, all values known."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import xarray

from astrosim.scenario import to_toml
from astrosim.systems.waves.scenario.schema import WaveScenario

SHARE = 0.1135
DIGITS: dict[str, Any] = {
    "kind": "wave",
    "name": "made_up",
    "seeds": [1, 2, 3, 4, 5, 6],
    "task": {"data": "mnist"},
    "schedule": {"epochs": 3},
    "conditions": {
        "wave": {},
        "wave_published": {"network": {"variant": "published"}},
        "mlp": {"network": {"model": "mlp", "variant": "published"}},
    },
    "reference": {
        "wave_published": {"test_accuracy": 0.67875, "collapsed": 0.15},
        "mlp": {"test_accuracy": 0.71, "collapsed": 0.0},
    },
}
ACCURACY = {
    "wave": [0.61, 0.62, 0.60, 0.65, 0.63, 0.64],
    "wave_published": [0.50, SHARE, 0.52, 0.0980, 0.48, 0.56],
    "mlp": [0.70, 0.71, 0.69, 0.72, 0.64, 0.73],
}
COLLAPSED = {"wave_published": {2, 4}}


def row(scenario: WaveScenario, condition: str, seed: int, accuracy: float, collapsed: bool) -> dict[str, Any]:
    """A row as summary.csv has it, of a resolved scenario."""
    return {
        "condition": condition,
        "seed": seed,
        "data": scenario.task.data,
        "model": scenario.network.model,
        "epochs": scenario.schedule.epochs,
        "updates": scenario.updates,
        "test_accuracy": accuracy,
        "test_loss": 2 * (1 - accuracy),
        "train_loss": 1 - accuracy,
        "validation_accuracy": float("nan"),
        "collapsed": collapsed,
        "largest_class_share": 0.5 if scenario.task.data == "xor" else SHARE,
        "live_weights": scenario.live_weights,
        "parameters": scenario.parameters,
        "steps": scenario.step_count,
        "cells": scenario.cells,
        "device": "cpu",
        "wall_s": 0.25 * seed,
    }


def rows_of(
    resolved: dict[str, WaveScenario], accuracy: dict[str, list[float]], collapsed: dict[str, set[int]]
) -> list[dict[str, Any]]:
    """Rows by condition; seeds count from 1."""
    return [
        row(resolved[name], name, seed, value, seed in collapsed.get(name, set()))
        for name, values in accuracy.items()
        for seed, value in enumerate(values, start=1)
    ]


def write_run(directory: Path, scenario: WaveScenario, rows: list[dict[str, Any]]) -> Path:
    """Leave scenario and summary as a run does; no trajectories."""
    directory.mkdir(parents=True)
    (directory / "scenario.toml").write_text(to_toml(scenario))
    with (directory / "summary.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return directory


def dataset_of(rows: list[dict[str, Any]], epochs: int = 3, classes: int = 10) -> xarray.Dataset:
    """Trajectories that rise linearly to the rows' accuracies; collapsed networks name class 1 alone."""
    names = list(dict.fromkeys(row["condition"] for row in rows))
    seeds = sorted({row["seed"] for row in rows})
    shape = (len(names), len(seeds), epochs)
    found = {name: np.full(shape, np.nan) for name in ("test_accuracy", "test_loss", "accept_rate")}
    shares = np.full((*shape, classes), np.nan)
    for one in rows:
        place = names.index(one["condition"]), seeds.index(one["seed"])
        found["test_accuracy"][place] = np.linspace(one["test_accuracy"] / epochs, one["test_accuracy"], epochs)
        found["test_loss"][place] = np.linspace(2.3, one["test_loss"], epochs)
        shares[place] = np.eye(classes)[1] if one["collapsed"] else 1 / classes
    variables = {name: (("condition", "seed", "epoch"), values) for name, values in found.items()}
    return xarray.Dataset(
        {**variables, "predicted_share": (("condition", "seed", "epoch", "class"), shares)},
        {"condition": names, "seed": seeds, "epoch": np.arange(1, epochs + 1), "class": np.arange(classes)},
    )
