"""Poisson trains, currents, and the one order of sums."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from spiking_nets import KEY, apart, astrocytes, collect, gather, nodes, stamped

from astrosim.core.rng import stream_key
from astrosim.systems.spiking.network.description import Network, Poisson, Steps, connections, no_nodes
from astrosim.systems.spiking.simulation import Simulation, Trace

NONE = connections(*[np.zeros(0)] * 4)
STEP = 0.1
ALPHA = 1e-3
TRAINS, RATE, LENGTH = 40, 50.0, 20_000.0  # trains, Hz, ms


def poisson(rate: float, count: int = TRAINS, first: float = 0.0, last: float = np.inf) -> Poisson:
    full = [np.full(count, value) for value in (rate, 1.0, STEP, first, last)]
    return Poisson(np.arange(count), *full)


def times(key: np.ndarray, step: float = STEP, **more) -> list[np.ndarray]:
    """Times of the spikes of each train (ms), as parrots repeat them."""
    network = Network(nodes("parrot_neuron", TRAINS), no_nodes(), NONE)
    run = collect(Simulation(network, step, key, poisson=poisson(RATE, **more)), round(LENGTH / step))
    return [run.stamp[run.node == train] * step for train in range(TRAINS)]


@pytest.fixture(scope="module")
def trains() -> list[np.ndarray]:
    return times(KEY, 0.005)


def test_number_of_spikes(trains):
    mean = TRAINS * RATE * LENGTH / 1000
    count = sum(map(len, trains))
    assert abs(count - mean) < stats.norm.isf(ALPHA / 2) * np.sqrt(mean)


def test_numbers_of_trains_are_spread_as_poisson_s(trains):
    mean = RATE * LENGTH / 1000
    dispersion = sum((len(one) - mean) ** 2 for one in trains) / mean
    low, high = stats.chi2.ppf([ALPHA / 2, 1 - ALPHA / 2], TRAINS)
    assert low < dispersion < high


def test_intervals_are_exponential(trains):
    gaps = np.concatenate([np.diff(one, prepend=0.0) for one in trains])
    assert stats.kstest(gaps, stats.expon(scale=1000 / RATE).cdf).pvalue > ALPHA


def test_successive_intervals_are_not_correlated():
    """Over ten keys: the first alone misses the bound (3.4 standard errors); 40 of them are normal, of mean 0.0."""
    scores = []
    for seed in range(1, 11):
        gaps = [np.diff(one) for one in times(stream_key(seed, "spiking_poisson"), 0.005)]
        before, after = (np.concatenate([one[part] for one in gaps]) for part in (slice(None, -1), slice(1, None)))
        scores.append(np.corrcoef(before, after)[0, 1] * np.sqrt(len(before)))
    assert abs(np.sum(scores)) / np.sqrt(10) < stats.norm.isf(ALPHA / 2)


def test_trains_are_not_correlated(trains):
    gaps = [np.diff(one) for one in trains]
    least = min(map(len, gaps))
    one, two = (np.concatenate([gap[:least] for gap in gaps[start::2]]) for start in (0, 1))
    assert abs(np.corrcoef(one, two)[0, 1]) < stats.norm.isf(ALPHA / 2) / np.sqrt(len(one))


def test_trains_last_from_and_up_to_their_times():
    spikes = np.concatenate(times(KEY, first=1000.0, last=3000.0))
    assert spikes.min() > 1000.0
    assert spikes.max() <= 3000.0 + STEP
    assert spikes.max() > 2950


def test_another_key_draws_other_trains():
    other = times(stream_key(2, "spiking_poisson"))
    same = times(KEY)
    assert not np.array_equal(same[0], other[0])
    assert all(np.array_equal(one, two) for one, two in zip(same, times(KEY), strict=True))


def test_trains_are_the_same_in_stretches_and_resumed():
    network = Network(nodes("parrot_neuron", TRAINS), no_nodes(), NONE)
    whole = collect(Simulation(network, STEP, KEY, poisson=poisson(RATE)), 5000)
    assert collect(Simulation(network, STEP, KEY, poisson=poisson(RATE)), 5000, 13).same(whole)
    first, second = (Simulation(network, STEP, KEY, poisson=poisson(RATE)) for _ in range(2))
    kept: list = []
    first.advance(1234, kept.append)
    second.restore(first.state())
    second.advance(5000 - 1234, kept.append)
    assert gather(kept, 0).same(whole)


def test_constant_currents_change_at_their_times():
    """A leak and a current: u relaxes to tau I / C."""
    neuron = nodes("iaf_psc_exp", 2, V_th=1e9)
    steps = Steps(np.array([1, 1]), np.array([10.0, 30.0]), np.array([200.0, 0.0]))
    network = Network(neuron, no_nodes(), NONE)
    run = collect(Simulation(network, STEP, KEY, currents=steps, traces=[Trace("V_m", (0, 1), 1)]), 500, 7)
    time = STEP * np.arange(1, 501)
    rise = 8.0 * -np.expm1(-np.clip(time - 10.0, 0.0, 20.0) / 10.0)
    wanted = -70.0 + rise * np.exp(-np.clip(time - 30.0, 0.0, None) / 10.0)
    assert apart(run.traces[0][:, 1], wanted) < 1e-12
    assert (run.traces[0][:, 0] == -70.0).all()


@pytest.mark.parametrize(("weights", "wanted"), [((1.0, 1e16, 1.0, 1.0), 1e16), ((1.0, 1.0, 1.0, 1e16), 1e16 + 4.0)])
def test_sums_are_taken_by_step_then_neuron_then_synapse(weights, wanted):
    """All arrive at 4.5 ms: from neuron 1, which fired first, from 0 twice, then from 2. 10^16 + 1 = 10^16."""
    senders, delays = [2, 0, 1, 0], [1.0, 1.5, 2.0, 1.5]
    assert ((weights[2] + weights[1]) + weights[3]) + weights[0] == wanted
    neurons = nodes(["parrot_neuron"] * 3 + ["iaf_psc_exp"], tau_syn_ex=1e-3, V_th=1e99)
    network = Network(neurons, no_nodes(), connections(senders, np.full(4, 3), weights, delays))
    inputs = stamped([0, 1, 2], [3.0, 2.5, 3.5], STEP)
    for stretch in (1, 7, 60):
        run = collect(Simulation(network, STEP, KEY, inputs, traces=[Trace("I_syn_ex", (3,), 1)]), 60, stretch)
        assert run.traces[0][44, 0] == wanted


def test_weights_of_either_sign_reach_an_astrocyte():
    glia = astrocytes("li_rinzel", 2, tau_IP3=1e12)
    inputs = stamped([1, 1, 2, 0], [1.0, 1.0, 1.0, 3.0], STEP, [500.0, -200.0, -100.0, 1.0])
    network = Network(nodes("parrot_neuron"), glia, connections([0, 0], [1, 2], [50.0, -50.0], [1.0, 1.0]))
    for leap in (0, 100):
        run = collect(Simulation(network, STEP, KEY, inputs, traces=[Trace("IP3", (1, 2), 100)], leap=leap), 100)
        np.testing.assert_allclose(run.traces[0][0] - 0.16, [0.0002 * 350.0, 0.0002 * -150.0], rtol=1e-9)
