"""Runs of scenarios that name files: they need no more than their own directory."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from run_helpers import contents, differing
from scenario_files import GOOD_PATTERNS, GOOD_POSITIONS, GOOD_WIRING, write_scenario
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.core.errors import ScenarioError, StoreError
from astrosim.runs import rerun, run_scenario
from astrosim.scenario import load_scenario
from astrosim.scenario.inputs import taken_into


def test_a_run_needs_nothing_but_its_own_directory(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    path = write_scenario(source, patterns=GOOD_PATTERNS, positions=GOOD_POSITIONS, wiring=GOOD_WIRING)
    loaded = load_scenario(path)
    run_scenario(loaded, tmp_path / "run", workers=1)
    written = {file.name.partition("-")[0] for file in (tmp_path / "run" / "inputs").iterdir()}
    assert written == {"patterns", "positions", "wiring"}
    run_scenario(loaded, tmp_path / "run", workers=1, resume=True)
    shutil.rmtree(source)
    (tmp_path / "run").rename(tmp_path / "moved")
    stored = load_scenario(tmp_path / "moved" / "scenario.toml")
    assert stored == loaded
    assert rerun(tmp_path / "moved", workers=1).identical
    run_scenario(stored, tmp_path / "third", workers=2)
    assert differing(contents(tmp_path / "moved"), contents(tmp_path / "third")) == []
    names = [sorted(p.name for p in (tmp_path / run / "inputs").iterdir()) for run in ("moved", "third")]
    assert names[0] == names[1]


def test_a_changed_file_is_an_error_on_resume_and_rerun(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run_scenario(load_scenario(write_scenario(tmp_path, wiring=GOOD_WIRING)), run, workers=1)
    (file,) = (run / "inputs").iterdir()
    file.write_text(GOOD_WIRING.replace("0.5", "0.6"))
    for attempt in (lambda: run_scenario(None, run, resume=True), lambda: rerun(run)):
        with pytest.raises(
            ScenarioError, match=r"scenario\.toml:[0-9]+: network\.wiring: not the file that it was .*"
        ) as e:
            attempt()
        assert "Put the original back." in str(e.value)
    file.unlink()
    result = CliRunner().invoke(app, ["run", str(run), "--resume"])
    assert result.exit_code == 2
    assert "network.wiring: no such file" in result.stderr
    file.write_text(GOOD_WIRING)
    assert rerun(run, workers=1).identical


def test_a_file_that_changes_between_reading_and_running_is_noticed(tmp_path: Path) -> None:
    loaded = load_scenario(write_scenario(tmp_path, wiring=GOOD_WIRING))
    (tmp_path / "wiring.csv").write_text("pre,post,weight\n0,3,1\n")
    with pytest.raises(ScenarioError, match=r"wiring\.csv: not the file that it was"):
        run_scenario(loaded, tmp_path / "run", workers=1)
    other = load_scenario(tmp_path / "s.toml")
    assert other != loaded
    run_scenario(other, tmp_path / "run", workers=1)
    (tmp_path / "wiring.csv").write_text(GOOD_WIRING)
    with pytest.raises(StoreError, match="not the scenario that was given"):
        run_scenario(load_scenario(tmp_path / "s.toml"), tmp_path / "run", resume=True)


def test_a_run_that_died_before_its_scenario_was_written_begins_anew(tmp_path: Path) -> None:
    loaded = load_scenario(write_scenario(tmp_path, wiring=GOOD_WIRING))
    (tmp_path / "run" / "inputs").mkdir(parents=True)
    (tmp_path / "run" / "inputs" / "wiring-000000000000.csv").write_text("pre,")
    run_scenario(loaded, tmp_path / "run", workers=1)
    assert rerun(tmp_path / "run", workers=1).identical


def test_a_checkpoint_belongs_to_the_content_of_the_files_not_to_their_place(tmp_path: Path) -> None:
    loaded = load_scenario(write_scenario(tmp_path, wiring=GOOD_WIRING))
    moved, files = taken_into(loaded, tmp_path / "run")
    assert moved.model_dump(mode="json") == loaded.model_dump(mode="json")
    assert list(files.values()) == [GOOD_WIRING.encode()]
    (tmp_path / "wiring.csv").write_text(GOOD_WIRING.replace("-1", "1"))
    other = load_scenario(tmp_path / "s.toml")
    assert other.model_dump(mode="json") != loaded.model_dump(mode="json")
