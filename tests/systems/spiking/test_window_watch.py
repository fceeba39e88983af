"""A watched replicate that learns: looking changes nothing, and a trial that is taken apart is the trial that was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from astrosim.core.errors import ScenarioError
from astrosim.explain.sentence import IDLE, listed, trial_sentence
from astrosim.rules import reward
from astrosim.scenario import load_scenario
from astrosim.scenario.load import to_toml
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.spiking.learners.windows import WindowLearning
from astrosim.systems.spiking.learning.scenario.schema import WindowScenario
from astrosim.systems.spiking.learning.watch.film import ACTIVATE, DECIDE, LIVE, PERTURB, PRESENT, SHOW, Camera
from astrosim.systems.spiking.learning.watch.history import MOST, History
from astrosim.systems.spiking.learning.watch.replicate import WatchedLearning
from astrosim.view.frame import pack

PATTERNS = [["00000", "10101"], ["10000", "01010"], ["01000", "11001"]]
CONDITIONS: dict[str, dict[str, Any]] = {
    "random": {},
    "calcium": {"astrocytes": {"activation": "calcium", "max_active": 2, "exploration": 0.1}},
    "coupled": {
        "astrocytes": {"activation": "strict", "max_active": 2, "exploration": 0.3},
        "calcium": {"sensing": "spikes", "drive": 0.5, "parameters": {"delta_IP3": 0.02}},
        "gap_junctions": {"rule": "linear", "strength": 9.0},
    },
    "one": {"decision": {"window": 1}},
    "part": {"decision": {"window": 2, "consolidation": "proportional", "rate": 2.0}},
}


def scenario_of(name: str, **changes: Any) -> WindowScenario:
    own = {"kind": "spiking", "name": "watched", "seeds": [3], "task": {"patterns": PATTERNS}}
    return WindowScenario.model_validate(own | CONDITIONS[name] | changes)


def differences(one: WindowLearning, other: WindowLearning) -> list[str]:
    here, there = one.state(), other.state()
    assert here.keys() == there.keys()
    return [key for key in here if here[key].tobytes() != there[key].tobytes()]


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_viewed_replicate_is_bit_identical_to_an_unviewed_one(name: str) -> None:
    scenario = scenario_of(name)
    shown, alone = WatchedLearning(scenario, 3), WindowLearning(scenario.recipe, 3)
    for stride, count in (
        ("", 1),
        ("phase", 9),
        ("step", 33),
        ("", 7),
        ("", 150),
        ("phase", 2),
        ("step", 500),
        ("", 3),
    ):
        shown.go_on(stride, count)
        shown.look(None)
        shown.select(count)
    alone.advance(shown.learner.done)
    assert alone.done == shown.learner.done > 150
    assert differences(shown.learner, alone) == []


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_film_is_the_trial(name: str) -> None:
    """Decisions, rewards and moved synapses of the kernel, trial by trial."""
    scenario = scenario_of(name)
    learner, alone = WindowLearning(scenario.recipe, 3), WindowLearning(scenario.recipe, 3)
    camera, decisions = Camera(learner), []
    for trial in range(60):
        weight = alone.learning.weight.copy()
        log, film = alone.advance(1), camera.shoot()
        if film is None:
            break
        assert (film.trial, film.decision) == (trial, log.decision[0])
        moved = np.flatnonzero(weight != alone.learning.weight)
        assert set(moved) <= set(film.changed.tolist())
        assert film.changed.size == np.unique(film.changed).size
        if film.decision == KEPT:
            assert moved.size > 0.5 * film.changed.size or name == "part"
            assert film.reward_after > film.reward_before
            assert not film.given_up
            if name != "part":
                assert film.reward_after == log.reward[0]
        else:
            assert film.reward_before == log.reward[0]
            assert moved.size == 0
        if film.decision == REVERTED:
            assert film.reward_after <= film.reward_before
        decisions.append(film.decision)
    assert {KEPT, REVERTED} <= set(decisions)
    assert differences(learner, alone) == []


def test_windows_of_a_film_are_those_of_the_learner() -> None:
    learner = WindowLearning(scenario_of("random").recipe, 3)
    camera = Camera(learner)
    learner.advance(100)  # not solved yet
    assert camera.shoot() is not None
    camera.fill(learner.learning.weight)
    free = 0
    for pattern in range(3):
        shown = camera.window(pattern)
        assert np.stack([shown.stamp, shown.neuron], axis=1).tolist() == learner.spikes(pattern).tolist()
        assert shown.readout.tolist() == learner.workspace.standing.readout[pattern].tolist()
        assert shown.membrane.shape == (learner.system.circuit.steps + 1, learner.network.kind.size)
        own = ~learner.network.driven[shown.neuron]
        resets = shown.membrane[shown.stamp[own], shown.neuron[own]]
        assert (resets == -70.0).all()  # a neuron that has fired is reset at the end of the step
        free += own.sum()
    assert free > 0


def test_phases_come_in_their_order_and_tell_no_more_than_is_known() -> None:
    shown = WatchedLearning(scenario_of("random"), 3)
    facts, arrays = shown.look(None)
    assert (facts["phase"], facts["sentence"], facts["trial"], facts["shown_trial"]) == ("", "", 0, -1)
    shown.go_on("step", 1)
    seen: list[str] = []
    while True:
        facts, arrays = shown.look(None)
        if not seen or seen[-1] != facts["phase"]:
            seen.append(facts["phase"])
        decided = facts["phase"] in (DECIDE, LIVE)
        assert bool(facts["sentence"]) == decided == (facts["decision"] is not None) == (facts["compared"] is not None)
        assert (arrays["active"].sum() > 0) == (facts["phase"] != PRESENT)
        assert (arrays["changed"].size > 0) == (facts["phase"] not in (PRESENT, ACTIVATE))
        if shown.at == shown.length:
            break
        shown.go_on("step", 1)
    assert seen == [PRESENT, ACTIVATE, PERTURB, SHOW, DECIDE, LIVE]
    assert (facts["trial"], facts["shown_trial"]) == (1, 0)
    assert facts["sentence"].startswith("A")
    assert facts["sentence"].split(": ")[1].split(",")[0] in ("kept", "reverted")


def test_a_phase_button_goes_to_the_end_of_each_piece() -> None:
    shown = WatchedLearning(scenario_of("random"), 3)
    places = []
    for _ in range(4):
        shown.go_on("phase", 1)
        places.append(shown.look(None)[0])
    assert [facts["window"] for facts in places] == [[0, 3], [1, 3], [2, 3], None]
    assert [facts["at"] for facts in places] == [40, 80, 120, 160]
    assert [facts["pattern"] for facts in places][:3] == [0, 1, 2]


def test_flashes_and_membranes_are_those_of_the_window() -> None:
    shown = WatchedLearning(scenario_of("random"), 3)
    shown.go_on("step", 10)
    window = shown.film.before[0]  # type: ignore[union-attr]
    arrays = shown.look(None)[1]
    assert set(np.flatnonzero(arrays["fired"])) == set(window.neuron[window.stamp <= 10].tolist())
    assert np.array_equal(arrays["membrane"], window.membrane[10])
    assert shown.look(None)[1]["fired"].sum() == 0
    assert arrays["film_at"][0] == window.stamp[0]
    assert np.array_equal(arrays["film_membrane"][:40], window.membrane[:40, shown.neuron])


def test_outputs_change_with_the_decision_and_rewards_are_compared() -> None:
    shown = WatchedLearning(scenario_of("random"), 3)
    while shown.film is None or shown.film.decision != KEPT:
        shown.advance(1)
    facts, arrays = shown.look(None)
    p = shown.learner.params
    for k, film in enumerate(shown.film.before):
        assert arrays["rewards"][0, k] == np.float32(film.reward)
    outputs = shown.learner.workspace.standing.readout > p.threshold
    assert np.array_equal(arrays["outputs"], outputs)
    assert facts["compared"][1] == pytest.approx(float(reward.mean_reward(shown.learner.workspace.standing.reward)))


def test_an_end_is_an_end() -> None:
    shown = WatchedLearning(scenario_of("random", schedule={"trials": 5}), 3)
    assert shown.last is None
    shown.advance(100)
    assert shown.trial == shown.last == 5
    assert shown.film is not None
    assert shown.film.trial == 4
    alone = WindowLearning(scenario_of("random", schedule={"trials": 5}).recipe, 3)
    alone.advance(5)
    assert differences(shown.learner, alone) == []
    shown.go_on("phase", 3)
    assert shown.trial == 5
    assert shown.look(None)[0]["phase"] == LIVE


def test_what_is_shown_can_be_packed() -> None:
    shown = WatchedLearning(scenario_of("coupled"), 3)
    facts, arrays = shown.scene()
    assert pack({"scene": facts}, arrays)
    assert len(arrays["junction"]) > 0
    for stride in ("step", "phase", "", "phase"):
        shown.go_on(stride, 1)
        assert pack(*shown.look(None))


def test_sentences() -> None:
    told = trial_sentence(["A2", "A5", "A6"], 1146, 0.48, 0.46, "reverted")
    assert told == "A2, A5 and A6 moved 1,146 synapses; reward 0.480 -> 0.460: reverted"
    assert trial_sentence(["A1"], 1, -0.5, -0.6, "reverted", True) == (
        "A1 moved 1 synapse; reward -0.500 -> at best -0.600: reverted"
    )
    assert trial_sentence([], 0, 0.0, 0.0, "idle") == IDLE
    assert [listed(["A0"]), listed(["A0", "A1"]), listed([])] == ["A0", "A0 and A1", ""]


def test_a_long_history_is_thinned() -> None:
    history = History()
    for trial in range(3 * MOST):
        history.add(trial, 0.0, 0.5, np.array([float(trial), 1.0]), np.zeros(2))
    curves = history.curves(0)
    assert MOST // 2 <= len(curves["curve_trial"]) <= MOST
    assert np.array_equal(curves["curve_calcium"], curves["curve_trial"])


def test_interventions_by_hand_are_those_of_the_lines_that_are_written(tmp_path: Path) -> None:
    """Lesions by click: the kernel's bits, and the film's windows, in which the dead are silent."""
    shown = WatchedLearning(scenario_of("calcium", schedule={"stop": False}), 3)
    shown.advance(3)
    neuron = int(shown.learner.network.outputs[1])
    shown.intervene("lesion_neurons", which=[neuron])
    shown.intervene("silence_astrocytes", which=[0])
    shown.intervene("set", parameter="perturbation.sigma", value=0.3)
    shown.go_on("phase", 40)
    shown.advance(12)
    film = shown.film
    assert film is not None
    assert 0 not in film.active
    assert all(neuron not in one.neuron for one in (*film.before, *film.after))
    lines = shown.look(None)[0]["lines"]
    written = tmp_path / "written.toml"
    text = to_toml(scenario_of("calcium", schedule={"stop": False}))
    written.write_text(text.replace("interventions = []", "") + lines)
    scenario = load_scenario(written)
    assert [one.at_trial for one in scenario.interventions] == [3, 3, 3]
    alone = WindowLearning(scenario.recipe, 3, scenario=scenario)
    alone.advance(shown.learner.done)
    assert differences(shown.learner, alone) == []
    with pytest.raises(ScenarioError, match="which: no such number"):
        shown.intervene("lesion_neurons", which=[9999])
