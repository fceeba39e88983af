"""Brian2 itself (extra `reference`) on G-ChI astrocytes with parameters that hypothesis chooses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from spiking_nets import KEY, apart, astrocytes, collect

from astrosim.systems.spiking.kernel.astrocytes.gchi import GCHI
from astrosim.systems.spiking.network.description import Coupling, Network, connections, no_nodes
from astrosim.systems.spiking.simulation import Simulation, Trace

b = pytest.importorskip("brian2", reason="the extra `reference` is not installed")
pytestmark = pytest.mark.full

NONE = connections(*[np.zeros(0)] * 4)
EXAMPLES = settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])
EQUATIONS = """
dG/dt = (O_N * Y * (1 - G) - Omega_N * (1 + zeta * C / (C + K_KC)) * G) / second : 1
dI/dt = (O_beta * G + O_delta / (1 + I / kappa_delta) * C**2 / (C**2 + K_delta**2)
         - O_3K * C**4 / (C**4 + K_D**4) * I / (I + K_3K) - Omega_5P * I + J) / second : 1
dC/dt = ((Omega_C * (I / (I + d_1) * C / (C + d_5) * h)**3 + Omega_L) * (C_T - (1 + rho_A) * C)
         - O_P * C**2 / (C**2 + K_P**2)) / second : 1
dh/dt = O_2 * (d_2 * (I + d_1) / (I + d_3) - (d_2 * (I + d_1) / (I + d_3) + C) * h) / second : 1
Y : 1 (constant)
J : 1
"""
OWN = (
    *("O_P", "K_P", "C_T", "Omega_C", "Omega_L", "d_1", "d_2", "d_3", "d_5", "O_2"),
    *("O_beta", "O_delta", "Omega_5P", "O_3K"),
)


def around(value: float) -> st.SearchStrategy[float]:
    return st.floats(0.7 * value, 1.4 * value, allow_nan=False)


parameters = st.fixed_dictionaries({one.name: around(one.default) for one in GCHI.parameters if one.name in OWN})
levels = st.lists(st.floats(0.05, 1.5), min_size=4, max_size=4)


def brian(own: dict, level: list[float], transmitter: float, step: float, ms: float, strength: float) -> np.ndarray:
    """States (variable, astrocyte) at the end; a ring, linear, unless its strength is 0."""
    b.start_scope()
    b.prefs.codegen.target = "numpy"
    values = {one.name: one.default for one in GCHI.parameters} | own
    group = b.NeuronGroup(len(level), EQUATIONS, method="rk4", dt=step * b.ms, namespace=values)
    group.I, group.C, group.h, group.Y = level, 0.1, 0.8, transmitter
    parts = [b.NetworkOperation(lambda: coupled(group, strength), dt=step * b.ms, when="start")] if strength else []
    network = b.Network(group, *parts)
    network.run(ms * b.ms)
    return np.array([group.C[:], group.I[:], group.h[:], group.G[:]])


def coupled(group, strength: float) -> None:
    ip3 = np.array(group.I[:])
    group.J = strength * (np.roll(ip3, 1) + np.roll(ip3, -1) - 2 * ip3)


@EXAMPLES
@given(parameters, levels, st.sampled_from([0.0, 5.0]), st.sampled_from([0.0, 0.3]))
def test_states(own, level, transmitter, strength):
    step, ms = 2.0, 400.0
    count = len(level)
    wanted = brian(own, level, transmitter, step, ms, strength)
    glia = astrocytes("gchi", count, **own, IP3=level, Ca_astro=0.1, h_IP3R=0.8, Y=transmitter, Omega_c=0.0)
    ring = np.stack([np.arange(count), (np.arange(count) + 1) % count], axis=1)
    coupling = Coupling("linear", ring, strength, every_ms=step) if strength else Coupling()
    traces = [Trace(one, tuple(range(count)), round(ms / step)) for one in ("Ca_astro", "IP3", "h_IP3R", "Gamma_A")]
    run = collect(Simulation(Network(no_nodes(), glia, NONE, coupling), step, KEY, traces=traces), round(ms / step))
    for trace, own_wanted in zip(run.traces, wanted, strict=True):
        assert apart(trace[-1], own_wanted) < 1e-11
