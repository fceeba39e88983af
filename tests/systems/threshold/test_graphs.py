"""Networks as graphs: Mesa spaces, networkx, and graphs from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from mesa.discrete_space import Network as NetworkSpace
from replicates import differences, scenario

from astrosim.core.errors import AstrosimError
from astrosim.scenario import resolve
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.network.topology import Network, build_network
from astrosim.systems.threshold.scenario.schema import Scenario


@pytest.fixture
def model() -> AstroModel:
    return AstroModel(scenario(), 42)


def same(one: object, other: object) -> bool:
    return differences(vars(one), vars(other)) == []


def test_agents_stand_on_a_mesa_network() -> None:
    model = AstroModel(scenario(learner="cursor"), 7, space="network")
    net = model.network
    assert isinstance(model.space, NetworkSpace)
    assert model.grid is None
    for neuron in model.neurons:
        assert neuron.cell is model.space[neuron.index]
        assert np.array_equal(neuron.cell.position, net.position[neuron.index])
        targets = net.post[net.first[neuron.index] : net.first[neuron.index + 1]]
        assert [cell.coordinate for cell in neuron.cell.neighborhood] == targets.tolist()
    seen = set()
    for _ in range(30):
        model.step()
        distance = np.hypot(*(net.position - model.cursor.position).T)
        assert model.cursor.cell.coordinate == distance.argmin()
        seen.add(model.cursor.cell.coordinate)
    assert len(seen) > 5
    for astrocyte in AstroModel(scenario(), 7, space="network").astrocytes:
        assert astrocyte.cell.coordinate == np.hypot(*(net.position - astrocyte.position).T).argmin()


def test_a_network_is_a_mesa_space_with_its_graph(model: AstroModel) -> None:
    space = model.network.to_mesa(model.weights())
    assert len(space.all_cells) == 60
    assert isinstance(space.G, nx.DiGraph)
    assert nx.to_numpy_array(space.G).sum() == pytest.approx(float(model.weights().sum(dtype="f8")))
    assert space.find_nearest_cell(model.network.position[11] + 1e-6).coordinate == 11


def test_a_network_goes_through_networkx_to_the_bit(tmp_path: Path) -> None:
    for s in (scenario(), scenario(network={"clusters": 3, "modulatory": 0}, task={"patterns": [["10", "1"]]})):
        drawn = build_network(s, 3)
        assert same(Network.from_networkx(drawn.to_networkx()), drawn)
    high = Network(**(vars(drawn) | {"z": np.linspace(0, 1, drawn.kind.size)}))
    assert same(Network.from_networkx(high.to_networkx()), high)
    nx.write_graphml(drawn.to_networkx(), tmp_path / "network.graphml")
    assert same(Network.from_networkx(nx.read_graphml(tmp_path / "network.graphml")), drawn)
    learned = np.arange(drawn.post.size, dtype=np.float32) * np.float32(2**-22)
    assert np.array_equal(Network.from_networkx(drawn.to_networkx(learned)).initial_weight, learned)


def hand_made() -> nx.DiGraph:
    """Two clusters of two inputs, an output and a regular neuron, named by letters and in no order."""
    graph = nx.DiGraph()
    kinds = {"a": "regular", "b": "input", "c": "output", "d": "input"}
    for n, name in enumerate("dbca"):
        for cluster in (1, 0):
            graph.add_node(f"{name}{cluster}", kind=kinds[name], cluster=cluster, x=n * 1.5 + 20 * cluster, y=-n / 3)
    for pre, post, weight in (
        ("b0", "c0", 0.5),
        ("d0", "c0", -1),
        ("d0", "a1", 0.25),
        ("a0", "c1", 2),
        ("b1", "c1", 1),
    ):
        graph.add_edge(pre, post, weight=weight)
    return graph


def plain(net: Network, folder: Path) -> dict[str, Any]:
    """Fields of the network without names."""
    return replace(net, names=()).save(folder / "plain")


def test_a_graph_from_elsewhere_takes_the_place_of_a_drawn_network(tmp_path: Path) -> None:
    net = Network.from_networkx(hand_made())
    assert net.kind.tolist() == [0, 0, 1, 3] * 2  # d, b, c, a in cluster 0, then in 1
    assert net.cluster.tolist() == [0] * 4 + [1] * 4
    assert list(zip(net.pre.tolist(), net.post.tolist(), net.initial_weight.tolist(), strict=True)) == [
        (0, 2, -1.0),
        (0, 7, 0.25),
        (1, 2, 0.5),
        (3, 6, 2.0),
        (5, 6, 1.0),
    ]
    assert net.first.tolist() == [0, 2, 3, 3, 4, 4, 5, 5, 5]
    assert (net.inputs.tolist(), net.outputs.tolist()) == ([0, 1], [2])
    assert net.names == ("d0", "b0", "c0", "a0", "d1", "b1", "c1", "a1")
    fields = net.save(tmp_path)
    assert set(fields) == {"nodes", "wiring"}
    assert {"clusters": 2, "inputs": 2, "outputs": 1, "modulatory": 0, "regular": 1}.items() <= plain(
        net, tmp_path
    ).items()
    s = Scenario.model_validate({"network": fields, "task": {"patterns": [["10", "1"], ["01", "0"]]}})
    agents, kernel = AstroModel(s, 3), KernelEngine(s, 3)
    assert same(agents.network, net)
    assert differences(vars(agents.advance(100)), vars(kernel.advance(100))) == []
    assert resolve(s, "default") == s


def changed(node: str | tuple[str, str], **facts: Any) -> nx.DiGraph:
    """The graph with other facts of a node or an edge; None takes a fact away."""
    graph = hand_made()
    own = graph.nodes[node] if isinstance(node, str) else graph.edges[node]
    for key, value in facts.items():
        if value is None:
            del own[key]
        else:
            own[key] = value
    return graph


def with_edge(pre: str, post: str) -> nx.DiGraph:
    graph = hand_made()
    graph.add_edge(pre, post, weight=0.0)
    return graph


WRONG_GRAPHS = [
    ("edges", "graph: not a graph (str). Give a networkx.DiGraph."),
    (nx.MultiDiGraph(), "graph: no nodes (0). Give each neuron a node."),
    (
        changed("a0", kind="glia"),
        "graph: node 'a0': kind: none of the kinds ('glia'). Write one of input, output, modulatory, regular, tonic.",
    ),
    (changed("a0", cluster=-1), "graph: node 'a0': cluster: not a number from 0 (-1). Write a whole number."),
    (changed("b0", bit=0.5), "graph: node 'b0': bit: not a number from 0 (0.5). Write a whole number."),
    (
        changed("a0", bit=1),
        "graph: node 'a0': bit: only inputs and outputs have one (1). Give it a kind, or remove the bit.",
    ),
    (changed("a0", y="up"), "graph: node 'a0': y: not a finite number ('up'). Write a number, in units."),
    (changed("a0", z=np.inf), "graph: node 'a0': z: not a finite number (inf). Write a number, in units."),
    (changed(("b0", "c0"), weight="w"), "graph: edge 'b0' to 'c0': weight: not a finite number ('w'). Write a number."),
]


@pytest.mark.parametrize(("graph", "text"), WRONG_GRAPHS)
def test_text_for_a_graph_that_is_no_network(graph: Any, text: str) -> None:
    with pytest.raises(AstrosimError) as caught:
        Network.from_networkx(graph)
    assert str(caught.value) == text


TAKEN = [
    (nx.MultiDiGraph(hand_made()), {}),
    (with_edge("a0", "a0"), {"synapses of a neuron onto itself": 1}),
    (with_edge("a0", "b1"), {"synapses onto input neurons": 1}),
    (changed(("b0", "c0"), weight=None), {"synapses without a weight": 1}),
    (changed(("b0", "c0"), weight="0.5"), {}),
    (changed("a0", x=None), {"neurons without a place": 1}),
    (changed("a0", kind=None), {"neurons without a kind": 1}),
    (changed("a0", cluster=None), {"neurons without a cluster": 1}),
    (changed(("b0", "c0"), weight=5), {"weights beyond ±2": 1}),
]


@pytest.mark.parametrize(("graph", "told"), TAKEN)
def test_a_graph_is_taken_and_its_changes_are_told(graph: nx.DiGraph, told: dict[str, int]) -> None:
    net = Network.from_networkx(graph)
    assert {change.what: change.number for change in net.changes} == told
    assert np.isfinite(net.position).all()
    assert np.abs(net.initial_weight).max() <= 2.0
    assert (net.pre != net.post).all()
    assert not np.isin(net.post, np.flatnonzero(net.kind == 0)).any()


@pytest.mark.parametrize("change", [{"cluster": 2}, {"kind": "modulatory"}])
def test_clusters_need_not_be_alike(tmp_path: Path, change: dict[str, Any]) -> None:
    net = Network.from_networkx(changed("a1", **change))
    files = replace(net, names=()).save(tmp_path)
    assert set(files) == {"nodes", "wiring"}
    s = Scenario.model_validate({"network": files, "task": {"patterns": [["10", "1"], ["01", "0"]]}})
    agents, kernel = AstroModel(s, 3), KernelEngine(s, 3)
    assert same(agents.network, replace(net, names=(), changes=()))
    assert differences(vars(agents.advance(100)), vars(kernel.advance(100))) == []
