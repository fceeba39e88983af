"""Windows of frozen spikes: NEST's golden figures, and restarted windows against those shown from the start."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from astrosim.core.rng import stream_key
from astrosim.systems.spiking.kernel import learning, windows
from astrosim.systems.spiking.learners.circuit import Clustered, cluster_network, train
from astrosim.systems.spiking.learners.recipe import Recipe, Windows, condition
from astrosim.systems.spiking.learners.windows import WindowLearning
from astrosim.systems.spiking.network.description import Network, Nodes, Trains, connections, no_nodes
from astrosim.systems.spiking.simulation import Simulation, Stretch, Trace

FILE = Path(__file__).parents[2] / "golden" / "spiking" / "s1_windows.json.gz"
PATTERNS = len(Recipe().windows.patterns)


@pytest.fixture(scope="module")
def golden() -> dict:
    return json.loads(gzip.decompress(FILE.read_bytes()))


@pytest.fixture(scope="module")
def learned(golden: dict) -> WindowLearning:
    """The golden network with its learned weights, which lie on no grid."""
    pre, post, weight = np.array(golden["synapses_pre_post_weight"]).T
    pre, post = pre.astype(np.int32), post.astype(np.int32)
    own = cluster_network(Recipe(), 1)
    first = np.searchsorted(pre, np.arange(own.kind.size + 1)).astype(np.int64)
    network = Clustered(
        own.position, own.kind, own.cluster, pre, post, first, weight.astype(np.float32), own.inputs, own.outputs
    )
    learner = WindowLearning(Recipe(), 1, network)
    windows.fill(learner.workspace.room.matrix, learner.system.circuit, weight, network.driven)
    return learner


def test_the_frozen_spikes_are_those_of_the_golden_network(golden: dict, learned: WindowLearning) -> None:
    own = learned.system.circuit
    for pattern, shown in enumerate(golden["input_neuron_stamp_ms"]):
        part = slice(own.train_first[pattern], own.train_first[pattern + 1])
        found = zip(own.train_stamp[part].tolist(), own.train_neuron[part].tolist(), strict=True)
        assert list(found) == sorted((round(ms / own.step), n) for n, ms in shown)


def test_learned_weights_give_the_readouts_and_spikes_of_nest(golden: dict, learned: WindowLearning) -> None:
    assert learned.right_bits() == 40
    readout = learned.workspace.standing.readout
    assert np.abs(readout - golden["readout_mean_current_pA"]).max() < 1e-9
    driven = learned.network.driven
    for pattern, spikes in enumerate(golden["spikes_time_neuron"]):
        free = [(stamp, n) for stamp, n in learned.spikes(pattern).tolist() if not driven[n]]
        assert free == [(round(ms / 0.5), n) for ms, n in spikes]


def test_trains_are_regular_and_end_with_the_window() -> None:
    own = Windows(step_ms=0.5, window_ms=20.0, rate_hz=200.0, phase_ms=0.3)
    assert train(own, 0).tolist() == [1, 11, 21, 31]
    assert train(own, 60).tolist() == [7, 17, 27, 37]  # 18 ms modulo the period of 5 ms
    assert train(Windows(window_ms=5.5), 0).tolist() == [1, 11]


def plain(learner: WindowLearning, pattern: int) -> tuple[list[list[int]], np.ndarray]:
    """Spikes and readouts of a pattern's window, by the loop of spiking networks."""
    net, own, weight = learner.network, learner.system.circuit, learner.learning.weight
    number = np.arange(net.kind.size).astype(str).astype(object)
    model = np.where(net.driven, "parrot_neuron", "iaf_psc_exp").astype(object)
    values = {name: np.where(net.driven, np.nan, value) for name, value in learner.recipe.network.parameters.items()}
    step, count = own.step, len(weight)
    synapses = connections(net.pre, net.post, weight.astype("f8") * own.current, np.full(count, own.delay * step))
    part = slice(own.train_first[pattern], own.train_first[pattern + 1])
    stamp, driven = own.train_stamp[part], own.train_neuron[part].astype("i8")
    given = Trains(driven, (stamp - 1) * step, np.ones(len(stamp)), np.full(len(stamp), step))
    traces = [Trace(name, tuple(net.outputs.tolist()), 1) for name in ("I_syn_ex", "I_syn_in")]
    network = Network(Nodes(number, model, values), no_nodes(), synapses)
    simulation, kept = (
        Simulation(network, step, stream_key(1, "spiking_poisson"), given, traces=traces),
        list[Stretch](),
    )
    simulation.advance(own.steps, kept.append)
    node, spike = (np.concatenate([getattr(one, name) for one in kept]) for name in ("node", "stamp"))
    order = np.lexsort((node, spike))
    excitation, inhibition = (np.concatenate([one.traces[k] for one in kept]) for k in range(2))
    total = np.zeros(len(net.outputs))
    for row in excitation + inhibition:
        total += row
    return np.stack([spike[order], node[order]], axis=1).tolist(), total / own.steps


def test_restarted_windows_are_those_of_the_whole_loop_to_the_bit() -> None:
    learner = WindowLearning(condition("random"), 11)
    for _ in range(3):
        kept = np.count_nonzero(learner.advance(150).decision == 1)
        assert kept > 5
        for pattern in range(PATTERNS):
            spikes, readout = plain(learner, pattern)
            assert learner.spikes(pattern).tolist() == spikes
            assert np.array_equal(learner.workspace.standing.readout[pattern], readout)
    assert sum(len(learner.spikes(pattern)) for pattern in range(PATTERNS)) > 100


def test_a_restart_from_any_mark_leaves_what_follows_unchanged() -> None:
    learner = WindowLearning(condition("random"), 12)
    learner.advance(300)
    own, standing, room = learner.system.circuit, learner.workspace.standing, learner.workspace.room
    tried = windows.make_course(PATTERNS, learner.network.kind.size, 1, own)
    for pattern in range(PATTERNS):
        for mark in range(own.steps // own.every):
            windows.show(own, standing, room, tried, pattern, mark)
            assert np.array_equal(tried.readout[pattern], standing.readout[pattern])
            assert np.array_equal(tried.mark[pattern, mark + 1 :], standing.mark[pattern, mark + 1 :])
            assert tried.spikes[pattern] == standing.spikes[pattern]


def test_the_matrix_follows_the_weights_exactly() -> None:
    learner = WindowLearning(condition("calcium"), 13)
    learner.advance(400)
    room, own = learner.workspace.room, learner.system.circuit
    followed = room.matrix.copy()
    windows.fill(room.matrix, own, learner.learning.weight, learner.network.driven)
    assert np.array_equal(followed, room.matrix)
    dense = room.matrix[:, : room.matrix.shape[1] // 2] + room.matrix[:, room.matrix.shape[1] // 2 :]
    expected = np.zeros_like(dense)
    expected[learner.network.pre, learner.network.post] = 450.0 * learner.learning.weight.astype(np.float64)
    assert np.array_equal(dense, expected)


def test_a_pattern_that_no_change_reaches_is_not_shown_again() -> None:
    learner = WindowLearning(condition("random"), 14)
    learner.right_bits()
    own, work = learner.system.circuit, learner.workspace
    outgoing = np.flatnonzero(learner.network.pre == learner.network.inputs[0])[:3]
    work.changed[: len(outgoing)] = outgoing
    learning.locate(own, work, len(outgoing))
    on = [bits[0] == "1" for bits, _ in learner.recipe.windows.patterns]
    assert (work.mark >= 0).tolist() == on
    assert work.arrival[on].tolist() == [1 + own.delay] * sum(on)
