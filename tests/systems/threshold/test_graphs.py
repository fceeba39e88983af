"""Networks as graphs: Mesa spaces, networkx, and graphs from elsewhere."""

from __future__ import annotations

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
    fields = net.save(tmp_path)
    assert {key: fields[key] for key in ("clusters", "inputs", "outputs", "modulatory", "regular")} == {
        "clusters": 2,
        "inputs": 2,
        "outputs": 1,
        "modulatory": 0,
        "regular": 1,
    }
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
    (nx.Graph(), "graph: not a plain directed graph (Graph). Give a networkx.DiGraph."),
    (nx.MultiDiGraph(), "graph: not a plain directed graph (MultiDiGraph). Give a networkx.DiGraph."),
    (nx.DiGraph(), "graph: no nodes (0). Give each neuron a node."),
    (changed("a0", x=None), "node 'a0': x: missing. Give every node kind, cluster, x and y."),
    (
        changed("a0", kind="glia"),
        "node 'a0': kind: none of the kinds ('glia'). Write one of input, output, modulatory, regular, tonic.",
    ),
    (changed("a0", cluster=-1), "node 'a0': cluster: not a number from 0 (-1). Write a whole number."),
    (changed("a0", bit=0.5), "node 'a0': bit: not a number from 0 (0.5). Write a whole number."),
    (changed("a0", y="3"), "node 'a0': y: not a finite number ('3'). Write a number, in units."),
    (changed("a0", z=np.inf), "node 'a0': z: not a finite number (inf). Write a number, in units."),
    (changed(("b0", "c0"), weight=None), "edge 'b0' to 'c0': weight: missing. Give every edge its weight."),
    (changed(("b0", "c0"), weight="w"), "edge 'b0' to 'c0': weight: not a finite number ('w'). Write a number."),
    (with_edge("a0", "a0"), "edge 'a0' to 'a0': a synapse of a neuron onto itself. Remove it."),
    (with_edge("a0", "b1"), "edge 'a0' to 'b1': ends at an input neuron, which is driven from outside. Remove it."),
]


@pytest.mark.parametrize(("graph", "text"), WRONG_GRAPHS)
def test_text_for_a_graph_that_is_no_network(graph: nx.DiGraph, text: str) -> None:
    with pytest.raises(AstrosimError) as caught:
        Network.from_networkx(graph)
    assert str(caught.value) == text


def test_many_problems_of_a_graph_are_cut_short() -> None:
    graph = hand_made()
    for node in graph:
        graph.nodes[node].pop("x")
    with pytest.raises(AstrosimError) as caught:
        Network.from_networkx(graph)
    assert str(caught.value).splitlines()[4:] == [
        "node 'c1': x: missing. Give every node kind, cluster, x and y.",
        "3 more problems. Correct the first ones.",
    ]


@pytest.mark.parametrize("change", [{"cluster": 2}, {"kind": "modulatory"}])
def test_a_scenario_has_clusters_that_are_alike(tmp_path: Path, change: dict[str, Any]) -> None:
    net = Network.from_networkx(changed("a1", **change))
    with pytest.raises(
        AstrosimError, match=r"^clusters: not alike \([23]\)\. In a scenario all clusters, numbered from 0"
    ):
        net.save(tmp_path / "files")
    assert not (tmp_path / "files").exists()
