"""Wrong usage: one line, what is wrong and what would be right; remedies work when they are followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from astrosim.cli.commands import app


def call(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


USAGE = [
    (
        ["run", "quick", "--engine", "kernal"],
        "--engine: not a valid choice (kernal). Did you mean kernel? Write one of kernel, agents, published, torch.",
    ),
    (["plot", "quick", "--format=gif"], "--format: not a valid choice (gif). Write one of png, svg, pdf."),
    (["run", "quick", "--workers", "0"], "--workers: too small (0). Write at least 1."),
    (["run", "quick", "--workers", "x"], "--workers: not a whole number (x). Write a whole number, such as 1."),
    (["view", "quick", "--port", "70000"], "--port: too large (70000). Write at most 65535."),
    (["ceiling", "quick", "--time-limit", "x"], "--time-limit: not a number (x). Write a number, such as 10."),
    (["run", "quick", "--wrkers", "3"], "--wrkers: no such option. Did you mean --workers?"),
    (["run"], "SCENARIO|DIR: missing. `astrosim run --help` shows what belongs there."),
    (["runn"], "runn: no such command. Did you mean run?"),
    (["report", "a", "b"], "astrosim report: got unexpected extra argument(s) (b). `astrosim report --help` shows "),
    (["run", "quick", "--seeds", "x:y"], "--seeds: no range of seeds ('x:y'). Write first:count, "),
    (["view", "sphere"], "sphere.toml: kind: the live view plays no functions and no stored runs of environments"),
    (
        ["report", "nothere"],
        "nothere: no such run directory. Name that of a run; `astrosim run SCENARIO --out nothere`",
    ),
    (["plot", "nothere", "curves"], "nothere: no such run directory. Name that of a run; "),
    (["rerun", "nothere"], "nothere: no such run directory. Name that of a run; "),
    (["export", "nothere"], "nothere: no such run directory. Name that of a run; "),
    (
        ["run", "quick", "--out", "/proc/foo"],
        "/proc/foo: No such file or directory. Make it a place to write to, or name ",
    ),
]


@pytest.mark.parametrize(("arguments", "expected"), USAGE)
def test_wrong_usage_in_the_language_of_scenarios(arguments: list[str], expected: str) -> None:
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert expected in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "--resume" not in result.stderr  # nothing was begun


@pytest.mark.parametrize("command", ["plot", "rerun", "report", "export"])
def test_the_usual_place_of_a_run_is_suggested(command: str) -> None:
    run = Path("runs/quick")
    run.mkdir(parents=True)
    (run / "scenario.toml").write_text('name = "quick"\n')
    assert "quick: no run directory. Did you mean runs/quick?" in call(command, "quick").stderr


def test_conditions_shield_from_what_others_say() -> None:
    for arguments in (
        ["lesion", "--conditions", "whole", "--set", "schedule.episodes=100"],
        ["both_worlds", "--conditions", "astrocytes", "--engine", "agents"],
    ):
        assert call("run", *arguments, "--dry-run").exit_code == 0
        assert call("run", arguments[0], *arguments[3:], "--dry-run").exit_code == 2


def test_a_folder_hides_no_bundled_scenario() -> None:
    Path("maturity").mkdir()
    result = call("run", "maturity", "--dry-run")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "The work to come" in result.stdout
