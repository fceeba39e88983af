"""Rivals: their estimates against closed forms, their rules one by one, budgets, determinism and resumption."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from tolerances import VECTORS, assert_within, gamma, rounding

from astrosim.core.errors import AstrosimError, ScenarioError
from astrosim.core.rng import word
from astrosim.rules import reward
from astrosim.runs import run_scenario
from astrosim.scenario.merge import deep_merge
from astrosim.store.variables import IDLE, KEPT
from astrosim.systems.threshold.ceilings import structural_ceiling
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.forward_passes import passes_a_trial
from astrosim.systems.threshold.kernel.engine import KernelEngine
from astrosim.systems.threshold.learners.baselines import (
    backpropagation,
    evolution,
    forward,
    gradient_ascent,
    node_perturbation,
)
from astrosim.systems.threshold.learners.baselines import reinforce as williams
from astrosim.systems.threshold.learners.baselines import spsa as spall
from astrosim.systems.threshold.learners.baselines.engine import BaselineEngine
from astrosim.systems.threshold.learners.table import BASELINES as RIVALS
from astrosim.systems.threshold.learners.table import learner_of
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.summary import Summary

BASE = {
    "network": {"cycles": 2, "tonic": 1, "input_clusters": "task"},
    "decision": {"reward": "log_sigmoid", "gain": 3.0, "window": 0},
}
LINEAR = {"network": {"cycles": 1}, "decision": {"reward": "margin", "cap": 1000.0}}
"""A reward that is linear in the weights: its gradient is the same everywhere."""
SMALL = {
    "network": {"clusters": 1, "inputs": 2, "outputs": 2, "modulatory": 1, "regular": 1, "initial_weight": 0.8},
    "task": {"patterns": [["10", "01"], ["01", "10"], ["11", "11"]]},
}
PASSES = dict(zip(RIVALS, (8, 8, 16, 16, 16, 16, 8, 8, 8), strict=True))
ERRORS = 4.5  # standard errors; two-sided over 2,000 synapses at once: alpha = 1.4 %, with fixed draws


def rival(learner: str, seed: int = 1, **fields: object) -> BaselineEngine:
    engine = make_engine(Scenario.model_validate(deep_merge(deep_merge(BASE, {"learner": learner}), fields)), seed)
    assert isinstance(engine, BaselineEngine)
    return engine


def exact_gradient(engine: BaselineEngine) -> np.ndarray:
    backpropagation.gradient(engine.circuit, engine.numbers, engine.room, engine.learning.weight)
    return engine.room.gradient.copy()


def estimates(engine: BaselineEngine, module: object, count: int, *memory: object) -> np.ndarray:
    """Estimates of the gradient at the present weights: float64, shape (estimate, synapse)."""
    rows = np.empty((count, engine.room.gradient.size))
    for k in range(count):
        module.estimate(engine.circuit, engine.numbers, *memory, engine.room, engine.learning.weight, k)
        rows[k] = engine.room.gradient
    return rows


def assert_unbiased(rows: np.ndarray, gradient: np.ndarray) -> None:
    """Every component, two-sided; components that never vary are exact."""
    error = rows.std(axis=0, ddof=1) / np.sqrt(len(rows))
    fixed = error < 1e-13
    np.testing.assert_allclose(rows[0, fixed], gradient[fixed], atol=1e-9)
    assert (np.abs(rows.mean(axis=0) - gradient)[~fixed] < ERRORS * error[~fixed]).all()
    assert np.abs(gradient).max() > 3 * error.max()  # a wrong sign would show


def test_passes_by_mode_are_those_of_the_frozen_network():
    engine = rival("backpropagation", network={"cycles": 3})
    engine.learning.weight[:] *= 12.0
    outputs = engine._outputs()
    for p, output in enumerate(outputs):
        forward.pass_through(engine.circuit, engine.numbers, engine.room, engine.learning.weight, p, forward.STEP)
        np.testing.assert_allclose(engine.room.activation[-1, engine.circuit.outputs], output, atol=1e-12)
        expected = reward.log_sigmoid_reward(output, engine.kernel_network.targets[p], 0.5, 3.0)
        found = forward.one_reward(engine.circuit, engine.numbers, engine.room, engine.learning.weight, p)
        assert found == pytest.approx(expected, abs=1e-12)
    assert engine.room.sent[1:].sum() > 8  # others took part


def test_pairs_of_opposite_steps_give_the_gradient_of_a_linear_reward():
    """One pair: E[g e e] = g, E|.|^2 = (n + 2) |g|^2 for Gaussian steps, n |g|^2 for signs."""
    for learner, module in (("evolution", evolution), ("spsa", spall)):
        engine = rival(learner, **LINEAR)
        gradient = exact_gradient(engine)
        rows = estimates(engine, module, 4000)
        assert_unbiased(rows, gradient)
        along = rows @ gradient / (gradient @ gradient)
        assert abs(along.mean() - 1) < ERRORS * along.std() / np.sqrt(4000)
        assert along.var() == pytest.approx(2, rel=0.3)
        size = (rows**2).sum(axis=1).mean() / (gradient @ gradient)
        assert size == pytest.approx(gradient.size, rel=0.1)


def test_noise_on_nodes_gives_the_gradient_of_a_linear_reward():
    engine = rival("node_perturbation", **LINEAR)
    gradient = exact_gradient(engine)
    assert (gradient != 0).sum() > 4
    assert_unbiased(estimates(engine, node_perturbation, 3000), gradient)


def expected_reward(engine: BaselineEngine, weight: np.ndarray) -> float:
    """Mean over all ways to fire in the first of two cycles: fraction of right bits that chance then gives."""
    circuit, net, slope = engine.circuit, engine.network, engine.numbers.slope
    matrix = np.zeros((net.kind.size, net.kind.size))
    matrix[net.pre, net.post] = weight
    chance = lambda sums: 1 / (1 + np.exp(-slope * (sums - 0.5)))  # noqa: E731
    free, total = np.flatnonzero(circuit.free), 0.0
    for driven, target in zip(circuit.driven.astype(float), circuit.targets, strict=True):
        p = chance(driven @ matrix)[free]
        for fired in itertools.product((0, 1), repeat=free.size):
            state = driven.copy()
            state[free] = fired
            last = chance(state @ matrix)[circuit.outputs]
            total += np.prod(np.where(fired, p, 1 - p)) * np.where(target, last, 1 - last).mean()
    return total / len(circuit.targets)


def test_reinforce_is_the_gradient_of_the_expected_reward_enumerated():
    engine = rival("reinforce", 3, **SMALL)
    weight, steps = engine.learning.weight, 1e-5 * np.eye(engine.learning.weight.size)
    gradient = np.array(
        [(expected_reward(engine, weight + h) - expected_reward(engine, weight - h)) / 2e-5 for h in steps]
    )
    engine.memory.expected[:] = 0.4  # any baseline leaves the expectation as it is
    rows = np.empty((8_000, weight.size))
    for k in range(len(rows)):
        rows[k] = estimates_once(engine, k)
    assert_unbiased(rows, gradient)


def estimates_once(engine: BaselineEngine, trial: int) -> np.ndarray:
    williams.estimate(engine.circuit, engine.numbers, engine.memory, engine.room, engine.learning.weight, trial)
    return engine.room.gradient


def test_expected_rewards_follow_what_comes():
    engine = rival("reinforce", rival={"baseline": 0.5, "learning_rate": 1e-9})
    engine.advance(1)
    first = engine.memory.expected.copy()
    assert np.isin(first * 2 * 5, range(6)).all()  # half of a fraction of five bits


@pytest.mark.parametrize("rule", ["log_sigmoid", "soft", "margin"])
def test_gradients_of_the_graded_network_are_those_of_finite_differences(rule):
    engine = rival("backpropagation", network={"cycles": 3}, decision={"reward": rule}, rival={"graded": True})
    weight = engine.learning.weight
    weight *= 5.0
    gradient = exact_gradient(engine)
    largest = np.argsort(-np.abs(gradient))[:40]
    for s in (*largest, *range(0, weight.size, 97)):
        values = []
        for h in (1e-5, -1e-5):
            weight[s] += h
            values.append(graded_reward(engine))
            weight[s] -= h
        assert gradient[s] == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-5, abs=1e-8)
    hidden = ~np.isin(engine.network.post, engine.network.outputs)
    assert np.abs(gradient[hidden]).max() > 1e-3


def graded_reward(engine: BaselineEngine) -> float:
    total = 0.0
    for p in range(8):
        forward.pass_through(engine.circuit, engine.numbers, engine.room, engine.learning.weight, p, forward.GRADED)
        total += forward.worth(engine.circuit, engine.numbers, engine.room, p)
    return total / 8


def test_adam_is_torchs():
    torch = pytest.importorskip("torch")
    engine, rng = rival("evolution", rival={"learning_rate": 0.03}), np.random.default_rng(2)
    weight = rng.normal(size=engine.learning.weight.size) * 0.3
    other = torch.tensor(weight.copy(), requires_grad=True)
    optimiser = torch.optim.Adam([other], lr=0.03, maximize=True)
    for trial in range(5):
        gradient = rng.normal(size=weight.size)
        gradient_ascent.climb(engine.numbers, engine.memory, weight, gradient, trial)
        other.grad = torch.tensor(gradient)
        optimiser.step()
    np.testing.assert_allclose(weight, other.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_the_delta_rule_reaches_the_ceiling_of_a_separable_task(seed):
    patterns = [["10000", "10000"], ["01000", "01000"], ["11000", "11000"], ["00000", "00000"]]
    fields = {"network": {"cycles": 1, "p_within": 1.0}, "task": {"patterns": patterns}}
    engine = rival("delta", seed, rival={"optimiser": "plain", "learning_rate": 0.5}, **fields)
    assert structural_ceiling(engine.wiring()).accuracy == 1.0
    assert engine.accuracy() < 1.0
    hidden = ~np.isin(engine.network.post, engine.network.outputs)
    before = engine.weights()
    engine.advance(200)
    assert engine.accuracy() == 1.0
    assert np.array_equal(engine.weights()[hidden], before[hidden])


@pytest.mark.parametrize("learner", ["one_plus_one", "adaptive_monte_carlo"])
def test_what_is_kept_never_worsens_the_reward(learner):
    engine = rival(learner)
    worth = -np.inf
    for _ in range(150):
        decision = engine.advance(1).decision[0]
        now = forward.whole_reward(engine.circuit, engine.numbers, engine.room, engine.learning.weight)
        assert now == engine.memory.standing[0]
        assert now >= worth if decision == KEPT else worth in (now, -np.inf)
        worth = now
    assert 3 < engine.learning.counter[1] < 150


def test_one_success_in_five_leaves_sigma_as_it_is():
    engine = rival("one_plus_one")
    decisions = engine.advance(400).decision
    kept = int((decisions == KEPT).sum())
    assert engine.memory.sigma[0] == pytest.approx(0.1 * 1.5 ** (kept - (400 - kept) / 4))
    assert kept == pytest.approx(80, abs=20)


def test_adaptive_monte_carlo_follows_kept_steps_and_shrinks():
    fields = {"rival": {"momentum": 0.3, "patience": 4, "shrink": 0.5}, "perturbation": {"limit": 100.0}}
    engine = rival("adaptive_monte_carlo", **fields)
    mean, sigma, rejected = np.zeros(engine.learning.weight.size), 0.1, 0
    for _ in range(200):
        before = engine.weights()
        kept = engine.advance(1).decision[0] == KEPT
        mean, rejected = (mean + 0.3 * (engine.weights() - before - mean), 0) if kept else (mean, rejected + 1)
        if rejected == 4:
            mean, sigma, rejected = np.zeros_like(mean), sigma / 2, 0
        np.testing.assert_allclose(engine.memory.mean, mean, atol=1e-12)
        assert engine.memory.sigma[0] == sigma
    assert sigma < 0.1


@pytest.mark.parametrize("learner", RIVALS)
def test_a_rival_resumes_to_the_same_bits_and_spends_its_budget(learner):
    whole, first, second = (rival(learner, 8) for _ in range(3))
    log = whole.advance(40, measure=True)
    first.advance(23)
    second.restore(first.state())
    second.advance(17)
    for key, values in whole.state().items():
        assert values.tobytes() == second.state()[key].tobytes(), key
    assert whole.measure()["passes"] == 40 * PASSES[learner] == 40 * passes_a_trial(whole.resolved_scenario)
    assert (log.decision != IDLE).all() == learner_of(learner).keeps
    assert not np.array_equal(whole.weights(), rival(learner, 9).weights())
    assert np.abs(whole.weights()).max() <= 2.0


def test_the_first_generation_of_cma_es_is_that_of_its_paper():
    """The better half's mean, weighted by log ranks (Hansen 2016, equation 49), of clipped networks about the first."""
    engine = rival("cma_es", 4, rival={"population": 5, "sigma": 0.9}, **LINEAR)
    before = engine.weights().astype(float)
    engine.advance(1)
    drawn = np.random.RandomState(word(engine.circuit.key, 0, 0)).randn(10, before.size)
    networks = np.clip(before + 0.9 * drawn, -2.0, 2.0)
    worth = [forward.whole_reward(engine.circuit, engine.numbers, engine.room, one) for one in networks]
    ranks = np.log(6) - np.log(np.arange(1, 6))
    better = networks[np.argsort(worth)[:-6:-1]]
    shares = ranks / ranks.sum()
    # A weight may be a small difference of large steps: the bound is relative to the terms of the sum. They pass a
    # difference of two logarithms, hence of their last bits, and the mean that is subtracted and added again.
    logarithms = (2 * VECTORS + 1) * gamma(2) * np.log(6) / ranks.sum()
    size = shares @ (np.abs(better) + 2 * np.abs(before))
    bound = rounding(len(ranks) + 7) * size + logarithms * np.abs(better - before).sum(axis=0)
    assert_within(engine.weights(), shares @ better, bound)
    assert (np.abs(networks) == 2.0).any()


def test_cma_es_without_synapses_is_an_error_that_names_the_remedy():
    single = {"clusters": 1, "inputs": 1, "outputs": 1, "modulatory": 0, "regular": 0, "tonic": 0, "p_within": 0.0}
    fields = {"network": single, "task": {"patterns": [["1", "1"]]}}
    text = "learner: cma_es wants 2 synapses or more (0). Write a larger network, or another learner."
    with pytest.raises(AstrosimError, match=re.escape(text)):
        rival("cma_es", **fields)


def test_a_cma_es_in_use_goes_back_to_an_earlier_state():
    engine = rival("cma_es", 2, rival={"population": 3})
    engine.advance(5)
    early = engine.state()
    engine.advance(4)
    late = engine.weights()
    engine.restore(early)
    assert engine.trial == 5
    engine.advance(4)
    assert engine.weights().tobytes() == late.tobytes()
    assert engine.state()["rival/told"].shape == (9, 6)


@pytest.mark.parametrize("learner", ["evolution", "node_perturbation", "backpropagation"])
def test_gradients_solve_the_task_and_it_is_noted(learner):
    engine = rival(learner, 5)
    while engine.learning.solved[0] < 0:
        engine.advance(1)
    assert engine.trial == engine.learning.solved[0] < 4000
    assert engine.learning.solved[1] == engine.learning.passes[0] == PASSES[learner] * engine.trial
    assert engine.accuracy() == 1.0


@pytest.mark.parametrize(
    ("fields", "passes"),
    [
        ({}, 8),
        ({"decision": {"window": 3}}, 6),
        ({"decision": {"window": 1}}, 2),
        ({"decision": {"consolidation": "part", "rate": 0.5}}, 16),
        ({"learner": "cursor", "cursor": {"radius": 9.0}}, 8),
        ({"learner": "none"}, 0),
    ],
)
def test_the_budget_is_what_the_kernel_counts(fields, passes):
    scenario = Scenario.model_validate(deep_merge(deep_merge(BASE, {"astrocytes": {"selection": "uniform"}}), fields))
    engine = KernelEngine(scenario, 2)
    engine.advance(30)
    assert passes_a_trial(scenario) == passes
    assert engine.learning.passes[0] == 30 * passes


def test_more_samples_cost_more_passes():
    for learner, passes in (("evolution", 48), ("node_perturbation", 32), ("reinforce", 24)):
        engine = rival(learner, rival={"population": 3})
        engine.advance(2)
        assert engine.learning.passes[0] == 2 * passes


def test_a_run_of_rivals_records_what_they_spent(tmp_path):
    conditions = {"es": {"learner": "evolution"}, "bp": {"learner": "backpropagation", "schedule": {"episodes": 4}}}
    fields = {
        "name": "s",
        "seeds": [1, 2],
        "schedule": {"episodes": 2, "trials_per_episode": 20},
        "record": {"every": 1},
    }
    run_scenario(
        Scenario.model_validate(deep_merge(BASE, {**fields, "conditions": conditions})), tmp_path / "run", workers=1
    )
    summary = Summary.read(tmp_path / "run")
    for name in ("es", "bp"):
        assert (summary.column(name, "passes") == 640).all()
    assert {row["engine"] for row in summary.rows} == {"rival"}
    assert (summary.column("bp", "mean_accuracy") > summary.column("es", "mean_accuracy")).all()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"decision": {"window": 2}}, "decision.window: rivals see all patterns in an update (2). Write 0."),
        ({"engine": "agents"}, 'engine: rivals have one of their own ("agents"). Remove it.'),
        (
            {"interventions": [{"action": "freeze_plasticity", "at_trial": 3}]},
            "interventions: rivals take none (1). Remove them.",
        ),
        (
            {"decision": {"reward": "binary"}},
            'decision.reward: has no slope that "delta" could climb ("binary"). Write "log_sigmoid".',
        ),
    ],
)
def test_what_does_not_fit_together_is_told(fields, text):
    with pytest.raises(ScenarioError, match=re.escape(text)):
        rival("delta", **fields)
