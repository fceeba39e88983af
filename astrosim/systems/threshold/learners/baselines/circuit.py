"""Arrays and numbers of a baseline: network and task, numbers of the rule, memory, and workspace."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from astrosim.rules.choices import REWARDS, chosen
from astrosim.systems.threshold.network.params import Neurons, neuron_params
from astrosim.systems.threshold.network.state import KernelNetwork
from astrosim.systems.threshold.scenario.schema import Scenario


class Circuit(NamedTuple):
    """Network and task; read only."""

    key: np.ndarray  # uint32 (2,): of the stream `rival`
    first: np.ndarray  # int64 (neuron + 1,): synapses that leave a neuron
    post: np.ndarray  # int32 (synapse,)
    sound: np.ndarray  # bool (neuron,): False if silenced
    driven: np.ndarray  # bool (pattern, neuron): neurons that fire throughout
    free: np.ndarray  # bool (neuron,): neither an input of the task nor tonic
    outputs: np.ndarray  # int32 (bit,)
    targets: np.ndarray  # uint8 (pattern, bit)


class Numbers(NamedTuple):
    """Numbers of a baseline and of the reward; units as in the scenario."""

    neurons: Neurons
    limit: float
    reward: int
    gain: float
    cap: float
    population: int
    sigma: float
    learning_rate: float
    adam: bool
    rise: float
    fall: float
    momentum: float
    patience: int
    shrink: float
    stability: float
    slope: float
    baseline: float
    graded: bool


class Memory(NamedTuple):
    """Arrays that a baseline keeps from one update to the next, beside its weights."""

    sigma: np.ndarray  # float64 (1,)
    standing: np.ndarray  # float64 (1,): reward of the current weights
    rejected: np.ndarray  # int64 (1,): rejections in a row
    mean: np.ndarray  # float64 (synapse,): mean of gradients (Adam), or of kept steps
    square: np.ndarray  # float64 (synapse,): mean of squared gradients (Adam)
    expected: np.ndarray  # float64 (pattern,): running mean of rewards


class Room(NamedTuple):
    """Workspace; holds nothing that a later update depends on."""

    activation: np.ndarray  # float64 (cycle, neuron)
    fired: np.ndarray  # bool (cycle + 1, neuron)
    sent: np.ndarray  # float64 (cycle + 1, neuron)
    noise: np.ndarray  # float64 (cycle, neuron)
    drawn: np.ndarray  # float64 (cycle x neuron, in blocks of four)
    blame: np.ndarray  # float64 (cycle, neuron): gradient by summed inputs
    output: np.ndarray  # float64 (bit,)
    reward: np.ndarray  # float64 (pattern,)
    step: np.ndarray  # float64 (synapse, in blocks of four)
    trial: np.ndarray  # float64 (synapse,): weights on trial
    gradient: np.ndarray  # float64 (synapse,)


def make_circuit(system: KernelNetwork, key: np.ndarray) -> Circuit:
    """Return the network and the task as baselines read them; key: uint32, shape (2,)."""
    neurons = system.sound.size
    driven = np.zeros((len(system.patterns), neurons), np.bool_)
    driven[:, system.inputs] = system.patterns
    driven[:, system.tonic] = system.sound[system.tonic]
    free = np.ones(neurons, np.bool_)
    free[system.inputs] = free[system.tonic] = False
    return Circuit(key, system.first, system.post, system.sound, driven, free, system.outputs, system.targets)


def make_numbers(scenario: Scenario) -> Numbers:
    """Return the numbers of a scenario as baselines read them."""
    rival, decision = scenario.rival, scenario.decision
    return Numbers(
        neurons=neuron_params(scenario.network),
        limit=scenario.perturbation.limit,
        reward=chosen("decision.reward", REWARDS, decision.reward).number,
        gain=decision.gain,
        cap=decision.cap,
        population=rival.population,
        sigma=rival.sigma,
        learning_rate=rival.learning_rate,
        adam=chosen("rival.optimiser", {"adam": True, "plain": False}, rival.optimiser),
        rise=rival.rise,
        fall=math.sqrt(math.sqrt(1.0 / rival.rise)),  # one success in five keeps sigma; Kern et al. 2004
        momentum=rival.momentum,
        patience=rival.patience,
        shrink=rival.shrink,
        stability=rival.stability,
        slope=rival.slope,
        baseline=rival.baseline,
        graded=rival.graded,
    )


def make_memory(circuit: Circuit, numbers: Numbers) -> Memory:
    """Return the memory of a baseline before its first update."""
    synapses = circuit.post.size
    return Memory(
        sigma=np.array([numbers.sigma]),
        standing=np.zeros(1),
        rejected=np.zeros(1, np.int64),
        mean=np.zeros(synapses),
        square=np.zeros(synapses),
        expected=np.zeros(len(circuit.targets)),
    )


def make_room(circuit: Circuit, cycles: int) -> Room:
    """Allocate the workspace for a circuit."""
    synapses, neurons, (patterns, bits) = circuit.post.size, circuit.sound.size, circuit.targets.shape
    return Room(
        activation=np.zeros((cycles, neurons)),
        fired=np.zeros((cycles + 1, neurons), np.bool_),
        sent=np.zeros((cycles + 1, neurons)),
        noise=np.zeros((cycles, neurons)),
        drawn=np.zeros(-(-cycles * neurons // 4) * 4),
        blame=np.zeros((cycles, neurons)),
        output=np.zeros(bits),
        reward=np.zeros(patterns),
        step=np.zeros(-(-synapses // 4) * 4),
        trial=np.zeros(synapses),
        gradient=np.zeros(synapses),
    )
