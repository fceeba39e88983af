"""Replicates of a run that differ in learning alone share what learning does not change, and never more than that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from astrosim.runs import open_run, run_scenario
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.bundled import bundled
from astrosim.systems.threshold.network import shared
from astrosim.systems.threshold.network.shared import READ, Kept, build, built, sharing, size
from astrosim.systems.threshold.scenario.schema import Scenario

SCENARIOS = ("maturity", "lesion", "connectome", "eight_of_eight", "published/exp018")


class Spy:
    """A part of a scenario that notes which of its fields are read."""

    def __init__(self, part: Any, read: set[str], parent: str = "") -> None:
        self._part, self._read, self._parent = part, read, parent

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        path = f"{self._parent}{name}"
        if name in type(self._part).model_fields:
            self._read.add(path)
            return Spy(value, self._read, f"{path}.") if path == "perturbation" else value
        function = getattr(type(self._part), name, None)
        return function.fget(self) if isinstance(function, property) else value


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_network_is_built_of_the_fields_that_tell_it_apart(name):
    scenario = load_scenario(bundled()[name])
    for condition in condition_names(scenario):
        read: set[str] = set()
        resolved = resolve(scenario, condition)
        if resolved.neuronal and resolved.learner != "both":
            continue
        spied: Any = Spy(resolved, read)
        build(spied, scenario.seeds[0])
        assert {"network", "task"} <= read
        assert read - {"perturbation", "perturbation.limit"} <= READ


def scenario(**changes: Any) -> Scenario:
    return Scenario.model_validate({"name": "x", "seeds": [1, 2], "network": {"regular": 6}, **changes})


def test_only_inside_a_run_and_only_what_learning_does_not_change_is_shared():
    with sharing():
        one = built(scenario(), 1)
        assert built(scenario(perturbation={"sigma": 0.3}, schedule={"episodes": 7}), 1) is one
        others = [
            built(scenario(), 2),
            built(scenario(perturbation={"limit": 1.5}), 1),
            built(scenario(sensing={"rule": "firing"}), 1),
            built(scenario(learner="cursor"), 1),
            built(scenario(astrocytes={"radius": 2.0}), 1),
            built(scenario(network={"regular": 7}), 1),
        ]
        assert all(other is not one for other in others)
        assert built(scenario(), 1) is one
    assert built(scenario(), 1) is not one


def test_the_networks_that_are_kept_stay_below_the_limit():
    networks = [build(scenario(), seed) for seed in range(6)]
    kept = Kept(sum(map(size, networks[:3])))
    for seed, network in enumerate(networks):
        kept.put(("x", 2.0, seed), network)
        kept.put(("x", 2.0, seed), network)
        kept.get(("x", 2.0, 0))
    assert kept.bytes <= kept.most
    here = [seed for seed in range(6) if kept.get(("x", 2.0, seed)) is not None]
    assert len(here) in (2, 3)
    assert here[0] == 0  # used again and again
    assert here[-1] == 5
    assert kept.bytes == sum(size(networks[seed]) for seed in here)


def test_a_run_has_the_bytes_of_one_whose_replicates_share_nothing(tmp_path, monkeypatch):
    """Interventions exchange parts of the network, and must leave those of the others alone."""
    conditions = {
        "plain": {},
        "lesion": {"interventions": [{"action": "silence_astrocytes", "at_episode": 2, "cluster": 0}]},
        "neurons": {"interventions": [{"action": "silence_neurons", "at_episode": 1, "fraction": 0.3}]},
        "wide": {"perturbation": {"sigma": 0.4}},
        "last": {},
    }
    own = scenario(schedule={"episodes": 6}, record={"every": 1, "decisions": True}, conditions=conditions)
    run_scenario(own, tmp_path / "shared", workers=1)
    monkeypatch.setattr(shared, "KEPT", Kept(0))
    run_scenario(own, tmp_path / "alone", workers=1)
    one, other = open_run(tmp_path / "shared").load(), open_run(tmp_path / "alone").load()
    assert one.identical(other)
    assert np.array_equal(one.weight.sel(condition="plain"), one.weight.sel(condition="last"), equal_nan=True)
    assert not np.array_equal(one.threshold.sel(condition="plain"), one.threshold.sel(condition="neurons"))
