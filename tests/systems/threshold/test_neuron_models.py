"""Neuron models: leaky neurons in closed form, beside threshold neurons, and what they are refused with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rich.console import Console

from astrosim.core.errors import ScenarioError
from astrosim.explain import explain
from astrosim.rules.choices import CALCIUM_MODELS, NEURON_MODELS
from astrosim.rules.neuron_models import leaky_voltage
from astrosim.scenario.merge import deep_merge
from astrosim.systems.threshold.ceilings import ceiling
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.scenario.schema import Scenario

CYCLES = {"network": {"cycles": 4, "tonic": 1}, "decision": {"reward": "log_sigmoid", "window": 0}}
LEAKY = {"network": {"model": "leaky"}}


def scenario(*tables: dict[str, Any]) -> Scenario:
    merged: dict[str, Any] = CYCLES
    for own in tables:
        merged = deep_merge(merged, own)
    return Scenario.model_validate(merged)


@pytest.mark.parametrize("leak", [0.0, 0.3, 0.9, 1.0])
def test_below_threshold_the_voltage_is_a_geometric_series(leak: float) -> None:
    voltage = 0.0
    for cycle in range(1, 12):
        voltage = leaky_voltage(leak, voltage, False, 0.25)
        assert voltage == pytest.approx(0.25 * sum(leak**k for k in range(cycle)), rel=1e-14)
    assert leaky_voltage(leak, voltage, True, 0.25) == 0.25


def test_a_pass_of_leaky_neurons_equals_matrices() -> None:
    """Four cycles by a matrix: what is below threshold stays by the leak, what fired starts again at 0."""
    leak = 0.75
    replicate = KernelEngine(scenario({"network": {"model": "leaky", "leak": leak}}), 4)
    net, system = replicate.network, replicate.kernel_network
    neurons = net.kind.size
    replicate.learning.weight[: net.post.size] *= 3.0
    matrix = np.zeros((neurons, neurons))
    matrix[net.pre, net.post] = replicate.learning.weight[: net.post.size]
    carried = 0
    for pattern, output in zip(system.patterns, replicate._outputs(), strict=True):
        driven = np.zeros(neurons, bool)
        driven[system.inputs] = pattern
        driven[system.tonic] = True
        fired, voltage = driven, np.zeros(neurons)
        for _ in range(4):
            voltage = np.where(fired, 0.0, leak * voltage) + fired @ matrix
            fired = driven | (voltage > 0.5)
            carried += int((fired & ~driven & (fired @ matrix <= 0.5)).sum())
        np.testing.assert_allclose(output, voltage[system.outputs], rtol=1e-13)
    assert carried


def trajectory(s: Scenario) -> dict[str, np.ndarray]:
    engine = KernelEngine(s, 6)
    engine.advance(1500)
    return engine.state()


def test_without_leak_a_leaky_neuron_is_a_threshold_neuron() -> None:
    """All that is kept dies at once: the same bits as by difference, although passes are taken from scratch."""
    threshold, gone = trajectory(scenario()), trajectory(scenario({"network": {"model": "leaky", "leak": 0.0}}))
    for name, values in threshold.items():
        np.testing.assert_array_equal(gone[name], values, err_msg=name)
    assert not np.array_equal(trajectory(scenario(LEAKY))["weight"], threshold["weight"])


@pytest.mark.parametrize("learner", ["one_plus_one", "adaptive_monte_carlo", "evolution", "spsa"])
def test_blind_learners_see_leaky_neurons(learner: str) -> None:
    s = scenario(LEAKY, {"learner": learner})
    engine, other = make_engine(s, 2), make_engine(scenario({"learner": learner}), 2)
    assert not np.array_equal(engine._outputs(), other._outputs())


REFUSED = {
    "neurons": {"learner": "neurons"},
    "both": {"learner": "both"},
    "backpropagation": {"learner": "backpropagation"},
    "node_perturbation": {"learner": "node_perturbation"},
    "reinforce": {"learner": "reinforce"},
    "delta": {"learner": "delta"},
}


@pytest.mark.parametrize("learner", REFUSED)
def test_learners_whose_rules_hold_without_memory_refuse_it(learner: str) -> None:
    with pytest.raises((ScenarioError, ValueError), match="is for memoryless neurons"):
        scenario(LEAKY, REFUSED[learner])


def test_one_cycle_is_too_short_to_leak() -> None:
    with pytest.raises((ScenarioError, ValueError), match=r"Write network\.cycles above 1"):
        scenario(LEAKY, {"network": {"cycles": 1}})


def test_the_ceiling_of_leaky_neurons_is_bounded_by_silence_and_by_what_can_be_told_apart() -> None:
    found, plain = ceiling(scenario(LEAKY)), ceiling(scenario())
    silent = np.mean([[bit == "0" for bit in target] for _, target in scenario().task.patterns])
    assert (found.accuracy, found.upper) == (pytest.approx(silent, abs=1e-12), plain.upper)
    assert not found.exact


def test_models_are_told() -> None:
    text = explained(scenario({"network": {"model": "leaky", "leak": 0.8}}))
    assert "leaky neurons, which keep 0.8 of their voltage per cycle" in text
    text = explained(scenario({"coupling": {"graph": "nearest", "calcium": "saturating", "capacity": 3.0}}))
    assert "not at all at 3" in text


def explained(s: Scenario) -> str:
    console = Console(width=300)
    with console.capture() as captured:
        explain(s, console)
    return captured.get()


def test_memoryless_models_keep_no_state_and_all_have_a_source() -> None:
    assert NEURON_MODELS["threshold"].memoryless
    assert not any(model.memoryless and model.state for model in NEURON_MODELS.values())
    assert all(model.source for model in (NEURON_MODELS | CALCIUM_MODELS).values())
