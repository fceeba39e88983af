"""The arrays that both engines work on; agents are row views over them, the kernel steps them in place.

`KernelNetwork` holds the fixed wiring, `State` the arrays that learning changes; the numbers of the rules are in
`network.params`. An intervention exchanges `KernelNetwork` or `Params` between two trials.

Weights are kept in blocks of four neighbouring synapses, because one Philox block holds four draws; the last block is
filled up with synapses of weight 0 that join no neurons. Lists that the innermost loops index with are unsigned, so
that numba need not check for negative indices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.ragged import Ragged
from astrosim.rules import choices
from astrosim.rules.choices import chosen
from astrosim.rules.coupling import NEVER_SENT
from astrosim.systems.population import state as population
from astrosim.systems.population.wiring import TONIC
from astrosim.systems.threshold.network.gap_junctions import GapJunctions
from astrosim.systems.threshold.network.territories import Territories
from astrosim.systems.threshold.network.topology import Network
from astrosim.systems.threshold.scenario.schema import Scenario

BLOCK = 4  # synapses per block: Philox4x32 yields four words
ASTROCYTES, CURSOR, NOBODY = 0, 1, 2
MOVERS = {"astrocytes": ASTROCYTES, "cursor": CURSOR, "nobody": NOBODY}  # by `Learner.mover`
NOT_SOLVED = -1  # value of `State.solved`
TRIALS, KEPT, REVERTED, FIRED = range(4)  # places in `State.counter`


class KernelNetwork(NamedTuple):
    """Arrays of a network, its task, territories and gap junctions, in the order that kernels read them; read only."""

    position: np.ndarray  # float64 (neuron, 2), units
    low: np.ndarray  # float64 (2,), units: corners of the box that the cursor moves in
    high: np.ndarray  # float64 (2,), units
    pre: np.ndarray  # int32 (synapse,)
    post: np.ndarray  # int32 (synapse,)
    first: np.ndarray  # int64 (neuron + 1,): synapses that leave a neuron
    arrival_start: np.ndarray  # int64 (neuron + 1,)
    arrival: np.ndarray  # int32 (synapse,): synapses that reach a neuron
    inputs: np.ndarray  # int32 (input bit,)
    outputs: np.ndarray  # int32 (output bit,)
    direct_start: np.ndarray  # int64 (input bit + 1,)
    direct_synapse: np.ndarray  # int32 (direct,): synapses from an input straight to an output
    direct_bit: np.ndarray  # int32 (direct,): the output bit that they reach
    tonic: np.ndarray  # int32 (tonic neuron,)
    patterns: np.ndarray  # uint8 (pattern, input bit)
    targets: np.ndarray  # uint8 (pattern, output bit)
    holder_start: np.ndarray  # int64 (neuron + 1,)
    holder: np.ndarray  # uint32 (holder,): astrocytes that hold each neuron
    block_start: np.ndarray  # int64 (astrocyte + 1,)
    block: np.ndarray  # int32 (block of a territory,): blocks with a synapse of each territory
    block_mask: np.ndarray  # uint8 (block of a territory,): mask of the block's synapses in the territory
    size: np.ndarray  # int64 (astrocyte,): neurons or synapses by which a score is divided; 0 if silenced
    acts: np.ndarray  # bool (astrocyte,): False if an intervention silences it
    sound: np.ndarray  # bool (neuron,): False if an intervention silences it
    near_start: np.ndarray  # int64 (neuron + 1,): astrocytes that a neuron's firing adds to
    near_holding: np.ndarray  # int64 (neuron,): from here on, those whose territory holds the neuron itself
    near: np.ndarray  # uint32 (near,)
    near_synapse: np.ndarray  # uint32 (near,): the first synapse of the neuron onto a neuron that the astrocyte holds
    reach_start: np.ndarray  # int64 (neuron + 1,): its further synapses onto such neurons
    reach_synapse: np.ndarray  # uint32 (reach,)
    reach_near: np.ndarray  # uint32 (reach,): the place in `near` that they add to
    gap_start: np.ndarray  # int64 (astrocyte + 1,): neighbours over open gap junctions
    gap: np.ndarray  # int32 (neighbour,): astrocytes
    gap_delay: np.ndarray  # int64 (neighbour,), trials
    gap_attenuation: np.ndarray  # float64 (neighbour,)


class State(NamedTuple):
    """Arrays that learning changes, among them the fields of `population.State`."""

    weight: np.ndarray  # float32 (blocks * 4,)
    fired: np.ndarray  # int32 (neuron,): the neurons of the last standing pass, first counter[FIRED] places
    counter: np.ndarray  # int64 (4,): trials, kept, reverted, fired
    score: np.ndarray  # float64 (astrocyte,)
    threshold: np.ndarray  # float64 (astrocyte,)
    outcome: np.ndarray  # uint8 (astrocyte, window): ring of outcomes
    outcomes: np.ndarray  # int64 (astrocyte,): outcomes so far
    recent: np.ndarray  # int64 (astrocyte,): successes within the window
    activations: np.ndarray  # int64 (astrocyte,)
    successes: np.ndarray  # int64 (astrocyte,)
    explorations: np.ndarray  # int64 (astrocyte,)
    by_pattern: np.ndarray  # int64 (astrocyte, pattern): activations by pattern
    cursor: np.ndarray  # float64 (2,), units
    sigma: np.ndarray  # float64 (astrocyte,); empty unless it adapts
    solved: np.ndarray  # int64 (2,): trials and passes at the first solution, or NOT_SOLVED; empty as `passes`
    passes: np.ndarray  # int64 (1,): patterns through the network so far; empty unless passes are counted
    calcium: np.ndarray  # float64 (astrocyte,); empty without gap junctions, as all that follows
    arriving: np.ndarray  # float64 (slot, astrocyte): sum of the arrivals of the trials with this remainder
    strongest: np.ndarray  # float64 (slot, astrocyte): the largest of them
    sent: np.ndarray  # int64 (astrocyte,): trial in which it sent its last wave
    recruitments: np.ndarray  # int64 (astrocyte,): activations by a score that calcium alone brought above threshold


def bits(texts: list[str]) -> np.ndarray:
    """Return texts of 0 and 1 as uint8, shape (text, bit)."""
    return np.array([[int(c) for c in text] for text in texts], dtype=np.uint8)


def make_kernel_network(
    scenario: Scenario, network: Network, territories: Territories, junctions: GapJunctions
) -> KernelNetwork:
    """Return the arrays of a network, its territories and their gap junctions as kernels read them."""
    neurons, synapses = network.kind.size, np.arange(network.post.size, dtype=np.int32)
    arrivals = Ragged.group(network.post, synapses, neurons)
    direct, bit = _direct(network)
    blocks, masks = _blocks(territories.synapses)
    firing = chosen("sensing.rule", choices.SENSING, scenario.sensing.rule).reads == "neurons"
    return KernelNetwork(
        position=network.position,
        low=network.position.min(axis=0),
        high=network.position.max(axis=0),
        pre=network.pre,
        post=network.post,
        first=network.first,
        arrival_start=arrivals.start,
        arrival=arrivals.index,
        inputs=network.inputs,
        outputs=network.outputs,
        direct_start=direct.start,
        direct_synapse=direct.index,
        direct_bit=bit,
        tonic=np.flatnonzero(network.kind == TONIC).astype(np.int32),
        patterns=bits([p for p, _ in scenario.task.patterns]),
        targets=bits([t for _, t in scenario.task.patterns]),
        holder_start=territories.of_neuron.start,
        holder=territories.of_neuron.index.astype(np.uint32),
        block_start=blocks.start,
        block=blocks.index,
        block_mask=masks,
        size=(territories.neurons if firing else territories.synapses).sizes.astype(np.int64),
        acts=np.ones(len(territories), np.bool_),
        sound=np.ones(neurons, np.bool_),
        **_near(network, territories, firing),
        **gap_lists(junctions),
    )


def gap_lists(junctions: GapJunctions, open_: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return the neighbours over the gap junctions that are open (bool, shape (gap junction,); all if left out).

    Fields of `KernelNetwork`, of its shapes.
    """
    neighbours, number = junctions.neighbours(open_)
    return {
        "gap_start": neighbours.start,
        "gap": neighbours.index,
        "gap_delay": junctions.delay[number],
        "gap_attenuation": junctions.attenuation[number],
    }


def _direct(network: Network) -> tuple[Ragged, np.ndarray]:
    """Return the synapses from each task input to task outputs, and the output bits that they reach."""
    bit_of = np.full(network.kind.size, -1, np.int32)
    bit_of[network.outputs] = np.arange(network.outputs.size)
    rows = [np.arange(network.first[n], network.first[n + 1]) for n in network.inputs]
    direct = Ragged.of([row[bit_of[network.post[row]] >= 0] for row in rows])
    return direct, bit_of[network.post[direct.index]]


def _blocks(synapses: Ragged) -> tuple[Ragged, np.ndarray]:
    """Return the blocks that each territory touches, ascending, and their masks (bit i: synapse i of the block)."""
    astrocyte = np.repeat(np.arange(len(synapses)), synapses.sizes)
    block = synapses.index.astype(np.int64) // BLOCK
    new = np.ones(block.size, bool)
    new[1:] = (block[1:] != block[:-1]) | (astrocyte[1:] != astrocyte[:-1])
    masks = np.zeros(int(new.sum()), np.uint8)
    np.bitwise_or.at(masks, np.cumsum(new) - 1, (1 << (synapses.index % BLOCK)).astype(np.uint8))
    return Ragged.group(astrocyte[new], block[new], len(synapses)), masks


def _near(network: Network, territories: Territories, firing: bool) -> dict[str, np.ndarray]:
    """Return the astrocytes that a firing neuron adds to: those that hold its targets only, then those that hold it.

    Under `firing` there are only the latter.
    """
    neurons, astrocytes = network.kind.size, max(len(territories), 1)
    pre, astrocyte, synapse = _foreign(network, territories, firing)
    holding = np.repeat(np.arange(neurons), territories.of_neuron.sizes)
    foreign, first, owner = np.unique(pre * 2 * astrocytes + astrocyte, return_index=True, return_inverse=True)
    held = (holding * 2 + 1) * astrocytes + territories.of_neuron.index
    pairs = np.sort(np.concatenate([foreign, held]))
    near = Ragged.group(pairs // (2 * astrocytes), pairs % astrocytes, neurons)
    place = np.searchsorted(pairs, foreign)
    near_synapse = np.zeros(pairs.size, np.uint32)
    near_synapse[place] = synapse[first]
    later = np.ones(synapse.size, bool)
    later[first] = False
    reach = Ragged.group(pre[later], synapse[later], neurons)
    return {
        "near_start": near.start,
        "near_holding": near.start[1:] - territories.of_neuron.sizes,
        "near": near.index.astype(np.uint32),
        "near_synapse": near_synapse,
        "reach_start": reach.start,
        "reach_synapse": reach.index.astype(np.uint32),
        "reach_near": place[owner[later]].astype(np.uint32),
    }


def _foreign(network: Network, territories: Territories, firing: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pre neuron, astrocyte and index of each synapse into a territory that does not hold its pre neuron.

    Ordered by synapse, then by astrocyte.
    """
    astrocyte = np.repeat(np.arange(len(territories)), territories.synapses.sizes)
    synapse = territories.synapses.index
    holder = np.repeat(np.arange(len(territories)), territories.neurons.sizes)
    held = holder * network.kind.size + territories.neurons.index
    foreign = ~np.isin(astrocyte * network.kind.size + network.pre[synapse], held) & (not firing)
    order = np.lexsort((astrocyte[foreign], synapse[foreign]))
    astrocyte, synapse = astrocyte[foreign][order], synapse[foreign][order]
    return network.pre[synapse].astype(np.int64), astrocyte, synapse


def make_state(scenario: Scenario, network: Network, territories: Territories, junctions: GapJunctions) -> State:
    """Return the state before the first trial."""
    astrocytes, patterns = len(territories), scenario.most_patterns
    coupled = astrocytes if scenario.coupled else 0
    weight = np.zeros(-(-network.post.size // BLOCK) * BLOCK, np.float32)
    weight[: network.post.size] = network.initial_weight
    own = population.make_state(astrocytes, scenario.astrocytes.threshold, scenario.astrocytes.window)
    return State(
        weight=weight,
        fired=np.zeros(network.kind.size, np.int32),
        counter=np.zeros(4, np.int64),
        by_pattern=np.zeros((astrocytes, patterns), np.int64),
        cursor=(network.position.min(axis=0) + network.position.max(axis=0)) / 2.0,
        sigma=np.full(astrocytes if scenario.perturbation.adapt_sigma else 0, scenario.perturbation.sigma),
        solved=np.full(2 if scenario.counts_passes else 0, NOT_SOLVED, np.int64),
        passes=np.zeros(1 if scenario.counts_passes else 0, np.int64),
        calcium=np.zeros(coupled),
        arriving=np.zeros((junctions.slots, coupled)),
        strongest=np.zeros((junctions.slots, coupled)),
        sent=np.full(coupled, NEVER_SENT, np.int64),
        recruitments=np.zeros(coupled, np.int64),
        **own._asdict(),
    )
