import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import GOLDEN
from scipy.optimize import linprog

from astrosim.systems.population.sections import EIGHT_PATTERNS
from astrosim.systems.published.engine import PublishedEngine
from astrosim.systems.threshold import ceilings as ceiling
from astrosim.systems.threshold.ceilings import structural_ceiling
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.scenario.schema import PUBLISHED_SEEDS, Scenario

PUBLISHED_SYNAPSES = (14, 15, 18, 15, 15, 15, 14, 16, 13, 15)  # specification, section 1
PUBLISHED_CEILINGS = (0.700, 0.750, 0.775, 0.775, 0.725, 0.675, 0.625, 0.675, 0.625, 0.725)


def bits(column):
    return np.array([[int(bit) for bit in pair[column]] for pair in EIGHT_PATTERNS], np.uint8)


def report_task(wired):
    return Wiring(np.asarray(wired, bool), bits(0), bits(1), 0.5, 2.0)


def test_topology_of_seed_42():
    golden = json.loads((GOLDEN / "topology_42.json").read_text())
    wired = np.zeros((5, 5), bool)
    for pre, post in zip(golden["pre"], golden["post"], strict=True):
        if pre < 5 <= post < 10:
            wired[pre, post - 5] = True
    found = structural_ceiling(report_task(wired))
    assert (found.synapses, found.exact) == (14, True)
    assert found.accuracy == found.upper == pytest.approx(0.700, abs=1e-12)
    assert np.mean(found.per_bit) == pytest.approx(0.700, abs=1e-12)


def test_table_of_the_specification():
    scenario = Scenario(system="published", learner="none")
    found = [structural_ceiling(PublishedEngine(scenario, seed).wiring()) for seed in PUBLISHED_SEEDS]
    assert tuple(c.synapses for c in found) == PUBLISHED_SYNAPSES
    assert [c.accuracy for c in found] == pytest.approx(PUBLISHED_CEILINGS, abs=1e-12)
    assert all(c.exact and c.gap == 0 for c in found)


def test_full_wiring_of_the_report_reaches_nine_tenths():
    """Output bit 2 contains an XOR over P1, P2, P3 and P7, and P1 is silent."""
    found = structural_ceiling(report_task(np.ones((5, 5))))
    assert (found.accuracy, found.synapses, found.exact) == (pytest.approx(0.9), 25, True)
    assert found.per_bit == (0.875, 0.875, 0.875, 1.0, 0.875)


def test_no_wiring_leaves_the_constant_zero():
    found = structural_ceiling(report_task(np.zeros((5, 5))))
    assert (found.accuracy, found.synapses, found.exact) == (0.5, 0, True)


def test_best_constant_output():
    targets = np.array([[1, 0, 1], [1, 1, 0], [1, 0, 0]], np.uint8)
    found = structural_ceiling(Wiring(np.ones((2, 3), bool), np.eye(3, 2, dtype=np.uint8), targets, 0.5, 2.0))
    assert found.best_constant_output == "100"
    assert found.best_constant == pytest.approx(7 / 9)
    assert structural_ceiling(report_task(np.ones((5, 5)))).best_constant == 0.5


@pytest.mark.parametrize(("limit", "right"), [(0.5, 0.5), (0.51, 1.0), (0.25, 0.5), (0.2500001, 0.5)])
def test_firing_is_strictly_above_the_threshold(limit, right):
    wiring = Wiring(np.ones((1, 1), bool), np.array([[0], [1]], np.uint8), np.array([[0], [1]], np.uint8), 0.5, limit)
    assert structural_ceiling(wiring).accuracy == right


def test_sum_at_the_threshold_does_not_count_as_firing():
    """Two inputs at their limit reach the threshold exactly: neither their sum nor either of them fires."""
    patterns = np.array([[1, 1], [1, 0]], np.uint8)
    targets = np.array([[1], [0]], np.uint8)
    assert structural_ceiling(Wiring(np.ones((2, 1), bool), patterns, targets, 0.5, 0.25)).accuracy == 0.5
    assert structural_ceiling(Wiring(np.ones((2, 1), bool), patterns, targets, 0.5, 0.3)).accuracy == 1.0


def strictly_realisable(inputs, fires, threshold, limit):
    """Whether some weights in range give these answers; by linear programming, one choice at a time."""
    width = inputs.shape[1]
    if width == 0:
        return bool((fires == (threshold < 0)).all())
    if not fires.any():
        rows, bound, margin = inputs, np.full(len(inputs), threshold), False
    else:
        signs = np.where(fires, -1.0, 1.0)
        rows = np.column_stack([signs[:, None] * inputs, fires.astype(float)])
        bound, margin = signs * threshold, True
    objective = np.append(np.zeros(width), [-1.0] if margin else [])
    box = [(-limit, limit)] * width + ([(None, 1.0)] if margin else [])
    result = linprog(objective, A_ub=rows, b_ub=bound, bounds=box)
    return result.status == 0 and (not margin or result.x[-1] > 1e-6)


def brute_force(wiring):
    best = []
    for bit in range(wiring.targets.shape[1]):
        inputs, group = np.unique(wiring.patterns[:, wiring.wired[:, bit]], axis=0, return_inverse=True)
        scores = [
            np.mean(np.array(choice)[group.ravel()] == wiring.targets[:, bit])
            for choice in itertools.product((False, True), repeat=len(inputs))
            if strictly_realisable(inputs.astype(float), np.array(choice), wiring.threshold, wiring.limit)
        ]
        best.append(max(scores))
    return np.mean(best)


@st.composite
def small_wirings(draw):
    inputs, outputs = draw(st.integers(1, 4)), draw(st.integers(1, 2))
    bit = st.integers(0, 1)
    wired = draw(st.lists(st.lists(bit, min_size=outputs, max_size=outputs), min_size=inputs, max_size=inputs))
    row = st.tuples(st.lists(bit, min_size=inputs, max_size=inputs), st.lists(bit, min_size=outputs, max_size=outputs))
    rows = draw(st.lists(row, min_size=1, max_size=6))
    threshold = draw(st.sampled_from([0.5, 0.0, -0.5, 0.3, 1.5, 0.1 + 0.2]))
    limit = draw(st.sampled_from([2.0, 0.5, 0.25, 0.3, 1.0]))
    patterns, targets = (np.array([r[part] for r in rows], np.uint8) for part in (0, 1))
    return Wiring(np.array(wired, bool), patterns, targets, threshold, limit)


@settings(max_examples=60, deadline=None)
@given(small_wirings())
def test_equals_brute_force_over_all_answers(wiring):
    found = structural_ceiling(wiring)
    assert found.exact
    assert found.accuracy == pytest.approx(brute_force(wiring), abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(small_wirings())
def test_without_a_proven_margin_the_search_still_ends_at_the_optimum(wiring):
    """Forces the path for wide wirings, where choices that only touch the threshold are excluded one by one."""
    bits = [ceiling._bit(wiring, number) for number in range(wiring.targets.shape[1])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ceiling, "_proven_margin", lambda bit: 0.0)
        found = [ceiling._bounds(bit, float("inf")) for bit in bits]
    expected = structural_ceiling(wiring)
    assert [low / len(wiring.patterns) for low, _ in found] == pytest.approx(expected.per_bit)
    assert all(low == high for low, high in found)


def test_no_weights_on_a_grid_do_better():
    rng = np.random.default_rng(5)
    grid = np.array(list(itertools.product(np.linspace(-2, 2, 9), repeat=5)))
    for _ in range(3):
        wiring = report_task(rng.random((5, 5)) < 0.6)
        best = [
            np.mean(((grid * wiring.wired[:, b]) @ wiring.patterns.T > 0.5) == wiring.targets[:, b], axis=1).max()
            for b in range(5)
        ]
        assert (np.array(structural_ceiling(wiring).per_bit) >= np.array(best)).all()


def random_wiring(patterns, inputs, outputs, seed=0):
    rng = np.random.default_rng(seed)
    drawn = (rng.random((patterns, inputs)) < 0.5).astype(np.uint8)
    targets = (rng.random((patterns, outputs)) < 0.5).astype(np.uint8)
    return Wiring(np.ones((inputs, outputs), bool), drawn, targets, 0.5, 2.0)


def test_sixteen_patterns_over_many_inputs_are_exact():
    found = structural_ceiling(random_wiring(16, 60, 3), time_limit=0.0)
    assert found.exact
    assert found.accuracy == 1.0  # in general position: 16 points in 60 dimensions, all separable


def test_beyond_sixteen_patterns_a_bound_with_its_gap():
    wiring = random_wiring(128, 16, 2)
    found = structural_ceiling(wiring, time_limit=0.6)
    assert not found.exact
    assert found.best_constant - 0.1 < found.accuracy < found.upper <= 1.0
    assert found.gap == found.upper - found.accuracy


def test_huge_tasks_get_the_conflict_bound():
    """Beyond what the solver takes: no better than the majority among patterns that look alike."""
    patterns = np.zeros((30_000, 40), np.uint8)
    patterns[np.arange(30_000), np.arange(30_000) % 40] = 1
    patterns = np.vstack([patterns, (np.random.default_rng(0).random((60_000, 40)) < 0.5)]).astype(np.uint8)
    targets = (np.arange(90_000)[:, None] % 3 == 0).astype(np.uint8)
    found = structural_ceiling(Wiring(np.ones((40, 1), bool), patterns, targets, 0.5, 2.0), time_limit=1.0)
    assert not found.exact
    assert found.accuracy <= found.upper < 1.0


def test_repeated_wirings_are_remembered(monkeypatch):
    wiring = random_wiring(8, 5, 3, seed=9)
    first = structural_ceiling(wiring)
    monkeypatch.setattr(ceiling, "_bounds", None)
    assert structural_ceiling(wiring) == first


@pytest.mark.parametrize(("limit", "right"), [(2.0, 3), (0.501, 3), (0.5, 1)])
def test_inhibition_counts_up_to_the_limit(limit, right):
    """Two inputs fire alone; with the third all must be silent, so its weight must lie below minus the threshold."""
    wired = np.ones((3, 1), bool)
    patterns = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 1]], np.uint8)
    found = structural_ceiling(Wiring(wired, patterns, np.array([[1], [1], [0]], np.uint8), 0.5, limit))
    assert (found.accuracy, found.exact) == (pytest.approx(right / 3), True)
