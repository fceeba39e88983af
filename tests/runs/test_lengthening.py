"""A finished run goes on for longer, to the bytes of a run of that length; kills and other changes cost nothing."""

from __future__ import annotations

import json
import shutil
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from later import later
from run_helpers import contents, differing, go_on, small, start

from astrosim.contracts.registry import find_system
from astrosim.core.errors import Interrupted, StoreError
from astrosim.runs import open_run, run_scenario
from astrosim.runs.past import check_longer
from astrosim.scenario import condition_names
from astrosim.store.exchange import LONGER
from astrosim.store.replicates import commit_path, read_commit

EPISODES = {"episodes": 90, "trials_per_episode": 10}
LONG = small(schedule=EPISODES)
LENGTH: dict[str, dict[str, Any]] = {
    "astrocyte": {"schedule": {"episodes": 18, "trials_per_episode": 10}},
    "published": {"schedule": {"episodes": 7}},
    "wave": {"schedule": {"epochs": 3, "batch": 64}},
    "task": {"schedule": {"trials": 240}, "batches": {"first": 64, "last": 64, "stay": 20}},
    "environment": {"schedule": {"steps": 5_000}},
    "objective": {"schedule": {"evaluations": 1_000}},
}
FEW = ("astrocytes", "both", "cma_es", "coupled", "intervened")


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A run of 60 episodes."""
    directory = tmp_path_factory.mktemp("short") / "run"
    run_scenario(small(), directory, workers=1)
    return directory


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Contents of a run of 90 episodes from the start."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    run_scenario(LONG, directory, workers=1)
    return contents(directory)


@pytest.fixture
def run(short, tmp_path):
    """A copy of the run of 60 episodes."""
    return Path(shutil.copytree(short, tmp_path / "run"))


def committed(directory: Path, scenario: Any) -> dict[str, Any]:
    """Names and checksums of the files that each replicate has committed."""
    return {
        f"{name}-{seed}": read_commit(commit_path(directory, name, seed))["files"]
        for name in condition_names(scenario)
        for seed in scenario.seeds
    }


@pytest.mark.parametrize(
    ("system", "conditions"),
    [
        ("astrocyte", FEW),
        ("published", None),
        ("wave", None),
        ("environment", None),
        ("objective", None),
        pytest.param("astrocyte", None, marks=pytest.mark.full),
        pytest.param("task", None, marks=pytest.mark.full),
    ],
)
def test_a_finished_run_goes_on_to_the_bytes_of_a_longer_one(system, conditions, tmp_path):
    found = find_system(system)
    tables = {**found.part("example").tables, "seeds": [3]}
    if conditions:
        tables["conditions"] = {name: tables["conditions"][name] for name in conditions}
    base = {key: value for key, value in LENGTH[system].items() if key != "schedule"}
    long = found.scenario.model_validate(tables | LENGTH[system])
    run_scenario(found.scenario.model_validate(tables | base), tmp_path / "run", workers=1)
    run_scenario(long, tmp_path / "run", workers=1, resume=True)
    run_scenario(long, tmp_path / "whole", workers=1)
    assert differing(contents(tmp_path / "whole"), contents(tmp_path / "run")) == []
    assert committed(tmp_path / "run", long) == committed(tmp_path / "whole", long)
    assert not (tmp_path / "run" / LONGER).exists()
    (lengthened,) = json.loads((tmp_path / "run" / "provenance.json").read_text())["lengthened"]
    assert (lengthened["from_ends"], lengthened["from_the_beginning"]) == (len(condition_names(long)), 0)


def test_it_goes_on_from_the_end_and_not_from_the_beginning(run, whole):
    units: list[int] = []
    run_scenario(LONG, run, workers=2, resume=True, progress=lambda *counts: units.append(counts[0]))
    assert units[-1] == 4 * 900
    assert min(unit for unit in units if unit) >= 600
    assert differing(whole, contents(run)) == []


@pytest.mark.parametrize("harm", ["no ends", "a damaged end"])
def test_without_a_useful_end_a_replicate_is_computed_again(run, whole, harm, caplog):
    if harm == "no ends":
        shutil.rmtree(run / "ends")
    else:
        (run / "ends" / "cursor-3.npz").write_bytes(b"PK")
    run_scenario(LONG, run, workers=1, resume=True)
    assert differing(whole, contents(run)) == []
    told = {
        "no ends": "4 of 4 replicates have no final state: they are computed from the beginning",
        "a damaged end": "Condition cursor, seed 3 starts again",
    }
    assert told[harm] in caplog.text


def test_a_record_that_the_shorter_run_lacks_is_computed_again(tmp_path, caplog):
    plan = {"seeds": [3], "conditions": {}, "record": {"every": 7, "weights_at": [-60]}}
    run_scenario(small(**plan), tmp_path / "run", workers=1)
    run_scenario(small(schedule=EPISODES, **plan), tmp_path / "run", workers=1, resume=True)
    run_scenario(small(schedule=EPISODES, **plan), tmp_path / "whole", workers=1)
    assert differing(contents(tmp_path / "whole"), contents(tmp_path / "run")) == []
    assert "the shorter run has no record of episode 30" in caplog.text


FIXED: dict[str, tuple[str, dict[str, Any], str]] = {
    "batches": ("task", {"schedule": {"trials": 240}}, "batches.last: batches grow to it over the run"),
    "caps": (
        "task",
        {**LENGTH["task"], "perturbation": {"last_cap": 0.01}},
        "perturbation.last_cap: the cap falls to it over the run",
    ),
    "cosine": (
        "wave",
        {"schedule": {"epochs": 4}, "training": {"decay": "cosine"}, "conditions": {}},
        "training.decay: the learning rate falls to 0 over the run",
    ),
    "radius": (
        "astrocyte",
        {**LENGTH["astrocyte"], "learner": "neurons", "chemical": {"radius": 50, "last_radius": 20}, "conditions": {}},
        "chemical.last_radius: the radius reaches it in the last trial",
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_a_length_that_enters_other_things_is_refused_by_the_field_that_makes_it_so(case, tmp_path):
    system, tables, text = FIXED[case]
    found = find_system(system)
    long = found.scenario.model_validate(found.part("example").tables | tables)
    runner = found.part("runner")
    unit = runner.lengthening.field.rpartition(".")[2]
    schedule = long.schedule.model_copy(update={unit: getattr(long.schedule, unit) // 2})
    with pytest.raises(StoreError, match=text):
        check_longer(tmp_path, long.model_copy(update={"schedule": schedule}), long, runner)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"schedule": {**EPISODES, "trials_per_episode": 5}},
            r"schedule.trials_per_episode: a run that goes on keeps it \(5\). Only schedule.episodes may grow",
        ),
        ({"seeds": [3, 8, 9]}, r"seeds: others than those of the run. Only schedule.episodes may grow"),
        ({"conditions": {"maturity": {}}}, r"conditions: others than those of the run"),
        (
            {"schedule": {**EPISODES, "episodes": 50}},
            r"schedule.episodes: shorter than the run \(50\). Write more than 60",
        ),
    ],
)
def test_only_the_length_may_change_and_only_grow(short, changes, text):
    before = contents(short)
    with pytest.raises(StoreError, match=text):
        run_scenario(small(**changes), short, workers=1, resume=True)
    assert contents(short) == before


def test_an_interrupted_run_is_finished_first_and_an_interrupted_longer_one_goes_on(tmp_path, whole):
    longer, asked = tmp_path / "run" / LONGER / "scenario.toml", count()
    with pytest.raises(Interrupted):
        run_scenario(small(), tmp_path / "run", workers=1, stopped=lambda: next(asked) > 3)
    with pytest.raises(Interrupted, match=rf"astrosim run {tmp_path / 'run'} --resume"):
        run_scenario(LONG, tmp_path / "run", workers=1, resume=True, stopped=longer.exists)
    assert open_run(tmp_path / "run").sizes["trial"] == 600  # the old run is there as long as the new one is not
    run_scenario(None, tmp_path / "run" / LONGER, workers=1, resume=True)
    assert differing(whole, contents(tmp_path / "run")) == []


@pytest.mark.parametrize("crash", [0, 6, 13, *later(1, 7)])
def test_an_exchange_that_is_cut_off_anywhere_is_refused_by_readers_and_completed(run, whole, monkeypatch, crash):
    renames, rename = count(), Path.rename

    def cut(self: Path, target: Path) -> Path:
        if next(renames) == crash:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", cut)
        with pytest.raises(KeyboardInterrupt):
            run_scenario(LONG, run, workers=1, resume=True)
    if (run / LONGER).exists():
        with pytest.raises(StoreError, match=rf"`astrosim run {run} --resume` completes that; nothing is lost"):
            open_run(run)
    run_scenario(None, run, workers=1, resume=True)
    assert not (run / LONGER).exists()
    assert differing(whole, contents(run)) == []


@pytest.mark.full
def test_kills_at_random_moments_leave_the_bytes_of_the_longer_run(run, whole):
    for delay in (0.05, 0.3, 0.6, 0.9, 1.2, 1.5):
        process = start(run, LONG, 1, RESUME="1")
        process.join(delay)
        process.kill()
        process.join()
        assert open_run(run).sizes["trial"] in (600, 900)
    assert go_on(run, LONG) is None
    run_scenario(LONG, run, workers=1, resume=True)
    assert differing(whole, contents(run)) == []
