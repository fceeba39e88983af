"""`out=`: what is learned in Python as a run, with the same result; what no run could repeat is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from astrosim.core.errors import AstrosimError, StoreError
from astrosim.runs import rerun
from astrosim.scenario import load_scenario
from astrosim.tasks import learn, maximise, minimise, sphere

SHORT: dict[str, Any] = {"steps": 3_000, "seed": 3, "units": 4, "networks": 4, "test": 5, "validation": 2}
MODULE = """
import gymnasium

def poles(**arguments):
    return gymnasium.make("CartPole-v1", **arguments)

def near(network, key):
    return -abs(float(network([0.5])[0]) - 0.25)
"""


def same(one: Any, other: Any) -> None:
    """All that two results hold, without the time; of the names those of a run are others."""
    assert one.history.keys() == other.history.keys()
    for name, curve in one.history.items():
        np.testing.assert_array_equal(curve, other.history[name], name)
    for name in ("steps", "trials", "kept", "test_mean", "test_low", "test_high", "judged", "parameters"):
        np.testing.assert_equal(one.row[name], other.row[name], name)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "given_tasks.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    import importlib

    yield importlib.import_module("given_tasks")
    del sys.modules["given_tasks"]


def test_an_environment_is_learned_into_a_directory(tmp_path):
    plain, run = learn("CartPole-v1", **SHORT), learn("CartPole-v1", out=tmp_path / "run", **SHORT)
    same(plain, run)
    np.testing.assert_array_equal(plain.test.returns, run.test.returns)
    np.testing.assert_array_equal(plain.policy.network.weights, run.policy.network.weights)
    assert plain.steps == run.steps
    assert load_scenario(tmp_path / "run" / "scenario.toml").schedule.steps == 3_000
    assert rerun(tmp_path / "run", workers=1).identical
    with pytest.raises(StoreError, match="run"):
        learn("CartPole-v1", out=tmp_path / "run", **SHORT)


def test_a_function_that_makes_one_is_copied_with_its_module(module, tmp_path):
    run = learn(module.poles, out=tmp_path / "run", **SHORT)
    same(learn("CartPole-v1", engine="agents", **SHORT), run)
    (kept,) = (tmp_path / "run" / "inputs").glob("given_tasks*.py")
    assert kept.read_text() == MODULE
    assert load_scenario(tmp_path / "run" / "scenario.toml").task.environment == "given_tasks:poles"


@pytest.mark.parametrize("find", [maximise, minimise])
def test_numbers_are_learned_into_a_directory(find, tmp_path):
    fields: dict[str, Any] = {"size": 6, "evaluations": 300, "seed": 2}
    plain, run = find(sphere, **fields), find(sphere, out=tmp_path / "run", **fields)
    same(plain, run)
    np.testing.assert_array_equal(plain.weights, run.weights)
    assert (plain.reward, plain.evaluations, run.network) == (run.reward, run.evaluations, None)


def test_a_network_is_too(module, tmp_path):
    fields: dict[str, Any] = {"inputs": 1, "outputs": 1, "evaluations": 300, "seed": 0, "units": 4}
    plain, run = maximise(module.near, **fields), maximise(module.near, out=tmp_path / "run", **fields)
    np.testing.assert_array_equal(plain.weights, run.weights)
    assert run.network is not None
    assert module.near(run.network, 0) == module.near(plain.network, 0) == run.reward


def test_what_others_cannot_find_is_refused(tmp_path):
    expected = r"^out: a run can be repeated, so its task needs a name that others find \(.*<lambda>\)\. Write it into"
    for ask in (lambda: maximise(lambda w: 0.0, size=3, out=tmp_path / "run"), lambda: learn(lambda: 3, out="run")):
        with pytest.raises(AstrosimError, match=expected):
            ask()
    assert not (tmp_path / "run").exists()
