"""Rules of connection: numbers, places and chances of pairs, third factors, territories, neighbours."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import stats
from spiking_nets import KEY as POISSON
from spiking_nets import collect

from astrosim.core.errors import AstrosimError
from astrosim.core.rng import stream_key
from astrosim.systems.spiking.network import wiring
from astrosim.systems.spiking.network.draws import gaussians, uniforms, values_of, wholes
from astrosim.systems.spiking.network.populations import Population, Populations
from astrosim.systems.spiking.simulation import Simulation

KEY = stream_key(1, "spiking_wiring")
ALPHA = 1e-3
FIRST, SECOND = np.arange(300), np.arange(200, 500)
"""Two populations; a hundred neurons belong to both."""


def pairs(rule: str, p: float = 0.0, number: int = 0, autapses: bool = True, entry: int = 0, key=KEY):
    return wiring.pairs_of(rule, FIRST, SECOND, p, number, autapses, key, entry)


def uniform_p(counts: np.ndarray) -> float:
    """p of a chi-square test, two-sided: counts may be too even, too."""
    statistic, freedom = ((counts - counts.mean()) ** 2).sum() / counts.mean(), counts.size - 1
    return 2 * min(stats.chi2.sf(statistic, freedom), stats.chi2.cdf(statistic, freedom))


def test_all_to_all_and_one_to_one():
    pre, post = pairs("all_to_all")
    assert len(pre) == 300 * 300
    assert len(set(zip(pre.tolist(), post.tolist(), strict=True))) == 300 * 300
    pre, _ = pairs("all_to_all", autapses=False)
    assert len(pre) == 300 * 300 - 100
    assert np.array_equal(np.stack(pairs("one_to_one")), np.stack([FIRST, SECOND]))


def test_pairwise_bernoulli_has_its_probability_everywhere():
    p, n = 0.07, 300 * 300
    pre, post = pairs("pairwise_bernoulli", p)
    assert abs(len(pre) - n * p) < stats.norm.isf(ALPHA / 2) * np.sqrt(n * p * (1 - p))
    assert len(set(zip(pre.tolist(), post.tolist(), strict=True))) == len(pre)
    for ends, first in ((pre, 0), (post, 200)):
        degrees = np.bincount(ends - first, minlength=300)
        spread = ((degrees - 300 * p) ** 2).sum() / (300 * p * (1 - p))
        low, high = stats.chi2.ppf([ALPHA / 2, 1 - ALPHA / 2], 300)
        assert low < spread < high
    gaps = np.diff(np.sort(pre * 300 + post - 200))
    bins = np.array([np.sum(gaps == k) for k in range(1, 31)])
    expected = len(gaps) * p * (1 - p) ** np.arange(30)
    assert stats.chi2.sf(((bins - expected) ** 2 / expected).sum(), 30) > ALPHA


@pytest.mark.parametrize("p", [0.0, 1e-5, 0.5, 1.0])
def test_bernoulli_at_its_ends(p):
    found = wiring.bernoulli(KEY, 0, 1_000_000, p)
    assert abs(len(found) - p * 1e6) <= stats.norm.isf(ALPHA / 2) * np.sqrt(1e6 * p * (1 - p))
    assert np.all(np.diff(found) > 0)
    assert len(found) == 0 or found[-1] < 1_000_000


def test_fixed_indegree():
    for autapses in (True, False):
        pre, post = pairs("fixed_indegree", number=40, autapses=autapses)
        assert np.bincount(post, minlength=500)[200:].tolist() == [40] * 300
        assert uniform_p(np.bincount(pre, minlength=300)[:200]) > ALPHA  # those that are no targets
        loops = int((pre == post).sum())
        assert loops == 0 if not autapses else abs(loops - 100 * 40 / 300) < 4 * np.sqrt(100 * 40 / 300)


def test_fixed_total_number():
    for autapses in (True, False):
        pre, post = pairs("fixed_total_number", number=20_000, autapses=autapses)
        assert len(pre) == 20_000
        assert uniform_p(np.bincount(pre, minlength=300)[:200]) > ALPHA
        assert uniform_p(np.bincount(post - 200, minlength=300)[100:]) > ALPHA
        assert (pre == post).any() == autapses


def test_draws_depend_on_the_entry_and_the_seed_alone():
    for rule, number in (("pairwise_bernoulli", 0), ("fixed_indegree", 7), ("fixed_total_number", 500)):
        same, again = pairs(rule, 0.05, number), pairs(rule, 0.05, number)
        assert np.array_equal(np.stack(same), np.stack(again))
        for other in (
            pairs(rule, 0.05, number, entry=1),
            pairs(rule, 0.05, number, key=stream_key(2, "spiking_wiring")),
        ):
            assert len(other[0]) != len(same[0]) or not np.array_equal(other[0], same[0])


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: wiring.pairs_of("one_to_one", FIRST, SECOND[:3], 0, 0, True, KEY, 0), "one_to_one of 300 onto 3"),
        (lambda: pairs("pairwise_bernoulli", 1.2), "p: not a probability (1.2)"),
        (lambda: pairs("anything"), "no such rule of connection ('anything')"),
        (lambda: wiring.pairs_of("fixed_indegree", FIRST[:1], FIRST[:1], 0, 2, False, KEY, 0), "finds no"),
        (lambda: wiring.pools_of(10, 5, 6, "random", KEY, 0), "pool_size: 6 of 5 astrocytes. Write at most 5."),
        (lambda: wiring.pools_of(10, 5, 0, "random", KEY, 0), "pool_size: 0."),
        (lambda: wiring.pools_of(10, 5, 1, "pond", KEY, 0), "no such kind of pool ('pond')"),
        (lambda: wiring.pools_of(10, 15, 2, "block", KEY, 0), "do not use up 15 astrocytes"),
        (lambda: wiring.pools_of(10, 3, 1, "block", KEY, 0), "do not use up 3 astrocytes"),
        (lambda: wiring.neighbours("star", 3, FIRST, FIRST, 1.0), "no such rule ('star')"),
        (lambda: values_of([1.0, 2.0], 3, KEY, 0), "2 numbers where 3 are needed"),
        (lambda: values_of({"gamma": [1, 2]}, 3, KEY, 0), "no such distribution (gamma)"),
        (lambda: values_of({"uniform": [2, 1]}, 3, KEY, 0), "not a valid range (2, 1)"),
        (lambda: values_of({"normal": [2, -1]}, 3, KEY, 0), "not a valid range (2, -1)"),
        (lambda: values_of("much", 3, KEY, 0), "not a number ('much')"),
        (lambda: Populations([Population("E", "iaf", 2)]), "E: no such model ('iaf')"),
        (lambda: Populations([Population("E", "iaf_psc_exp", 2, {"C": 1.0})]), "E: iaf_psc_exp has no C."),
        (lambda: Populations([Population("E", "iaf_psc_exp", 2)]).connect("E", "F"), "no such population ('F')"),
        (lambda: Populations([Population("E", "iaf_psc_exp", 2)]).connect("E", "E", synapse="x"), "no such synapse"),
    ],
)  # fmt: skip
def test_impossible_networks_are_refused(call, text):
    with pytest.raises(AstrosimError, match=re.escape(text)):
        call()


def test_random_pools_are_drawn_without_replacement_and_evenly():
    pools = wiring.pools_of(3000, 40, 10, "random", KEY, 5)
    assert all(len(set(one)) == 10 for one in pools.tolist())
    counts = np.bincount(pools.ravel(), minlength=40)
    spread = ((counts - 750) ** 2).sum() / (3000 * 0.25 * 0.75) * 39 / 40
    low, high = stats.chi2.ppf([ALPHA / 2, 1 - ALPHA / 2], 39)
    assert low < spread < high


def test_block_pools_are_consecutive():
    assert wiring.pools_of(3, 6, 2, "block", KEY, 0).tolist() == [[0, 1], [2, 3], [4, 5]]
    assert wiring.pools_of(6, 3, 1, "block", KEY, 0).ravel().tolist() == [0, 0, 1, 1, 2, 2]


def test_third_factors_come_from_the_pool_of_the_target():
    targets, glia, p, size = np.arange(100, 200), np.arange(500, 550), 0.3, 5
    post = np.repeat(targets, 400)
    joined, chosen = wiring.bernoulli_with_pool(post, targets, glia, p, size, "random", KEY, 2)
    assert abs(len(joined) - p * len(post)) < stats.norm.isf(ALPHA / 2) * np.sqrt(len(post) * p * (1 - p))
    pools = wiring.pools_of(100, 50, size, "random", KEY, 2 * wiring.PURPOSES + wiring.POOL)
    place = {(t, 500 + a): k for t, row in enumerate(pools.tolist()) for k, a in enumerate(row)}
    slots = [place[t - 100, a] for t, a in zip(post[joined].tolist(), chosen.tolist(), strict=True)]
    assert uniform_p(np.bincount(slots, minlength=size)) > ALPHA


def test_territories_hold_what_starts_or_ends_inside():
    """By distances, one by one; a neuron exactly at the radius lies inside."""
    random = np.random.default_rng(5)
    x, y = random.uniform(0, 10, (2, 60))
    x[[0, 50]], y[[0, 50]] = [1.0, 4.0], [1.0, 5.0]
    glia, radius = np.arange(50, 60), 5.0
    pre, post = random.integers(0, 50, (2, 400))
    synapse, astrocyte, share = wiring.territories(pre, post, x, y, glia, radius)
    inside = (x[:, None] - x[glia]) ** 2 + (y[:, None] - y[glia]) ** 2 <= radius**2
    assert inside[0, 0]
    wanted = np.argwhere(inside[pre] | inside[post])
    assert np.array_equal(np.stack([synapse, astrocyte - 50], axis=1), wanted)
    np.testing.assert_allclose(np.bincount(astrocyte, share, 60)[50:], 1.0, rtol=1e-12)


def test_neighbours():
    nothing = np.zeros(5)
    assert wiring.neighbours("ring", 5, nothing, nothing, 0.0).tolist() == [[0, 1], [0, 4], [1, 2], [2, 3], [3, 4]]
    assert [len(wiring.neighbours("ring", count, nothing, nothing, 0.0)) for count in range(4)] == [0, 0, 1, 3]
    assert len(wiring.neighbours("all", 5, nothing, nothing, 0.0)) == 10
    x, y = np.array([0.0, 50.0, 75.0, 124.9]), np.zeros(4)
    assert wiring.neighbours("radius", 4, x, y, 75.0).tolist() == [[0, 1], [1, 2], [1, 3], [2, 3]]


def test_distributions():
    count = 100_000
    uniform, normal = (values_of({name: (2.0, 5.0)}, count, KEY, 3) for name in ("uniform", "normal"))
    assert stats.kstest(uniform, stats.uniform(2.0, 3.0).cdf).pvalue > ALPHA
    assert stats.kstest(normal, stats.norm(2.0, 5.0).cdf).pvalue > ALPHA
    assert uniform_p(np.bincount(wholes(KEY, 4, count, 7), minlength=7)) > ALPHA
    assert values_of(np.arange(3.0), 3, KEY, 0).tolist() == [0.0, 1.0, 2.0]
    assert values_of(2, 3, KEY, 0).tolist() == [2.0] * 3
    for draw in (uniforms, gaussians):
        assert np.array_equal(draw(KEY, 1, 1000)[:7], draw(KEY, 1, 7))


def excited(seed: int) -> Populations:
    """NEST's example network, small."""
    values = {"V_m": {"uniform": (-70.0, -55.0)}, "tau_syn_ex": 2.0, "tau_syn_in": 4.0}
    made = Populations(
        [Population("E", "aeif_cond_alpha", 80, values), Population("I", "aeif_cond_alpha", 20, values)],
        [Population("A", "li_rinzel", 100, {"IP3": 0.4, "delta_IP3": 0.2})],
        seed,
    )
    both = ["E", "I"]
    primary = made.connect(
        "E", both, "pairwise_bernoulli", p=0.1, weight=1.0, delay=2.0, synapse="tsodyks", tau_psc=2.0
    )
    made.third_by_pool(primary, both, "A", p=0.5, pool_size=10, weight_in=1.0, weight_out=0.05)
    made.connect("I", both, "pairwise_bernoulli", p=0.1, weight=-4.0, delay=1.0)
    made.couple("linear", strength=0.05)
    return made


def test_a_network_of_populations():
    made = excited(1)
    network, (primary, inward, outward, _) = made.network(), made.parts
    assert len(network.neurons) == len(network.astrocytes) == 100
    assert np.array_equal(inward.post, outward.pre)
    drawn = set(zip(primary.pre.tolist(), primary.post.tolist(), strict=True))
    assert set(zip(inward.pre.tolist(), outward.post.tolist(), strict=True)) < drawn
    assert inward.post.min() >= 100
    assert (inward.plasticity["tau_psc"] == 2.0).all()
    assert len(network.coupling.pairs) == 100
    assert np.ptp(network.neurons.values["V_m"]) > 10.0
    simulation = Simulation(network, 0.1, POISSON)
    assert np.isfinite(collect(simulation, 100).stamp).all()
    other = excited(1)
    other.connect("E", "E", "fixed_indegree", number=3)
    assert all(np.array_equal(one.pre, two.pre) for one, two in zip(made.parts, other.parts, strict=False))
    assert not np.array_equal(excited(2).parts[0].pre, primary.pre)


def test_territories_of_populations_drive_by_the_mean():
    x, y = np.meshgrid(np.arange(5.0), np.arange(5.0))
    made = Populations(
        [Population("N", "iaf_psc_exp", 25, x=x.ravel(), y=y.ravel())],
        [Population("A", "li_rinzel", 2, x=np.array([0.0, 4.0]), y=np.array([0.0, 4.0]))],
    )
    primary = made.connect("N", "N", "fixed_indegree", number=4, autapses=False, weight={"normal": (0.0, 1.0)})
    made.third_by_territory(primary, "A", 2.0)
    inward = made.parts[1]
    assert np.bincount(inward.post - 25, inward.weight).tolist() == pytest.approx([1.0, 1.0])
    placeless = Populations([Population("N", "iaf_psc_exp", 2)], [Population("A", "li_rinzel", 1)])
    with pytest.raises(AstrosimError, match="territories need places"):
        placeless.third_by_territory(placeless.connect("N", "N"), "A", 2.0)
