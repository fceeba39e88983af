"""What the live view reads off an engine: places once, states for every frame. It writes nothing.

Of the published system no more is known than its engine tells: firing of inputs and outputs alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from astrosim.store.variables import IDLE, NOBODY
from astrosim.systems.published.engine import PublishedEngine
from astrosim.systems.threshold.learners.joint.simulation import JointSimulation
from astrosim.systems.threshold.learners.neurons.simulation import NeuronSimulation
from astrosim.systems.threshold.network.eligibility import eligible
from astrosim.systems.threshold.network.state import CURSOR, FIRED, bits
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import ThresholdSimulation


@dataclass(frozen=True)
class Present:
    """The trial that was carried out last.

    Attributes
    ----------
    trial : int
        From 0.
    pattern : int
        Number of the pattern; 65,535 where none was drawn.
    decision : int
        KEPT, REVERTED or IDLE.
    active : tuple of int
        Active astrocytes in score order.
    """

    trial: int
    pattern: int
    decision: int
    active: tuple[int, ...]

    @classmethod
    def of(cls, trial: int, pattern: int, decision: int, active: np.ndarray) -> Present:
        """Build from a row of `Decisions`; `active` is int32, shape (slot,)."""
        return cls(trial, int(pattern), int(decision), tuple(active[active != NOBODY].tolist()))


class Reading(Protocol):
    """Reading of a replicate, whichever system it belongs to."""

    engine: Any

    def task(self) -> tuple[np.ndarray, np.ndarray]:
        """Return patterns (uint8, shape (pattern, input bit)) and targets (uint8, shape (pattern, output bit)) as they
        are.
        """

    def fired(self, present: Present | None) -> np.ndarray:
        """Return the neurons that fired in the current pass: uint8, shape (neuron,)."""

    def astrocytes(self) -> dict[str, np.ndarray]:
        """Return values of the astrocytes by name.

        Returns
        -------
        dict of str to ndarray of float64, shape (astrocyte,)
            threshold (1), exploration (1/trial), score (1), and calcium (1) where coupled.
        """

    def agents(self) -> dict[str, np.ndarray]:
        """Return those of the astrocytes, and those of learning neurons: chemical (1), float64, shape (neuron,)."""

    def thresholds(self, measured: dict[str, Any]) -> np.ndarray:
        """Return the thresholds that are drawn over time: float64, shape (line,)."""

    def territory(self, astrocyte: int) -> np.ndarray:
        """Return synapses of a territory, ascending: int, shape (synapse of it,)."""

    def eligible(self, present: Present | None) -> np.ndarray:
        """Return synapses that the present trial could change: int, shape (synapse,), each once."""

    def cursor(self) -> np.ndarray:
        """Place of the cursor, units: float64, shape (2,), or empty where there is none."""

    def silenced(self) -> np.ndarray:
        """Return astrocytes that an intervention keeps from acting: uint8, shape (astrocyte,)."""

    def reward(self, measured: dict[str, Any], trials: int) -> float:
        """Return mean binary reward of a stretch of trials that was advanced with `measure`."""

    def gap_junctions(self) -> np.ndarray:
        """Return pairs of astrocytes that share an open gap junction: int, shape (pair, 2)."""


class OfAstrocytes:
    """Part of the readings in which only astrocytes adapt."""

    def astrocytes(self) -> dict[str, np.ndarray]:
        """See `Reading`: float64, shape (astrocyte,)."""
        raise NotImplementedError

    def agents(self) -> dict[str, np.ndarray]:
        """See `Reading`: float64, shape (astrocyte,)."""
        return self.astrocytes()

    def thresholds(self, measured: dict[str, Any]) -> np.ndarray:
        """See `Reading`: float64, shape (astrocyte,)."""
        return np.asarray(measured["threshold"])


class DescribedReading(OfAstrocytes):
    """Of the described system, on any engine."""

    def __init__(self, engine: ThresholdSimulation) -> None:
        self.engine = engine

    def task(self) -> tuple[np.ndarray, np.ndarray]:
        """See `Reading`: uint8, shape (pattern, input bit) and (pattern, output bit)."""
        return self.engine.kernel_network.patterns, self.engine.kernel_network.targets

    def fired(self, present: Present | None) -> np.ndarray:
        """See `Reading`: uint8, shape (neuron,)."""
        state = self.engine.learning
        fired = np.zeros(self.engine.network.kind.size, np.uint8)
        fired[state.fired[: state.counter[FIRED]]] = 1
        return fired

    def astrocytes(self) -> dict[str, np.ndarray]:
        """See `Reading`: float64, shape (astrocyte,)."""
        state = self.engine.learning
        values = {"threshold": state.threshold, "exploration": self.engine.exploration_rates(), "score": state.score}
        return values | ({"calcium": state.calcium} if self.engine.params.coupled else {})

    def gap_junctions(self) -> np.ndarray:
        """See `Reading`: int64, shape (pair, 2)."""
        system = self.engine.kernel_network
        one = np.repeat(np.arange(len(self.engine.territories)), np.diff(system.gap_start))
        return np.column_stack([one, system.gap])[one < system.gap]

    def territory(self, astrocyte: int) -> np.ndarray:
        """See `Reading`: int32, shape (synapse of it,)."""
        return self.engine.territories.synapses[astrocyte]

    def eligible(self, present: Present | None) -> np.ndarray:
        """See `Reading`: int32, shape (synapse,)."""
        if present is None or present.decision == IDLE:
            return np.empty(0, np.int32)
        engine = self.engine
        territories = [self.territory(a) for a in present.active]
        return eligible(engine.kernel_network, engine.params, present.trial, territories, engine.learning.cursor)

    def cursor(self) -> np.ndarray:
        """See `Reading`: float64, shape (2,), units, or empty."""
        return self.engine.learning.cursor if self.engine.params.learner == CURSOR else np.empty(0)

    def silenced(self) -> np.ndarray:
        """See `Reading`: uint8, shape (astrocyte,)."""
        return (~self.engine.kernel_network.acts).astype(np.uint8)

    def reward(self, measured: dict[str, Any], trials: int) -> float:
        """See `Reading`; the engine divides by the length of an episode, whatever it has carried out."""
        return float(measured["mean_binary_reward"]) * self.engine.params.trials_per_episode / trials


class PublishedReading(OfAstrocytes):
    """Of the published system."""

    def __init__(self, engine: PublishedEngine, scenario: Scenario) -> None:
        self.engine = engine
        self._learner = scenario.learner
        self._patterns, self._targets = (bits([pair[side] for pair in scenario.task.patterns]) for side in (0, 1))
        kind = engine.static()["neuron_kind"]
        self._ends = [np.flatnonzero(kind == number)[: self._patterns.shape[1]] for number in (0, 1)]
        self._neurons = kind.size

    def task(self) -> tuple[np.ndarray, np.ndarray]:
        """See `Reading`: uint8, shape (pattern, input bit) and (pattern, output bit)."""
        return self._patterns, self._targets

    def fired(self, present: Present | None) -> np.ndarray:
        """See `Reading`: uint8, shape (neuron,); inputs and outputs alone."""
        fired = np.zeros(self._neurons, np.uint8)
        if present is not None and present.pattern < len(self._patterns):
            fired[self._ends[0]] = self._patterns[present.pattern]
            fired[self._ends[1]] = self.engine.probe()[present.pattern]
        return fired

    def astrocytes(self) -> dict[str, np.ndarray]:
        """See `Reading`: float64, shape (astrocyte,), or (0,) for other learners."""
        if self._learner != "astrocytes":
            return {name: np.empty(0) for name in ("threshold", "exploration", "score")}
        measured = self.engine.measure()
        score = measured.get("score", np.full(len(measured["threshold"]), np.nan))
        return {"threshold": measured["threshold"], "exploration": measured["exploration_rate"], "score": score}

    def territory(self, astrocyte: int) -> np.ndarray:
        """See `Reading`: int64, shape (synapse of it,)."""
        return self.engine.territory(astrocyte)

    def eligible(self, present: Present | None) -> np.ndarray:
        """See `Reading`: int, shape (synapse,); the cursor's, which reaches through space, are not shown."""
        territories = [self.territory(a) for a in present.active] if present is not None else []
        return np.unique(np.concatenate(territories)) if territories else np.empty(0, np.int32)

    def cursor(self) -> np.ndarray:
        """See `Reading`: float64, shape (2,), units, or empty; its place seen from above."""
        return self.engine.state()["cursor"][:2] if self._learner == "cursor" else np.empty(0)

    def silenced(self) -> np.ndarray:
        """See `Reading`: uint8, shape (astrocyte,)."""
        return np.zeros(self.engine.sizes()["astrocyte"], np.uint8)

    def gap_junctions(self) -> np.ndarray:
        """See `Reading`: int32, shape (0, 2)."""
        return np.empty((0, 2), np.int32)

    def reward(self, measured: dict[str, Any], trials: int) -> float:
        """See `Reading`."""
        return float(measured["mean_binary_reward"])


class JointReading(DescribedReading):
    """Of neurons and astrocytes that learn together."""

    def agents(self) -> dict[str, np.ndarray]:
        """See `Reading`: float64, shape (astrocyte,) or (neuron,)."""
        own: Any = self.engine
        return self.astrocytes() | {"chemical": own.neural.chemical}


class NeuronReading:
    """Of neurons that learn by themselves: there are no astrocytes."""

    def __init__(self, engine: NeuronSimulation) -> None:
        self.engine = engine

    def task(self) -> tuple[np.ndarray, np.ndarray]:
        """See `Reading`: uint8, shape (pattern, input bit) and (pattern, output bit)."""
        return self.engine.circuit.patterns, self.engine.circuit.targets

    def fired(self, present: Present | None) -> np.ndarray:
        """See `Reading`: uint8, shape (neuron,)."""
        return self.engine.learning.output.astype(np.uint8)

    def astrocytes(self) -> dict[str, np.ndarray]:
        """See `Reading`: float64, shape (0,)."""
        return {name: np.empty(0) for name in ("threshold", "exploration", "score")}

    def agents(self) -> dict[str, np.ndarray]:
        """See `Reading`: float64, shape (0,) or (neuron,)."""
        return self.astrocytes() | {"chemical": self.engine.learning.chemical}

    def thresholds(self, measured: dict[str, Any]) -> np.ndarray:
        """See `Reading`: the mean of all neurons that are not driven, float64, shape (1,)."""
        return np.array([measured["mean_threshold"]])

    def territory(self, astrocyte: int) -> np.ndarray:
        """See `Reading`: int32, shape (0,)."""
        return np.empty(0, np.int32)

    def eligible(self, present: Present | None) -> np.ndarray:
        """See `Reading`: int32, shape (0,); the film of a trial says which synapses it changed."""
        return np.empty(0, np.int32)

    def cursor(self) -> np.ndarray:
        """See `Reading`: float64, shape (0,)."""
        return np.empty(0)

    def silenced(self) -> np.ndarray:
        """See `Reading`: uint8, shape (0,)."""
        return np.empty(0, np.uint8)

    def gap_junctions(self) -> np.ndarray:
        """See `Reading`: int32, shape (0, 2)."""
        return np.empty((0, 2), np.int32)

    def reward(self, measured: dict[str, Any], trials: int) -> float:
        """See `Reading`."""
        return float(measured["mean_binary_reward"])


def reading_of(engine: Any, scenario: Scenario) -> Reading:
    """Return the reading that fits an engine."""
    if isinstance(engine, NeuronSimulation):
        return NeuronReading(engine)
    if isinstance(engine, JointSimulation):
        return JointReading(engine)
    return PublishedReading(engine, scenario) if isinstance(engine, PublishedEngine) else DescribedReading(engine)
