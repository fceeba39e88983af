"""Simulation of neurons that learn by themselves: the part of both engines, from building to measuring."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.statistics.outputs import distinct_outputs
from astrosim.store.variables import IDLE, Decisions
from astrosim.systems.threshold.doors import check_door
from astrosim.systems.threshold.learners.neurons.kernel import probe
from astrosim.systems.threshold.learners.neurons.placement import place
from astrosim.systems.threshold.learners.neurons.state import (
    REMEMBERED,
    TRIALS,
    Circuit,
    Numbers,
    State,
    make_circuit,
    make_numbers,
    make_state,
)
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.records import TRIAL_VARIABLES
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import PROGRESS
from astrosim.systems.threshold.traces.tracer import make_tracer

NO_PATTERN = int(TRIAL_VARIABLES[0].fill)  # logged if `learner = "none"`
OF_ASTROCYTES = ("score", "threshold", "exploration_rate", "activations", "successes", "explorations")


class NeuronSimulation:
    """Neurons, synapses and state of a resolved scenario and a seed.

    Parameters
    ----------
    scenario : Scenario
        With ``learner = "neurons"``, or ``network.layout = "relay"``.
    seed : int

    Attributes
    ----------
    placed : Placed
    circuit : Circuit
    numbers : Numbers
    learning : State
        The arrays that learning changes; allocated once, never rebound. `neural` is another name of it, for agents.
    tracer : Tracer or None
        Records of single trials of the latest advance, if the scenario asks for them.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        check_door(type(self), scenario)
        self.resolved_scenario = scenario
        self.placed = place(scenario, seed)
        self.circuit = make_circuit(scenario, seed, self.placed)
        self.numbers = make_numbers(scenario)
        self.learning = self.neural = make_state(scenario, self.placed)
        self.tracer = make_tracer(scenario, self.placed.kind.size)
        self._episode: dict[str, float] = {}

    @property
    def trial(self) -> int:
        """Trials done so far."""
        return int(self.learning.counter[TRIALS])

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; without a learner only their number changes.

        Parameters
        ----------
        trials : int
        measure : bool
            Also gather the values of `measure`; then the trials are one episode.

        Returns
        -------
        Decisions
            `decision` tells whether the change of the trial before was kept, if changes are provisional.
        """
        log = Decisions(
            pattern=np.full(trials, NO_PATTERN, np.uint16),
            decision=np.full(trials, IDLE, np.int8),
            active=np.empty((trials, 0), np.int32),
        )
        if self.tracer is not None:
            self.tracer.begin(self.trial)
        if self.numbers.learns:
            self._learn(log)
        else:
            self.learning.counter[TRIALS] += trials
        if measure:
            self._episode = self._summarise(log)
        return log

    def _learn(self, log: Decisions) -> None:
        """Carry out one trial for each row of the log; engines define it."""
        raise NotImplementedError

    def _summarise(self, log: Decisions) -> dict[str, float]:
        """Return the values of an episode that depend on its trials; NaN if `learner = "none"`."""
        kept, decided = int(np.sum(log.decision > 0)), int(np.sum(log.decision != IDLE))
        last = [(self.trial - 1 - k) % REMEMBERED for k in range(min(len(log.decision), REMEMBERED))]
        learns = self.numbers.learns
        return {
            "mean_binary_reward": float(self.learning.accuracy[last].mean()) if learns and last else np.nan,
            "mean_soft_reward": np.nan,
            "accept_rate": kept / decided if decided else np.nan,
            "eligible_synapses": float(self.placed.post.size) if learns else np.nan,
        }

    def measure(self) -> dict[str, Any]:
        """Return the values of `EPISODE_VARIABLES` and `NEURON_VARIABLES` for the episode that was just advanced."""
        output, state = self.probe(), self.learning
        nobody = {name: np.empty(0) for name in OF_ASTROCYTES}
        progress = dict(zip(PROGRESS, (*state.solved.tolist(), *state.spent.tolist()), strict=bool(state.spent.size)))
        return (
            self._episode
            | nobody
            | progress
            | {
                "mean_abs_weight": float(np.abs(state.weight).mean()) if state.weight.size else np.nan,
                "distinct_outputs": distinct_outputs(output),
                "pattern_accuracy": (output == self.circuit.targets).mean(axis=1),
                "output": output.astype(np.int8),
                "activations_by_pattern": np.empty((0, len(self.circuit.targets))),
            }
            | values_of_neurons(self.circuit, self.numbers, state)
        )

    def probe(self, patterns: np.ndarray | None = None) -> np.ndarray:
        """Return the outputs of the frozen network: uint8, shape (pattern, bit); each starts from the last firing.

        Parameters
        ----------
        patterns : ndarray of uint8, shape (pattern, input bit), optional
            By default those of the task.
        """
        circuit = self.circuit if patterns is None else self.circuit._replace(patterns=patterns)
        return answers_of(circuit, self.numbers, self.learning)

    def accuracy(self) -> float:
        """Return the fraction of matching bits of the frozen network."""
        return float((self.probe() == self.circuit.targets).mean())

    def weights(self) -> np.ndarray:
        """Return a copy of the weights, shape (synapse,): float64, in the described system float32 on its grid."""
        return self.learning.weight.astype(np.float64 if self.numbers.spacing == 0.0 else np.float32)

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that change, each in the shape that `learners.neurons.state.State` states."""
        return copy_arrays(self.learning._asdict())

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same scenario and seed.

        Raises
        ------
        ValueError
            If an array is missing or has another shape or type.
        """
        restore_arrays(self.learning._asdict(), state)

    def happened(self) -> dict[str, np.ndarray]:
        """Return an empty dict instead of arrays of shape (event,): these simulations take no interventions."""
        return {}

    def static(self) -> dict[str, np.ndarray]:
        """Return the values of `STATIC_VARIABLES`, of shape (neuron,) or (synapse,); astrocyte arrays are empty."""
        none = np.empty(0, np.int32)
        return {
            "neuron_x": self.placed.position[:, 0],
            "neuron_y": self.placed.position[:, 1],
            "neuron_z": self.placed.position[:, 2],
            "neuron_kind": self.placed.kind,
            "neuron_cluster": self.placed.cluster,
            "pre": self.placed.pre,
            "post": self.placed.post,
            "astrocyte_x": np.empty(0),
            "astrocyte_y": np.empty(0),
            "astrocyte_cluster": none,
            "territory_neurons": none,
            "territory_synapses": none,
        }

    def sizes(self) -> dict[str, int]:
        """Return the lengths of the dimensions; no astrocytes, no slots."""
        patterns, bits = self.circuit.targets.shape
        sizes = {"neuron": self.placed.kind.size, "synapse": self.placed.post.size, "pattern": patterns, "bit": bits}
        return sizes | {"astrocyte": 0, "slot": 0, "gap_junction": 0}

    def wiring(self) -> Wiring:
        """Return the direct wiring of inputs and tonic neurons to outputs.

        It is biased (`Wiring.biased`) if firing persists or thresholds move. With several cycles the ceiling is a
        bound, as every input may reach an output.
        """
        circuit = self.circuit
        sources, outputs = [*circuit.inputs, *circuit.tonic], list(circuit.outputs)
        wired = np.zeros((len(sources), len(outputs)), bool)
        for pre, post in zip(self.placed.pre, self.placed.post, strict=True):
            if pre in sources and post in outputs:
                wired[sources.index(pre), outputs.index(post)] = True
        always = np.ones((len(circuit.patterns), circuit.tonic.size), np.uint8)
        reached = np.ones_like(wired) if self.numbers.cycles > 1 else None
        patterns = np.hstack([circuit.patterns, always])
        threshold, limit = self.resolved_scenario.network.threshold, self.numbers.limit
        wiring = Wiring(wired, patterns, circuit.targets, threshold, limit, reached)
        return wiring.biased() if self.numbers.persists or self.numbers.homeostasis else wiring


def answers_of(circuit: Circuit, numbers: Numbers, state: State) -> np.ndarray:
    """Return the outputs of the frozen network: uint8, shape (pattern, bit); each starts from the last firing."""
    output, summed = np.empty_like(state.output), np.empty_like(state.threshold)
    answers = np.empty((len(circuit.patterns), circuit.outputs.size), np.uint8)
    probe(circuit, numbers, state, output, summed, answers)
    return answers


def values_of_neurons(circuit: Circuit, numbers: Numbers, state: State) -> dict[str, Any]:
    """Return the values of `NEURON_VARIABLES`."""
    done = min(int(state.counter[TRIALS]), REMEMBERED) if numbers.learns else 0
    up = np.abs(state.flag) >= numbers.flag_threshold
    onto = np.isin(circuit.post, circuit.outputs)
    return {
        "training_accuracy": float(state.accuracy[:done].mean()) if done else np.nan,
        "training_outputs": len(np.unique(state.answer[:done])) if done else -1,
        "mean_threshold": float(state.threshold[~circuit.driven].mean()),
        "flags_up": float(up.mean()) if up.size else np.nan,
        "flags_up_outputs": float(up[onto].mean()) if onto.any() else np.nan,
        "flipped_synapses": int(state.flipped.sum()),
        "neuron_threshold": state.threshold.copy(),
        "neuron_rate": state.fired / np.maximum(state.passes, 1),
    }
