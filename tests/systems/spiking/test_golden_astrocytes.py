"""Astrocytes and the tripartite synapse against NEST 3.10, figure by figure."""

from __future__ import annotations

import numpy as np
import pytest
from spiking_nets import KEY, apart, astrocytes, collect, golden, nodes, relative, samples, stamped, trains

from astrosim.systems.spiking.network.description import Network, connections, no_nodes
from astrosim.systems.spiking.simulation import Simulation, Trace

CASES = {case["name"]: case for case in golden("astrocyte_lr_1994")["cases"]}
NONE = connections(*[np.zeros(0)] * 4)
VARIABLES = {"Ca_astro": "Ca", "IP3": "IP3", "h_IP3R": "h"}
STEP = 0.1


@pytest.mark.parametrize("name", CASES)
def test_calcium_on_the_grid(name):
    case = CASES[name]
    first, every, last = samples(case, "Ca", STEP)
    assert first == every
    inputs = trains(0, case["input_times_ms"], case["input_weights"], case["input_delay_ms"])
    network = Network(no_nodes(), astrocytes("li_rinzel", **case["params"], **case["initial"]), NONE)
    traces = [Trace(variable, (0,), every) for variable in VARIABLES]
    run = collect(Simulation(network, STEP, KEY, inputs, traces=traces), last)
    for trace, (variable, column) in zip(run.traces, VARIABLES.items(), strict=True):
        thin = 1 if variable == "Ca_astro" else case["IP3_h_every"]
        assert relative(trace[::thin, 0], case[column]) < 1e-12, variable


def test_tripartite_pair():
    case = golden("tripartite_pair")["case"]
    synapse, neuron, astrocyte = case["synapse"], case["neuron"], case["astrocyte"]
    neurons = nodes(["parrot_neuron", "aeif_cond_alpha"], **case["params_neuron"])
    glia = astrocytes("li_rinzel", **case["params_astrocyte"], **case["astro_initial"])
    own = {name: np.array([synapse[name]] * 2 + [np.nan]) for name in ("U", "tau_rec", "tau_fac", "tau_psc")}
    weights = [synapse["weight_to_neuron_nS"], synapse["weight_to_astrocyte"], case["sic"]["weight"]]
    delays = [synapse["delay_ms"], synapse["delay_ms"], case["sic"]["delay_ms"]]
    network = Network(neurons, glia, connections([0, 0, 2], [1, 2, 1], weights, delays, np.array([1, 1, 0]), own))
    slow, fast = round(astrocyte["interval_ms"] / STEP), round(neuron["interval_ms"] / STEP)
    traces = [Trace("V_m", (1,), fast), Trace("I_SIC", (1,), fast), *(Trace(one, (2,), slow) for one in VARIABLES)]
    inputs = stamped(0, case["pre_spike_times_ms"], STEP)
    run = collect(Simulation(network, STEP, KEY, inputs, traces=traces), 50_000)
    assert run.stamp[run.node == 1].tolist() == [round(time / STEP) for time in neuron["spike_times"]]
    voltage, current, *states = (trace[:, 0] for trace in run.traces)
    assert apart(voltage[:2499], neuron["V_m"]) < 1e-6
    assert apart(current[:2499], neuron["I_SIC"]) < 1e-8
    for trace, column in zip(states, VARIABLES.values(), strict=True):
        assert relative(trace[:499], astrocyte[column]) < 1e-12, column
