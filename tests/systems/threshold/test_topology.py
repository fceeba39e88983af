"""Networks and territories: counts, probabilities and geometry, against brute force."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replicates import scenario
from scipy import stats

from astrosim.rules.perturbation import grid
from astrosim.systems.population.wiring import INPUT, OUTPUT
from astrosim.systems.threshold.network.territories import build_territories, lattice
from astrosim.systems.threshold.network.topology import build_network

PAPER = scenario()


@pytest.fixture(scope="module")
def networks():
    return [build_network(PAPER, seed) for seed in range(1000, 1200)]


def test_the_paper_network_has_its_neurons_in_order(networks):
    net = networks[0]
    kinds = [0] * 5 + [1] * 5 + [2] * 2 + [3] * 18
    assert net.kind.tolist() == kinds * 2
    assert net.cluster.tolist() == [0] * 30 + [1] * 30
    assert net.inputs.tolist() == [0, 1, 2, 3, 4]
    assert net.outputs.tolist() == [5, 6, 7, 8, 9]
    assert np.flatnonzero(net.kind == OUTPUT).tolist() == [5, 6, 7, 8, 9, 35, 36, 37, 38, 39]


def test_no_synapse_to_itself_or_onto_an_input(networks):
    for net in networks:
        assert not np.any(net.pre == net.post)
        assert not np.any(net.kind[net.post] == INPUT)
        assert np.all(np.diff(net.pre.astype(np.int64) * 60 + net.post) > 0)  # each once, in order of creation
        assert np.array_equal(np.repeat(np.arange(60), np.diff(net.first)), net.pre)


def test_connection_probabilities_are_those_of_the_scenario(networks):
    within = np.array([(net.cluster[net.pre] == net.cluster[net.post]).sum() for net in networks])
    between = np.array([net.post.size for net in networks]) - within
    for counts, pairs, p in ((within, 2 * (30 * 25 - 25), 0.6), (between, 2 * 30 * 25, 0.5)):
        total = pairs * len(networks)
        assert abs(counts.sum() - p * total) < 3.9 * np.sqrt(total * p * (1 - p))  # two-sided alpha 1e-4
        assert 0.7 < counts.var(ddof=1) / (pairs * p * (1 - p)) < 1.4  # binomial: neither clumped nor regular


def test_every_pair_is_equally_likely(networks):
    counts = np.zeros((60, 60))
    for net in networks:
        counts[net.pre, net.post] += 1
    own = net.cluster[:, None] == net.cluster[None, :]
    possible = (net.kind != INPUT)[None, :] & ~np.eye(60, dtype=bool)
    for mask, p in ((own & possible, 0.6), (~own & possible, 0.5)):
        chi2 = ((counts[mask] - 200 * p) ** 2 / (200 * p * (1 - p))).sum()
        assert 0.0005 < stats.chi2.sf(chi2, mask.sum()) < 0.9995


def test_positions_and_weights_are_uniform(networks):
    centre = np.stack([networks[0].cluster * 15.0, np.zeros(60)], axis=1)
    offsets = np.concatenate([(net.position - centre).ravel() for net in networks])
    assert stats.kstest(offsets, stats.uniform(-5, 10).cdf).pvalue > 0.001
    weights = np.concatenate([net.initial_weight for net in networks]).astype(np.float64)
    assert stats.kstest(weights, stats.uniform(-0.1, 0.2).cdf).pvalue > 0.001
    assert np.array_equal(weights / grid(2.0), np.rint(weights / grid(2.0)))


@pytest.mark.parametrize(("p_within", "p_between", "expected"), [(1.0, 0.0, 1450), (0.0, 1.0, 1500), (0.0, 0.0, 0)])
def test_certain_and_impossible_connections(p_within, p_between, expected):
    net = build_network(scenario(network={"p_within": p_within, "p_between": p_between}), 3)
    assert net.post.size == expected


def test_clusters_stand_on_a_square_lattice():
    net = build_network(scenario(network={"clusters": 5}), 3)
    centre = [[0, 0], [15, 0], [30, 0], [0, 15], [15, 15]]
    assert np.abs(net.position.reshape(5, 30, 2) - np.array(centre)[:, None]).max() <= 5.0


def test_the_network_exports_to_networkx(networks):
    net = networks[0]
    graph = net.to_networkx()
    assert nx.number_of_edges(graph) == net.post.size
    matrix = nx.to_numpy_array(graph, weight="weight")
    assert np.array_equal(matrix[net.pre, net.post], net.initial_weight)
    assert graph.nodes[7]["kind"] == "output"
    assert (graph.nodes[7]["x"], graph.nodes[7]["y"]) == tuple(net.position[7])


def test_four_astrocytes_stand_at_the_quartile_points():
    assert lattice(4).tolist() == [[-0.25, -0.25], [0.25, -0.25], [-0.25, 0.25], [0.25, 0.25]]
    net = build_network(PAPER, 8)
    held = build_territories(PAPER, net)
    for cluster in (0, 1):
        own = net.position[net.cluster == cluster]
        mid, quarter = (own.max(0) + own.min(0)) / 2, (own.max(0) - own.min(0)) / 4
        places = [mid + quarter * s for s in ([-1, -1], [1, -1], [-1, 1], [1, 1])]
        assert held.position[held.cluster == cluster] == pytest.approx(np.array(places))


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**50),
    clusters=st.integers(1, 4),
    per_cluster=st.integers(1, 9),
    radius=st.floats(0.3, 9.0),
    regular=st.integers(0, 25),
)
def test_territories_equal_brute_force(seed, clusters, per_cluster, radius, regular):
    s = scenario(
        network={"clusters": clusters, "regular": regular}, astrocytes={"per_cluster": per_cluster, "radius": radius}
    )
    net = build_network(s, seed)
    held = build_territories(s, net)
    assert len(held) == clusters * per_cluster
    distance = np.hypot(*(net.position[None] - held.position[:, None]).transpose(2, 0, 1))
    inside = (distance <= radius) & (net.cluster[None] == held.cluster[:, None])
    near = np.abs(distance - radius) < 1e-9
    for a in range(len(held)):
        assert np.array_equal(np.isin(np.arange(net.kind.size), held.neurons[a])[~near[a]], inside[a][~near[a]])
        members = np.isin(np.arange(net.kind.size), held.neurons[a])
        assert np.array_equal(held.synapses[a], np.flatnonzero(members[net.pre] | members[net.post]))
    for n in range(net.kind.size):
        assert held.of_neuron[n].tolist() == [a for a in range(len(held)) if n in held.neurons[a]]
