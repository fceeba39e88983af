"""`task.seconds`: an evaluation that takes too long ends the run with its seed; it decides nothing."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from astrosim.core.errors import RunError
from astrosim.runs import open_run, run_scenario
from astrosim.scenario import load_scenario
from astrosim.systems.blackbox.limits import Limit, TooLongError
from astrosim.tasks import maximise

SLOW = """
import time
from own_environments import Corridor

class Slow(Corridor):
    def step(self, action):
        {wait}
        return super().step(action)
"""
FILE = """
kind = "task"
name = "slow"
seeds = [3{more}]
[task]
environment = "slow:Slow"
max_steps = 5
seconds = {seconds}
allow_code = true
[network]
units = 2
[birth]
networks = 2
[schedule]
steps = 200
[record]
every = 100
test = 2
"""


def written(folder: Path, wait: str, seconds: float, more: str = "") -> Path:
    (folder / "slow.py").write_text(SLOW.format(wait=wait))
    path = folder / "slow.toml"
    path.write_text(FILE.format(seconds=seconds, more=more))
    return path


WAITS = {
    "a step that waits": "time.sleep(10)",
    "one that swallows errors": "[swallowed() for _ in (1, 2)]",
    "many short waits": "time.sleep(0.03)",
}
SWALLOWED = """
def swallowed():
    try:
        time.sleep(10)
    except Exception:
        pass
"""


@pytest.mark.parametrize("case", WAITS)
def test_a_slow_episode_ends_the_run_with_its_seed(case, tmp_path):
    path = written(tmp_path, WAITS[case], 0.1)
    (tmp_path / "slow.py").write_text((tmp_path / "slow.py").read_text() + SWALLOWED)
    begin = time.monotonic()
    with pytest.raises(RunError, match=r"^task\.environment: an episode of slow:Slow, seed \d+ took longer than task"):
        run_scenario(load_scenario(path), tmp_path / "run", workers=1)
    assert time.monotonic() - begin < 8
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_limit_that_is_kept_changes_nothing(tmp_path):
    for seconds in (0, 30):
        run_scenario(load_scenario(written(tmp_path, "pass", seconds)), tmp_path / f"run{seconds}", workers=1)
    one, other = (open_run(tmp_path / f"run{seconds}") for seconds in (0, 30))
    assert one.final_weight.values.tobytes() == other.final_weight.values.tobytes()
    assert one.test_return.values.tobytes() == other.test_return.values.tobytes()


def test_functions_have_one_too():
    def slow(weights):
        time.sleep(5)
        return 0.0

    with pytest.raises(RunError, match=r"^task\.objective: an evaluation of slow, key \d+ took longer"):
        maximise(slow, size=3, evaluations=50, seconds=0.05)


def test_beside_the_main_thread_it_is_looked_at_between_steps():
    limit, found = Limit(0.05, "task.environment", "an episode, seed"), []

    def stepping() -> None:
        with limit.on(7):
            for _ in range(100):
                time.sleep(0.01)
                try:
                    limit.check()
                except TooLongError as error:
                    found.append(str(error))
                    return

    thread = threading.Thread(target=stepping)
    thread.start()
    thread.join()
    assert found
    assert "seed 7 took longer than task.seconds (0.05)" in found[0]


@pytest.mark.full  # a worker is given five seconds to answer
def test_a_worker_that_hangs_in_compiled_code_is_ended(tmp_path):
    path = written(tmp_path, "sum(range(10**15))", 0.1, ", 4")
    with pytest.raises(RunError, match=r"was ended by exit code 1\. `astrosim run .* --resume` goes on"):
        run_scenario(load_scenario(path), tmp_path / "run", workers=2)
