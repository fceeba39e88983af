"""G-ChI astrocytes, gap junctions and gliotransmission against Brian2 2.9, figure by figure."""

from __future__ import annotations

import numpy as np
import pytest
from spiking_nets import KEY, Run, apart, astrocytes, collect, golden, nodes, stamped

from astrosim.core.errors import AstrosimError
from astrosim.systems.spiking.kernel.astrocytes.gchi import ABOVE, CALCIUM, GCHI, SETS
from astrosim.systems.spiking.network.description import Connections, Coupling, Network, connections, no_nodes
from astrosim.systems.spiking.simulation import Simulation, Trace

GOLDEN = golden("brian2_gchi_gap_glio")
NONE = connections(*[np.zeros(0)] * 4)
GLIOTRANSMISSION = np.array([3])


def test_parameter_sets_are_those_of_the_golden_data():
    for name, own in (("single", GOLDEN["gchi"]["params"]), ("network", GOLDEN["gap"][0]["params"])):
        defaults = {one.name: one.default for one in GCHI.parameters} | SETS[name]
        ring = {"O_delta": 0.6, "O_beta": 5.0} if name == "network" else {}  # example 5: half of it, and no receptors
        assert {one: (defaults | ring)[one] for one in own} == own


def single() -> Run:
    """Spikes of a synapse, 500 uM each; Brian2 records the transmitter as it was in the step before."""
    case = GOLDEN["gchi"]
    network = Network(no_nodes(), astrocytes("gchi"), NONE)
    inputs = stamped(0, np.array(case["spike_times_ms"]) + 1.0, case["dt_ms"])
    traces = [Trace(name, (0,), 1) for name in ("Gamma_A", "IP3", "Ca_astro", "h_IP3R", "Y")]
    return collect(Simulation(network, case["dt_ms"], KEY, inputs, traces=traces), 30_000)


def test_single_astrocyte():
    case, run = GOLDEN["gchi"], single()
    every = round(case["interval_ms"] / case["dt_ms"])
    for trace, column in zip(run.traces, ("G", "I", "C", "h"), strict=False):
        assert apart(trace[every - 1 :: every, 0][: len(case[column]) - 1], case[column][1:]) < 1e-10, column
    before = run.traces[4][every - 2 :: every, 0]
    assert apart(before[: len(case["Y"]) - 1], case["Y"][1:]) < 1e-10


@pytest.mark.parametrize("number", range(2))
def test_ring_of_six(number):
    case = GOLDEN["gap"][number]
    first = case["initial"]
    own = astrocytes("gchi", 6, **case["params"], IP3=first["I"], Ca_astro=first["C"], h_IP3R=first["h"])
    pairs = np.stack([np.arange(6), (np.arange(6) + 1) % 6], axis=1)
    rule = {"threshold": "threshold_linear"}.get(case["kind"], case["kind"])
    coupling = Coupling(rule, pairs, case["F_per_s"], case["I_Theta"], case["omega_I"], case["dt_ms"])
    traces = [Trace(name, tuple(range(6)), 1) for name in ("IP3", "Ca_astro", "h_IP3R")]
    run = collect(Simulation(Network(no_nodes(), own, NONE, coupling), case["dt_ms"], KEY, traces=traces), 9900)
    every = round(case["interval_ms"] / case["dt_ms"])
    for trace, column in zip(run.traces, "ICh", strict=True):
        assert apart(trace[every - 1 :: every].T, np.array(case[column])[:, 1:]) < 1e-10, column


def released(alpha: float) -> tuple[Run, Simulation]:
    """A modulated synapse onto its astrocyte, whose calcium is lifted by hand for a step, as the golden run has it."""
    case = GOLDEN["gliosynapse"]
    still = dict.fromkeys(("O_P", "Omega_C", "Omega_L", "O_2", "O_N", "O_beta", "O_delta", "O_3K"), 0.0)
    glia = astrocytes("gchi", rho_c=case["params"]["rho_c"], **still)
    own = {"alpha": np.array([alpha])}
    synapse = connections([0], [1], [1.0], [1.0], GLIOTRANSMISSION, own, np.array([1]))
    inputs = stamped(0, np.array(case["pre_spike_times_ms"]) + 1.0, 1.0)
    traces = [Trace(name, (1,), 1) for name in ("Gamma_S", "G_A", "x_A", "Y")]
    simulation = Simulation(Network(nodes("parrot_neuron"), glia, synapse), 1.0, KEY, inputs, traces=traces)
    kept: list = []
    for release in [*case["glio_release_times_ms"], 12_000]:
        simulation.advance(round(release) - simulation.done, kept.append)
        simulation.astrocytes.gchi[0, CALCIUM] = 0.6
        simulation.advance(1, kept.append)
        simulation.astrocytes.gchi[0, CALCIUM] = 0.0
        assert simulation.astrocytes.gchi[0, ABOVE] == 1.0
    traces_ = [np.concatenate([one.traces[n] for one in kept]) for n in range(4)]
    return Run(np.zeros(0), np.zeros(0), traces_), simulation


@pytest.mark.parametrize("number", range(2))
def test_synapse_with_gliotransmission(number):
    case = GOLDEN["gliosynapse"]
    wanted = case["runs"][number]
    run, _ = released(wanted["alpha"])
    pairs = zip(run.traces, ("Gamma_S_at_10ms", "GA_at_10ms", "xA_at_10ms"), strict=False)
    for trace, column in pairs:
        assert apart(trace[9::10, 0][:1199], wanted[column][1:]) < 1e-10, column
    transmitter = run.traces[3][:, 0]
    size = case["params"]["rho_c"] * case["params"]["Y_T_uM"]
    late = transmitter[10::10][:1199]  # a delay of one step
    assert apart(late, wanted["Y_S_at_10ms"][1:]) < 1e-9
    stamps = np.array(case["pre_spike_times_ms"]) + 2
    kept = np.exp(-0.04)
    shares = (transmitter[stamps - 1] - kept * transmitter[stamps - 2]) / size
    assert apart(shares, wanted["r"]) < 1e-12


def test_gliotransmission_lowers_or_raises_release():
    low, high = (released(alpha)[0].traces[3].sum() for alpha in (0.0, 1.0))
    without = released(0.6)[0].traces[3].sum()
    assert low < without < high


def test_release_is_once_per_rise_of_calcium():
    """Calcium that starts above the threshold and rests there releases once."""
    still = dict.fromkeys(("O_P", "Omega_C", "Omega_L", "O_2", "O_beta", "O_delta", "O_3K"), 0.0)
    glia = astrocytes("gchi", 2, **still, Ca_astro=[0.7, 0.5])
    traces = [Trace("G_A", (0, 1), 1), Trace("x_A", (0, 1), 1)]
    run = collect(Simulation(Network(no_nodes(), glia, NONE), 1.0, KEY, traces=traces), 500)
    assert run.traces[0][0, 0] == pytest.approx(6.5e-4 * 2e5 * 0.6)
    assert np.all(np.diff(run.traces[0][:, 0]) < 0)
    assert run.traces[1][0, 0] == pytest.approx(0.4)
    assert not run.traces[0][:, 1].any()


def lonely(coupling: Coupling, models: list[str], levels: np.ndarray, leap: int = 0) -> np.ndarray:
    """IP3 (sample, astrocyte) of astrocytes that do nothing but exchange it."""
    count = len(models)
    still = dict.fromkeys(("O_beta", "O_delta", "O_3K", "Omega_5P"), 0.0)
    own = astrocytes(models, count, IP3=levels, tau_IP3=1e19, **still)
    traces = [Trace("IP3", tuple(range(count)), 100)]
    network = Network(no_nodes(), own, NONE, coupling)
    return collect(Simulation(network, 0.1, KEY, traces=traces, leap=leap), 50_000).traces[0]


@pytest.mark.parametrize("rule", ["linear", "threshold_linear"])
@pytest.mark.parametrize("leap", [0, 170])
def test_junctions_conserve_ip3_between_both_models(rule, leap):
    models = ["li_rinzel", "gchi"] * 3
    levels = np.array([2.0, 0.1, 0.8, 0.3, 1.4, 0.2])
    pairs = np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [0, 3]])
    level = lonely(Coupling(rule, pairs, 0.2, every_ms=5.0), models, levels, leap)
    np.testing.assert_allclose(level.sum(axis=1), levels.sum(), rtol=1e-12)
    assert np.ptp(level[-1]) < 0.8 * np.ptp(levels)


def test_linear_junction_relaxes_exponentially():
    strength, levels = 0.3, np.array([1.0, 0.2])
    level = lonely(Coupling("linear", np.array([[0, 1]]), strength, every_ms=0.1), ["gchi"] * 2, levels)
    time = 0.01 * np.arange(1, 501)
    np.testing.assert_allclose(level[:, 0] - level[:, 1], 0.8 * np.exp(-2 * strength * time), rtol=1e-4)


def test_threshold_linear_junction_saturates():
    strength, levels = 0.09, np.array([3.0, 0.2])
    level = lonely(Coupling("threshold_linear", np.array([[0, 1]]), strength), ["li_rinzel"] * 2, levels)
    np.testing.assert_allclose(levels[0] - level[-1, 0], 5 * strength, rtol=1e-6)


def test_a_slow_inward_current_of_a_gchi_astrocyte_is_refused():
    own: Connections = connections([1], [0], [1.0], [1.0])
    with pytest.raises(AstrosimError, match="gchi has no slow inward current"):
        Simulation(Network(nodes("aeif_cond_alpha"), astrocytes("gchi"), own), 0.1, KEY)
