"""Order of convergence of each integrator, by regression; exact propagators give the same on any grid."""

from __future__ import annotations

import numpy as np
import pytest
from spiking_nets import KEY, astrocytes, collect, nodes, stamped

from astrosim.systems.spiking.network.description import Coupling, Network, Nodes, Trains, connections, no_nodes
from astrosim.systems.spiking.simulation import Simulation, Trace

NONE = connections(*[np.zeros(0)] * 4)


def last(neurons: Nodes, glia: Nodes, variable: str, step: float, end: float, **more) -> np.ndarray:
    """A variable of all nodes at the end of a run (ms)."""
    count, steps = len(neurons) + len(glia), round(end / step)
    coupling, inputs = more.pop("coupling", Coupling()), more.pop("inputs", Trains())
    traces = [Trace(variable, tuple(range(count)), steps)]
    network = Network(neurons, glia, NONE, coupling)
    return collect(Simulation(network, step, KEY, inputs, traces=traces, **more), steps).traces[0][0]


def order(sizes: list[float], errors: list[float]) -> float:
    """Slope of the logarithm of the error over that of the size."""
    return float(np.polyfit(np.log(sizes), np.log(errors), 1)[0])


def test_adaptive_exponential_is_of_fifth_order_in_the_step():
    """On its way to the threshold, where the exponential bends it; whole steps, as any error is allowed."""
    steps = [2.0, 1.0, 0.5]
    exact, *found = [
        last(nodes("aeif_cond_alpha", I_e=500.0, tolerance=tolerance), no_nodes(), "V_m", step, 30.0)[0]
        for step, tolerance in [(0.015625, 1e-13), *((step, 1e3) for step in steps)]
    ]
    assert -56.0 < exact < -50.0
    assert 4.6 < order(steps, [abs(one - exact) for one in found]) < 5.6


def test_errors_of_the_adaptive_exponential_follow_the_tolerance():
    """A spike and what follows it included."""
    tolerances = [1e-6, 1e-7, 1e-8, 1e-9]
    exact, *found = [
        last(nodes("aeif_cond_alpha", V_m=-51.0, I_e=700.0, tolerance=one), no_nodes(), "w", 0.1, 25.0)[0]
        for one in [1e-12, *tolerances]
    ]
    assert exact > 80.0  # it has fired
    errors = [abs(one - exact) for one in found]
    assert errors[-1] < 1e-7
    assert 0.5 < order(tolerances, errors) < 1.5


@pytest.mark.parametrize(
    ("model", "start"), [("li_rinzel", {"IP3": 0.6, "tau_IP3": 1e5}), ("gchi", {"IP3": 0.6, "Ca_astro": 0.1})]
)
def test_calcium_is_of_fourth_order_in_the_step(model, start):
    steps = [50.0, 25.0, 12.5, 6.25]
    glia = astrocytes(model, **start)
    exact, *found = [last(no_nodes(), glia, "Ca_astro", step, 5000.0)[0] for step in [1.0, *steps]]
    assert 3.7 < order(steps, [abs(one - exact) for one in found]) < 4.6


def test_receptors_are_of_first_order_in_the_step_while_transmitter_decays():
    steps = [2.0, 1.0, 0.5]
    inputs = {step: stamped(0, [100.0], step) for step in [0.05, *steps]}
    exact, *found = [
        last(no_nodes(), astrocytes("gchi"), "Gamma_A", step, 400.0, inputs=inputs[step])[0] for step in inputs
    ]
    assert 0.8 < order(steps, [abs(one - exact) for one in found]) < 1.2


def test_gap_junctions_are_of_first_order_in_the_time_that_fluxes_are_held():
    held = [40.0, 20.0, 10.0]
    glia = astrocytes("gchi", 2, IP3=[1.0, 0.2], Ca_astro=0.1)
    exact, *found = [
        last(no_nodes(), glia, "IP3", 0.5, 2000.0, coupling=Coupling("linear", np.array([[0, 1]]), 0.5, every_ms=every))
        for every in [0.5, *held]
    ]
    assert 0.8 < order(held, [float(np.abs(one - exact).max()) for one in found]) < 1.2


@pytest.mark.parametrize("model", ["iaf_psc_exp", "iaf_psc_alpha"])
def test_exact_propagators_give_the_same_voltage_on_any_grid(model):
    neuron = nodes(model, tau_syn_ex=3.0, tau_syn_in=7.0, I_e=90.0, V_th=1e9)
    arrivals, weights = [2.0, 5.0, 5.0, 11.0], [300.0, -200.0, 50.0, 400.0]
    found = [
        last(neuron, no_nodes(), "V_m", step, 40.0, inputs=stamped(0, arrivals, step, weights))[0]
        for step in (0.1, 0.25, 0.5, 1.0)
    ]
    assert np.ptp(found) < 1e-12
    assert found[0] > -67.0
