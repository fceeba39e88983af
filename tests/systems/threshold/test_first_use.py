"""First use: a replicate begins on the agents, the kernel takes over, and no bit shows it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import pytest
from places import ROOT
from replicates import differences, scenario

from astrosim.systems.threshold import first_use as module
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.first_use import COMPILE_FIRST, FirstUse, first_use
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.replay import Replay
from astrosim.systems.threshold.scenario.schema import Scenario

SEED = 11
SMALL = {"network": {"regular": 4}, "schedule": {"episodes": 8, "trials_per_episode": 10}}
LEARNERS: dict[str, dict[str, Any]] = {
    "astrocytes": {},
    "coupled": {"coupling": {"gain": 0.5}},
    "lesioned": {"interventions": [{"action": "lesion_astrocytes", "which": [0, 1], "at_trial": 30}]},
    "cursor": {"learner": "cursor"},
    "none": {"learner": "none"},
    "window": {"decision": {"window": 2}},
    "both": {"learner": "both"},
}


def beginning(chosen: Scenario) -> FirstUse:
    """A replicate on the agents, whatever is compiled already."""
    kernel = make_engine(chosen, SEED)
    assert isinstance(kernel, KernelEngine)
    return FirstUse(chosen, SEED, kernel)


@pytest.mark.parametrize("cut", [1, 17, 40])
@pytest.mark.parametrize("name", LEARNERS)
def test_the_kernel_goes_on_from_where_the_agents_stand(name, cut):
    chosen = scenario(**SMALL, **LEARNERS[name])
    replicate, whole = beginning(chosen), make_engine(chosen, SEED)
    replicate.engine.advance(cut)
    assert not isinstance(replicate.engine, KernelEngine)
    replicate.kernel.compile()
    engine = replicate.next_engine()
    assert engine is replicate.kernel
    engine.advance(80 - cut)
    whole.advance(80)
    assert differences(engine.state(), whole.state()) == []


class Uncompiled(KernelEngine):
    """A kernel that is never ready by itself, and counts how often it is compiled."""

    busy = False
    times = 0

    @property
    def compiled(self) -> bool:
        return False

    @property
    def in_work(self) -> bool:
        return self.busy

    def compile(self) -> None:
        self.times += 1


def paced(trials: int, busy: bool = False) -> tuple[FirstUse, Uncompiled]:
    """A replicate of many trials after two stretches on agents."""
    chosen = scenario(**SMALL | {"schedule": {"episodes": trials // 10, "trials_per_episode": 10}})
    kernel = Uncompiled(chosen, SEED)
    kernel.busy = busy
    replicate = FirstUse(chosen, SEED, kernel)
    for _ in range(2):
        replicate.next_engine().advance(10)
        replicate.note(10)
    return replicate, kernel


def test_little_work_is_done_on_agents_and_much_is_compiled_for(monkeypatch):
    monkeypatch.setattr(FirstUse, "spent", 0.0)
    replicate, kernel = paced(100)
    assert replicate.next_engine() is not kernel
    replicate, kernel = paced(10_000_000)
    assert replicate.next_engine() is kernel
    assert kernel.times == 1
    replicate, kernel = paced(100)
    FirstUse.spent = module.PATIENCE_SECONDS
    assert replicate.next_engine() is kernel


def test_who_finds_the_kernel_in_work_stays_on_agents_meanwhile(monkeypatch):
    monkeypatch.setattr(FirstUse, "spent", 0.0)
    replicate, kernel = paced(10_000_000, busy=True)
    assert replicate.next_engine() is not kernel
    assert kernel.times == 0


def test_replicates_begin_on_agents_only_where_their_kernel_is_missing(monkeypatch, tmp_path):
    chosen = scenario(**SMALL)
    assert first_use(chosen, SEED) is None  # as all tests ask
    monkeypatch.delenv(COMPILE_FIRST)
    kernel = make_engine(chosen, SEED)
    assert isinstance(kernel, KernelEngine)
    kernel.compile()
    assert kernel.compiled
    assert first_use(chosen, SEED) is None
    monkeypatch.setattr(KernelEngine, "compiled", False)
    assert isinstance(first_use(chosen, SEED), FirstUse)
    assert first_use(scenario(**SMALL, engine="agents"), SEED) is None


def test_a_replay_begins_on_agents_too(monkeypatch):
    chosen = scenario(**SMALL)
    shown = Replay(chosen, SEED).show(70)
    monkeypatch.delenv(COMPILE_FIRST)
    monkeypatch.setattr(KernelEngine, "compiled", False)
    monkeypatch.setattr(FirstUse, "spent", 0.0)
    replay = Replay(chosen, SEED)
    other = replay.show(70)
    assert not isinstance(replay.engine, KernelEngine)
    assert other.decision == shown.decision
    assert other.active.tolist() == shown.active.tolist()
    assert other.threshold.tolist() == shown.threshold.tolist()
    assert other.accuracy == shown.accuracy


KEPT = """
from astrosim import load_scenario, make_engine, resolve
print(make_engine(resolve(load_scenario("quick"), "maturity"), 42).compiled)
"""


@pytest.mark.full
def test_a_kernel_that_a_run_did_without_is_compiled_for_the_next_one(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != COMPILE_FIRST}
    environment |= {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "astrosim", "run", "quick", "--no-report", "--workers", "1"]
    subprocess.run([*command, "--out", str(tmp_path / "run")], env=environment, check=True)
    ask = [sys.executable, "-c", KEPT]
    for _ in range(60):
        if subprocess.run(ask, env=environment, check=True, capture_output=True, text=True).stdout.strip() == "True":
            return
        time.sleep(2.0)
    pytest.fail("no process has compiled the kernel within two minutes")
