"""Simulation of a threshold network: the part of both engines, from building to measuring."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import coo_array

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.core.rng import stream_keys
from astrosim.rules.exploration import exploration_rate
from astrosim.rules.propagation import fires, settle
from astrosim.statistics.outputs import distinct_outputs
from astrosim.store.variables import Decisions
from astrosim.systems.threshold.doors import check_door
from astrosim.systems.threshold.network.interventions import Interventions
from astrosim.systems.threshold.network.params import make_params
from astrosim.systems.threshold.network.shared import built
from astrosim.systems.threshold.network.state import FIRED, TRIALS, make_state
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.traces.tracer import make_tracer

PROGRESS = ("solved_trial", "solved_passes", "passes")
TOTALS = ("binary", "soft", "kept", "reverted", "eligible")


class ThresholdSimulation:
    """Network, territories and state of a resolved scenario and a seed.

    Parameters
    ----------
    scenario : Scenario
    seed : int

    Attributes
    ----------
    network : Network
    territories : Territories
        Empty unless astrocytes learn.
    gap_junctions : GapJunctions
        Empty unless astrocytes are coupled.
    kernel_network : KernelNetwork
    params : Params
    learning : State
        The arrays that learning changes; allocated once, never rebound.
    interventions : Interventions
        Interventions between trials; they exchange `kernel_network` and `params`.
    tracer : Tracer or None
        Records of single trials of the latest advance, if the scenario asks for them.
    """

    exploration_rate_of = staticmethod(exploration_rate)

    def __init__(self, scenario: Scenario, seed: int) -> None:
        check_door(type(self), scenario)
        self.resolved_scenario = scenario
        self.network, self.territories, self.gap_junctions, self.kernel_network = built(scenario, seed)
        self.params = make_params(scenario, stream_keys(seed))
        self.learning = make_state(scenario, self.network, self.territories, self.gap_junctions)
        self.interventions = Interventions(self)
        self.tracer = make_tracer(scenario, self.network.kind.size)
        self._totals = dict.fromkeys(TOTALS, 0.0)

    @property
    def trial(self) -> int:
        """Trials done so far."""
        return int(self.learning.counter[TRIALS])

    def _log(self, trials: int) -> Decisions:
        """Return an empty log for a stretch of trials."""
        slots = self.params.population.max_active if len(self.territories) else 0
        return Decisions(np.empty(trials, np.uint16), np.empty(trials, np.int8), np.empty((trials, slots), np.int32))

    def weights(self) -> np.ndarray:
        """Return the weights: float32, shape (synapse,)."""
        return self.learning.weight[: self.network.post.size].copy()

    def probe(self, patterns: np.ndarray | None = None) -> np.ndarray:
        """Return outputs of the frozen network: uint8, shape (pattern, bit).

        Parameters
        ----------
        patterns : ndarray of uint8, shape (pattern, input bit), optional
            By default those of the task.
        """
        shown = self.kernel_network.patterns if patterns is None else patterns
        if self.resolved_scenario.windowed:
            return fires(self._outputs(patterns), self.params.network.threshold).astype(np.uint8)
        matrix = np.zeros((self.kernel_network.inputs.size, self.kernel_network.outputs.size))
        source = np.repeat(np.arange(self.kernel_network.inputs.size), np.diff(self.kernel_network.direct_start))
        matrix[source, self.kernel_network.direct_bit] = self.learning.weight[self.kernel_network.direct_synapse]
        return fires(shown @ matrix, self.params.network.threshold).astype(np.uint8)

    def _outputs(self, patterns: np.ndarray | None = None) -> np.ndarray:
        """Return the outputs' voltages after a pass of each pattern, 0 if silenced: float64, shape (pattern, bit)."""
        patterns = self.kernel_network.patterns if patterns is None else patterns
        system, cycles, neurons = self.kernel_network, self.params.network.cycles, self.network.kind.size
        activation, fired = np.empty((cycles, neurons)), np.empty((cycles + 1, neurons), bool)
        rows = []
        for pattern in patterns:
            fired[0] = False
            fired[0, system.inputs] = pattern
            fired[0, system.tonic] = system.sound[system.tonic]
            settle(
                self.learning.weight,
                system.first,
                system.post,
                system.sound,
                self.params.network,
                activation,
                fired,
            )
            rows.append(activation[-1, system.outputs] * system.sound[system.outputs])
        return np.array(rows)

    def measure(self) -> dict[str, Any]:
        """Return the values of `EPISODE_VARIABLES` for the episode that was just advanced with `measure`."""
        state, params, totals = self.learning, self.params, self._totals
        outputs = self.probe()
        decided = totals["kept"] + totals["reverted"]
        coupled = {"calcium": state.calcium.copy(), "recruitments": state.recruitments.copy()}
        progress = dict(zip(PROGRESS, (*state.solved.tolist(), *state.passes.tolist()), strict=bool(state.passes.size)))
        sigma = {"sigma": state.sigma.copy()} if params.perturbation.adapt_sigma else {}
        return (
            (coupled if params.coupled else {})
            | progress
            | sigma
            | {
                "mean_binary_reward": totals["binary"] / params.trials_per_episode,
                "mean_soft_reward": totals["soft"] / params.trials_per_episode,
                "accept_rate": totals["kept"] / decided if decided else np.nan,
                "eligible_synapses": totals["eligible"] / params.trials_per_episode,
                "mean_abs_weight": float(np.abs(self.weights(), dtype=np.float64).mean())
                if self.network.post.size
                else np.nan,
                "distinct_outputs": distinct_outputs(outputs),
                "pattern_accuracy": self._by_pattern((outputs == self.kernel_network.targets).mean(axis=1), np.nan),
                "output": self._by_pattern(outputs.astype(np.int8), -1),
                "score": state.score.copy(),
                "threshold": state.threshold.copy(),
                "exploration_rate": self.exploration_rates(),
                "activations": state.activations.copy(),
                "successes": state.successes.copy(),
                "explorations": state.explorations.copy(),
                "activations_by_pattern": state.by_pattern.copy(),
            }
        )

    def accuracy(self) -> float:
        """Return the fraction of matching bits of the frozen network on the current task."""
        return float((self.probe() == self.kernel_network.targets).mean())

    def _by_pattern(self, values: np.ndarray, fill: float) -> np.ndarray:
        """Return values by pattern, filled up to the largest task that interventions may set."""
        padded = np.full((self.resolved_scenario.most_patterns, *values.shape[1:]), fill, values.dtype)
        padded[: len(values)] = values
        return padded

    def exploration_rates(self) -> np.ndarray:
        """Return the exploration rate of each astrocyte per trial: float64, shape (astrocyte,)."""
        r = self.params.population
        rates = [
            self.exploration_rate_of(r.exploration, n, r.flat_rate, r.initial_rate, r.maturity)
            for n in self.learning.activations
        ]
        return np.array(rates, dtype=np.float64)

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all arrays that change, each in its own shape; the neurons that fired last are sorted."""
        state = copy_arrays(self.learning._asdict())
        fired = np.sort(state["fired"][: state["counter"][FIRED]])
        state["fired"] = np.zeros_like(state["fired"])
        state["fired"][: fired.size] = fired
        return state | self.interventions.state()

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same scenario and seed.

        Raises
        ------
        ValueError
            If an array is missing or has another shape or type.
        """
        restore_arrays(self.learning._asdict(), state)
        self.interventions.restore(self, state)

    def happened(self) -> dict[str, np.ndarray]:
        """Return the values of `EVENT_VARIABLES`, each of shape (event,)."""
        return self.interventions.happened()

    def static(self) -> dict[str, np.ndarray]:
        """Return the values of `STATIC_VARIABLES`, each of shape (neuron,), (synapse,) or (astrocyte,)."""
        net, held, junctions = self.network, self.territories, self.gap_junctions
        coupled = {
            "gap_junction_from": junctions.edge[:, 0],
            "gap_junction_to": junctions.edge[:, 1],
            "gap_junction_delay": junctions.delay,
        }
        return (coupled if self.params.coupled else {}) | {
            "neuron_x": net.position[:, 0],
            "neuron_y": net.position[:, 1],
            "neuron_z": net.z,
            "neuron_kind": net.kind,
            "neuron_cluster": net.cluster,
            "pre": net.pre,
            "post": net.post,
            "astrocyte_x": held.position[:, 0],
            "astrocyte_y": held.position[:, 1],
            "astrocyte_cluster": held.cluster,
            "territory_neurons": held.neurons.sizes.astype(np.int32),
            "territory_synapses": held.synapses.sizes.astype(np.int32),
        }

    def sizes(self) -> dict[str, int]:
        """Return the lengths of the dimensions."""
        return {
            "neuron": len(self.network.kind),
            "synapse": len(self.network.post),
            "astrocyte": len(self.territories),
            "pattern": self.resolved_scenario.most_patterns,
            "bit": self.kernel_network.outputs.size,
            "gap_junction": len(self.gap_junctions),
            "slot": self.params.population.max_active if len(self.territories) else 0,
        }

    def wiring(self) -> Wiring:
        """Return the direct wiring of inputs and tonic neurons to outputs, and the outputs they reach in a pass."""
        system, cycles = self.kernel_network, self.params.network.cycles
        sources = np.concatenate([system.inputs, system.tonic])
        heard = system.sound[self.network.post]
        always = np.ones((len(system.patterns), system.tonic.size), np.uint8)
        return Wiring(
            self._wired(sources, heard),
            np.hstack([system.patterns, always]),
            system.targets,
            self.params.network.threshold,
            float(self.params.perturbation.limit),
            None if cycles == 1 else self._reached(sources, heard, cycles),
            self.params.network.memoryless,
        )

    def _wired(self, sources: np.ndarray, heard: np.ndarray) -> np.ndarray:
        """Return which neurons have synapses that are heard straight onto outputs: bool, shape (source, bit)."""
        outputs = self.kernel_network.outputs
        row, column = (np.full(self.network.kind.size, -1) for _ in range(2))
        row[sources], column[outputs] = np.arange(sources.size), np.arange(outputs.size)
        at, bit = row[self.network.pre], column[self.network.post]
        straight = heard & (at >= 0) & (bit >= 0)
        wired = np.zeros((sources.size, outputs.size), bool)
        wired[at[straight], bit[straight]] = True
        return wired

    def _reached(self, sources: np.ndarray, heard: np.ndarray, cycles: int) -> np.ndarray:
        """Return which outputs neurons reach within a pass of several cycles: bool, shape (source, bit)."""
        net = self.network
        ends = net.pre[heard], net.post[heard]
        linked = coo_array((np.ones(heard.sum()), ends), shape=(net.kind.size,) * 2).tocsr()
        ahead = linked[sources]
        for _ in range(cycles - 1):
            ahead = ((ahead @ linked) + linked[sources]).astype(bool).astype(float)
        return ahead[:, self.kernel_network.outputs].toarray() > 0
