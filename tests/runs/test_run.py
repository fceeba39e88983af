"""Runs: the same bytes for any number of workers, any record plan and any interruption; begin, resume, replay."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from later import later
from run_helpers import carry_out, contents, differing, small, summary_rows

from astrosim.core.errors import Interrupted, StoreError
from astrosim.export import export_run
from astrosim.report import write_report
from astrosim.runs import open_run, rerun, run_scenario
from astrosim.runs.control import Control, Stopped
from astrosim.runs.replicate import Replicate, make_replicates
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.store import layout
from astrosim.store.files import file_entry, write_sealed
from astrosim.store.replicates import commit_path, read_commit
from astrosim.store.variables import IDLE, KEPT, REVERTED
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.recording import segments

SMALL = small()
PUBLISHED = small(
    system="published",
    network={},
    schedule={"episodes": 40},
    conditions={"maturity": {}, "cursor": {"learner": "cursor"}, "control": {"learner": "none"}},
)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The small experiment, undisturbed, in one process."""
    directory = tmp_path_factory.mktemp("reference") / "run"
    run_scenario(SMALL, directory, workers=1)
    return directory


@pytest.mark.parametrize("workers", [2, *later(3)])
def test_any_number_of_workers_writes_the_same_bytes(reference, tmp_path, workers):
    run_scenario(SMALL, tmp_path / "run", workers=workers)
    assert differing(contents(reference), contents(tmp_path / "run")) == []


def test_the_record_plan_changes_nothing_that_both_plans_record(reference, tmp_path):
    other = small(record={"every": 20, "weights_at": [-1], "decisions": True})
    run_scenario(other, tmp_path / "run", workers=1)
    one, two = open_run(reference), open_run(tmp_path / "run")
    assert list(two.episode.values) == [0, 20, 40, 59]
    assert set(two.episode.values) & set(one.episode.values) == {0, 59}
    for name in one.data_vars:
        mine, others = one[name], two[name]
        if "episode" in mine.dims:
            mine, others = mine.sel(episode=[0, 59]), others.sel(episode=[0, 59])
        if "weight_episode" in mine.dims:
            mine, others = mine.sel(weight_episode=[59]), others.sel(weight_episode=[59])
        assert np.array_equal(mine.values, others.values, equal_nan=mine.dtype.kind == "f"), name
    assert summary_rows(reference)[0]["outputs"] == summary_rows(tmp_path / "run")[0]["outputs"]


@pytest.mark.parametrize("scenario", [SMALL, PUBLISHED], ids=["described", "published"])
def test_what_is_stored_is_what_the_engine_did(tmp_path, scenario):
    run_scenario(scenario, tmp_path / "run", workers=1)
    data = open_run(tmp_path / "run")
    for condition in condition_names(scenario):
        for seed in scenario.seeds:
            replicate = data.sel(condition=condition, seed=seed)
            engine = make_engine(resolve(scenario, condition), seed)
            done = engine.advance(scenario.schedule.trials - 10)
            last = engine.advance(10, measure=True)
            decisions = np.concatenate([done.decision, last.decision])
            assert np.array_equal(replicate.decision, decisions)
            assert np.array_equal(replicate.trial_pattern, np.concatenate([done.pattern, last.pattern]))
            active = np.concatenate([done.active, last.active])
            assert np.array_equal(replicate.active[:, : active.shape[1]], active)
            weights = engine.weights()
            assert replicate.weight.dtype == weights.dtype
            assert np.array_equal(
                replicate.weight.sel(weight_episode=scenario.schedule.episodes - 1)[: len(weights)], weights
            )
            for name, values in engine.measure().items():
                stored = replicate[name].isel(episode=-1).values
                stored = stored[tuple(slice(0, n) for n in np.shape(values))]
                assert np.array_equal(stored, values, equal_nan=stored.dtype.kind == "f"), name
            row = read_commit(commit_path(tmp_path / "run", condition, seed))["summary"]
            assert row["kept"] == np.count_nonzero(decisions == KEPT)
            assert row["reverted"] == np.count_nonzero(decisions == REVERTED)
            assert row["mean_abs_weight_end"] == pytest.approx(np.mean(np.abs(weights), dtype="f8"), rel=1e-12)
    if scenario is PUBLISHED:
        assert (data.decision.sel(condition="control") == IDLE).all()


def test_segments_measure_every_recorded_episode_and_end_with_the_run():
    scenario = small(schedule={"episodes": 10, "trials_per_episode": 5}, record={"every": 4, "weights_at": [2, 8]})
    assert list(segments(scenario)) == [
        (0, False, False),
        (5, True, False),
        (15, False, True),
        (20, False, False),
        (25, True, False),
        (40, False, False),
        (45, True, True),
        (45, False, False),
        (50, True, False),
    ]


INTERVENED = small(
    record={"every": 7, "weights_at": [0, -1], "trials": True, "firing": True},
    conditions={
        "maturity": {},
        "cursor": {"learner": "cursor", "record": {"firing_trials": [50, 505], "firing_every": 7}},
    },
    interventions=[
        {"action": "lesion_astrocytes", "at_trial": 83, "fraction": 0.5},
        {"action": "set", "parameter": "perturbation.sigma", "value": 0.3, "at_episode": 20},
        {"action": "extend_task", "at_episode": 30, "patterns": [["11111", "00000"], ["11011", "10001"]]},
        {"action": "reward_offset", "offset": 0.01, "when": {"accuracy_above": 0.1, "episodes": 40}},
        {"action": "silence_neurons", "at_episode": 10, "neuron_kind": "output", "fraction": 0.2, "every": 25},
    ],
)


@pytest.mark.parametrize(
    "scenario", [SMALL, INTERVENED, *later(PUBLISHED)], ids=["described", "interventions", "published"]
)
def test_a_replicate_interrupted_anywhere_any_number_of_times_writes_the_same_bytes(tmp_path, scenario, monkeypatch):
    """Stretches of one trial or as long as may be, a stop after any of them, and a log in chunks of 64 trials."""
    monkeypatch.setattr(layout, "TRIAL_CHUNK", 64)
    run_scenario(scenario, tmp_path / "whole", workers=1)
    run_scenario(scenario, tmp_path / "parts", workers=1)
    whole = contents(tmp_path / "whole")
    assert any(name.startswith("decision/c.0.0.6") for name in whole)
    coin = random.Random(5)
    stops = 0
    for replicate in make_replicates(condition_names(scenario), scenario.seeds):
        commit_path(tmp_path / "parts", replicate.condition, replicate.seed).unlink()
        done = False
        while not done:
            control = Control(stopped=lambda: coin.random() < 0.2, stretch_seconds=coin.choice([0, 1e9]))
            try:
                carry_out(
                    tmp_path / "parts",
                    [replicate],
                    {replicate.condition: resolve(scenario, replicate.condition)},
                    control,
                )
                done = True
            except Stopped:
                stops += 1
    assert stops > 20
    assert list((tmp_path / "parts" / "checkpoints").iterdir()) == []
    run_scenario(None, tmp_path / "parts", workers=1, resume=True)
    assert differing(whole, contents(tmp_path / "parts")) == []


def test_a_run_with_interventions_is_stored_repeated_exported_and_reported(tmp_path):
    run_scenario(INTERVENED, tmp_path / "run", workers=2)
    assert rerun(tmp_path / "run", workers=1).identical
    dataset = open_run(tmp_path / "run")
    events = dataset.event_trial.sel(condition="maturity", seed=3).values
    which = dataset.event_intervention.sel(condition="maturity", seed=3).values
    happened = sorted((int(t), int(n)) for t, n in zip(events, which, strict=True) if t >= 0)
    assert happened == [(83, 0), (100, 4), (200, 1), (300, 2), (350, 4), (400, 3)]
    known = np.isfinite(dataset.pattern_accuracy.sel(condition="maturity", seed=3)).sum("pattern").values
    assert known[0] == 8
    assert known[-1] == 10
    export_run(tmp_path / "run")
    assert (tmp_path / "run" / "csv").is_dir()
    assert "extend task, before episode 30" in write_report(tmp_path / "run").read_text(encoding="utf-8")


def test_a_long_log_in_chunks_holds_the_same_trials(reference, tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "TRIAL_CHUNK", 128)
    run_scenario(SMALL, tmp_path / "run", workers=1)
    one, two = open_run(reference), open_run(tmp_path / "run")
    for name in ("decision", "trial_pattern", "active"):
        assert np.array_equal(one[name], two[name])
    assert (two.decision != -2).all()


def test_conditions_of_different_length_and_plan_stand_under_their_labels(tmp_path):
    scenario = small(
        conditions={
            "long": {},
            "short": {
                "schedule": {"episodes": 20},
                "record": {"every": 5, "decisions": False, "weights_at": [4]},
                "task": {"patterns": [["10", "01"], ["01", "10"]]},
                "astrocytes": {"per_cluster": 2, "max_active": 1},
            },
        }
    )
    run_scenario(scenario, tmp_path / "run", workers=1)
    data = open_run(tmp_path / "run")
    assert list(data.episode.values) == [0, 5, 7, 10, 14, 15, 19, 21, 28, 35, 42, 49, 56, 59]
    assert list(data.weight_episode.values) == [0, 4, 59]
    long, short = data.sel(condition="long"), data.sel(condition="short")
    recorded = [0, 5, 10, 15, 19]
    assert np.isfinite(short.mean_soft_reward.sel(episode=recorded)).all()
    assert np.isnan(short.mean_soft_reward.drop_sel(episode=recorded)).all()
    assert (short.output.isel(pattern=slice(2, None)) == -1).all()
    assert (short.activations.isel(astrocyte=slice(4, None)) == -1).all()
    assert (short.activations.sel(episode=19, astrocyte=slice(0, 3)) >= 0).all()
    assert (short.decision == -2).all()
    assert (short.active == -2).all()
    assert (long.decision != -2).all()
    assert np.isnan(short.weight.sel(weight_episode=59)).all()
    assert (np.isfinite(short.weight.sel(weight_episode=4)).sum("synapse") > 0).all()
    engine = make_engine(resolve(scenario, "short"), 8)
    engine.advance(50)
    stored = short.weight.sel(seed=8, weight_episode=4).values
    assert np.array_equal(stored[: len(engine.weights())], engine.weights())


def test_summary_scenario_and_provenance_of_a_run(reference):
    rows = summary_rows(reference)
    assert [(row["condition"], row["seed"]) for row in rows] == [
        ("maturity", "3"),
        ("maturity", "8"),
        ("cursor", "3"),
        ("cursor", "8"),
    ]
    assert all(int(row["trials"]) == 600 for row in rows)
    assert load_scenario(reference / "scenario.toml") == SMALL
    provenance = json.loads((reference / "provenance.json").read_text())
    session = provenance["sessions"][0]
    assert provenance["seeds"] == [3, 8]
    assert session["outcome"] == "finished"
    assert session["start"] <= session["end"]
    assert session["versions"]["zarr"]
    assert session["workers"] == 1


def test_progress_grows_to_the_whole_and_counts_what_is_already_there(tmp_path):
    seen = []
    run_scenario(SMALL, tmp_path / "run", workers=2, progress=lambda *counts: seen.append(counts))
    assert seen == sorted(seen)
    assert seen[-1] == (2400, 2400, 4, 4)
    commit_path(tmp_path / "run", "cursor", 3).unlink()
    seen.clear()
    run_scenario(None, tmp_path / "run", workers=1, resume=True, progress=lambda *counts: seen.append(counts))
    assert seen[0][0] >= 1800
    assert seen[-1] == (2400, 2400, 4, 4)


def test_a_run_that_was_finished_is_left_as_it_is(reference, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in (reference / "trajectory.zarr").rglob("*")}
    run_scenario(None, reference, workers=1, resume=True)
    assert {path: path.stat().st_mtime_ns for path in (reference / "trajectory.zarr").rglob("*")} == before


def test_a_new_run_refuses_a_directory_that_is_not_empty(reference, tmp_path):
    with pytest.raises(StoreError, match=r"a run lies here already. `astrosim run .* --resume` goes on with it"):
        run_scenario(SMALL, reference, workers=1)
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"not empty \(thesis.txt ...\). Name a new directory."):
        run_scenario(SMALL, tmp_path, workers=1)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_resume_refuses_what_was_not_begun_or_was_changed(tmp_path):
    with pytest.raises(StoreError, match=r"no such directory. Name the directory of a run"):
        run_scenario(None, tmp_path / "nowhere", resume=True)
    with pytest.raises(StoreError, match=r"scenario.toml: missing, so there is no run to resume"):
        run_scenario(None, tmp_path, resume=True)
    directory = tmp_path / "run"
    run_scenario(SMALL, directory, workers=1)
    with pytest.raises(StoreError, match=r"scenario.toml: not the scenario that was given"):
        run_scenario(small(seeds=[3, 9]), directory, resume=True)
    text = (directory / "scenario.toml").read_text()
    (directory / "scenario.toml").write_text(text.replace("episodes = 60", "episodes = 61"))
    with pytest.raises(StoreError, match=r"scenario.toml: changed since the run began .*Undo the change"):
        run_scenario(None, directory, resume=True)
    (directory / "scenario.toml").write_text(text)
    (directory / "provenance.json").write_text("{}")
    with pytest.raises(StoreError, match=r"provenance.json: damaged .*Put the original back"):
        run_scenario(None, directory, resume=True)
    (directory / "provenance.json").unlink()
    with pytest.raises(StoreError, match=r"provenance.json: missing"):
        run_scenario(None, directory, resume=True)


def test_rerun_of_an_untouched_run_is_identical_and_leaves_nothing(reference):
    before = contents(reference)
    result = rerun(reference, workers=2)
    assert result.identical
    assert result.differences == ()
    assert [path.name for path in reference.parent.iterdir()] == ["run"]
    assert differing(before, contents(reference)) == []


def test_rerun_names_what_differs_by_variable_condition_and_seed(tmp_path):
    directory = tmp_path / "run"
    run_scenario(SMALL, directory, workers=1)
    _forge(directory, Replicate("cursor", 8, 1, 1))
    result = rerun(directory, workers=1, out=tmp_path / "elsewhere")
    assert not result.identical
    assert len(result.differences) == 2
    kept, decision = sorted(result.differences, reverse=True)
    assert kept.startswith("summary, kept, condition cursor, seed 8: -1 was stored, ")
    assert decision.startswith("decision[0], condition cursor, seed 8: ")
    assert decision.endswith("(1 of 600 values differ)")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def _forge(directory, replicate):
    """Change the first decision and a count of a replicate, and commit the forgery with right checksums."""
    import zarr

    array = zarr.open_array(directory / "trajectory.zarr" / "decision", mode="r+")
    array[replicate.row, replicate.column, 0] = 7
    path = commit_path(directory, replicate.condition, replicate.seed)
    record = read_commit(path)
    name = f"trajectory.zarr/decision/c.{replicate.row}.{replicate.column}.0"
    record["files"][name] = file_entry((directory / name).read_bytes())
    record["summary"]["kept"] = -1
    write_sealed(path, record)


def test_rerun_of_an_unfinished_run_says_how_to_finish_it(tmp_path):
    run_scenario(SMALL, tmp_path / "run", workers=1)
    commit_path(tmp_path / "run", "cursor", 3).unlink()
    with pytest.raises(
        StoreError, match=r"3 of 4 replicates are committed. Finish it first: `astrosim run .* --resume`"
    ):
        rerun(tmp_path / "run")


def test_interrupted_is_a_keyboard_interrupt_for_those_who_catch_nothing_else():
    assert issubclass(Interrupted, KeyboardInterrupt)
