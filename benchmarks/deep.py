"""Time a trial of networks past the report's ceiling: tonic drive, two cycles, all eight patterns per trial."""

from __future__ import annotations

from typing import Any

from astrosim import load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.scenario.merge import merge
from astrosim.systems.threshold.engines import make_engine
from benchmarks.cases import SEED
from benchmarks.timing import Timed, take_turns

CASES = (
    ("eight_of_eight", "radius_3"),
    ("eight_of_eight", "radius_4"),
    ("eight_of_eight", "race"),
    ("size_60_to_6000", "n60"),
    ("size_60_to_6000", "n600"),
    ("size_60_to_6000", "n6000"),
    ("size_60_to_6000", "n6000_random"),
)
FURTHER: dict[str, dict[str, Any]] = {
    "three cycles": {"network": {"cycles": 3}},
    "by score": {"astrocytes": {"selection": "score", "max_active": 3}},
    "one pattern": {"decision": {"window": 1}},
    "all synapses": {"perturbation": {"scope": "global", "fraction": 1.0, "sigma": 0.05}},
    "agents": {"engine": "agents"},
}
"""Changes to `radius_3`."""
LEARNED = 300  # trials before timing: the task is not solved yet
ROUNDS = 25


def make_cases() -> list[tuple[str, str, Timed]]:
    """Scenario, condition and warmed-up engine of every case."""
    chosen = [(name, condition, resolve(load_scenario(find(name)), condition)) for name, condition in CASES]
    base = chosen[0][2]
    for name, change in FURTHER.items():
        chosen.append((CASES[0][0], name, type(base).model_validate(merge(base.model_dump(), change))))
    cases = []
    for name, condition, scenario in chosen:
        engine = make_engine(scenario, SEED)
        engine.advance(LEARNED)
        cases.append((name, condition, Timed(f"{name}/{condition}", engine)))
    return cases


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per scenario and condition."""
    cases = make_cases()
    take_turns([case for _, _, case in cases], rounds)
    first = cases[0][2].typical
    return [
        {
            "scenario": name,
            "condition": condition,
            "neurons": case.engine.sizes()["neuron"],
            "synapses": case.engine.sizes()["synapse"],
            "fastest_s": case.fastest,
            "median_s": case.typical,
            "trials_per_s": 1.0 / case.typical,
            "times_first": case.typical / first,
            "rounds": len(case.seconds),
        }
        for name, condition, case in cases
    ]
