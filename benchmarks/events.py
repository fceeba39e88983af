"""Time an intervention and a coupled trial on the kernel, against the same replicate without, within one run."""

from __future__ import annotations

from typing import Any

from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.scenario.schema import Scenario
from benchmarks.cases import CONDITIONS, SEED
from benchmarks.timing import Timed, take_turns

EVERY = 20  # trials between two events: 1,000 in 20,000 trials
EPISODES = 190_000  # of ten trials: as many events as a scenario takes, more than are timed
GOAL = 100e-6  # s an event
ROUNDS = 15
COUPLING = {"graph": "nearest", "neighbours": 2, "gain": 0.05}
OTHER = [["10000", "11111"]]
EVENTS: dict[str, dict[str, Any]] = {
    "set": {"parameter": "perturbation.sigma", "value": 0.1},
    "silence_astrocytes": {"fraction": 0.1},
    "silence_neurons": {"fraction": 0.1, "neuron_kind": "regular"},
    "swap_task": {"patterns": OTHER},
    "reward_offset": {"offset": 0.0},
    "cut_gap_junctions": {"fraction": 0.5},
}


def _replicate(events: list[dict[str, Any]], coupled: bool) -> Any:
    """A replicate of the condition `maturity` with these events."""
    fields: dict[str, Any] = {"interventions": events, "schedule": {"episodes": EPISODES}} | CONDITIONS["maturity"]
    return make_engine(Scenario.model_validate(fields | ({"coupling": COUPLING} if coupled else {})), SEED)


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per action, and one for coupling."""
    plain = {coupled: Timed("plain", _replicate([], coupled)) for coupled in (False, True)}
    cases = {}
    for action, fields in EVENTS.items():
        event = {"action": action, "at_trial": 0, "every": EVERY, **fields}
        cases[action] = Timed(action, _replicate([event], "gap" in action))
    take_turns([*plain.values(), *cases.values()], rounds)
    rows = [_row(action, case, plain["gap" in action]) for action, case in cases.items()]
    coupled = _row("coupling, no event", plain[True], plain[False])
    return [*rows, coupled | {"event_s": None, "goal_s": None}]


def _row(name: str, case: Timed, plain: Timed) -> dict[str, Any]:
    return {
        "what": name,
        "without_s": plain.typical,
        "with_s": case.typical,
        "ratio": case.typical / plain.typical,
        "event_s": (case.typical - plain.typical) * EVERY,
        "goal_s": GOAL,
    }
