"""Trials that ask more than the report's: cycles, tonic neurons, windows, astrocytes at random, own sigmas."""

from __future__ import annotations

import re

import numpy as np
import pytest

from astrosim.core.errors import ScenarioError
from astrosim.rules.consolidation import CONSOLIDATION, share_kept
from astrosim.rules.perturbation import adapted_sigma
from astrosim.rules.window import draw_window
from astrosim.scenario import load_scenario
from astrosim.scenario.merge import deep_merge
from astrosim.systems.population.wiring import TONIC
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.network.topology import Network, build_network
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import ThresholdSimulation

BASE = {
    "network": {"cycles": 2, "tonic": 1, "input_clusters": "task"},
    "astrocytes": {"selection": "uniform", "max_active": 1},
    "perturbation": {"fraction": 0.1, "sigma": 0.5},
    "decision": {"reward": "log_sigmoid", "gain": 3.0, "window": 0},
    "interventions": [],
}
VARIANTS = {
    "base": {},
    "one cycle": {"network": {"cycles": 1}},
    "four cycles": {"network": {"cycles": 4}},
    "leaky": {"network": {"cycles": 4, "model": "leaky"}},
    "leaky, race of five": {
        "network": {"cycles": 3, "model": "leaky", "leak": 0.9},
        "decision": {"race": True, "window": 5, "consolidation": "part", "rate": 0.5},
    },
    "no tonic neuron": {"network": {"tonic": 0}},
    "synapses of the task": {"network": {"synapses": "task", "tonic": 2}},
    "one pattern": {"decision": {"window": 1}},
    "three patterns": {"decision": {"window": 3}},
    "by score": {"astrocytes": {"selection": "score", "max_active": 3}},
    "by firing": {"astrocytes": {"selection": "score"}, "sensing": {"rule": "firing"}},
    "three at random": {"astrocytes": {"max_active": 3}},
    "sigma adapts": {"perturbation": {"adapt_sigma": True}, "astrocytes": {"max_active": 2}},
    "random mask": {"perturbation": {"scope": "random"}},
    "all synapses": {"perturbation": {"scope": "global", "fraction": 1.0, "sigma": 0.05}},
    "one synapse": {"perturbation": {"scope": "single", "fraction": 1.0}},
    "cursor": {"learner": "cursor", "decision": {"accept": "drift"}},
    "control": {"learner": "none"},
    "Metropolis": {"decision": {"accept": "metropolis", "window": 5}},
    "race": {"decision": {"race": True}},
    "race of five, drifting": {"decision": {"race": True, "window": 5, "accept": "drift", "reward": "margin"}},
    "margin": {"decision": {"margin": 0.02, "window": 1}},
    "a part stays": {"decision": {"consolidation": "part", "rate": 0.25}},
    "in proportion": {
        "decision": {"consolidation": "proportional", "rate": 2.0, "window": 1},
        "perturbation": {"adapt_sigma": True},
        "astrocytes": {"selection": "score"},
    },
    "coupled": {"astrocytes": {"selection": "score"}, "coupling": {"graph": "nearest"}},
    "interventions": {
        "interventions": [
            {"action": "silence_neurons", "at_trial": 20, "neuron_kind": "tonic"},
            {"action": "release_neurons", "at_trial": 60, "neuron_kind": "tonic"},
            {"action": "silence_neurons", "at_trial": 70, "which": [5, 12, 20]},
            {"action": "lesion_astrocytes", "at_trial": 90, "which": [0, 5]},
            {"action": "set", "at_trial": 100, "parameter": "decision.window", "value": 3},
            {"action": "extend_task", "at_trial": 120, "patterns": [["11111", "00000"]]},
        ]
    },
}
VARIANTS["leaky, interventions"] = deep_merge(VARIANTS["interventions"], VARIANTS["leaky"])


def scenario(**fields: object) -> Scenario:
    return Scenario.model_validate(deep_merge(BASE, fields))


@pytest.mark.parametrize("name", VARIANTS)
def test_both_engines_give_the_same_bits(name):
    s = scenario(**VARIANTS[name])
    kernel, model = KernelEngine(s, 3), AstroModel(s, 3)
    for trials in (35, 115):
        log, other = kernel.advance(trials, measure=True), model.advance(trials, measure=True)
        assert all(np.array_equal(getattr(log, field), getattr(other, field)) for field in vars(log))
        assert np.isin(log.decision, (0, 1)).any() or name == "control"
        for key, values in model.state().items():
            assert np.array_equal(values, kernel.state()[key]), key
        for key, values in model.measure().items():
            np.testing.assert_array_equal(np.asarray(values), np.asarray(kernel.measure()[key]), err_msg=key)


@pytest.mark.parametrize("name", ["base", "four cycles", "leaky", "by score", "three patterns", "interventions"])
def test_what_is_followed_equals_whole_passes(name):
    """After thousands of trials by difference, what stands equals passes from scratch, to the bit."""
    engine = KernelEngine(scenario(**VARIANTS[name]), 5)
    engine.advance(3000)
    cache = engine._cache[2]
    assert np.array_equal(cache.output, engine._outputs())
    assert 20 < engine.learning.counter[1] < 3000  # perturbations were kept


@pytest.mark.parametrize("cut", [1, 57, 130])
def test_a_run_resumes_to_the_same_bits(cut):
    s = scenario(perturbation={"adapt_sigma": True}, **VARIANTS["interventions"])
    whole, first, second = (KernelEngine(s, 8) for _ in range(3))
    whole.advance(200)
    first.advance(cut)
    second.restore(first.state())
    second.advance(200 - cut)
    for key, values in whole.state().items():
        assert np.array_equal(values, second.state()[key]), key


def test_a_pass_equals_matrices():
    """Two cycles by matrices: driven and tonic neurons fire throughout, all others by what was sent before."""
    s = scenario(network={"cycles": 3})
    replicate = ThresholdSimulation(s, 4)
    net = replicate.network
    matrix = np.zeros((61, 61))
    matrix[net.pre, net.post] = net.initial_weight * 12.0
    replicate.learning.weight[: net.post.size] = matrix[net.pre, net.post]
    for pattern, output in zip(replicate.kernel_network.patterns, replicate._outputs(), strict=True):
        driven = np.zeros(61, bool)
        driven[:5] = pattern
        driven[60] = True
        fired = driven
        for _ in range(3):
            sums = fired @ matrix
            fired = driven | (sums > 0.5)
        np.testing.assert_allclose(output, sums[net.outputs], atol=1e-12)
        assert fired.sum() > driven.sum()  # others took part


def test_tonic_neurons_and_the_inputs_of_the_task():
    net = build_network(scenario(), 1)
    assert net.kind.size == 61
    assert np.flatnonzero(net.kind == TONIC).tolist() == [60]
    assert net.cluster[60] == -1
    assert np.array_equal(np.sort(net.post[net.pre == 60]), np.arange(5, 60))
    assert not np.isin(net.post, [0, 1, 2, 3, 4, 60]).any()
    assert np.isin(net.post, np.arange(30, 60)).any()
    assert (net.kind[30:60] == 3).sum() == 18 + 5


def test_tonic_neurons_are_in_no_territory():
    replicate = ThresholdSimulation(scenario(), 1)
    assert not np.isin(replicate.territories.neurons.index, 60).any()
    for a in range(len(replicate.territories)):
        held = replicate.territories.synapses[a]
        tonic = held[replicate.network.pre[held] == 60]
        assert tonic.size
        assert np.isin(replicate.network.post[tonic], replicate.territories.neurons[a]).all()


def test_synapses_of_the_task_are_those_of_the_whole_network_that_matter():
    whole, part = (build_network(scenario(network={"synapses": kind}), 6) for kind in ("all", "task"))
    matter = (whole.pre < 5) | (whole.pre == 60) | np.isin(whole.post, whole.outputs)
    assert np.array_equal(whole.pre[matter], part.pre)
    assert np.array_equal(whole.post[matter], part.post)


def test_a_network_with_tonic_neurons_survives_networkx():
    net = build_network(scenario(), 2)
    back = Network.from_networkx(net.to_networkx())
    for name in ("kind", "cluster", "pre", "post", "initial_weight", "inputs", "outputs"):
        assert np.array_equal(getattr(net, name), getattr(back, name)), name


def test_windows_are_drawn_without_replacement_and_evenly():
    counts, key = np.zeros(8), np.array([7, 9], np.uint32)
    deck, chosen, room = np.arange(8, dtype=np.int32), np.zeros(3, np.int64), np.zeros(4, np.uint32)
    for trial in range(4000):
        draw_window(key, trial, chosen, deck, room)
        assert len(set(chosen.tolist())) == 3
        counts[chosen] += 1
    assert np.array_equal(deck, np.arange(8))
    assert np.abs(counts - 1500).max() < 4 * np.sqrt(4000 * 3 / 8 * 5 / 8)


def test_a_window_of_all_presents_them_in_order():
    chosen = np.zeros(8, np.int64)
    draw_window(np.zeros(2, np.uint32), 5, chosen, np.arange(8, dtype=np.int32), np.zeros(8, np.uint32))
    assert chosen.tolist() == list(range(8))


def test_astrocytes_at_random_act_evenly():
    engine = KernelEngine(scenario(astrocytes={"max_active": 2}), 1)
    active = engine.advance(4000).active
    assert (active[:, 0] != active[:, 1]).all()
    counts = np.bincount(active.ravel(), minlength=8)
    assert np.abs(counts - 1000).max() < 4 * np.sqrt(4000 * 0.25 * 0.75)


def test_sigma_rises_by_success_up_to_its_cap_and_falls_by_failure():
    assert adapted_sigma(0.2, True, 1.3, 0.9, 1.0) == 0.2 * 1.3
    assert adapted_sigma(0.9, True, 1.3, 0.9, 1.0) == 1.0
    assert adapted_sigma(0.2, False, 1.3, 0.9, 1.0) == 0.2 * 0.9


def test_the_solution_is_noted_when_it_is_first_found():
    engine = KernelEngine(scenario(), 3)
    while engine.learning.solved[0] < 0:
        engine.advance(1)
    assert engine.trial == engine.learning.solved[0] > 100
    assert engine.accuracy() == 1.0
    engine.advance(500)
    assert engine.learning.solved[0] == engine.trial - 500


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"decision": {"window": 9}}, "decision.window: more than the task's patterns (9). Write 0 to 8."),
        (
            {"coupling": {"graph": "nearest"}},
            'astrocytes.selection: coupled astrocytes act by their scores ("uniform"). Write "score", or '
            'coupling.graph = "none".',
        ),
        ({"system": "published", "network": {"regular": 23}}, "network.cycles: fixed in the published system (2)."),
    ],
)
def test_what_does_not_fit_together_is_told(fields, text):
    with pytest.raises(ScenarioError, match=re.escape(text)):
        scenario(**fields)


@pytest.mark.parametrize("accept", ["strict", "drift"])
@pytest.mark.parametrize("reward", ["log_sigmoid", "soft", "binary", "margin"])
def test_a_race_decides_the_same_after_fewer_passes(reward, accept):
    choice = {"reward": reward, "accept": accept, "gain": 2.0}
    plain, race = (KernelEngine(scenario(decision=choice | {"race": on}), 2) for on in (False, True))
    assert np.array_equal(plain.advance(3000).decision, race.advance(3000).decision)
    assert np.array_equal(plain.learning.weight, race.learning.weight)
    assert plain.learning.passes[0] == 3000 * 8
    assert 3000 < race.learning.passes[0] < 0.9 * 3000 * 8


def test_a_margin_lets_only_larger_rises_stand():
    engine = KernelEngine(scenario(decision={"margin": 10.0}), 2)
    assert (engine.advance(500).decision == 0).all()


@pytest.mark.parametrize(("rule", "share"), [("whole", 1.0), ("part", 0.25), ("proportional", 0.5)])
def test_share_of_a_kept_step(rule, share):
    assert share_kept(CONSOLIDATION[rule], 0.25, 3.0, 1.0) == share
    assert share_kept(CONSOLIDATION["proportional"], 10.0, 3.0, 1.0) == 1.0


def test_a_part_of_the_step_stays():
    """One kept trial: a quarter of every step stays, to the rounding of the grid."""
    whole, part = (
        KernelEngine(scenario(decision={"consolidation": rule, "rate": 0.25}), 2) for rule in ("whole", "part")
    )
    start = whole.weights().astype(float)
    while whole.learning.counter[1] == 0:
        whole.advance(1)
        part.advance(1)
    full, quarter = whole.weights() - start, part.weights() - start
    assert np.abs(full).max() > 0.1
    np.testing.assert_allclose(quarter, full / 4, atol=2.0**-21)
    assert part.learning.passes[0] == 2 * whole.learning.passes[0]


def test_files_of_a_network_take_no_tonic_neurons(tmp_path):
    (tmp_path / "positions.csv").write_text("neuron,x,y\n" + "".join(f"{n},{n},0\n" for n in range(60)))
    (tmp_path / "s.toml").write_text('name = "s"\n[network]\ntonic = 1\npositions = "positions.csv"\n')
    with pytest.raises(ScenarioError, match=r"network.tonic: not with files of the network \(1\). Remove it, or"):
        load_scenario(tmp_path / "s.toml")
