"""Simulations: saved arrays are checked before any is written; lengths are those that the engines have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from replicates import CONDITIONS, scenario

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.scenario import load_scenario
from astrosim.scenario.bundled import find
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.sizes import sizes


def arrays() -> dict[str, np.ndarray]:
    return {"weight": np.arange(3.0), "counter": np.arange(2)}


def test_arrays_are_restored_in_place_and_copies_are_no_views():
    own = arrays()
    weight, saved = own["weight"], copy_arrays(own, "own/")
    own["weight"][:] = 7.0
    restore_arrays(own, saved | {"other": np.zeros(1)}, "own/")
    assert own["weight"] is weight
    assert weight.tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    "change",
    [{"counter": np.arange(3)}, {"counter": np.arange(2.0)}, {"counter": None}],
    ids=["shape", "type", "missing"],
)
def test_what_does_not_fit_is_named_and_nothing_is_written(change: dict[str, Any]):
    own = arrays()
    with pytest.raises(ValueError, match=r"the saved array 'counter' does not fit this scenario and seed"):
        restore_arrays(own, {"weight": np.zeros(3), **change})
    assert own["weight"].tolist() == [0.0, 1.0, 2.0]


SYSTEMS: dict[str, Scenario] = {
    **{name: scenario(**CONDITIONS[name]) for name in ("maturity", "cursor", "control")},
    "coupled": scenario(coupling={"graph": "nearest", "neighbours": 2}),
    "events": scenario(
        interventions=[{"action": "extend_task", "at_episode": 3, "patterns": [["11111", "00000"]]}],
        astrocytes={"per_cluster": 2, "max_active": 1},
    ),
    "spsa": scenario(learner="spsa", decision={"window": 0}),
    "neurons": scenario(learner="neurons"),
    "both": scenario(learner="both"),
    "published": scenario(system="published"),
    "published_cursor": scenario(system="published", learner="cursor"),
    "relay": load_scenario(find("published/exp009")),
    "described_relay": load_scenario(find("published/exp009"), ["system=described"]),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_lengths_are_those_of_the_engine(name: str):
    own = SYSTEMS[name]
    engine, (lengths, kind) = make_engine(own, 5), sizes(own, 5)
    assert {"gap_junction": 0, **lengths} == {"gap_junction": 0, **engine.sizes()}
    assert engine.weights().dtype == np.dtype(kind)
