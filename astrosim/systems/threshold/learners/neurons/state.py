"""The arrays of neurons that learn by themselves; agents are row views over them, the kernel steps them in place.

`Circuit` holds the arrays that learning never changes, `Numbers` the numbers of the rules, `State` the arrays that
learning changes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.ragged import Ragged
from astrosim.core.rng import PATTERN, stream_keys
from astrosim.rules.ambient import share
from astrosim.rules.choices import chosen
from astrosim.rules.diffusion import FALLOFFS
from astrosim.rules.flags import FLAGS
from astrosim.rules.perturbation import grid, grid_limit
from astrosim.systems.threshold.learners.neurons.placement import INPUT, MODULATORY, OUTPUT, TONIC, Placed
from astrosim.systems.threshold.network.state import NOT_SOLVED
from astrosim.systems.threshold.scenario.schema import Scenario

TRIALS, KEPT, REVERTED = range(3)  # places in `State.counter`
HOMEOSTASIS = {"none": False, "step": True}  # whether thresholds move each trial; the rule "episode" is the cursor's
SOURCES = {"modulatory": False, "outputs": True}  # whether each output releases the chemical itself
REMEMBERED = 100  # trials whose outputs are kept, for accuracy and distinct outputs in training; spec, section 4


class Circuit(NamedTuple):
    """Network and task of a simulation; read only."""

    key: np.ndarray  # uint32 (2,): of the stream `pattern`
    position: np.ndarray  # float64 (neuron, 3), units
    pre: np.ndarray  # int32 (synapse,)
    post: np.ndarray  # int32 (synapse,)
    first: np.ndarray  # int64 (neuron + 1,): synapses that leave a neuron
    arrival_start: np.ndarray  # int64 (neuron + 1,)
    arrival: np.ndarray  # int32 (synapse,): synapses that reach a neuron, ascending
    driven: np.ndarray  # bool (neuron,): inputs and tonic neurons
    tonic: np.ndarray  # int32 (tonic neuron,): they always fire
    adapts: np.ndarray  # bool (neuron,): neurons whose threshold homeostasis moves
    near_start: np.ndarray  # int64 (neuron + 1,)
    near: np.ndarray  # int32 (near,): neighbours within the ambient radius, ascending
    near_share: np.ndarray  # float64 (near,), 1/unit: contribution of each to the field when it fires
    source: np.ndarray  # int32 (source,): neurons that release the chemical
    distance: np.ndarray  # float64 (source, neuron), units
    inputs: np.ndarray  # int32 (input bit,)
    outputs: np.ndarray  # int32 (output bit,)
    patterns: np.ndarray  # uint8 (pattern, input bit)
    targets: np.ndarray  # uint8 (pattern, output bit)


class Numbers(NamedTuple):
    """Numbers of the rules; units as in the scenario."""

    trials: int
    learns: bool
    random_order: bool
    cycles: int
    persists: bool
    homeostasis: bool
    every_cycle: bool
    target: float
    homeostasis_step: float
    both: float
    one: float
    neither: float
    level: float
    dampened: bool
    informed: bool
    history_decay: float
    enough: float
    flag: int
    flag_gain: float
    flag_decay: float
    flag_threshold: float
    need: int
    turned: float
    warm_up: int
    exponent: int
    shape_from: int
    shape_to: int
    per_output: bool
    cycling: bool
    falloff: int
    radius: float
    last_radius: float
    chemical_decay: float
    rate: float
    most: float
    limit: float
    spacing: float  # of the weights' grid; 0: none
    weight_decay: float
    provisional: bool
    frustrated: bool
    frustration_need: int
    frustration_bound: float
    frustration_decay: float
    frustration_factor: float


class State(NamedTuple):
    """Arrays that learning changes."""

    weight: np.ndarray  # float64 (synapse,); where both learn, a view (float32) on the weights of the astrocytes
    saved: np.ndarray  # float64 (synapse,): weights before the last change
    threshold: np.ndarray  # float64 (neuron,)
    output: np.ndarray  # uint8 (neuron,): 1 for a neuron that fires
    fired: np.ndarray  # int64 (neuron,): counts at which it fired
    passes: np.ndarray  # int64 (neuron,): counts so far
    chemical: np.ndarray  # float64 (neuron,): at the synapses onto it
    history: np.ndarray  # float64 (synapse,): running mean of use
    flag: np.ndarray  # float64 (synapse,): flag of the scenario's rule
    way: np.ndarray  # float64 (synapse,): sign of the last eligibility
    streak: np.ndarray  # int64 (synapse,): repetitions of the last sign
    push: np.ndarray  # float64 (synapse,): sign of the last change
    pushes: np.ndarray  # int64 (synapse,): changes of the same sign in a row
    mood: np.ndarray  # float64 (synapse,): running mean of the chemical
    flipped: np.ndarray  # uint8 (synapse,): 1 if it was ever reversed
    accuracy: np.ndarray  # float64 (REMEMBERED,): of trials, by trial modulo REMEMBERED
    answer: np.ndarray  # int64 (REMEMBERED,): outputs of trials, the bits read as a number
    counter: np.ndarray  # int64 (3,): trials, kept, reverted
    solved: np.ndarray  # int64 (2,): trials and passes at the first solution, else NOT_SOLVED
    spent: np.ndarray  # int64 (1,): patterns through the network so far; empty, as `solved`, in the published system


def make_circuit(scenario: Scenario, seed: int, placed: Placed) -> Circuit:
    """Return the arrays of a placed network as engines read them."""
    neurons = placed.kind.size
    synapses = np.arange(placed.post.size, dtype=np.int32)
    arrivals = Ragged.group(placed.post, synapses, neurons)
    distance = distances(placed.position)
    near = (distance <= scenario.eligibility.ambient_radius) & ~np.eye(neurons, dtype=bool)
    per_output = chosen("modulation.source", SOURCES, scenario.modulation.source)
    source = placed.outputs if per_output else np.flatnonzero(placed.kind == MODULATORY).astype(np.int32)
    driven = np.isin(placed.kind, (INPUT, TONIC))
    spared = (placed.kind == OUTPUT) & scenario.homeostasis.spare_outputs
    patterns, targets = ([pair[side] for pair in scenario.task.patterns] for side in (0, 1))
    return Circuit(
        key=stream_keys(seed)[PATTERN],
        position=placed.position,
        pre=placed.pre,
        post=placed.post,
        first=np.concatenate([[0], np.cumsum(np.bincount(placed.pre, minlength=neurons))]).astype(np.int64),
        arrival_start=arrivals.start,
        arrival=arrivals.index,
        driven=driven,
        tonic=np.flatnonzero(placed.kind == TONIC).astype(np.int32),
        adapts=~(driven | spared),
        near_start=np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64),
        near=np.nonzero(near)[1].astype(np.int32),
        near_share=np.array([share(d) for d in distance[near]], dtype=np.float64),
        source=source,
        distance=np.ascontiguousarray(distance[source]),
        inputs=placed.inputs,
        outputs=placed.outputs,
        patterns=_bits(patterns),
        targets=_bits(targets),
    )


def distances(position: np.ndarray) -> np.ndarray:
    """Return the distances between all neurons: float64, shape (neuron, neuron), units.

    Positions: float64, shape (neuron, 3), units; x, y and z are summed in this order.
    """
    offset = position[:, None] - position[None]
    square = offset * offset
    return np.sqrt(square[..., 0] + square[..., 1] + square[..., 2])


def _bits(texts: list[str]) -> np.ndarray:
    return np.array([[int(c) for c in text] for text in texts], dtype=np.uint8)


def make_numbers(scenario: Scenario) -> Numbers:
    """Return the numbers of a resolved scenario's rules."""
    s, limit = scenario, scenario.perturbation.limit
    described, last = s.system == "described", s.chemical.last_radius
    return Numbers(
        trials=s.schedule.trials,
        learns=s.learner in ("neurons", "both"),
        random_order=chosen("dynamics.order", {"cyclic": False, "random": True}, s.dynamics.order),
        cycles=s.network.cycles,
        persists=s.dynamics.persists,
        homeostasis=chosen("homeostasis.rule", HOMEOSTASIS, s.homeostasis.rule),
        every_cycle=s.homeostasis.every_cycle,
        target=s.homeostasis.target,
        homeostasis_step=s.homeostasis.step,
        both=s.eligibility.both,
        one=s.eligibility.one,
        neither=s.eligibility.neither,
        level=s.eligibility.level,
        dampened=s.dampening.on,
        informed=s.dampening.information,
        history_decay=s.dampening.history_decay,
        enough=s.dampening.enough,
        flag=chosen("flags.rule", FLAGS, s.flags.rule),
        flag_gain=s.flags.gain,
        flag_decay=s.flags.decay,
        flag_threshold=s.flags.threshold,
        need=s.flags.need,
        turned=s.flags.turned,
        warm_up=s.flags.warm_up,
        exponent=s.modulation.exponent,
        shape_from=s.modulation.shape_from,
        shape_to=s.modulation.shape_to,
        per_output=chosen("modulation.source", SOURCES, s.modulation.source),
        cycling=s.modulation.cycling,
        falloff=chosen("chemical.falloff", FALLOFFS, s.chemical.falloff),
        radius=s.chemical.radius,
        last_radius=s.chemical.radius if last is None else last,
        chemical_decay=s.chemical.decay,
        rate=s.plasticity.rate,
        most=s.plasticity.most,
        limit=float(grid_limit(limit)) if described else limit,
        spacing=grid(limit) if described else 0.0,
        weight_decay=s.plasticity.decay,
        provisional=s.plasticity.provisional,
        frustrated=s.frustration.on,
        frustration_need=s.frustration.need,
        frustration_bound=s.frustration.bound,
        frustration_decay=s.frustration.decay,
        frustration_factor=s.frustration.factor,
    )


def make_state(scenario: Scenario, placed: Placed) -> State:
    """Return the state before the first trial."""
    neurons, synapses = placed.kind.size, placed.post.size
    return State(
        weight=placed.weight.copy(),
        saved=placed.weight.copy(),
        threshold=np.full(neurons, scenario.network.threshold),
        output=np.zeros(neurons, np.uint8),
        fired=np.zeros(neurons, np.int64),
        passes=np.zeros(neurons, np.int64),
        chemical=np.zeros(neurons),
        history=np.zeros(synapses),
        flag=np.zeros(synapses),
        way=np.zeros(synapses),
        streak=np.zeros(synapses, np.int64),
        push=np.zeros(synapses),
        pushes=np.zeros(synapses, np.int64),
        mood=np.zeros(synapses),
        flipped=np.zeros(synapses, np.uint8),
        accuracy=np.full(REMEMBERED, np.nan),
        answer=np.full(REMEMBERED, -1, np.int64),
        counter=np.zeros(3, np.int64),
        solved=np.full(2 if scenario.counts_passes else 0, NOT_SOLVED, np.int64),
        spent=np.zeros(1 if scenario.counts_passes else 0, np.int64),
    )
