"""Small spiking networks, and the golden data that they are compared with."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from places import GOLDEN

from astrosim.core.rng import stream_key
from astrosim.systems.spiking.network.description import Nodes, Trains
from astrosim.systems.spiking.simulation import Simulation

KEY = stream_key(1, "spiking_poisson")


def golden(name: str) -> dict[str, Any]:
    """A file of golden data."""
    with gzip.open(GOLDEN / "spiking" / f"{name}.json.gz", "rt") as file:
        read: dict[str, Any] = json.load(file)
    return read


def nodes(models: str | list[str], count: int = 1, prefix: str = "", **values: Any) -> Nodes:
    """Nodes of one model, or of a model each, with parameters and initial values of one or of all."""
    model = np.array([models] * count if isinstance(models, str) else models, object)
    label = np.array([f"{prefix}{n}" for n in range(len(model))], object)
    return Nodes(label, model, {name: np.full(len(model), value, float) for name, value in values.items()})


def astrocytes(models: str | list[str], count: int = 1, **values: Any) -> Nodes:
    """Astrocytes; see `nodes`."""
    return nodes(models, count, "a:", **values)


def trains(target: Any, time: Any, weight: Any = 1.0, delay: float = 0.1) -> Trains:
    """Given spikes, by the stamp of the sender."""
    full = np.broadcast_arrays(target, time, weight, delay)
    return Trains(full[0].ravel().astype("i8"), *(one.ravel().astype(float) for one in full[1:]))


def stamped(target: Any, stamp: Any, step: float, weight: Any = 1.0) -> Trains:
    """Given spikes, by the time of their arrival (ms)."""
    return trains(target, np.asarray(stamp, float) - step, weight, step)


@dataclass(frozen=True)
class Run:
    """Spikes and traces of a run."""

    node: np.ndarray
    stamp: np.ndarray
    traces: list[np.ndarray]

    def same(self, other: Run) -> bool:
        """Whether both have the same bits."""
        pairs = [(self.node, other.node), (self.stamp, other.stamp), *zip(self.traces, other.traces, strict=True)]
        return all(np.array_equal(one, two) for one, two in pairs)


def collect(simulation: Simulation, steps: int, stretch: int = 0) -> Run:
    """Advance to a step, in stretches if asked to, and gather what is recorded."""
    kept: list[Any] = []
    while simulation.done < steps:
        left = steps - simulation.done
        simulation.advance(min(stretch or left, left), kept.append)
    return gather(kept, len(simulation.traces))


def gather(kept: list[Any], traces: int) -> Run:
    """Join the records of stretches."""
    return Run(
        np.concatenate([one.node for one in kept]),
        np.concatenate([one.stamp for one in kept]),
        [np.concatenate([one.traces[n] for one in kept]) for n in range(traces)],
    )


def samples(case: Mapping[str, Any], variable: str, step: float) -> tuple[int, int, int]:
    """First sample, steps between two, and last step of a golden trace."""
    first, every = round(case["first_ms"] / step), round(case["interval_ms"] / step)
    return first, every, first + every * (len(case[variable]) - 1)


def relative(found: np.ndarray, wanted: Any) -> float:
    """Largest relative difference."""
    wanted = np.asarray(wanted)
    return float(np.max(np.abs(found - wanted) / np.abs(wanted)))


def apart(found: np.ndarray, wanted: Any) -> float:
    """Largest difference."""
    return float(np.max(np.abs(found - np.asarray(wanted))))
