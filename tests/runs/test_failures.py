"""One failing replicate costs no other: it is kept with its error, told at the end, and tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_system
import pytest
from run_helpers import contents, differing, small, summary_rows
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.core.errors import DataError, StoreError
from astrosim.report import write_report
from astrosim.runs import open_run, run_scenario
from astrosim.runs.failures import Failure, ReplicatesFailed, failed, listed, note_failures, read_failures
from astrosim.scenario import to_toml
from astrosim.store.blocks import make_blocks
from astrosim.systems.threshold.recording import Recording
from astrosim.systems.waves.scenario.schema import WaveScenario

EPOCHS = {"short": 5, "wave": 9}
SEEDS = (4, 1, 7)
REPLICATES = [(condition, seed) for condition in EPOCHS for seed in SEEDS]


def waves(**changes: Any) -> WaveScenario:
    """Two conditions and three seeds; on scikit-learn's digits, which nobody reads here."""
    data: dict[str, Any] = {
        "name": "waves",
        "seeds": SEEDS,
        "task": {"data": "digits"},
        "conditions": {name: {"schedule": {"epochs": epochs}} for name, epochs in EPOCHS.items()},
    }
    return WaveScenario.model_validate(data | changes)


@pytest.fixture(autouse=True)
def fake() -> Iterator[None]:
    with fake_system.registered():
        yield


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The same run without a failure."""
    run_scenario(waves(), tmp_path / "whole", workers=1)
    return tmp_path / "whole"


@pytest.mark.parametrize(("workers", "grouped"), [(1, 0), (1, 1), (2, 1)])
def test_the_others_go_on_and_a_resume_gives_the_bytes_of_a_run_without_failure(
    whole, tmp_path, monkeypatch, workers, grouped
):
    directory = tmp_path / "run"
    monkeypatch.setenv("FAKE_FAIL", "wave-1,short-7")
    monkeypatch.setenv("FAKE_GROUPED", str(grouped))
    with pytest.raises(ReplicatesFailed) as caught:
        run_scenario(waves(), directory, workers=workers)
    first, second, third = str(caught.value).splitlines()
    assert first.startswith("ValueError: the map has left its interval (condition ")
    assert first.endswith(" and 1 more)")
    assert second == "2 of 6 replicates failed; the other 4 are committed."
    assert third == f"{directory}/failures tells more. `astrosim run {directory} --resume` tries again what failed."
    lost = {("wave", 1), ("short", 7)}
    assert {(one.condition, one.seed) for one in read_failures(directory)} == lost
    committed = open_run(directory).committed
    assert {key for key in REPLICATES if not committed.sel(condition=key[0], seed=key[1])} == lost
    kept = [key for key in REPLICATES if key not in lost]
    assert [(row["condition"], int(row["seed"])) for row in summary_rows(directory)] == kept
    told = json.loads((directory / "failures" / "wave-1.json").read_text())["failures"]
    assert [one["type"] for one in told] == ["ValueError"]
    assert "fake_system.py" in told[0]["traceback"]
    assert json.loads((directory / "provenance.json").read_text())["sessions"][-1]["outcome"] == "failed"
    monkeypatch.delenv("FAKE_FAIL")
    run_scenario(None, directory, workers=1, resume=True)
    assert differing(contents(whole), contents(directory)) == []
    assert not (directory / "failures").exists()
    assert list((directory / "checkpoints").iterdir()) == []


def test_what_fails_again_is_told_again_and_nothing_else_is_computed(tmp_path, monkeypatch):
    directory = tmp_path / "run"
    monkeypatch.setenv("FAKE_FAIL", "wave-1")
    for resume in (False, True):
        before = {path: path.stat().st_mtime_ns for path in (directory / "commits").glob("*")}
        with pytest.raises(ReplicatesFailed, match=r"1 of 6 replicates failed; the other 5 are committed\."):
            run_scenario(None if resume else waves(), directory, workers=1, resume=resume)
    assert {path: path.stat().st_mtime_ns for path in (directory / "commits").glob("*")} == before
    assert [(one.condition, one.seed) for one in read_failures(directory)] == [("wave", 1)]


def test_the_command_line_tells_of_the_others_and_ends_with_1(tmp_path, monkeypatch):
    advance = Recording.advance

    def advance_or_fail(self: Recording, units: int) -> float:
        if (self.replicate.condition, self.replicate.seed) == ("cursor", 8):
            raise ArithmeticError("a weight is nan")
        return advance(self, units)

    monkeypatch.setattr(Recording, "advance", advance_or_fail)
    file, directory = tmp_path / "small.toml", tmp_path / "run"
    file.write_text(to_toml(small()))
    done = CliRunner().invoke(app, ["run", str(file), "--out", str(directory), "--workers", "1", "--no-report"])
    assert done.exit_code == 1
    assert "ArithmeticError: a weight is nan (condition cursor, seed 8)" in done.stderr
    assert "1 of 4 replicates failed; the other 3 are committed." in done.stderr
    assert "Traceback" not in done.stderr
    assert f"Run directory: {directory}" in done.stdout


def test_a_run_in_which_all_fail_says_why(tmp_path, monkeypatch):
    file, directory = tmp_path / "waves.toml", tmp_path / "run"
    file.write_text(to_toml(waves(seeds=[1], conditions={})))
    monkeypatch.setenv("FAKE_FAIL", "waves-1,default-1")
    done = CliRunner().invoke(app, ["run", str(file), "--out", str(directory), "--workers", "1"])
    assert done.exit_code == 1
    assert "the map has left its interval" in done.stderr
    assert "1 of 1 replicate failed.\n" in done.stderr


@pytest.mark.parametrize("error", [DataError("no data."), StoreError("no room.")])
def test_an_error_that_all_would_meet_stops_at_once(tmp_path, monkeypatch, error):
    def refuse(self: Any, units: int) -> float:
        raise error

    monkeypatch.setattr(fake_system.Training, "advance", refuse)
    with pytest.raises(type(error), match=str(error)):
        run_scenario(waves(), tmp_path / "run", workers=1)
    assert not (tmp_path / "run" / "failures").exists()


def test_failures_are_grouped_by_their_errors_and_long_lists_are_cut():
    own = [Failure("a", seed, "ValueError", "x", "", False) for seed in (1, 2)]
    others = [Failure("b", seed, "RunError", f"task.data: {seed}.", "", True) for seed in range(4)]
    text = str(failed([*own, *others], 7, Path("run"), Path("run")))
    assert text.splitlines()[:4] == [
        "ValueError: x (condition a, seed 1 and 1 more)",
        "task.data: 0. (condition b, seed 0)",
        "task.data: 1. (condition b, seed 1)",
        "6 of 7 replicates failed; the other is committed.",
    ]
    assert listed(others) == (
        "condition b, seed 0: task.data: 0; condition b, seed 1: task.data: 1; condition b, seed 2: task.data: 2; "
        "1 other error"
    )


def test_failures_come_back_as_they_were_and_a_damaged_file_is_named(tmp_path):
    block, other = make_blocks(["a<b>", "c"], [1])
    one = Failure("a<b>", 1, "ValueError", "x\ny", "Traceback ...", False)
    note_failures(tmp_path, block, [one])
    note_failures(tmp_path, other, [])
    assert read_failures(tmp_path) == [one]
    (path,) = (tmp_path / "failures").iterdir()
    path.write_text("{")
    with pytest.raises(StoreError, match=rf"{path}: damaged .* Delete it"):
        read_failures(tmp_path)
    note_failures(tmp_path, block, [])
    assert not (tmp_path / "failures").exists()


def test_the_report_says_what_failed_and_escapes_it(tmp_path):
    directory = tmp_path / "run"
    run_scenario(small(), directory, workers=1)
    (directory / "commits" / "cursor-8.json").unlink()
    rows = (directory / "summary.csv").read_text().splitlines(keepends=True)
    (directory / "summary.csv").write_text("".join(row for row in rows if not row.startswith("cursor,8,")))
    (block,) = make_blocks(["cursor"], [8])
    note_failures(directory, block, [Failure("cursor", 8, "ValueError", "<script>alert(1)</script>", "", False)])
    page = write_report(directory).read_text()
    assert "1 replicate failed and is not in this report: condition cursor, seed 8: ValueError: &lt;script&gt;" in page
    assert "<script>alert(1)" not in page
