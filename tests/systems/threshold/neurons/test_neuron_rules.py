"""What experiments 001 to 018 rest on: constant outputs, wiring, structure, and the rules one by one."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from neuron_scenarios import engine_of, golden_rows

from astrosim.rules import (
    ambient,
    dampening,
    diffusion,
    eligibility,
    firing,
    flags,
    frustration,
    homeostasis,
    modulation,
    plasticity,
)
from astrosim.systems.threshold.ceilings import structural_ceiling
from astrosim.systems.threshold.learners.neurons.placement import INPUT, MODULATORY, OUTPUT
from astrosim.systems.threshold.learners.neurons.state import distances

SEEDS = (42, 137, 271, 314, 500, 618, 777, 888, 999, 1234)


def replicates(configuration="002"):
    return [engine_of(configuration, "Full", seed) for seed in SEEDS]


def test_constant_outputs_score_four_values():
    targets = replicates()[0].circuit.targets
    scores = {bits: round(100 * float((targets == bits).mean())) for bits in itertools.product((0, 1), repeat=5)}
    assert Counter(scores.values()) == {35: 4, 45: 12, 55: 12, 65: 4}
    assert scores[1, 1, 1, 1, 1] == 55
    assert scores[0, 0, 0, 0, 0] == 45
    assert {bits for bits, score in scores.items() if score == 65} == set(
        itertools.product((0,), (0, 1), (1,), (1,), (0, 1))
    )


def test_direct_synapses_and_what_they_allow():
    """Spec, sections 1.1 and 1.7: attainable accuracy with a free bias, per seed."""
    wired = [replicate.wiring() for replicate in replicates()]
    assert [int(w.wired[:-1].sum()) for w in wired] == [13, 14, 14, 9, 11, 13, 13, 15, 11, 16]
    ceilings = [round(100 * structural_ceiling(w).accuracy) for w in wired]
    assert ceilings == [100, 95, 95, 85, 95, 95, 95, 95, 90, 100]
    assert np.mean(ceilings) == 94.5


def test_structure():
    for replicate in replicates():
        kinds = replicate.placed.kind.reshape(2, 30)
        assert [Counter(row.tolist())[MODULATORY] for row in kinds] == [2, 2]
        assert np.flatnonzero(kinds[0] == INPUT).tolist() == [2, 3, 4, 5, 6]
        assert np.flatnonzero(kinds[1] == OUTPUT).tolist() == [25, 26, 27, 28, 29]
        assert not np.isin(replicate.placed.kind[[*replicate.placed.pre, *replicate.placed.post]], MODULATORY).any()
        assert 136 <= np.isin(replicate.placed.post, replicate.placed.inputs).sum() <= 158
        assert 17.1 <= round(np.diff(replicate.circuit.near_start).mean(), 1) <= 19.1
        assert replicate.circuit.distance[:, replicate.placed.post].max() <= 15.0, "radius 15 cuts nothing"


def test_synapses_by_seed():
    assert [replicate.placed.post.size for replicate in replicates()] == [
        1648, 1658, 1701, 1681, 1645, 1693, 1718, 1676, 1648, 1667,
    ]  # fmt: skip
    assert [replicate.placed.post.size for replicate in replicates("014")] == [
        2867, 2809, 2884, 2874, 2791, 2870, 2913, 2831, 2889, 2876,
    ]  # fmt: skip


def test_untrained_networks_answer_nothing():
    assert all(replicate.probe().sum() == 0 and replicate.accuracy() == 0.45 for replicate in replicates())


def test_all_on_state_of_012b():
    for replicate in replicates("012b"):
        replicate.advance(1000)
        assert replicate.probe().all()
        assert 2.97 <= round(replicate.learning.threshold.mean(), 2) <= 7.99


def test_the_accident_of_009_is_002():
    rows = golden_rows()

    def outputs(name):
        return {
            (r["condition"], r["seed"]): (r["outputs"], r["mean_abs_weight"])
            for r in rows
            if r["configuration"] == name
        }

    assert outputs("009 published(no ep arg)") == outputs("002")


@pytest.mark.parametrize(
    ("pre", "post", "field", "expected"),
    [(1, 1, 0.0, 1.0), (1, 0, 9.0, -0.5), (0, 1, 0.0, -0.5), (0, 0, 0.31, 0.5), (0, 0, 0.3, 0.0)],
)
def test_quadrants(pre, post, field, expected):
    assert eligibility.quadrant(bool(pre), bool(post), field, 1.0, -0.5, 0.5, 0.3) == expected


def test_dampening():
    assert dampening.information(0.5) == 1.0
    assert dampening.information(0.0) == dampening.information(1.0) == 0.0
    assert dampening.familiarity(0.05, 0.1) == 0.5
    assert dampening.familiarity(0.7, 0.1) == 1.0
    assert dampening.history_after(1.0, False, 0.95) == 0.95
    assert [ambient.surround(f, a, 0.3) for f, a in ((True, 0.4), (True, 0.1), (False, 0.4), (False, 0.1))] == [
        1.0, 0.5, 1.0, 0.0,
    ]  # fmt: skip


def test_signed_flags_keep_the_sign_and_start_anew():
    flag = 0.0
    for expected in (-0.3, -0.6, -0.9, -1.0):
        flag = flags.signed(flag, -0.01, 0.3, 0.7)
        assert flag == pytest.approx(expected)
    assert flags.signed(flag, 5.0, 0.3, 0.7) == 0.3
    assert flags.signed(flag, 0.0, 0.3, 0.7) == -0.7
    assert flags.gated(-0.7, 0.5) == -0.7
    assert flags.gated(-0.49, 0.5) == 0.0


def test_simple_flags_lose_the_sign():
    assert flags.simple(0.9, -1.0, 0.3, 0.7) == 1.0
    assert flags.simple(0.9, 0.0, 0.3, 0.7) == pytest.approx(0.63)


def test_consistent_flags_want_a_streak():
    flag, last, streak, seen = 0.0, 0.0, 0, []
    for e in (1.0,) * 7 + (-1.0,):
        streak = flags.streak_after(streak, last, e)
        flag = flags.consistent(flag, e, last, streak, 0.15, 0.9, 0.5, 5)
        last = flags.sign(e)
        seen.append(flag)
    np.testing.assert_allclose(seen, [0, 0, 0, 0, 0, 0.15, 0.3, 0.15])


def test_warm_up_opens_the_gate():
    assert [flags.is_shut(flags.SIMPLE, trial, 200) for trial in (0, 198, 199)] == [False, False, True]
    assert not flags.is_shut(flags.NONE, 500, 0)


def test_rewards():
    assert [round(modulation.centred(k / 5), 12) for k in range(6)] == [-1.0, -0.6, -0.2, 0.2, 0.6, 1.0]
    assert modulation.powered(-0.6, 2) == pytest.approx(-0.36)
    assert modulation.shaped(-0.6, 2, 0.5) == pytest.approx(-0.48)
    assert [modulation.blend(e, 350, 700) for e in (1, 350, 525, 700, 999)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert [modulation.per_output(f, w) for f, w in ((1, 1), (1, 0), (0, 1), (0, 0))] == [1.0, -1.0, -1.0, 0.0]


def test_diffusion():
    assert diffusion.reach(diffusion.INVERSE, 4.0) == 0.25
    assert diffusion.reach(diffusion.INVERSE, 0.0) == diffusion.reach(diffusion.EVEN, 9.0) == 1.0
    assert [diffusion.annealed_radius(15.0, 5.0, t, 1000) for t in (0, 999, 2000)] == [15.0, 5.0, 5.0]
    assert [diffusion.is_open(2, 4, t, True) for t in range(5)] == [False, False, True, False, False]


def test_thresholds_follow_rates():
    assert homeostasis.stepped(0.5, 0.21, 0.2, 0.01) == 0.51
    assert homeostasis.stepped(0.5, 0.19, 0.2, 0.01) == 0.49
    assert homeostasis.stepped(0.5, 0.2, 0.2, 0.01) == 0.5
    assert firing.at_threshold(0.5, 0.5)


def test_weights_and_frustration():
    assert plasticity.change(1.0, 50.0, 0.01, 0.1) == 0.1
    assert plasticity.after(1.0, 0.005, 0.1, 2.0) == 1.095
    assert plasticity.after(2.0, 0.0, 0.1, 2.0) == 2.0
    assert plasticity.falls_back(0.4, 0.6)
    assert not plasticity.falls_back(0.6, 0.6)
    assert frustration.pushes_after(3, 1.0, 0.2) == 4
    assert frustration.pushes_after(3, 1.0, -0.2) == 1
    assert frustration.flips(30, -0.11, 30, -0.1)
    assert not frustration.flips(29, -0.11, 30, -0.1)


def test_distances_in_space():
    np.testing.assert_allclose(distances(np.array([[0.0, 0, 0], [2.0, 3.0, 6.0]])), [[0, 7], [7, 0]])
