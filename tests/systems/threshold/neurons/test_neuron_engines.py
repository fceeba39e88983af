"""Both engines give the same bits, with every mechanism, in both systems; a replicate goes on from where it stood."""

from __future__ import annotations

import numpy as np
import pytest
from neuron_scenarios import CONFIGURATIONS, engine_of, scenario_of

from astrosim.scenario.choose import changed
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.learners.neurons.simulation import NeuronSimulation
from astrosim.systems.threshold.scenario.schema import Scenario

TRIALS = 60
SMALL = {"network.regular": 4, "schedule.episodes": TRIALS}
EVERYTHING = {
    **SMALL,
    "network.layout": "relay",
    "network.clusters": 3,
    "network.further_regular": 3,
    "network.cycles": 2,
    "learner": "neurons",
    "task.patterns": [["10101", "01010"], ["11000", "00111"], ["01010", "10101"]],
    "homeostasis.rule": "step",
    "homeostasis.step": 0.05,
    "eligibility.ambient_radius": 6.0,
    "dampening.on": True,
    "flags.rule": "signed",
    "flags.warm_up": 9,
    "modulation.exponent": 3,
    "modulation.shape_from": 5,
    "modulation.shape_to": 30,
    "modulation.cycling": True,
    "chemical.falloff": "inverse",
    "chemical.radius": 30.0,
    "chemical.last_radius": 4.0,
    "plasticity.rate": 0.2,
    "plasticity.provisional": True,
    "frustration.on": True,
    "frustration.need": 3,
    "frustration.bound": 0.5,
}
VARIANTS = {
    "all mechanisms": {},
    "random order, silent start": {"dynamics.order": "random", "dynamics.persists": False},
    "every cycle, spared outputs": {"homeostasis.every_cycle": True, "homeostasis.spare_outputs": True},
    "rewards of outputs": {"modulation.source": "outputs", "modulation.cycling": False},
    "simple flags": {"flags.rule": "simple", "plasticity.provisional": False},
    "flags that want a streak": {"flags.rule": "consistent", "flags.need": 2},
    "no information": {"dampening.information": False, "flags.rule": "none"},
    "in the plane": {"network.layout": "lattice"},
}


def compare(one: NeuronSimulation, other: NeuronSimulation, trials: int) -> None:
    logs = one.advance(trials, measure=True), other.advance(trials, measure=True)
    for name, values in one.state().items():
        np.testing.assert_array_equal(values, other.state()[name], err_msg=name)
    for name in ("pattern", "decision"):
        np.testing.assert_array_equal(getattr(logs[0], name), getattr(logs[1], name))
    mine, theirs = one.measure(), other.measure()
    for name, values in mine.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=name)


def both(scenario: Scenario, seed: int) -> tuple[NeuronSimulation, NeuronSimulation]:
    kernel, agents = (make_engine(scenario.model_copy(update={"engine": e}), seed) for e in ("kernel", "agents"))
    assert isinstance(kernel, NeuronSimulation)
    assert isinstance(agents, NeuronSimulation)
    return kernel, agents


@pytest.mark.parametrize("system", ["described", "published"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_engines_agree(variant, system):
    fields = EVERYTHING | VARIANTS[variant]
    if system == "published" and fields["network.layout"] != "relay":
        pytest.skip("the published neurons stand in a relay")
    kernel, agents = both(changed(Scenario(), fields | {"system": system}), 7)
    start = kernel.weights()
    compare(kernel, agents, TRIALS)
    assert not np.array_equal(start, kernel.weights())
    assert kernel.learning.fired[~kernel.circuit.driven].any(), "nothing happens in this replicate"


@pytest.mark.parametrize("configuration", ["002", "010b HEAD", "015", "018"])
def test_engines_agree_on_the_published_scenarios(configuration):
    assert configuration in CONFIGURATIONS
    compare(*(engine_of(configuration, "Full", 314, engine) for engine in ("kernel", "agents")), trials=12)


@pytest.mark.parametrize("engine", ["kernel", "agents"])
def test_a_replicate_goes_on_from_where_it_stood(engine):
    scenario = changed(Scenario(), EVERYTHING | {"engine": engine})
    whole, first, second = (make_engine(scenario, 3) for _ in range(3))
    whole.advance(40)
    first.advance(23)
    second.restore(first.state())
    second.advance(17)
    for name, values in whole.state().items():
        np.testing.assert_array_equal(values, second.state()[name], err_msg=name)


def test_weights_of_the_described_system_lie_on_the_grid():
    scenario = changed(Scenario(), EVERYTHING)
    replicate = make_engine(scenario, 11)
    replicate.advance(TRIALS)
    steps = replicate.weights().astype(np.float64) * 2.0**22
    assert replicate.weights().dtype == np.float32
    np.testing.assert_array_equal(steps, np.rint(steps))
    assert np.abs(replicate.weights()).max() <= 2.0


def test_watching_changes_nothing():
    one, other = (engine_of("015", "Full", 42) for _ in range(2))
    one.advance(200)
    for _ in range(200):
        other.advance(1, measure=True)
        other.measure()
    for name, values in one.state().items():
        np.testing.assert_array_equal(values, other.state()[name], err_msg=name)


def test_nobody_learns_in_the_control():
    replicate = make_engine(scenario_of("002", "Full").model_copy(update={"learner": "none"}), 42)
    start = replicate.state()
    replicate.advance(50, measure=True)
    assert replicate.trial == 50
    for name, values in replicate.state().items():
        if name != "counter":
            np.testing.assert_array_equal(values, start[name], err_msg=name)
    assert replicate.measure()["output"].sum() == 0
