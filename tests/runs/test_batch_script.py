"""Job scripts for array jobs: valid for bash, run for real, task by task, and merged to the bytes of one run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from places import TESTS
from run_helpers import contents, differing, small
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.cli.options import SchedulerName
from astrosim.runs import run_scenario
from astrosim.runs.batch import SCHEDULERS
from astrosim.scenario import to_toml

SMALL = small()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a file.toml").write_text(to_toml(SMALL))


def call(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["batch", *arguments])


def _task(script: str, index: str, number: int) -> None:
    environment = os.environ | {index: str(number), "PYTHONPATH": str(TESTS.parent), "PBS_O_WORKDIR": os.getcwd()}
    done = subprocess.run(["bash", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_names_are_those_of_the_table():
    assert [one.value for one in SchedulerName] == list(SCHEDULERS)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_script_is_one_that_bash_reads(scheduler):
    result = call("a file.toml", "--shards", "100", "--scheduler", scheduler, "--time", "30:20:10", "--workers", "3")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"Script: small.{scheduler}.sh\nAfterwards: astrosim merge runs/small.parts/*-of-100 --out runs/small\n"
    )
    text = Path(f"small.{scheduler}.sh").read_text()
    assert subprocess.run(["bash", "-n", f"small.{scheduler}.sh"], check=False).returncode == 0
    assert os.access(f"small.{scheduler}.sh", os.X_OK)
    directives = [line for line in text.splitlines() if re.match(r"#(SBATCH|PBS|\$|BSUB) ", line)]
    assert len(directives) == len(SCHEDULERS[scheduler].lines)
    assert sum("1-100" in line for line in directives) == 1
    assert any(time in " ".join(directives) for time in ("30:20:10", "-W 1820"))
    assert max(map(len, text.splitlines())) <= 120 + len(str(TESTS.parent))


@pytest.mark.full
@pytest.mark.parametrize("form", ["runs/small", "file://{}/runs/small"])
def test_tasks_and_their_merge_are_the_whole_run(tmp_path, monkeypatch, form):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    out = form.format(tmp_path)
    changes = ("--", "--set", "schedule.episodes=50")
    result = call("a file.toml", "--shards", "2", "--scheduler", "slurm", "--out", out, *changes)
    assert result.exit_code == 0, result.output
    for number in (2, 1):
        _task("small.slurm.sh", "SLURM_ARRAY_TASK_ID", number)
    record = next(Path("runs/small.parts/1-of-2/commits").glob("*-*.json"))
    record.unlink()  # as if the task had been ended before its last commit
    _task("small.slurm.sh", "SLURM_ARRAY_TASK_ID", 1)
    line = re.search(r"# *Afterwards: astrosim (.*)", Path("small.slurm.sh").read_text())
    assert line is not None
    environment = os.environ | {"PYTHONPATH": str(TESTS.parent)}
    merge = f"{sys.executable} -m astrosim {line[1]} --no-report"
    subprocess.run(["bash", "-c", merge], env=environment, capture_output=True, check=True)
    run_scenario(small(schedule={"episodes": 50, "trials_per_episode": 10}), tmp_path / "whole", workers=1)
    assert differing(contents(tmp_path / "whole"), contents(Path("runs/small"))) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--memory", "4G\nrm -r ~"], "--memory: not a size"),
        (["--time", "1 hour"], "--time: not a duration (1 hour). Write hours:minutes:seconds, such as 04:00:00.\n"),
        (["--scheduler", "slrum"], "--scheduler: not a valid choice (slrum). Did you mean slurm? "),
        (["--workers", "0"], "--workers: too small (0). Write at least 1.\n"),
        (["--out", "sftp://me:secret@host/run"], "--out: the script would show the password or token of this address."),
    ],
)
def test_what_no_batch_system_takes_is_refused(options, expected):
    result = call("a file.toml", "--shards", "2", "--scheduler", "slurm", *options)
    assert result.exit_code == 2
    assert result.stderr.startswith(expected)
    assert list(Path().glob("*.sh")) == []


def test_nothing_is_overwritten_and_names_are_quoted():
    assert call("a file.toml", "--shards", "2", "--scheduler", "sge", "--out", "my $runs/x").exit_code == 0
    text = Path("small.sge.sh").read_text()
    assert "part='my $runs/x.parts'/$task-of-2" in text
    assert "run 'a file.toml' --out" in text
    there = call("a file.toml", "--shards", "3", "--scheduler", "pbs", "--out", "s3://my bucket/x")
    assert there.stdout.endswith("merge 's3://my bucket/x.parts'/{1..3}-of-3 --out 's3://my bucket/x'\n")
    result = call("a file.toml", "--shards", "2", "--scheduler", "sge")
    assert (result.exit_code, Path("small.sge.sh").read_text()) == (2, text)
    assert result.stderr == "--script: small.sge.sh exists. Name another file, or remove it.\n"
