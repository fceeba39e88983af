"""The work of a scenario of threshold networks: replicates, trials, bytes and seconds (estimates)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astrosim.explain.tables import bytes_words
from astrosim.explain.workload import FILE_OVERHEAD, REPLICATE_OVERHEAD, Workload
from astrosim.scenario import condition_names, resolve
from astrosim.scenario.words import counted, seconds_words
from astrosim.store.variables import Variable
from astrosim.systems.threshold.learners.table import BASELINES
from astrosim.systems.threshold.records import RECORDED, REWARD_VARIABLES, TRIAL_VARIABLES, variables_of
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.scenario.trial_records import wanted

SECONDS_A_TRIAL = {"kernel": 1.5e-6, "agents": 5e-3, "published": 12e-6}  # assumed: the paper's network, one core
SECONDS_A_PASS = 5e-6  # of a rival, on the paper's network: a pass, its draws and a look; measured on one core
SECONDS_A_NEURAL_SYNAPSE = {"kernel": 1e-8, "agents": 5e-6}  # a trial where neurons learn; measured as below
SECONDS_A_DRAW = 2.2e-9  # of the kernel, a Gaussian; spec: DESIGN, speed


@dataclass(frozen=True)
class ThresholdWorkload(Workload):
    """Work of a scenario of threshold networks.

    Attributes
    ----------
    conditions, seeds, replicates : int
    neurons, synapses, astrocytes : int
        Of the largest condition; synapses are the mean over seeds.
    trials_per_replicate : int
        Of the longest condition.
    trials : int
        Over all replicates.
    learning_trials : int
        Over all replicates in which somebody learns.
    records_per_replicate : int
        Recorded episodes of the longest condition.
    records : int
        Over all replicates.
    disk_bytes : int
        Estimate, before compression.
    seconds : float
        Estimate of the trial loops on one core at a nominal rate.
    trial_bytes : int
        Of the records of a trial (`record.decisions`, `record.trials`), before compression, in the longest condition.
    firing_bytes : int
        Of the firing in a trial, before compression, in the largest condition that keeps it.
    """

    conditions: int
    seeds: int
    replicates: int
    neurons: int
    synapses: int
    astrocytes: int
    trials_per_replicate: int
    trials: int
    learning_trials: int
    records_per_replicate: int
    records: int
    disk_bytes: int
    seconds: float
    trial_bytes: int = 0
    firing_bytes: int = 0

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return name, value and remark of each line that is shown."""
        each = [("  per trial", f"{self.trial_bytes:,} bytes", "decisions and rewards")] * bool(self.trial_bytes)
        each += [("  of firing", f"{self.firing_bytes:,} bytes", "per recorded trial")] * bool(self.firing_bytes)
        return (
            (
                "replicates",
                f"{self.replicates:,}",
                f"{counted(self.conditions, 'condition')} x {counted(self.seeds, 'seed')}",
            ),
            ("neurons", f"{self.neurons:,}", "in the largest condition"),
            ("synapses", f"{self.synapses:,}", "expected, mean over seeds"),
            ("astrocytes", f"{self.astrocytes:,}", ""),
            ("trials per replicate", f"{self.trials_per_replicate:,}", "in the longest condition"),
            ("trials", f"{self.trials:,}", "over all replicates"),
            ("  that learn", f"{self.learning_trials:,}", ""),
            ("records", f"{self.records:,}", f"episodes; {self.records_per_replicate:,} per replicate"),
            ("on disk", f"about {bytes_words(self.disk_bytes)}", "before compression"),
            *each,
            ("time", f"about {seconds_words(self.seconds)}", "on one core at a nominal rate; workers share it"),
        )


def engine_name(scenario: Scenario) -> str:
    """Return the engine of a resolved scenario: kernel, agents, rival or published."""
    if scenario.learner in BASELINES:
        return "rival"
    return "published" if scenario.system == "published" and not scenario.neuronal else scenario.engine


def records_of(scenario: Scenario) -> int:
    """Return recorded episodes of one replicate; counted, not listed: there may be 10^9."""
    return (scenario.schedule.episodes - 2) // scenario.record.every + 2 if scenario.schedule.episodes > 1 else 1


def eligible_synapses(scenario: Scenario) -> float:
    """Return rough mean number of synapses that a trial perturbs."""
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
    """Return nominal seconds of one replicate's trial loop on one core."""
    engine = engine_name(scenario)
    if engine == "rival":
        from astrosim.systems.threshold.forward_passes import (
            passes_a_trial,  # loads numba, which no other estimate needs
        )

        return REPLICATE_OVERHEAD + SECONDS_A_PASS * passes_a_trial(scenario) * scenario.schedule.trials
    trial = SECONDS_A_TRIAL[engine]
    if scenario.neuronal:
        trial = scenario.network.expected_synapses * SECONDS_A_NEURAL_SYNAPSE[engine]
    elif engine == "kernel":
        trial += max(0.0, eligible_synapses(scenario) - 1_250) * SECONDS_A_DRAW  # 1,250: the paper's network
    return REPLICATE_OVERHEAD + trial * scenario.schedule.trials * (0.5 if scenario.learner == "none" else 1.0)


def gap_junctions(scenario: Scenario, astrocytes: int) -> float:
    """Return the rough number of gap junctions of a resolved scenario with a number of astrocytes."""
    chosen = scenario.coupling
    pairs = astrocytes * (astrocytes - 1) / 2
    expected = {
        "none": 0.0,
        "nearest": min(pairs, astrocytes * chosen.neighbours / 2),
        "distance": pairs,
        "edges": float(len(chosen.edges)),
    }
    return expected[chosen.graph]


def trial_bytes(scenario: Scenario) -> tuple[int, int]:
    """Return bytes of the rewards and decisions of a trial, if rewards are kept, and of its firing, if that is."""
    own, decided = wanted(scenario), TRIAL_VARIABLES[:2]
    slots = scenario.astrocytes.max_active * scenario.astrocytic
    fixed = sum(np.dtype(one.dtype).itemsize for one in (*REWARD_VARIABLES, *decided)) + slots
    return fixed * own.rewards, scenario.network.neurons * bool(own.firing)


def bytes_of(scenario: Scenario) -> float:
    """Return bytes that one replicate leaves, before compression."""
    astrocytes = scenario.network.clusters * scenario.astrocytes.per_cluster if scenario.astrocytic else 0
    length = {
        "episode": records_of(scenario),
        "weight_episode": len(scenario.weight_episodes),
        "trial": scenario.schedule.trials if wanted(scenario).decisions else 0,
        RECORDED: len(wanted(scenario).firing),
        "slot": min(scenario.astrocytes.max_active, astrocytes),
        "neuron": scenario.network.neurons,
        "synapse": scenario.network.expected_synapses,
        "astrocyte": astrocytes,
        "pattern": len(scenario.task.patterns),
        "bit": len(scenario.task.patterns[0][1]),
        "event": scenario.most_events,
        "gap_junction": gap_junctions(scenario, astrocytes),
    }

    def size(variable: Variable) -> float:
        return float(np.prod([length[d] for d in variable.dims])) * np.dtype(variable.dtype).itemsize

    return FILE_OVERHEAD + sum(size(variable) for variable in variables_of([scenario]))


def workload(scenario: Scenario) -> ThresholdWorkload:
    """Return the work of an astrocyte scenario."""
    resolved = [resolve(scenario, name) for name in condition_names(scenario)]
    seeds = len(scenario.seeds)
    return ThresholdWorkload(
        conditions=len(resolved),
        seeds=seeds,
        replicates=len(resolved) * seeds,
        neurons=max(r.network.neurons for r in resolved),
        synapses=round(max(r.network.expected_synapses for r in resolved)),
        astrocytes=max(r.network.clusters * r.astrocytes.per_cluster for r in resolved),
        trials_per_replicate=max(r.schedule.trials for r in resolved),
        trials=seeds * sum(r.schedule.trials for r in resolved),
        learning_trials=seeds * sum(r.schedule.trials for r in resolved if r.learner != "none"),
        records_per_replicate=max(records_of(r) for r in resolved),
        records=seeds * sum(records_of(r) for r in resolved),
        disk_bytes=round(seeds * sum(bytes_of(r) for r in resolved)),
        seconds=seeds * sum(seconds_of(r) for r in resolved),
        trial_bytes=max(trial_bytes(r)[0] for r in resolved),
        firing_bytes=max(trial_bytes(r)[1] for r in resolved),
    )
