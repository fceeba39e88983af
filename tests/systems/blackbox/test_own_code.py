"""Code that came with a stored run: named, and executed only when the user says so."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.runs import run_scenario
from astrosim.scenario import load_scenario

MODULE = """
import gymnasium
import numpy as np
from pathlib import Path

Path(__file__).with_name("ran").touch()

def make(**arguments):
    return gymnasium.make("CartPole-v1", **arguments)

def rows():
    numbers = np.random.default_rng(0).normal(size=(90, 2))
    return numbers, numbers.sum(axis=1)
"""
ENVIRONMENT = """
kind = "task"
name = "poles"
seeds = [3]
[task]
environment = "own:make"
allow_code = true
[network]
units = 2
[birth]
networks = 2
[schedule]
steps = 400
[record]
every = 200
test = 3
validation = 0
"""
TABLE = """
kind = "task"
name = "rows"
seeds = [3]
[task]
data = "own:rows"
allow_code = true
[network]
units = 4
[schedule]
trials = 500
[record]
every = 500
baselines = 0
"""


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


def made(folder: Path, text: str) -> tuple[Path, Path]:
    """A finished run, and the file that appears when its module is executed."""
    (folder / "own.py").write_text(MODULE)
    (folder / "own.toml").write_text(text)
    run_scenario(load_scenario(folder / "own.toml"), folder / "run", workers=1)
    (kept,) = (folder / "run" / "inputs").glob("own*.py")
    mark = kept.with_name("ran")
    mark.unlink(missing_ok=True)
    return folder / "run", mark


def refused(arguments: list[Any], name: str) -> None:
    done = call(*arguments)
    assert done.exit_code == 2
    lead = rf"--allow-code: \S+run executes code that came with it: {name} \(\S+own\S*\.py, sha256 \w+\)\. Read it, "
    assert re.match(lead + r"then add the option\.\n$", done.stderr), done.stderr


@pytest.fixture(scope="module")
def poles(tmp_path_factory):
    return made(tmp_path_factory.mktemp("poles"), ENVIRONMENT)


def test_an_environment_that_came_with_a_run_is_not_executed_unasked(poles, tmp_path):
    run, mark = poles
    for arguments in (["play", run], ["animate", run, "--out", tmp_path / "a.gif"], ["rerun", run]):
        refused(arguments, "own:make")
    done = call("report", run)
    assert done.exit_code == 0
    assert "--allow-code` does so." in html.unescape((run / "report.html").read_text(encoding="utf-8"))
    assert call("plot", run).exit_code == 0
    assert not mark.exists()


def test_it_is_when_the_user_says_so(poles, tmp_path):
    run, mark = poles
    done = call("play", run, "--allow-code", "--no-window")
    assert done.exit_code == 0, done.output
    assert "as it was stored" in done.stdout
    assert mark.exists()
    assert call("animate", run, "--allow-code", "--frames", "2", "--out", tmp_path / "a.gif").exit_code == 0
    assert "identical" in call("rerun", run, "--allow-code").stdout


def test_a_function_that_gives_rows_is_code_too(tmp_path):
    run, mark = made(tmp_path, TABLE)
    refused(["rerun", run], "own:rows")
    assert call("report", run).exit_code == 0
    assert not mark.exists()
    assert "identical" in call("rerun", run, "--allow-code").stdout
