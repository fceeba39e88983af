"""Scenario files of environments and objectives: what is refused, what `new` writes, and a killed run that goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_helpers import contents

import astrosim
from astrosim.contracts.registry import system_of
from astrosim.core.errors import ScenarioError
from astrosim.scenario import load_scenario
from astrosim.scenario.library import create
from astrosim.summary import read

ENVIRONMENT = 'kind = "task"\nname = "x"\n[task]\nenvironment = "CartPole-v1"\n'
OBJECTIVE = 'kind = "task"\nname = "x"\n[task]\nobjective = "mine:score"\nsize = 4\nallow_code = true\n'
WRONG = {
    ENVIRONMENT + "[territory]\nunits = 5": "x.toml:6: territory.units: does not divide network.units = 16 (5).",
    ENVIRONMENT + "[record]\nevery = 400_000": "x.toml:6: record.every: longer than schedule.steps = 300000 (400000).",
    ENVIRONMENT + 'threshold = "none"\n[schedule]\nstop_at = "threshold"': "schedule.stop_at: task.threshold",
    ENVIRONMENT + 'engine = "agents"': "x.toml:5: task.engine: unknown key",
    'engine = "agents"\n' + ENVIRONMENT + '[learner]\nrule = "snes"': "x.toml:1: engine: agents are astrocytes",
    ENVIRONMENT.replace("CartPole-v1", "maze:Maze"): "task.environment: runs the code of a module (maze:Maze).",
    ENVIRONMENT + '[learner]\nrule = "sness"': 'learner.rule: not a valid choice ("sness"). Did you mean "snes"?',
    OBJECTIVE + "inputs = 3": "task.size: a vector of numbers and a network at once (4).",
    OBJECTIVE + "[territory]\ngroups = [[0, 1], [1, 2]]": "territory.groups: not each number below task.size = 4 once",
}


@pytest.mark.parametrize("text", WRONG)
def test_errors_say_what_is_wrong_and_what_would_be_right(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert WRONG[text] in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_the_field_of_the_task_says_which_system_it_is() -> None:
    names = [system_of("task", {"task": {field: "x"}}).name for field in ("data", "environment", "objective")]
    assert names == ["task", "environment", "objective"]


def test_new_writes_files_that_load(tmp_path: Path) -> None:
    path = create("mine", tmp_path, "task", task={"environment": "Acrobot-v1"})
    assert load_scenario(path).task.environment == "Acrobot-v1"
    path = create("other", tmp_path, "task", task={"objective": "mine:score"})
    assert load_scenario(path).task.objective == "mine:score"
    path = create("maze", tmp_path, "task", task={"environment": "maze:Maze"})
    assert load_scenario(path).task.allow_code


def test_a_module_is_named_but_not_imported_by_explain_and_validate(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("raise SystemExit('was imported')\n")
    (tmp_path / "x.toml").write_text(OBJECTIVE)
    for command in ("explain", "validate"):
        call = [sys.executable, "-m", "astrosim", command, "x.toml"]
        done = subprocess.run(call, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "was imported" not in done.stdout + done.stderr
    call = [sys.executable, "-m", "astrosim", "explain", "x.toml"]
    told = subprocess.run(call, check=True, cwd=tmp_path, capture_output=True, text=True, timeout=120).stdout
    assert "runs code: mine:score" in told
    assert "sha256" in told


OWN = '''import numpy as np
import gymnasium


class Walk(gymnasium.Env):
    """A walk on a line: reach the end."""

    observation_space = gymnasium.spaces.Box(-1.0, 1.0, (1,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place = float(self.np_random.uniform(-0.5, 0.5))
        return np.array([self.place], np.float32), {}

    def step(self, action):
        self.place += 0.1 if action else -0.1
        return np.array([self.place], np.float32), -0.1, abs(self.place) > 1.0, False, {}
'''


def test_a_strangers_environment_runs_from_its_file_and_is_rerun(tmp_path: Path) -> None:
    (tmp_path / "walk.py").write_text(OWN)
    (tmp_path / "walk.toml").write_text(
        'kind = "task"\nname = "walk"\nseeds = [1, 2]\n[task]\nenvironment = "walk:Walk"\nmax_steps = 60\n'
        "allow_code = true\n[schedule]\nsteps = 3_000\n[record]\nevery = 1_000\ntest = 5\n"
    )
    run = tmp_path / "run"
    astrosim.run(load_scenario(tmp_path / "walk.toml"), run, workers=1)
    rows = read(run).rows
    assert [row["seed"] for row in rows] == [1, 2]
    assert all(-1.6 < row["test_mean"] <= -0.5 for row in rows)
    assert list((tmp_path / "run" / "inputs").glob("walk*.py"))
    (tmp_path / "walk.py").unlink()
    assert astrosim.rerun(run, workers=2).identical


def test_a_killed_run_on_an_environment_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    text = ENVIRONMENT + "[schedule]\nsteps = 1_000_000\n[record]\nevery = 100_000\ntest = 10\n"
    (tmp_path / "x.toml").write_text(text.replace('name = "x"', 'name = "x"\nseeds = [5]'))
    astrosim.run(load_scenario(tmp_path / "x.toml"), tmp_path / "whole", workers=1)
    command = [sys.executable, "-m", "astrosim", "run", "x.toml", "--out", "cut", "--no-report", "--workers", "1"]
    environment = os.environ | {"ASTROSIM_CHECKPOINT_SECONDS": "0"}
    killed = subprocess.Popen(command, cwd=tmp_path, env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "cut").glob("checkpoints/*.npz")) and time.monotonic() < deadline:
        assert killed.poll() is None
        time.sleep(0.002)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert list((tmp_path / "cut").glob("checkpoints/*.npz"))
    astrosim.run(None, tmp_path / "cut", resume=True, workers=1)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
