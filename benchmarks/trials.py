"""Time a trial on the network of the paper's size: agents, published, kernel, within one run."""

from __future__ import annotations

from typing import Any

from astrosim.systems.threshold.engines import make_engine
from benchmarks.cases import CONDITIONS, PUBLISHED, SEED, described, published
from benchmarks.timing import Timed, mean_eligible, take_turns

QUOTED = 190e-6  # s a trial; the authors' own program on a 2-core server; quoted from DESIGN.md, not measured here
GOALS = {("kernel", name): 1.9e-6 for name in ("maturity", "epsilon", "baseline")}  # s a trial
GOALS |= {("published", name): 15e-6 for name in PUBLISHED}  # s a trial
LEARNED = 20_000  # trials before timing: weights have left their initial range
ROUNDS = 25


def make_cases() -> list[tuple[str, str, Timed]]:
    """Engine, condition and warmed-up engine of every case."""
    cases = []
    for condition in CONDITIONS:
        kernel = make_engine(described(condition), SEED)
        kernel.advance(LEARNED)
        cases.append(("kernel", condition, Timed(f"kernel/{condition}", kernel)))
    for condition in PUBLISHED:
        replay = make_engine(published(condition), SEED)
        replay.advance(LEARNED)
        cases.append(("published", condition, Timed(f"published/{condition}", replay)))
    for _, condition, kernel_case in list(cases[: len(CONDITIONS)]):
        agents = make_engine(described(condition, "agents"), SEED)
        agents.restore(kernel_case.engine.state())  # the same place in the same trajectory
        cases.append(("agents", condition, Timed(f"agents/{condition}", agents)))
    return cases


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row an engine and condition."""
    cases = make_cases()
    take_turns([case for _, _, case in cases], rounds)
    agents = {condition: case.typical for engine, condition, case in cases if engine == "agents"}
    return [_row(engine, condition, case, agents.get(condition)) for engine, condition, case in cases]


def _row(engine: str, condition: str, case: Timed, agents: float | None) -> dict[str, Any]:
    return {
        "engine": engine,
        "condition": condition,
        "synapses": case.engine.sizes()["synapse"],
        "eligible": None if engine == "agents" else mean_eligible(case.engine, 10),
        "fastest_s": case.fastest,
        "median_s": case.typical,
        "trials_per_s": 1.0 / case.typical,
        "times_agents": None if agents is None else agents / case.typical,
        "times_quoted": QUOTED / case.typical,
        "goal_s": GOALS.get((engine, condition)),
        "block": case.block,
        "rounds": len(case.seconds),
    }
