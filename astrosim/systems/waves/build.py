"""From a scenario to a program: the order of product, non-linearity, leak, noise and loss, for waves and for the MLP.

`described`: a non-linearity after every step but the last; leak, noise and loss of units after it, and on the outputs.
`published`: softmax after each word but the last; leak, noise or loss after every step, before the softmax (spec,
sections 2 and 3).
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from astrosim.rules.choices import chosen
from astrosim.systems.waves.mesh.leak import leak_table
from astrosim.systems.waves.mesh.steps import Grid, Step
from astrosim.systems.waves.program import LIKELIHOOD, SQUARES, WHEN_BITS, Builder, Program
from astrosim.systems.waves.scenario.schema import WaveScenario


def build_program(scenario: WaveScenario) -> Program:
    """Return the program of a resolved scenario's network.

    Parameters
    ----------
    scenario : WaveScenario
    """
    builder = Builder(scenario.input_width)
    chosen("network.model", {"wave": _add_steps, "mlp": _add_layers}, scenario.network.model)(builder, scenario)
    return builder.finish(
        gains=scenario.network.bias == "gain",
        link_noise=WHEN_BITS[scenario.noise.when] if on_connections(scenario, "noise") else 0,
        link_loss=WHEN_BITS[scenario.loss.when] if on_connections(scenario, "loss") else 0,
        loss=SQUARES if scenario.task.data == "xor" else LIKELIHOOD,
    )


def on_connections(scenario: WaveScenario, what: str) -> bool:
    """Return whether there is noise on connections, or loss of connections."""
    if what == "noise":
        return scenario.noise.sigma > 0 and scenario.noise.place == "connections"
    return scenario.loss.p > 0 and scenario.loss.place == "connections"


def leak_weights(scenario: WaveScenario) -> np.ndarray:
    """Return fixed weights of all leaks in the order of the program's taps: float32, shape (leak tap,)."""
    if scenario.leak_reach == 0 or scenario.network.model == "mlp":
        return np.zeros(0, np.float32)
    return np.concatenate([_leak(scenario, step.outputs)[1] for step in scenario.chain().steps])


def live_taps(step: Step) -> list[np.ndarray]:
    """Return input cells that each output cell hears: per output cell int32, shape (tap,), ascending."""
    return [cell[cell >= 0] for cell in step.taps]


def _add_layers(builder: Builder, scenario: WaveScenario) -> None:
    """The neurons of an MLP: everyone hears everyone."""
    network = scenario.network
    for number, (before, after) in enumerate(pairwise(scenario.widths)):
        builder.product([np.arange(before)] * after, network.bias != "none")
        if number < len(network.hidden):
            builder.activation(network.activation)


def _add_steps(builder: Builder, scenario: WaveScenario) -> None:
    chain, network = scenario.chain(), scenario.network
    published = network.variant == "published"
    last = len(chain.steps) - 1
    active = set(chain.word_ends) if published else set(range(last))
    for number, step in enumerate(chain.steps):
        live = step.live
        exponents = step.exponents[live] if network.bias == "gain" else None
        builder.product(live_taps(step), network.bias != "none", exponents)
        if published:
            _add_disturbances(builder, scenario, step.outputs)
        if number in active - {last}:
            builder.activation(network.activation)
        if not published:
            _add_disturbances(builder, scenario, step.outputs)


def _add_disturbances(builder: Builder, scenario: WaveScenario, grid: Grid) -> None:
    if scenario.leak_reach:
        builder.leak(_leak(scenario, grid)[0], scenario.leak.when)
    if scenario.noise.sigma > 0 and scenario.noise.place == "values":
        builder.noise(scenario.noise.when)
    if scenario.loss.p > 0 and scenario.loss.place == "units":
        builder.silence(scenario.loss.when)


def _leak(scenario: WaveScenario, grid: Grid) -> tuple[list[np.ndarray], np.ndarray]:
    leak = scenario.leak
    return leak_table(grid, leak.sigma, scenario.leak_reach, leak.border, leak.kernel)


def learning_rate(scenario: WaveScenario, update: int) -> float:
    """Return learning rate of an update (from 0): constant, or falling as half a cosine to 0 over the run."""
    rate = scenario.training.learning_rate
    if chosen("training.decay", {"constant": False, "cosine": True}, scenario.training.decay):
        return rate * 0.5 * (1 + math.cos(math.pi * update / scenario.updates))
    return rate
