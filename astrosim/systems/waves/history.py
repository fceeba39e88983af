"""What a replicate has shown so far, epoch by epoch, and its row of summary.csv (losses and shares: dimensionless)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from astrosim.datasets import DataSet
from astrosim.systems.waves.learners.learner import Verdict
from astrosim.systems.waves.scenario.schema import WaveScenario

DEVIATIONS = 3.0  # 1; binomial standard deviations above the largest class share that still count as collapsed
CONSTANT = 0.01  # 1; outputs of XOR that lie within it are one answer (the tolerance of its score)
CURVES = ("train_loss", "test_loss", "test_accuracy", "validation_accuracy", "predicted_share", "accept_rate")
NAN = math.nan


@dataclass
class History:
    """Curves of one replicate.

    Attributes
    ----------
    curves : dict of str to list
        By variable of `astrosim.store.variables.WAVE_VARIABLES`, one entry per epoch.
    facts : dict
        loss_sum (sum of the batches' mean losses in this epoch), batches (of them), kept and tried (perturbations in
        this epoch), wall_s (s, training alone), constant (1 if the last outputs were one answer).
    """

    curves: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in CURVES})
    facts: dict[str, float] = field(
        default_factory=lambda: {"loss_sum": 0.0, "batches": 0, "kept": 0, "tried": 0, "wall_s": 0.0, "constant": 0}
    )

    last_loss: float = NAN  # of the last batch; a restored history knows none

    def add_batches(self, losses: np.ndarray, seconds: float) -> None:
        """Note the mean losses of some batches, shape (batch,), and the time they took (s)."""
        # One after the other: the sum must not depend on where a stretch of batches was cut.
        self.facts["loss_sum"] = float(np.add.accumulate([self.facts["loss_sum"], *losses])[-1])
        self.facts["batches"] += len(losses)
        self.last_loss = float(losses[-1]) if len(losses) else self.last_loss
        self.facts["wall_s"] += seconds

    def add_decisions(self, kept: int, tried: int) -> None:
        """Note perturbations that were kept, and tried."""
        self.facts["kept"] += kept
        self.facts["tried"] += tried

    def close_epoch(self, test: Verdict, valid: Verdict | None) -> None:
        """Note how the network does after an epoch."""
        facts = self.facts
        shares = test.counts / max(test.counts.sum(), 1)
        values = (
            facts["loss_sum"] / facts["batches"],
            test.loss,
            test.accuracy,
            valid.accuracy if valid else NAN,
            shares,
            facts["kept"] / facts["tried"] if facts["tried"] else NAN,
        )
        for name, value in zip(CURVES, values, strict=True):
            self.curves[name].append(value)
        facts["constant"] = int(len(test.outputs) > 0 and float(np.ptp(test.outputs)) < CONSTANT)
        facts.update({"loss_sum": 0.0, "batches": 0, "kept": 0, "tried": 0})

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the curves: float64, shape (epoch,), or (epoch, class)."""
        return {name: np.array(values, dtype=np.float64) for name, values in self.curves.items() if values}

    def restore(self, arrays: Mapping[str, np.ndarray], facts: Mapping[str, float]) -> None:
        """Go on from `facts` and `arrays()`: curves of shape (epoch,) or (epoch, class)."""
        self.curves = {name: list(arrays.get(name, ())) for name in CURVES}
        self.facts = dict(facts)


def has_collapsed(scenario: WaveScenario, history: History, largest_share: float) -> bool:
    """Return whether a network gives one answer to everything.

    Classes: its accuracy is at most the largest class share of the test images, or within three binomial standard
    deviations above it. XOR: its four outputs lie within .01 of each other.
    """
    if scenario.task.data == "xor":
        return bool(history.facts["constant"])
    spread = math.sqrt(largest_share * (1 - largest_share) / scenario.test_images)
    return bool(history.curves["test_accuracy"][-1] <= largest_share + DEVIATIONS * spread)


def summary_row(
    scenario: WaveScenario, condition: str, seed: int, history: History, data: DataSet, device: str
) -> dict[str, Any]:
    """Return a replicate's row of summary.csv.

    Parameters
    ----------
    scenario : WaveScenario
        Resolved for `condition`.
    condition : str
    seed : int
    history : History
        Of all epochs.
    data : DataSet
    device : str
    """
    last = {name: values[-1] for name, values in history.curves.items()}
    share = data.largest_class_share if data.classes else 0.5  # of XOR's targets, two of four are alike
    return {
        "condition": condition,
        "seed": seed,
        "data": scenario.task.data,
        "model": scenario.network.model,
        "epochs": scenario.schedule.epochs,
        "updates": scenario.updates,
        "test_accuracy": float(last["test_accuracy"]),
        "test_loss": float(last["test_loss"]),
        "train_loss": float(last["train_loss"]),
        "validation_accuracy": float(last["validation_accuracy"]),
        "collapsed": has_collapsed(scenario, history, share),
        "largest_class_share": share,
        "live_weights": scenario.live_weights,
        "parameters": scenario.parameters,
        "steps": scenario.step_count,
        "cells": scenario.cells,
        "device": device,
        "wall_s": float(history.facts["wall_s"]),
    }
