"""The live view without a browser: what is shown is what happened, and looking changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from astrosim.runs import run
from astrosim.store.variables import KEPT
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.frame import Changes, pack, unpack
from astrosim.view.history import LINES, MOST, History
from astrosim.view.player import Player
from astrosim.view.stored import StoredRun

FRAMES = (1, 1, 7, 23, 1, 400, 3, 64, 12_345, 1, 155)  # trials; one is longer than what is advanced in one go
INTERVENTIONS = [
    {"action": "silence_astrocytes", "at_trial": 30, "fraction": 0.5},
    {"action": "freeze_plasticity", "at_trial": 450},
    {"action": "release_plasticity", "at_trial": 500},
    {"action": "reward_offset", "at_trial": 510, "offset": 0.05},
]
SCENARIOS: dict[str, dict[str, Any]] = {
    "maturity": {},
    "firing": {"sensing": {"rule": "firing"}, "exploration": {"rule": "flat"}},
    "random": {"perturbation": {"scope": "random"}},
    "single": {"perturbation": {"scope": "single"}},
    "global": {"perturbation": {"scope": "global"}},
    "cursor": {"learner": "cursor"},
    "none": {"learner": "none"},
    "interventions": {"interventions": INTERVENTIONS},
    "coupled": {
        "coupling": {"graph": "nearest", "neighbours": 2, "gain": 0.5, "relay": True},
        "interventions": [{"action": "cut_gap_junctions", "at_trial": 40, "which": [0, 1]}],
    },
    "published": {"system": "published", "sensing": {"rule": "firing"}},
    "published cursor": {"system": "published", "learner": "cursor"},
}


def scenario_of(parts: Mapping[str, Any], **more: Any) -> Scenario:
    return Scenario.model_validate({**parts, **more})


def chosen_of(player: Player) -> int | None:
    return 0 if player.sizes["astrocyte"] else None


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_viewed_run_is_bit_identical_to_an_unviewed_one(name: str) -> None:
    scenario = scenario_of(SCENARIOS[name])
    player, alone = Player(scenario, 42), make_engine(scenario, 42)
    for trials in FRAMES:
        player.advance(trials)
        player.look(chosen_of(player), every_weight=True)
        player.events()
    log = alone.advance(sum(FRAMES))
    here, there = player.engine.state(), alone.state()
    assert here.keys() == there.keys()
    assert [key for key in here if here[key].tobytes() != there[key].tobytes()] == []
    assert player.present is not None
    assert (player.present.pattern, player.present.decision) == (log.pattern[-1], log.decision[-1])
    assert list(player.present.active) == [a for a in log.active[-1] if a >= 0]


@pytest.mark.parametrize(
    "name", ["maturity", "random", "single", "global", "cursor", "none", "interventions", "coupled"]
)
def test_the_eligible_synapses_are_those_of_the_trial(name: str) -> None:
    player = Player(scenario_of(SCENARIOS[name], schedule={"trials_per_episode": 1}), 7)
    kept = 0
    for _ in range(520 if name == "interventions" else 60):
        before = player.engine.weights()
        player.advance(1)
        eligible = player.look(None)[1]["eligible"]
        changed = np.flatnonzero(before != player.engine.weights())
        assert player.engine.measure()["eligible_synapses"] == eligible.size == np.unique(eligible).size
        assert set(changed) <= set(eligible.tolist())
        assert player.present is not None
        if player.present.decision == KEPT:
            kept += 1
            assert changed.size > 0.9 * eligible.size  # all but steps that round to nothing
    assert kept > 0 or name in ("none", "single")


@pytest.mark.parametrize("name", ["maturity", "random", "cursor", "coupled"])
def test_who_fired_and_what_an_astrocyte_feels_is_what_the_agents_say(name: str) -> None:
    scenario = scenario_of(SCENARIOS[name])
    player, model = Player(scenario, 5), AstroModel(scenario, 5)
    for trials in (1, 9, 40):
        player.advance(trials)
        model.advance(trials)
        _, arrays = player.look(None)
        assert np.array_equal(arrays["fired"].astype(bool), model.fired)
        assert np.array_equal(arrays["score"], np.array([a.score for a in model.astrocytes], np.float32))
        assert np.array_equal(
            arrays["exploration"], np.array([a.exploration_rate for a in model.astrocytes], np.float32)
        )


def test_activity_is_the_share_of_trials_since_the_last_look() -> None:
    player = Player(Scenario(), 3)
    for trials in (10, 50):
        player.advance(trials)
        log = make_engine(Scenario(), 3).advance(player.trial)
        expected = np.bincount(log.active[-trials:][log.active[-trials:] >= 0], minlength=8) / trials
        assert np.array_equal(player.look(0)[1]["activity"], expected.astype(np.float32))
    assert player.look(0)[1]["activity"].sum() == 0


def test_the_scene_and_the_chosen_astrocyte() -> None:
    player = Player(Scenario(), 42)
    facts, arrays = player.scene()
    neurons, synapses = player.sizes["neuron"], player.sizes["synapse"]
    assert arrays["neuron"].shape == (neurons, 2)
    assert arrays["pre"].shape == arrays["post"].shape == (synapses,)
    assert facts["ranges"]["threshold"] == (0.1, 0.9)
    assert facts["end"] == 200_000
    _, shown = player.look(2, every_weight=True)
    assert np.array_equal(shown["mine"], player.engine.territories.synapses[2])
    assert np.array_equal(shown["mineWeight"], shown["allWeight"][shown["mine"]])
    assert shown["allWeight"].size == synapses


def test_a_constant_output_raises_the_alarm() -> None:
    untrained, trained = Player(scenario_of({"learner": "none"}), 42), Player(Scenario(), 42)
    untrained.advance(10)
    trained.advance(5_000)
    assert untrained.look(None)[0]["constant"] is True
    facts, arrays = trained.look(None)
    assert facts["constant"] is False
    assert facts["accuracy"] == (arrays["outputs"] == arrays["targets"]).mean()


def test_interventions_are_told_with_their_trial() -> None:
    player = Player(scenario_of(SCENARIOS["interventions"]), 1)
    player.advance(500)
    assert player.events() == [(30, "silence astrocytes"), (450, "freeze plasticity")]
    assert player.look(0)[1]["silenced"].sum() == 4
    player.advance(1)
    assert player.events()[-1] == (500, "release plasticity")


def test_gap_junctions_and_calcium_are_seen() -> None:
    player = Player(scenario_of(SCENARIOS["coupled"]), 1)
    edges = player.engine.gap_junctions.edge
    player.advance(40)
    _, arrays = player.look(0)
    assert np.array_equal(arrays["junction"], edges)
    assert np.array_equal(arrays["calcium"], player.engine.learning.calcium.astype(np.float32))
    assert arrays["calcium"].max() > 0
    player.advance(1)
    assert np.array_equal(player.look(0)[1]["junction"], edges[~np.isin(edges, [0, 1]).any(axis=1)])
    assert "calcium" not in Player(Scenario(), 1).look(0)[1]


def test_curves_are_means_over_all_trials() -> None:
    scenario, seed = scenario_of({"schedule": {"trials_per_episode": 20}}), 11
    player, engine = Player(scenario, seed), make_engine(scenario, seed)
    rewards = []
    for _ in range(40):
        player.advance(5)
    for _ in range(10):
        engine.advance(20, measure=True)
        rewards.append(engine.measure()["mean_binary_reward"])
    curves = player.history.curves()
    assert curves["trial"].tolist() == list(range(20, 201, 20))
    assert curves["reward"] == pytest.approx(np.array(rewards), abs=1e-6)
    assert curves["thresholds"].shape == (8, 10)


def test_a_long_history_is_merged_and_loses_nothing() -> None:
    history, rng = History(10), np.random.default_rng(1)
    rewards, kept = rng.random(5 * MOST), rng.integers(0, 11, 5 * MOST)
    for k, (reward, count) in enumerate(zip(rewards, kept, strict=True)):
        history.add(10 * (k + 1), 10, reward, 0.5, int(count), 10, np.arange(LINES + 1.0))
    curves = history.curves()
    count = curves["trial"].size
    assert MOST // 2 <= count < MOST
    assert np.all(np.diff(curves["trial"]) == np.diff(curves["trial"])[0])
    closed = int(curves["trial"][-1]) // 10
    assert curves["reward"].mean() == pytest.approx(rewards[:closed].mean(), abs=1e-6)
    assert curves["accept"].mean() == pytest.approx(kept[:closed].mean() / 10, abs=1e-6)
    assert curves["thresholds"][:, 0].tolist() == [0.0, LINES / 2, LINES]


def test_nothing_decided_has_no_accept_rate() -> None:
    player = Player(scenario_of({"learner": "none"}), 1)
    player.advance(20)
    assert np.isnan(player.history.curves()["accept"]).all()


def test_frames_hold_facts_and_arrays() -> None:
    arrays = {
        "a": np.array([[1.5, np.nan], [-2.0, 3.0]], np.float32),
        "empty": np.empty((0, 2), np.int32),
        "b": np.array([1, 0, 255], np.uint8),
        "c": np.array([7], np.int32),
    }
    facts, back = unpack(pack({"trial": 3, "text": "ä"}, arrays))
    assert facts == {"trial": 3, "text": "ä"}
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert np.array_equal(back[name], array, equal_nan=array.dtype.kind == "f")
    with pytest.raises(TypeError, match=r"^x: no type of a frame \(float64\)\. Convert it to one of float32"):
        pack({}, {"x": np.zeros(2)})


def test_only_what_has_changed_is_sent() -> None:
    changes, weight, same = Changes(), np.zeros(3, np.float32), np.array([np.nan], np.float32)
    assert set(changes.of({"weight": weight, "same": same})) == {"weight", "same"}
    weight[1] = 1.0
    assert set(changes.of({"weight": weight, "same": same})) == {"weight"}
    assert set(changes.of({"weight": weight, "same": same})) == set()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    conditions = {
        "maturity": {},
        "control": {"learner": "none"},
        "lesion": {"interventions": [{"action": "lesion_astrocytes", "at_episode": 20, "which": [0, 1]}]},
        "coupled": {"coupling": {"graph": "nearest", "neighbours": 2}},
    }
    schedule = {"episodes": 61, "trials_per_episode": 7}
    scenario = scenario_of({"name": "stored", "seeds": [3, 4], "schedule": schedule, "record": {"every": 5}})
    directory = tmp_path_factory.mktemp("stored") / "run"
    run(Scenario.model_validate({**scenario.model_dump(), "conditions": conditions}), directory, workers=1)
    return directory


def test_a_stored_run_is_gone_through_to_and_fro(stored: Path) -> None:
    opened = StoredRun(stored)
    assert opened.replicates == {name: [3, 4] for name in ("maturity", "control", "lesion", "coupled")}
    for condition in opened.replicates:
        replay, straight = opened.replay(condition, 4), opened.replay(condition, 4)
        for trial in (427, 100, 101, 1, 0, 300, 299, 427):
            replay.go(trial)
            assert replay.trial == trial
            assert (replay.present is None) == (trial == 0)
        straight.advance(10**6)
        assert straight.trial == 427
        here, there = replay.engine.state(), straight.engine.state()
        assert [key for key in here if here[key].tobytes() != there[key].tobytes()] == []
        assert replay.present == straight.present
        assert (replay.compared, replay.mismatches) == (13, [])
        assert replay.look(None)[0]["stored"] == {"compared": 13, "records": 13, "mismatches": []}


def test_stored_curves_are_shown(stored: Path) -> None:
    opened = StoredRun(stored)
    curves = {name[6:]: a for name, a in opened.replay("maturity", 3).look(0)[1].items() if name.startswith("curve_")}
    replicate = opened.dataset.sel(condition="maturity", seed=3)
    assert curves["trial"].tolist() == [7 * (e + 1) for e in (*range(0, 60, 5), 60)]
    assert np.array_equal(curves["reward"], replicate["mean_binary_reward"].values.astype(np.float32))
    assert np.array_equal(curves["thresholds"], replicate["threshold"].values.T.astype(np.float32))


def test_a_mismatch_is_told(stored: Path) -> None:
    replay = StoredRun(stored).replay("maturity", 3)
    replay.stored["threshold"] = replay.stored["threshold"].copy()
    replay.stored["threshold"][2, 5] = 0.125
    replay.go(replay.end)
    assert replay.mismatches == ["episode 10: threshold[5] is 0.49, stored was 0.125"]
    assert replay.compared == 13


def test_going_back_is_a_short_way(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replay, stretches = StoredRun(stored).replay("maturity", 3), []
    stretch = replay._stretch
    monkeypatch.setattr(replay, "_stretch", lambda trials: (stretches.append(trials), stretch(trials)))
    replay.go(replay.end)
    assert sum(stretches) == replay.end == 427
    stretches.clear()
    replay.go(400)
    assert sum(stretches) < replay.end / 40
