"""Interventions: the same on both engines, across any cut, and each does what its name says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from later import later
from replicates import CONDITIONS, differences, scenario

from astrosim.scenario.interventions import ACTIONS
from astrosim.store.variables import IDLE, KEPT, REVERTED
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.engines import Engine
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.network.params import Params
from astrosim.systems.threshold.network.state import TRIALS

ENGINES = [KernelEngine, AstroModel]
OTHER_TASK = [["10000", "11111"], ["01100", "00000"], ["00011", "10100"]]
EVENTS: dict[str, dict[str, Any]] = {
    "lesion_astrocytes": {"which": [0, 3], "at_trial": 33},
    "silence_astrocytes": {"fraction": 0.5, "at_episode": 3, "every": 2, "until": 9},
    "release_astrocytes": {"at_episode": 8},
    "lesion_neurons": {"neuron_kind": "output", "fraction": 0.3, "at_trial": 41},
    "silence_neurons": {"fraction": 0.4, "at_trial": 47},
    "release_neurons": {"fraction": 0.5, "at_trial": 88},
    "freeze_plasticity": {"at_trial": 101},
    "release_plasticity": {"at_trial": 117, "every": 20},
    "set": {"parameter": "perturbation.sigma", "value": 0.5, "at_trial": 20},
    "swap_task": {"patterns": OTHER_TASK, "at_trial": 63},
    "extend_task": {"patterns": OTHER_TASK, "when": {"accuracy_above": 0.5, "episodes": 2}},
    "reward_offset": {"offset": 0.01, "when": {"accuracy_above": 0.4, "episodes": 3}, "every": 4},
    "cut_gap_junctions": {"fraction": 0.6, "at_trial": 25},
    "restore_gap_junctions": {"which": [0], "at_episode": 4, "every": 3},
}
ALL = [{"action": action, **fields} for action, fields in EVENTS.items()]
CHANGES = {
    "network.threshold": 0.2,
    "exploration.rule": "flat",
    "exploration.initial_rate": 0.9,
    "exploration.maturity": 3.0,
    "decision.reward": "log_sigmoid",
    "decision.gain": 4.0,
    "decision.cap": 0.2,
    "decision.accept": "drift",
    "decision.temperature": 0.2,
    "adaptation.interval": 3,
    "adaptation.step": 0.2,
    "adaptation.upper_success": 0.9,
    "adaptation.lower_success": 0.0,
    "adaptation.floor": 0.4,
    "adaptation.ceiling": 0.45,
    "coupling.decay_time": 2.0,
    "coupling.gain": 3.0,
    "coupling.relay": False,
    "coupling.relay_threshold": 0.7,
    "coupling.refractory": 3,
}


COUPLED = {"graph": "nearest", "neighbours": 3, "relay": True, "speed": 0.8}


def with_events(events: list[dict[str, Any]], **fields: Any) -> Any:
    """A scenario with these events, coupled if some are about gap junctions; left out where nobody is to be coupled."""
    about = [event for event in events if "gap_junctions" in event["action"] or "coupling" in str(event)]
    if fields.get("learner") not in (None, "astrocytes"):
        return scenario(**fields, interventions=[event for event in events if event not in about])
    return scenario(**({"coupling": COUPLED} if about else {}) | fields, interventions=events)


def assert_engines_agree(events: list[dict[str, Any]], trials: int = 230, seed: int = 5, **fields: Any) -> KernelEngine:
    s = with_events(events, **fields)
    agents, kernel = AstroModel(s, seed), KernelEngine(s, seed)
    assert differences(vars(agents.advance(trials)), vars(kernel.advance(trials))) == []
    assert differences(agents.state(), kernel.state()) == []
    agents.advance(10, measure=True)
    kernel.advance(10, measure=True)
    assert differences(agents.measure(), kernel.measure()) == []
    assert differences(agents.state(), kernel.state()) == []
    assert differences(agents.happened(), kernel.happened()) == []
    return kernel


def test_every_action_is_tried() -> None:
    assert set(EVENTS) == set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_engines_agree_on_each_action(action: str) -> None:
    silence = [{"action": "silence_neurons", "fraction": 1.0, "at_trial": 10}] if action == "release_neurons" else []
    kernel = assert_engines_agree([*silence, {"action": action, **EVENTS[action]}])
    assert len(kernel.happened()["event_trial"]) > len(silence)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_engines_agree_on_all_actions_together(condition: str) -> None:
    kernel = assert_engines_agree(ALL, **CONDITIONS[condition])
    assert len(kernel.happened()["event_trial"]) >= 15


def numbers(params: Params) -> list[Any]:
    """All numbers, section by section."""
    return [value for part in params[1:] for value in (part if isinstance(part, tuple) else (part,))]


@pytest.mark.parametrize("parameter", CHANGES)
def test_a_changed_parameter_is_that_of_the_rules(parameter: str) -> None:
    event = {"action": "set", "parameter": parameter, "value": CHANGES[parameter], "at_trial": 50}
    changed = assert_engines_agree([event])
    section, _, name = parameter.partition(".")
    fields: dict[str, Any] = {"coupling": COUPLED} if section == "coupling" else {}
    plain = KernelEngine(scenario(**fields), 5)
    other = KernelEngine(scenario(**fields | {section: fields.get(section, {}) | {name: CHANGES[parameter]}}), 5)
    assert numbers(changed.params) == numbers(other.params)
    assert numbers(changed.params) != numbers(plain.params)
    assert [type(value) for value in numbers(changed.params)] == [type(value) for value in numbers(plain.params)]


def test_without_interventions_nothing_is_different() -> None:
    plain, planned = KernelEngine(with_events([]), 5), KernelEngine(with_events([ALL[0] | {"at_trial": 500}]), 5)
    assert differences(vars(plain.advance(500)), vars(planned.advance(500))) == []
    old = plain.state()
    assert not any(name.startswith("intervention") for name in old)
    assert differences(old, {name: planned.state()[name] for name in old}) == []
    planned.advance(300)
    plain.advance(300)
    assert differences(plain.state(), {name: planned.state()[name] for name in old}) != []


CUTS = (33, 110)
MORE_CUTS = (1, 34, 60, 64, 117, 200)


@pytest.mark.parametrize(
    ("engine", "cut"),
    [
        *((KernelEngine, cut) for cut in CUTS + MORE_CUTS),
        *((AstroModel, cut) for cut in CUTS),
        *later(*((AstroModel, cut) for cut in MORE_CUTS)),
    ],
)
def test_a_restored_state_goes_on_as_if_never_cut(engine: type[Engine], cut: int) -> None:
    s = with_events(ALL)
    whole, first, second = engine(s, 5), engine(s, 5), engine(s, 5)
    log = whole.advance(230)
    start = first.advance(cut)
    second.advance(150)  # it has another past: what has happened there must be forgotten
    second.restore(first.state())
    rest = second.advance(230 - cut)
    assert differences(whole.state(), second.state()) == []
    joined = {name: np.concatenate([vars(start)[name], vars(rest)[name]]) for name in vars(log)}
    assert differences(vars(log), joined) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_cuts_and_measuring_change_nothing(engine: type[Engine]) -> None:
    s = with_events(ALL)
    whole, cut = engine(s, 5), engine(s, 5)
    whole.advance(230)
    for number in range(23):
        cut.advance(10, measure=number % 2 == 0)
    assert differences(whole.state(), cut.state()) == []


def test_a_state_of_other_interventions_is_refused() -> None:
    states = [KernelEngine(with_events(ALL[:count]), 5).state() for count in (0, 1, 2)]
    for state in (states[0], states[2]):
        with pytest.raises(ValueError, match="saved interventions do not fit"):
            KernelEngine(with_events(ALL[:1]), 5).restore(state)


@pytest.mark.parametrize("condition", ["maturity", "baseline", "random", "global"])
def test_a_lesioned_astrocyte_is_never_active_again(condition: str) -> None:
    lesion = {"action": "lesion_astrocytes", "which": [0, 1, 2], "at_trial": 1000}
    release = {"action": "release_astrocytes", "at_trial": 1500}
    engine = KernelEngine(with_events([lesion, release], **CONDITIONS[condition]), 42)
    before, after = engine.advance(1000).active, engine.advance(2000).active
    assert np.isin(before, [0, 1, 2]).any()
    assert not np.isin(after, [0, 1, 2]).any()
    assert (engine.learning.score[:3] == 0).all()
    assert (after >= 0).any()


def test_a_released_astrocyte_acts_again_and_its_threshold_stood_still() -> None:
    events = [
        {"action": "silence_astrocytes", "cluster": 0, "at_trial": 1000},
        {"action": "release_astrocytes", "cluster": 0, "at_trial": 3000},
    ]
    engine = KernelEngine(with_events(events), 42)
    engine.advance(1000)
    threshold = engine.learning.threshold.copy()
    assert not np.isin(engine.advance(2000).active, [0, 1, 2, 3]).any()
    assert (engine.learning.threshold[:4] == threshold[:4]).all()
    assert (engine.learning.threshold[4:] != threshold[4:]).any()
    assert np.isin(engine.advance(1000).active, [0, 1, 2, 3]).any()


@pytest.mark.parametrize("condition", ["maturity", "random", "cursor"])
def test_frozen_weights_and_thresholds_stand_until_the_release(condition: str) -> None:
    events = [{"action": "freeze_plasticity", "at_trial": 500}, {"action": "release_plasticity", "at_trial": 900}]
    engine = KernelEngine(with_events(events, **CONDITIONS[condition]), 42)
    engine.advance(500)
    before = engine.state()
    log = engine.advance(400)
    after = engine.state()
    assert (log.decision == IDLE).all()
    assert set(differences(before, after)) <= {"fired", "counter", "score"} | {n for n in after if "interv" in n}
    assert (engine.advance(400).decision == KEPT).any()


def test_all_astrocytes_silenced_leave_every_trial_idle() -> None:
    for condition in ("maturity", "random", "single", "global"):
        event = {"action": "lesion_astrocytes", "fraction": 1.0, "at_trial": 10}
        engine = assert_engines_agree([event], **CONDITIONS[condition])
        assert (engine.advance(100).decision == IDLE).all()


@pytest.mark.parametrize(("offset", "decision"), [(5.0, KEPT), (-5.0, REVERTED)])
def test_a_large_reward_offset_decides_alone(offset: float, decision: int) -> None:
    events = [
        {"action": "reward_offset", "offset": offset, "at_trial": 100},
        {"action": "reward_offset", "offset": 0.0, "at_trial": 300},
    ]
    engine = assert_engines_agree(events, trials=300)
    whole = KernelEngine(with_events(events), 5)
    assert len(set(whole.advance(100).decision)) == 2
    assert (whole.advance(200).decision == decision).all()
    assert len(set(whole.advance(200).decision)) == 2
    assert engine.params.decision.offset == 0.0


def test_silenced_neurons_never_fire_and_a_silenced_output_answers_zero() -> None:
    event = {"action": "silence_neurons", "neuron_kind": "output", "cluster": 0, "at_trial": 100}
    engine = KernelEngine(with_events([event]), 42)
    engine.advance(100)
    assert engine.probe().any()
    log = engine.advance(900)
    assert not engine.probe().any()
    assert not engine.wiring().wired.any()
    assert not (log.decision == KEPT).any()  # no synapse can move the reward
    fired = engine.learning.fired[: engine.learning.counter[3]]
    assert not np.isin(fired, engine.network.outputs).any()


def test_silenced_inputs_drive_nothing() -> None:
    event = {"action": "silence_neurons", "neuron_kind": "input", "at_trial": 100}
    engine = KernelEngine(with_events([event]), 42)
    engine.advance(150)
    assert engine.learning.counter[3] == 0
    assert not engine.probe().any()


def test_a_swapped_task_is_the_one_that_is_judged() -> None:
    engine = KernelEngine(with_events([{"action": "swap_task", "patterns": OTHER_TASK, "at_trial": 500}]), 42)
    engine.advance(500)
    assert engine.advance(3000).pattern.max() == 2
    engine.advance(10, measure=True)
    measured = engine.measure()
    assert np.isnan(measured["pattern_accuracy"][3:]).all()
    assert (measured["output"][3:] == -1).all()
    right = (engine.probe() == [[1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [1, 0, 1, 0, 0]]).mean(axis=1)
    assert (measured["pattern_accuracy"][:3] == right).all()
    assert len(engine.wiring().patterns) == 3


def test_an_extended_task_keeps_its_first_patterns() -> None:
    engine = KernelEngine(with_events([{"action": "extend_task", "patterns": OTHER_TASK, "at_episode": 5}]), 42)
    assert engine.sizes()["pattern"] == 11
    assert engine.advance(50).pattern.max() < 8
    assert engine.advance(500).pattern.max() == 10
    assert (engine.wiring().patterns[:8] == KernelEngine(scenario(), 42).wiring().patterns).all()


def times(fields: dict[str, Any], trials: int = 400) -> list[int]:
    engine = KernelEngine(with_events([{"action": "release_plasticity", **fields}]), 5)
    engine.advance(trials)
    return engine.happened()["event_trial"].tolist()


def test_times_and_recurrence() -> None:
    assert times({"at_trial": 0}) == [0]
    assert times({"at_episode": 7}) == [70]
    assert times({"at_trial": 5, "every": 90}) == [5, 95, 185, 275, 365]
    assert times({"at_trial": 5, "every": 90, "until": 185}) == [5, 95, 185]
    assert times({"at_episode": 2, "every": 10, "until": 31}) == [20, 120, 220]


def test_a_condition_comes_true_after_so_many_episodes_in_a_row() -> None:
    probe = KernelEngine(scenario(), 5)
    above = []
    for _ in range(60):
        probe.advance(10)
        above.append(probe.accuracy() > 0.5)
    expected = next(n + 1 for n in range(2, 60) if all(above[n - 2 : n + 1]))
    assert times({"when": {"accuracy_above": 0.5, "episodes": 3}}, 600) == [expected * 10]
    recurring = times({"when": {"accuracy_above": 0.5, "episodes": 3}, "every": 7}, expected * 10 + 141)
    assert recurring == [expected * 10 + 70 * n for n in range(3)]


def test_a_random_part_follows_the_seed_and_has_its_size() -> None:
    event = {"action": "silence_neurons", "fraction": 0.25, "at_trial": 0}
    silent = []
    for seed in (1, 2, 1):
        engine = KernelEngine(with_events([event]), seed)
        engine.advance(1)
        silent.append(np.flatnonzero(~engine.kernel_network.sound).tolist())
    assert len(silent[0]) == 15  # of 60 neurons
    assert silent[0] == silent[2] != silent[1]


def test_agents_say_that_they_are_silenced() -> None:
    model = AstroModel(with_events([ALL[0], {"action": "silence_neurons", "which": [7], "at_trial": 33}]), 5)
    model.run_for(33)
    assert not any(agent.silenced for agent in [*model.astrocytes, *model.neurons])
    model.step()
    assert [a.index for a in model.astrocytes if a.silenced] == [0, 3]
    assert [n.index for n in model.neurons if n.silenced] == [7]
    assert model.learning.counter[TRIALS] == 34


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for action in draw(st.lists(st.sampled_from(sorted(EVENTS)), min_size=1, max_size=5)):
        what = {
            k: v for k, v in EVENTS[action].items() if k not in ("at_trial", "at_episode", "when", "every", "until")
        }
        if "fraction" in what:
            what["fraction"] = draw(st.floats(0.05, 1))
        if "offset" in what:
            what["offset"] = draw(st.floats(-0.1, 0.1))
        when = draw(st.sampled_from(["at_trial", "at_episode", "when"]))
        moment = {"at_trial": st.integers(0, 60), "at_episode": st.integers(0, 12)}
        accuracy = st.floats(0, 0.9).map(lambda x: {"accuracy_above": x, "episodes": 1 + int(x * 10) % 3})
        what[when] = draw(moment.get(when, accuracy))
        if action not in ("lesion_astrocytes", "lesion_neurons", "extend_task") and draw(st.booleans()):
            what["every"] = draw(st.integers(1, 9))
        found.append({"action": action, **what})
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    found=events(), condition=st.sampled_from(sorted(CONDITIONS)), length=st.integers(1, 12), seed=st.integers(0, 99)
)
def test_engines_agree_on_any_interventions(
    found: list[dict[str, Any]], condition: str, length: int, seed: int
) -> None:
    fields = CONDITIONS[condition] | {
        "schedule": {"trials_per_episode": length, "episodes": 100},
        "network": {"regular": 6},
    }
    s = with_events(found, **fields)
    agents, kernel = AstroModel(s, seed), KernelEngine(s, seed)
    assert differences(vars(agents.advance(60)), vars(kernel.advance(60))) == []
    again = KernelEngine(s, seed)
    again.restore(agents.state())
    assert differences(vars(kernel.advance(25)), vars(again.advance(25))) == []
    agents.advance(25)
    assert differences(agents.state(), again.state()) == []
