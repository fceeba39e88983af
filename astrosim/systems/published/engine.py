"""The published system as an engine. Murray 2026; the spec of the program, sections 1 to 6."""

from __future__ import annotations

from typing import Any

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.rules.choices import chosen
from astrosim.statistics.outputs import distinct_outputs
from astrosim.store.variables import IDLE, KEPT, REVERTED, Decisions
from astrosim.systems.published.kernel import constants as c
from astrosim.systems.published.kernel.astrocytes import EXPLORATION_RULES, exploration_rate, learn
from astrosim.systems.published.kernel.circuit import make_circuit, make_collections, make_territories
from astrosim.systems.published.kernel.cursor import wander
from astrosim.systems.published.kernel.network import build_network
from astrosim.systems.published.kernel.pass_cache import mean_magnitude, new_standing, probe
from astrosim.systems.published.kernel.perturbation import new_scratch
from astrosim.systems.published.kernel.state import Tally, new_tally, start
from astrosim.systems.threshold.network.trace import NOTHING, Trace
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.records import TRIAL_VARIABLES
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.traces.tracer import make_tracer

NO_PATTERN = TRIAL_VARIABLES[0].fill  # logged where nobody learns and so no pattern is drawn


def _bits(texts: list[str]) -> np.ndarray:
    """Bits of texts of 0 and 1: uint8, shape (text, bit)."""
    return np.array([[int(bit) for bit in text] for text in texts], dtype=np.uint8)


LEARNERS = {name: name for name in ("astrocytes", "cursor", "none")}  # of the published system


class PublishedEngine:
    """One replicate of the published system in motion: see `astrosim.systems.threshold.engines.Engine`.

    Parameters
    ----------
    scenario : Scenario
        Resolved, with ``system = "published"``.
    seed : int

    Attributes
    ----------
    tracer : Tracer or None
        Records of single trials of the latest advance, if the scenario asks for them.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._learner = chosen("learner", LEARNERS, scenario.learner)
        self._traffic = chosen("sensing.rule", {"firing": False, "traffic": True}, scenario.sensing.rule)
        self._rule = chosen("exploration.rule", EXPLORATION_RULES, scenario.exploration.rule)
        self._network = build_network(seed)
        patterns, targets = (_bits([pair[side] for pair in scenario.task.patterns]) for side in (0, 1))
        self._circuit = make_circuit(self._network, patterns, targets)
        self._territories = make_territories(self._network)
        if self._learner == "astrocytes":
            self._collections = make_collections(self._territories, self._circuit)
        self._state = start(self._network)
        self._standing = new_standing()
        self._scratch = new_scratch(len(self._network.pre))
        self._episode: dict[str, Any] = {}
        self.tracer = make_tracer(scenario, c.NEURONS)

    @property
    def trial(self) -> int:
        """Trials done so far."""
        return int(self._state.trial[0])

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; without a learner nothing is drawn and nothing changes but the count of trials.

        Parameters
        ----------
        trials : int
        measure : bool
            Also gather what `measure` reports; then the trials are one episode.

        Returns
        -------
        Decisions
        """
        log = Decisions(
            pattern=np.full(trials, NO_PATTERN, dtype=np.uint16),
            decision=np.full(trials, IDLE, dtype=np.int8),
            active=np.empty((trials, self.sizes()["slot"]), dtype=np.int32),
        )
        tally, tracer = new_tally(), self.tracer
        if tracer is None:
            self._stretch(log, tally, NOTHING)
        else:
            tracer.begin(self.trial)
            done = 0
            while done < trials:
                trial = self.trial
                stop = min(trials, done + tracer.stretch(trial))
                rows, traced = slice(done, stop), tracer.rows(trial, stop - done)
                self._stretch(Decisions(log.pattern[rows], log.decision[rows], log.active[rows]), tally, traced)
                tracer.take(trial, traced)
                done = stop
        if measure:
            self._episode = self._summarise(tally, log.decision)
        return log

    def _stretch(self, log: Decisions, tally: Tally, traced: Trace) -> None:
        """Carry out as many trials as the log has rows."""
        common = (self._state, self._standing, self._scratch, tally, traced, log.pattern, log.decision)
        if self._learner == "astrocytes":
            fixed = (self._circuit, self._territories, self._collections, self._traffic, self._rule)
            learn(*fixed, *common, log.active)
        elif self._learner == "cursor":
            self._wander(log, tally, traced)
        else:
            self._state.trial[0] += len(log.pattern)

    def _wander(self, log: Decisions, tally: Tally, traced: Trace) -> None:
        """Let the cursor learn for as many trials as the log has rows."""
        common = (self._state, self._standing, self._scratch, tally, traced, log.pattern, log.decision)
        wander(self._circuit, self._territories, *common)

    def _summarise(self, tally: Any, decision: np.ndarray) -> dict[str, Any]:
        """Values of the episode that depend on its trials; not a number where nobody learns."""
        kept, reverted = int(np.sum(decision == KEPT)), int(np.sum(decision == REVERTED))
        trials = np.nan if self._learner == "none" else float(len(decision))
        values: dict[str, Any] = {
            "mean_binary_reward": tally.binary[0] / trials,
            "mean_soft_reward": tally.soft[0] / trials,
            "accept_rate": self._accept_rate(kept, reverted),
            "eligible_synapses": tally.eligible[0] / trials,
        }
        if self._learner == "astrocytes":
            values["score"] = tally.score.copy()
        return values

    def _accept_rate(self, kept: int, reverted: int) -> float:
        """Kept / (kept + reverted); the program reports 0 for an episode in which the cursor touched no synapse."""
        if self._learner == "none":
            return np.nan
        return kept / (kept + reverted) if kept + reverted else 0.0

    def measure(self) -> dict[str, Any]:
        """Return values of `EPISODE_VARIABLES` for the episode that was just advanced with `measure`."""
        state, output, targets = self._state, self.probe(), self._circuit.targets
        values = {
            **self._episode,
            "mean_abs_weight": mean_magnitude(state.weight),
            "distinct_outputs": distinct_outputs(output),
            "pattern_accuracy": (output == targets).mean(axis=1),
            "output": output.astype(np.int8),
        }
        if self._learner == "astrocytes":
            values["exploration_rate"] = np.array([exploration_rate(self._rule, n) for n in state.activations])
            for name in ("threshold", "activations", "successes", "explorations", "activations_by_pattern"):
                values[name] = getattr(state, name).copy()
        else:
            values |= self._empty_astrocyte_values()
        return values

    def _empty_astrocyte_values(self) -> dict[str, np.ndarray]:
        """The values of no astrocytes."""
        names = ("score", "threshold", "exploration_rate", "activations", "successes", "explorations")
        return {name: np.empty(0) for name in names} | {"activations_by_pattern": np.empty((0, c.PATTERNS))}

    def probe(self, patterns: np.ndarray | None = None) -> np.ndarray:
        """Return outputs of the frozen network: uint8, shape (pattern, bit).

        Parameters
        ----------
        patterns : ndarray of uint8, shape (pattern, input bit), optional
            By default those of the task.
        """
        circuit = self._circuit if patterns is None else self._circuit._replace(patterns=patterns)
        return probe(circuit, self._state.weight)

    def weights(self) -> np.ndarray:
        """Return a copy of the weights: float64, shape (synapse,)."""
        return self._state.weight.copy()

    def state(self) -> dict[str, np.ndarray]:
        """Return a copy of all that changes, by name: types and shape of each as `kernel.state.State` names them."""
        return copy_arrays(self._state._asdict())

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same scenario and seed: arrays of the same shape and type."""
        restore_arrays(self._state._asdict(), state)
        self._standing.valid[:] = False

    def static(self) -> dict[str, np.ndarray]:
        """Return values of `STATIC_VARIABLES`.

        Positions are float64 of shape (neuron,) or (astrocyte,); ``neuron_kind`` is int8, all others are int32: of
        shape (neuron,), (synapse,) for ``pre`` and ``post``, or (astrocyte,). Without astrocytes those of astrocytes
        are empty.
        """
        net, some = self._network, self.sizes()["astrocyte"]
        return {
            "neuron_x": net.position[:, 0],
            "neuron_y": net.position[:, 1],
            "neuron_z": net.position[:, 2],
            "neuron_kind": net.kind.astype(np.int8),
            "neuron_cluster": net.cluster.astype(np.int32),
            "pre": net.pre.astype(np.int32),
            "post": net.post.astype(np.int32),
            "astrocyte_x": net.astrocyte_position[:some, 0],
            "astrocyte_y": net.astrocyte_position[:some, 1],
            "astrocyte_cluster": net.astrocyte_cluster[:some].astype(np.int32),
            "territory_neurons": np.array([len(t) for t in net.territory_labels[:some]], dtype=np.int32),
            "territory_synapses": np.array([len(t) for t in net.territory_synapses[:some]], dtype=np.int32),
        }

    def territory(self, astrocyte: int) -> np.ndarray:
        """Return synapses of an astrocyte's territory, as the program finds them by labels: int64, shape (synapse,).

        Ascending.
        """
        return self._network.territory_synapses[astrocyte]

    def happened(self) -> dict[str, np.ndarray]:
        """Return no array of any shape: the published system knows no interventions."""
        return {}

    def sizes(self) -> dict[str, int]:
        """Return lengths of the dimensions; no astrocytes and no slots for the cursor and the control."""
        some = self._learner == "astrocytes"
        return {
            "neuron": c.NEURONS,
            "synapse": len(self._network.pre),
            "astrocyte": c.ASTROCYTES if some else 0,
            "pattern": c.PATTERNS,
            "bit": c.OUTPUTS,
            "slot": c.MAX_ACTIVE if some else 0,
        }

    def wiring(self) -> Wiring:
        """Return the direct input-to-output wiring, for the structural ceiling."""
        task = self._circuit
        return Wiring(task.direct >= 0, task.patterns, task.targets, c.FIRING_THRESHOLD, c.LIMIT)
