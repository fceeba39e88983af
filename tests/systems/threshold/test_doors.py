"""Public doors: each builds the system that a scenario asks for, or names the way to it."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from astrosim import (
    AstroModel,
    AstrosimError,
    KernelEngine,
    PublishedEngine,
    Scenario,
    build_network,
    build_territories,
    ceiling,
    load_scenario,
)
from astrosim import make_engine as build
from astrosim.cli.commands import app
from astrosim.scenario import condition_names, resolve
from astrosim.scenario.bundled import bundled
from astrosim.scenario.choose import changed
from astrosim.systems.threshold.doors import check_door
from astrosim.systems.threshold.learners.neurons.engine import NeuronEngine
from astrosim.systems.threshold.learners.table import carrier_of
from astrosim.systems.threshold.replay import Replay
from astrosim.systems.threshold.show.ceiling_tables import ceilings
from astrosim.systems.waves.agents import WaveModel
from astrosim.view.sources import ScenarioSource

ELSEWHERE = [
    ("both_worlds", "cma_es"),
    ("both_worlds", "backpropagation"),
    ("both_worlds", "together"),
    ("both_worlds", "phase_one"),
    ("published/exp012a", "full"),
    ("published/exp020", "cursor"),
    ("published/exp020", None),
]


@pytest.mark.parametrize(("name", "condition"), ELSEWHERE)
def test_a_model_of_another_system_is_refused_and_the_way_named(name: str, condition: str | None) -> None:
    with pytest.raises(AstrosimError, match=r"^learner: AstroModel does not carry out .*astrosim\.make_engine\("):
        AstroModel(name, 42, condition=condition)


@pytest.mark.parametrize("name", sorted(bundled()))
def test_every_condition_has_one_door(name: str) -> None:
    """The class that the learner's table names takes it; every other one refuses."""
    scenario = load_scenario(name)
    for condition in condition_names(scenario):
        one: Any = resolve(scenario, condition)
        doors: list[type] = [AstroModel, KernelEngine, NeuronEngine]
        if one.kind == "astrocyte" and one.system_name == one.kind:
            carriers = set(carrier_of(one).engines.values())
        else:
            carriers = set()
        for door in doors:
            if f"{door.__module__}:{door.__qualname__}" in carriers:
                check_door(door, one)
            else:
                with pytest.raises(AstrosimError):
                    check_door(door, one)


def test_own_subclasses_go_through_the_door_of_their_base() -> None:
    class Mine(AstroModel):
        pass

    check_door(Mine, Scenario())
    with pytest.raises(AstrosimError, match=r"^learner: Mine does not carry out"):
        check_door(Mine, Scenario(learner="both"))
    joint = importlib.import_module("astrosim.systems.threshold.learners.joint.model").TogetherModel
    check_door(joint, Scenario(learner="both"))
    with pytest.raises(AstrosimError, match=r"^learner: TogetherModel does not"):
        check_door(joint, Scenario())


def test_engines_are_those_of_the_system() -> None:
    cursor = resolve(load_scenario("published/exp020"), "cursor")
    assert isinstance(build(cursor, 42), PublishedEngine)
    for name, way in (("xor", r"WaveModel\.from_run"), ("digits", r"astrosim\.run runs")):
        other = load_scenario(name)
        with pytest.raises(AstrosimError, match=rf"^kind: no engine of single trials .*{way}"):
            build(resolve(other, condition_names(other)[0]), 1)
    with pytest.raises(AstrosimError, match="make_engine is for neurons and astrocytes"):
        build("quick", 1)  # type: ignore[arg-type]
    with pytest.raises(AstrosimError, match=r"^kind: only networks of threshold neurons have a structural ceiling"):
        ceiling("xor")
    with pytest.raises(AstrosimError, match=r"^network: no wave network"):
        WaveModel(load_scenario("xor"))


@pytest.mark.parametrize(("name", "condition"), [("published/exp020", "cursor"), ("published/exp012a", "full")])
def test_networks_of_the_published_system_are_not_taken_for_described_ones(name: str, condition: str) -> None:
    one = resolve(load_scenario(name), condition)
    for door in (lambda: build_network(one, 42), lambda: build_territories(one, build_network(Scenario(), 42))):
        with pytest.raises(AstrosimError, match=r"^network: build_\w+ does not build .*make_engine\(scenario, seed\)"):
            door()
    assert set(build(one, 42).static()) >= {"neuron_x", "pre", "post"}


def test_updates_that_show_all_patterns_are_not_replayed_as_trials() -> None:
    with pytest.raises(AstrosimError, match=r'^learner: an update of "cma_es" shows all patterns'):
        Replay(resolve(load_scenario("both_worlds"), "cma_es"), 1)


def test_the_view_looks_at_the_chosen_conditions_alone() -> None:
    assert {"astrocytes", "together", "cma_es"} <= set(ScenarioSource("both_worlds").conditions)
    assert ScenarioSource("both_worlds", conditions=["astrocytes"]).conditions == ("astrocytes",)


def test_a_bound_is_printed_as_a_bound() -> None:
    result = CliRunner().invoke(app, ["ceiling", "eight_of_eight", "--seeds", "1:1", "--conditions", "radius_4"])
    assert result.exit_code == 0, result.output
    assert "0.7500 to 1.0000" in result.stdout
    assert "gap <= 0.2500" in result.stdout


def test_a_constant_is_no_synapse() -> None:
    found = ceilings(
        changed(load_scenario("published/exp002", conditions=["baseline"]), {"seeds": [42, 137, 271, 314]})
    )
    assert [row["synapses"] for row in found] == [13, 14, 14, 9]


def test_conditions_share_a_ceiling_only_where_their_wirings_are_the_same() -> None:
    """Thresholds that move give every output a bias: another ceiling over the same network."""
    scenario = changed(load_scenario("both_worlds", conditions=["astrocytes", "phase_one_full"]), {"seeds": [1]})
    found = {row["condition"]: row for row in ceilings(scenario)}
    for condition, row in found.items():
        alone = ceiling(scenario, condition=condition, seed=1)
        assert (row["ceiling"], row["upper"], row["synapses"]) == (alone.accuracy, alone.upper, alone.synapses)
    assert np.isfinite(found["astrocytes"]["ceiling"])
