"""Simulations from Python: populations, graphs and files; clear errors."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from spiking_networks import write_files
from test_spiking_files import FILES

import astrosim
from astrosim.core.errors import AstrosimError, ScenarioError
from astrosim.spiking import Population, Populations, network_from_files, network_from_graph, simulate

INPUT = [{"target": ["E", "I"], "rate_hz": 2500.0, "weight": 1.0}]


def two_populations(seed: int = 1):
    made = Populations(
        [Population("E", "aeif_cond_alpha", 20, {"tau_syn_ex": 2.0}), Population("I", "iaf_psc_exp", 5)],
        [Population("A", "li_rinzel", 10, {"IP3": 0.6, "Ca_astro": 0.19})],
        seed,
    )
    synapses = made.connect("E", "E", "pairwise_bernoulli", p=0.3, weight=3.0, delay=2.0)
    made.third_by_pool(synapses, ["E"], "A", p=0.5, pool_size=3, weight_out=2.0)
    made.connect("E", "I", weight=200.0)
    return made.network()


def test_stretches_and_engines_give_the_same_records():
    record = {"V_m": ["0", "I"], "Ca_astro": ["A"]}
    whole = simulate(two_populations(), 60.0, poisson=INPUT, record=record)
    parts = simulate(two_populations(), 25.0, poisson=INPUT, record=record).advance(35.0)
    agents = simulate(two_populations(), 60.0, poisson=INPUT, record=record, engine="agents")
    assert len(whole.spike_nodes) > 20
    assert whole.time_ms == parts.time_ms == 60.0
    for other in (parts, agents):
        np.testing.assert_array_equal(whole.spike_nodes, other.spike_nodes)
        np.testing.assert_array_equal(whole.spike_times_ms, other.spike_times_ms)
        assert whole.traces.identical(other.traces)
    assert whole.traces.V_m.dims == ("V_m_time", "V_m_node")
    assert list(whole.traces.V_m_node.values) == ["0", "20", "21", "22", "23", "24"]
    rates = 20 * whole.rate_hz("E") + 5 * whole.rate_hz("I")
    assert rates == pytest.approx(25 * whole.rate_hz())
    assert 25 * whole.rate_hz() * 0.06 == pytest.approx(len(whole.spike_nodes))


def test_seeds_draw_other_wirings_and_trains():
    one, other = simulate(two_populations(1), 40.0, poisson=INPUT), simulate(two_populations(2), 40.0, poisson=INPUT)
    assert not np.array_equal(one.network.connections.post, other.network.connections.post)
    again = simulate(two_populations(1), 40.0, poisson=INPUT, seed=2)
    assert not np.array_equal(one.spike_times_ms, again.spike_times_ms)


def test_a_graph_becomes_a_network_with_its_names_and_parameters():
    graph = nx.DiGraph()
    graph.add_node("sensor", I_e=500.0, x=1.0, y=2.0)
    graph.add_node("motor", model="iaf_psc_alpha")
    graph.add_edge("sensor", "motor", weight=2.0, delay_ms=3.0)
    network = network_from_graph(graph, parameters={"tau_m": 20.0}, weight=100.0)
    run = simulate(network, 60.0, record={"V_m": ["sensor", "motor"]})
    first = run.spike_times_ms[run.spike_nodes == 0][0]
    # V_th after tau ln(1 / (1 - 15 / 40)) at 500 pA, 20 ms, 250 pF
    assert first == pytest.approx(np.ceil(200.0 * np.log(1.0 / (1.0 - 15.0 / 40.0))) / 10.0)
    motor = run.traces.V_m.sel(V_m_node="1")
    before = motor.sel(V_m_time=slice(0.0, first + 3.0))
    assert (before == -70.0).all()  # acts one step after its arrival
    assert (motor.sel(V_m_time=slice(first + 4.0, None)) > -70.0).all()


def test_an_imported_network_is_simulated():
    network = astrosim.build_network(astrosim.load_scenario("quick"), 1)
    spiking = network_from_graph(network, "iaf_psc_exp", {"I_e": 400.0}, weight=450.0)
    assert len(spiking.connections) == len(network.pre)
    assert simulate(spiking, 50.0).rate_hz() > 5.0


def test_files_give_the_network_of_their_scenario(tmp_path: Path):
    write_files(tmp_path, FILES)
    paths = {name: tmp_path / f"{name}.csv" for name in ("neurons", "astrocytes", "synapses", "tripartite")}
    network = network_from_files(**paths)
    assert list(network.labels) == ["10", "11", "a:0"]
    write_files(tmp_path, {"neurons.csv": "neuron,model\n0,iaf\n"})
    with pytest.raises(ScenarioError, match="no such model"):
        network_from_files(neurons=tmp_path / "neurons.csv")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"record": {"V_m": ["Ex"]}}, "no such node or population"),
        ({"record": {"V_mm": ["E"]}}, "none of its nodes has V_mm. aeif_cond_alpha has V_m"),
        ({"poisson": [{"target": ["J"]}]}, "poisson: no such node"),
        ({"poisson": [{"target": ["E"], "rate": 3.0}]}, "rate"),
    ],
)
def test_wrong_names_are_told(fields: dict, text: str):
    with pytest.raises(AstrosimError, match=text):
        simulate(two_populations(), 10.0, **fields)


def test_times_off_the_grid_are_refused():
    with pytest.raises(AstrosimError, match="not a multiple of step_ms"):
        simulate(two_populations(), 10.05)
