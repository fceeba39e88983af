"""Wrong tasks, as the command line tells them: file and line of the field, what is wrong, the remedy, the exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from astrosim.cli import app

MODULE = """
import numpy as np
from gymnasium import spaces

class Tank:
    observation_space = spaces.Box(-1, 1, (2,), np.float32)
    action_space = spaces.Discrete(2)
    reward = 1.0

    def reset(self, seed=None, options=None):
        self.time = 0
        return np.zeros(2, np.float32), {}

    def step(self, action):
        self.time += 1
        return np.array([self.time / 9, action], np.float32), self.reward, self.time == 9, False, {}

class Leaking(Tank):
    reward = float("nan")

class Sized(Tank):
    def __init__(self, size):
        self.size = size

thing = 3

def rows():
    raise OSError("no such cellar")

def worth(weights):
    return 1 / 0

def three(weights, key, more):
    return 0.0
"""
HEAD = 'kind = "task"\nname = "wrong"\nseeds = [1]\n'
SHORT = "[network]\nunits = 2\n[birth]\nnetworks = 2\n[schedule]\nsteps = 60\n[record]\nevery = 30\ntest = 2\n"
ALLOWED = "allow_code = true\n"
ENVIRONMENT = {
    ("tank:Leaking", "max_steps = 9\n"): (
        1, "w.toml:5: task.environment: reward of tank:Leaking is not a finite number at step 1 of seed",
    ),
    ("tank:Tank", ""): (
        2, "w.toml:4: task.max_steps: tank:Tank has no limit of its own (0). Write the steps after which it ends.",
    ),
    ("tank:thing", ""): (2, "w.toml:5: task.environment: neither a class nor a function in tank.py ('thing')."),
    ("tank:Sized", ""): (2, "w.toml:4: task.arguments: tank:Sized needs more of them (Sized.__init__() missing 1"),
    ("broken:Tank", ""): (2, "broken.py:2: task.environment: cannot be imported (ZeroDivisionError: division by"),
    ("CartPole-v1", 'threshold = "high"\n'): (
        2, 'w.toml:7: task.threshold: not valid ("high"). Write a number, or "auto" or "none".\n',
    ),
    ("CartPole-v1", 'data = "x.csv"\n'): (2, "w.toml:7: task.data: a second task beside environment ('x.csv')."),
    ("LunarLander-v2", ""): (2, "w.toml:5: task.environment: LunarLander-v2 is gone; Gymnasium"),
}  # fmt: skip
OTHERS = {
    'data = "tank:rows"\n': (1, "w.toml:5: task.data: tank:rows failed (OSError: no such cellar). Correct it.\n"),
    'objective = "tank:worth"\nsize = 3\n': (
        1, "w.toml:5: task.objective: tank:worth failed for key",
    ),
    'objective = "tank:three"\nsize = 3\n': (
        2, "w.toml:5: task.objective: tank:three takes (weights, key, more). Write it with (weights), (weights, key)",
    ),
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("tank.py").write_text(MODULE)
    Path("broken.py").write_text("\n1 / 0\n")
    return tmp_path


def run(*more: str) -> Any:
    return CliRunner().invoke(app, ["run", "w.toml", "--workers", "1", *more])


@pytest.mark.parametrize("case", ENVIRONMENT, ids=str)
def test_wrong_environments(case, here):
    name, more = case
    Path("w.toml").write_text(f'{HEAD}[task]\nenvironment = "{name}"\n{ALLOWED}{more}{SHORT}')
    code, text = ENVIRONMENT[case]
    done = run()
    assert (done.exit_code, done.stderr[: len(text)]) == (code, text)
    assert code == 1 or not Path("runs").exists()


@pytest.mark.parametrize("task", OTHERS, ids=str)
def test_wrong_tables_and_functions(task, here):
    Path("w.toml").write_text(f"{HEAD}[task]\n{task}{ALLOWED}")
    code, text = OTHERS[task]
    done = run()
    assert (done.exit_code, done.stderr[: len(text)]) == (code, text)


def test_a_flag_stands_in_place_of_a_line(here):
    Path("w.toml").write_text(f'{HEAD}[task]\nenvironment = "CartPole-v1"\n{SHORT}')
    done = run("--set", "task.environment=CartPol-v1")
    assert done.stderr.startswith('--set: task.environment: no environment "CartPol-v1". Did you mean CartPole-v1?')


def test_a_class_with_nothing_but_what_is_asked_for_runs(here):
    """No close, no metadata, no spec, no super class."""
    assert CliRunner().invoke(app, ["new", "mine", "--environment", "tank:Tank"]).exit_code == 0
    text = Path("mine.toml").read_text()
    assert 'environment = "tank:Tank"   # in tank.py, beside this file\nallow_code = true ' in text
    Path("w.toml").write_text(text.replace("# max_steps = 200 ", "max_steps = 20 "))
    small = ("schedule.steps=3000", "record.every=100", "record.test=3", "birth.networks=2")
    done = run("--seeds", "1", *(part for one in small for part in ("--set", one)))
    assert done.exit_code == 0, done.stderr
    assert "The scalar is flat: all first networks had the same return" in " ".join(done.stdout.split())
