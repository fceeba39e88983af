"""Time a trial of neurons that learn by rules of their own, alone or beside astrocytes, within one run."""

from __future__ import annotations

from typing import Any

from astrosim.scenario import load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.systems.threshold.engines import make_engine
from benchmarks.cases import SEED
from benchmarks.timing import Timed, take_turns

QUOTED = 700e-6  # s an episode; the authors' own program, 650 to 760 us; quoted, not measured here
GOAL = 60e-6  # s an episode of the full rules on some 1,670 synapses
GOAL_TOGETHER = 40e-6  # s a trial in which astrocytes learn, too, on some 1,850 synapses
LEARNED = 200  # episodes before timing: neurons fire
ROUNDS = 15
CASES = (
    ("exp002", "baseline", "kernel"),
    ("exp002", "full", "kernel"),
    ("exp010b", "full_once", "kernel"),
    ("exp011", "full", "kernel"),
    ("exp012b", "full", "kernel"),
    ("exp015", "full", "kernel"),
    ("exp018", "full", "kernel"),
    ("both_worlds", "together", "kernel"),
    ("exp012b", "full", "agents"),
)


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per experiment, condition and engine."""
    cases = []
    for name, condition, engine in CASES:
        scenario = resolve(load_scenario(find(name)), condition)
        made = make_engine(scenario.model_copy(update={"engine": engine}), SEED)
        made.advance(LEARNED if engine == "kernel" else 1)
        cases.append((f"{name} {condition}", engine, Timed(name, made)))
    take_turns([case for _, _, case in cases], rounds)
    return [_row(*case) for case in cases]


def _row(name: str, engine: str, case: Timed) -> dict[str, Any]:
    return {
        "engine": engine,
        "condition": name,
        "synapses": case.engine.sizes()["synapse"],
        "fastest_s": case.fastest,
        "median_s": case.typical,
        "times_quoted": QUOTED / case.typical if name.startswith("exp") else None,
        "goal_s": None if engine != "kernel" else (GOAL_TOGETHER if name.endswith("together") else GOAL),
    }
