"""The mesh as a graph: nodes are cells, edges are taps, places follow the layers."""

import networkx as nx
import numpy as np
import pytest

from astrosim.systems.waves.mesh import parse
from astrosim.systems.waves.mesh.graph import positions, to_networkx, weight_matrices
from astrosim.systems.waves.mesh.reach import check_local, reachability


def test_edges_are_the_taps():
    chain = parse("sg", 2)
    graph = to_networkx(chain)
    assert sorted(graph.nodes) == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1)]
    assert sorted(graph.predecessors((1, 1))) == [(0, 0), (0, 1)]
    assert sorted(graph.predecessors((2, 0))) == [(1, 0), (1, 1), (1, 2)]
    assert graph.number_of_edges() == chain.live_weights == 6 + 6
    assert graph.edges[(0, 1), (1, 3)] == {"step": 0, "letter": "s"}
    assert graph.edges[(1, 3), (2, 1)] == {"step": 1, "letter": "g"}
    assert graph.graph == {"text": "sg", "reach": 3, "variant": "described"}


@pytest.mark.parametrize(
    ("text", "grid", "variant"), [("gd gd gd gd gd", 20, "published"), ("sdG", (3, 4), "described")]
)
def test_paths_of_the_graph_are_the_reach(text, grid, variant):
    chain = parse(text, grid, variant=variant)
    graph = to_networkx(chain)
    last = len(chain.steps)
    for cell, heard in enumerate(reachability(chain)):
        sources = {node[1] for node in nx.ancestors(graph, (last, cell)) if node[0] == 0}
        assert sources == set(np.flatnonzero(heard))


def test_places_of_a_line_and_of_a_grid():
    line = positions(parse("g", 4))
    assert line[0].tolist() == [[0, 1.5], [0, 0.5], [0, -0.5], [0, -1.5]]
    assert line[1].tolist() == [[1, 0.5], [1, -0.5]]
    plane, after = positions(parse("G", (3, 2)))
    right, down = plane[1] - plane[0], plane[2] - plane[0]
    assert right.min() > 0  # columns recede to the upper right
    np.testing.assert_allclose(down, [0, -1])
    assert after[:, 0].min() > plane[:, 0].max() + 1
    np.testing.assert_allclose(plane[:, 1].mean(), after[:, 1].mean(), atol=1e-12)


def test_nodes_know_row_column_and_place():
    graph = to_networkx(parse("d", (2, 3)))
    node = graph.nodes[(1, 4)]
    assert (node["layer"], node["cell"], node["row"], node["column"]) == (1, 4, 1, 1)
    np.testing.assert_array_equal(node["pos"], positions(parse("d", (2, 3)))[1][4])


@pytest.mark.parametrize(("text", "grid"), [("gds", 5), ("sdC", (3, 3))])
def test_flat_weights_become_local_matrices_and_edges(text, grid):
    chain = parse(text, grid)
    flat = np.arange(1.0, chain.live_weights + 1)
    matrices = weight_matrices(chain, flat)
    check_local(matrices, chain)
    np.testing.assert_array_equal(np.concatenate([m[m != 0] for m in matrices]), flat)
    graph = to_networkx(chain, matrices)
    assert sorted(data["weight"] for _, _, data in graph.edges(data=True)) == flat.tolist()
    for (layer, heard), (_, cell), data in graph.edges(data=True):
        assert data["weight"] == matrices[layer][cell, heard]


def test_too_many_weights_are_an_error():
    with pytest.raises(ValueError, match=r"weights of shape \(11,\) for 12 taps \(2-4-2\)"):
        weight_matrices(parse("sg", 2), np.zeros(11))
