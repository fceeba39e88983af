"""The size of a scenario's work before it is done: cells, trials, bytes and seconds (estimates, said to be so)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from astrosim.scenario import Experiment, condition_names, resolve
from astrosim.store.variables import (
    COUPLING_VARIABLES,
    DEEP_VARIABLES,
    EPISODE_VARIABLES,
    NEURON_VARIABLES,
    STATIC_VARIABLES,
    TRIAL_VARIABLES,
    WEIGHT_VARIABLES,
    Variable,
)
from astrosim.systems.images.scenario.schema import FieldScenario
from astrosim.systems.threshold.scenario.baseline_section import RIVALS
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.waves.scenario.schema import WaveScenario

SECONDS_A_TRIAL = {"kernel": 1.5e-6, "agents": 5e-3, "published": 12e-6}  # assumed: the paper's network, one core
SECONDS_A_PASS = 5e-6  # of a rival, on the paper's network: a pass, its draws and a look; measured on one core
SECONDS_A_NEURAL_SYNAPSE = {"kernel": 1e-8, "agents": 5e-6}  # a trial where neurons learn; measured as below
SECONDS_A_DRAW = 2.2e-9  # of the kernel, a Gaussian; spec: DESIGN, speed
SECONDS_AN_UPDATE = 10e-6  # of one replicate, whatever its size; measured: `make bench`, wave networks
SECONDS_AN_IMAGE = 6e-9  # softmax of ten classes and its sums; measured: `make bench`, fields
SECONDS_A_SYNAPSE = 1e-10  # an image and an incoming synapse, by difference; measured as above
SECONDS_A_TAP = 4e-10  # a live weight and an image, forward and backward; measured as above
WAVE_CURVES = 5  # figures of an epoch: two losses, two accuracies, accept rate
CELL_OVERHEAD = 0.02  # s; assumed: wiring, ceiling, commit
FILE_OVERHEAD = 20_000  # bytes a cell: metadata, commit record, summary; assumed: a few dozen small files


@dataclass(frozen=True)
class Workload:
    """What a run of a scenario amounts to.

    Attributes
    ----------
    conditions, seeds, cells : int
    neurons, synapses, astrocytes : int
        Of the largest condition; synapses are the mean over seeds.
    trials_per_cell : int
        Of the longest condition.
    trials : int
        Over all cells.
    learning_trials : int
        Over all cells in which somebody learns.
    records_per_cell : int
        Recorded episodes of the longest condition.
    records : int
        Over all cells.
    disk_bytes : int
        Estimate, before compression.
    seconds : float
        Estimate of the trial loops on one core at a nominal rate.
    """

    conditions: int
    seeds: int
    cells: int
    neurons: int
    synapses: int
    astrocytes: int
    trials_per_cell: int
    trials: int
    learning_trials: int
    records_per_cell: int
    records: int
    disk_bytes: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The same as a dictionary, for JSON."""
        return asdict(self)


def engine_name(scenario: Scenario) -> str:
    """Which engine runs a resolved scenario: kernel, agents, rival or published."""
    if scenario.learner in RIVALS:
        return "rival"
    return "published" if scenario.system == "published" and not scenario.neuronal else scenario.engine


def records_of(scenario: Scenario) -> int:
    """Recorded episodes of one cell; counted, not listed: there may be 10^9."""
    return (scenario.schedule.episodes - 2) // scenario.record.every + 2 if scenario.schedule.episodes > 1 else 1


def eligible_synapses(scenario: Scenario) -> float:
    """Rough mean number of synapses that a trial perturbs."""
    total = scenario.network.expected_synapses
    if scenario.neuronal and not scenario.astrocytic:
        return total
    if scenario.learner == "none" or scenario.perturbation.scope == "single":
        return float(scenario.learner != "none")
    if scenario.perturbation.scope == "global":
        return total
    if scenario.learner == "cursor":
        return total * min(1.0, scenario.cursor.radius / scenario.network.half_width) ** 2
    network = scenario.network
    covered = min(1.0, np.pi / 4 * min(2.0, scenario.astrocytes.radius / network.half_width) ** 2)
    held = 2 * covered / network.clusters * total  # a synapse belongs if either end does
    return min(total, held * min(scenario.astrocytes.max_active, scenario.astrocytes.per_cluster))


def seconds_of(scenario: Scenario) -> float:
    """Nominal seconds of one cell's trial loop on one core."""
    engine = engine_name(scenario)
    if engine == "rival":
        from astrosim.systems.threshold.forward_passes import (
            passes_a_trial,  # loads numba, which no other estimate needs
        )

        return CELL_OVERHEAD + SECONDS_A_PASS * passes_a_trial(scenario) * scenario.schedule.trials
    trial = SECONDS_A_TRIAL[engine]
    if scenario.neuronal:
        trial = scenario.network.expected_synapses * SECONDS_A_NEURAL_SYNAPSE[engine]
    elif engine == "kernel":
        trial += max(0.0, eligible_synapses(scenario) - 1_250) * SECONDS_A_DRAW  # 1,250: the paper's network
    return CELL_OVERHEAD + trial * scenario.schedule.trials * (0.5 if scenario.learner == "none" else 1.0)


def bytes_of(scenario: Scenario) -> float:
    """Bytes that one cell leaves, before compression."""
    astrocytes = scenario.network.clusters * scenario.astrocytes.per_cluster if scenario.astrocytic else 0
    length = {
        "episode": records_of(scenario),
        "weight_episode": len(scenario.weight_episodes),
        "trial": scenario.schedule.trials if scenario.record.decisions else 0,
        "slot": min(scenario.astrocytes.max_active, astrocytes),
        "neuron": scenario.network.neurons,
        "synapse": scenario.network.expected_synapses,
        "astrocyte": astrocytes,
        "pattern": len(scenario.task.patterns),
        "bit": len(scenario.task.patterns[0][1]),
    }

    def size(variable: Variable) -> float:
        return float(np.prod([length[d] for d in variable.dims])) * np.dtype(variable.dtype).itemsize

    further = (COUPLING_VARIABLES if scenario.coupled else ()) + (DEEP_VARIABLES if scenario.counts_passes else ())
    further += NEURON_VARIABLES if scenario.neuronal else ()
    variables = (*EPISODE_VARIABLES, *TRIAL_VARIABLES, *WEIGHT_VARIABLES, *STATIC_VARIABLES, *further)
    return FILE_OVERHEAD + sum(size(variable) for variable in variables)


def workload(scenario: Experiment) -> Workload | WaveWorkload | FieldWorkload:
    """Estimate what running all conditions and seeds of a scenario takes.

    Parameters
    ----------
    scenario : Experiment
    """
    if isinstance(scenario, FieldScenario):
        return field_workload(scenario)
    if isinstance(scenario, Scenario):
        return astrocyte_workload(scenario)
    assert isinstance(scenario, WaveScenario)
    return wave_workload(scenario)


def astrocyte_workload(scenario: Scenario) -> Workload:
    """The work of an astrocyte scenario."""
    resolved = [resolve(scenario, name) for name in condition_names(scenario)]
    seeds = len(scenario.seeds)
    return Workload(
        conditions=len(resolved),
        seeds=seeds,
        cells=len(resolved) * seeds,
        neurons=max(r.network.neurons for r in resolved),
        synapses=round(max(r.network.expected_synapses for r in resolved)),
        astrocytes=max(r.network.clusters * r.astrocytes.per_cluster for r in resolved),
        trials_per_cell=max(r.schedule.trials for r in resolved),
        trials=seeds * sum(r.schedule.trials for r in resolved),
        learning_trials=seeds * sum(r.schedule.trials for r in resolved if r.learner != "none"),
        records_per_cell=max(records_of(r) for r in resolved),
        records=seeds * sum(records_of(r) for r in resolved),
        disk_bytes=round(seeds * sum(bytes_of(r) for r in resolved)),
        seconds=seeds * sum(seconds_of(r) for r in resolved),
    )


@dataclass(frozen=True)
class WaveWorkload:
    """What a run of a wave scenario amounts to.

    Attributes
    ----------
    conditions, seeds, cells : int
        A cell is one replicate: one network that is trained.
    parameters, live_weights : int
        Of the largest condition.
    mesh_cells : int
        Astrocytes, or neurons of an MLP, inputs included, in the largest condition.
    updates_per_cell : int
        Of the longest condition.
    updates : int
        Over all cells.
    disk_bytes : int
        Estimate, before compression.
    seconds : float
        Estimate on one core at a nominal rate; a VAE's training is not in it.
    """

    conditions: int
    seeds: int
    cells: int
    parameters: int
    live_weights: int
    mesh_cells: int
    updates_per_cell: int
    updates: int
    disk_bytes: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The same as a dictionary, for JSON."""
        return asdict(self)


def wave_seconds_of(scenario: WaveScenario) -> float:
    """Nominal seconds of one replicate's training on one core, trained beside others."""
    sums = scenario.live_weights * scenario.images_per_update
    return CELL_OVERHEAD + scenario.updates * (SECONDS_AN_UPDATE + SECONDS_A_TAP * sums)


def wave_bytes_of(scenario: WaveScenario) -> float:
    """Bytes that one replicate leaves, before compression."""
    weights = 4 * scenario.parameters if scenario.record.weights else 0
    return FILE_OVERHEAD + weights + 8 * scenario.schedule.epochs * (WAVE_CURVES + scenario.output_width)


def wave_workload(scenario: WaveScenario) -> WaveWorkload:
    """The work of a wave scenario."""
    resolved = [resolve(scenario, name) for name in condition_names(scenario)]
    seeds = len(scenario.seeds)
    return WaveWorkload(
        conditions=len(resolved),
        seeds=seeds,
        cells=len(resolved) * seeds,
        parameters=max(r.parameters for r in resolved),
        live_weights=max(r.live_weights for r in resolved),
        mesh_cells=max(r.cells for r in resolved),
        updates_per_cell=max(r.updates for r in resolved),
        updates=seeds * sum(r.updates for r in resolved),
        disk_bytes=round(seeds * sum(wave_bytes_of(r) for r in resolved)),
        seconds=seeds * sum(wave_seconds_of(r) for r in resolved),
    )


@dataclass(frozen=True)
class FieldWorkload:
    """What a run of a scenario of receptive fields amounts to.

    Attributes
    ----------
    conditions, seeds, cells : int
    synapses : int
        Of the largest condition.
    trials_per_cell : int
        Of the longest condition.
    trials, evaluations : int
        Over all cells: trials, and images that are put through a changed network, at most.
    disk_bytes : int
        Estimate, before compression.
    seconds : float
        Estimate on one core at a nominal rate.
    """

    conditions: int
    seeds: int
    cells: int
    synapses: int
    trials_per_cell: int
    trials: int
    evaluations: int
    disk_bytes: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The same as a dictionary, for JSON."""
        return asdict(self)


def field_seconds_of(scenario: FieldScenario) -> float:
    """Nominal seconds of a cell on one core."""
    units = scenario.network.units
    touched = {"astrocytes": scenario.territory.units, "random_mask": min(units, scenario.incoming)}
    synapses = touched.get(scenario.learner.rule, units) * (scenario.incoming + scenario.classes)
    return CELL_OVERHEAD + scenario.evaluations * (SECONDS_AN_IMAGE + SECONDS_A_SYNAPSE * synapses)


def field_workload(scenario: FieldScenario) -> FieldWorkload:
    """The work of a scenario of receptive fields."""
    resolved = [resolve(scenario, name) for name in condition_names(scenario)]
    seeds = len(scenario.seeds)
    kept = [4 * one.parameters if one.record.weights else 0 for one in resolved]
    return FieldWorkload(
        conditions=len(resolved),
        seeds=seeds,
        cells=len(resolved) * seeds,
        synapses=max(one.synapses for one in resolved),
        trials_per_cell=max(one.schedule.trials for one in resolved),
        trials=seeds * sum(one.schedule.trials for one in resolved),
        evaluations=seeds * sum(one.evaluations for one in resolved),
        disk_bytes=seeds * (sum(kept) + len(resolved) * FILE_OVERHEAD),
        seconds=seeds * sum(field_seconds_of(one) for one in resolved),
    )
