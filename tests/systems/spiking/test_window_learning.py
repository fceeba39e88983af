"""Keep or revert over spiking windows: rules against loops written out, resumption, activation, interventions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from astrosim.core.errors import AstrosimError
from astrosim.rules.perturbation import grid
from astrosim.systems.spiking.kernel.astrocytes import li_rinzel
from astrosim.systems.spiking.kernel.model import GAP, gathered
from astrosim.systems.spiking.kernel.trial_arrays import STREAMS
from astrosim.systems.spiking.learners.recipe import Astrocytes, Clusters, Recipe, Trials, condition
from astrosim.systems.spiking.learners.windows import WindowLearning

CONDITIONS = ("random", "calcium", "strict")
KEPT, REVERTED, IDLE = 1, 0, -1


def varied(name: str, **own: object) -> Recipe:
    """A condition with other astrocytes."""
    recipe = condition(name)
    return replace(recipe, astrocytes=replace(recipe.astrocytes, **own))  # type: ignore[arg-type]


def same(a: WindowLearning, b: WindowLearning) -> None:
    found, other = a.outcome(), b.outcome()
    assert [name for name in found if not np.array_equal(found[name], other[name])] == []


@pytest.mark.parametrize("name", CONDITIONS)
@pytest.mark.parametrize("window", [0, 2])
def test_a_run_in_parts_and_after_a_restart_is_the_same(name: str, window: int) -> None:
    recipe = condition(name, trials=Trials(window=window))
    whole, parts = WindowLearning(recipe, 21), WindowLearning(recipe, 21)
    log = whole.advance(333)
    first = parts.advance(101)
    later = WindowLearning(recipe, 21)
    later.restore(parts.state())
    second = later.advance(232)
    same(whole, later)
    for one, a, b in zip(log, first, second, strict=True):
        assert np.array_equal(one, np.concatenate([a, b]))


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_race_changes_no_decision(name: str) -> None:
    with_race, without = (WindowLearning(condition(name, trials=Trials(race=race)), 22) for race in (True, False))
    logs = [learner.advance(500) for learner in (with_race, without)]
    for a, b in zip(*logs, strict=True):
        assert np.array_equal(a, b)
    same(with_race, without)


def test_rewards_rise_with_every_kept_change_and_weights_stay_else() -> None:
    learner = WindowLearning(condition("random"), 23)
    learner.right_bits()
    reward = learner.workspace.standing.reward.mean()
    for _ in range(80):
        before = learner.learning.weight.copy()
        log = learner.advance(1)
        changed = np.flatnonzero(learner.learning.weight != before)
        if log.decision[0] == KEPT:
            assert log.reward[0] > reward
            territory = learner.territories.synapses[int(log.active[0, 0])]
            assert set(changed) <= set(territory.tolist())
            assert 0 < len(changed) <= round(0.1 * len(territory))
        else:
            assert log.decision[0] == REVERTED
            assert log.reward[0] == pytest.approx(reward, abs=1e-12)
            assert len(changed) == 0
        reward = log.reward[0]
    weights = learner.learning.weight.astype(np.float64)
    assert np.array_equal(weights / grid(2.0), np.rint(weights / grid(2.0)))


def test_two_active_astrocytes_share_the_part() -> None:
    learner = WindowLearning(varied("random", max_active=2), 24)
    sizes = learner.territories.synapses.sizes
    for _ in range(40):
        before = learner.learning.weight.copy()
        log = learner.advance(1)
        if log.decision[0] == KEPT:
            a, b = log.active[0]
            assert a != b
            changed = np.count_nonzero(learner.learning.weight != before)
            assert changed <= round(0.05 * sizes[a]) + round(0.05 * sizes[b]) + 1
            assert changed > 0.03 * (sizes[a] + sizes[b])  # but what both drew, and steps of nothing


def test_every_astrocyte_is_drawn_equally_often() -> None:
    learner = WindowLearning(condition("random", trials=Trials(stops=False)), 25)
    counts = np.bincount(learner.advance(1600).active[:, 0], minlength=8)
    assert ((counts - 200) ** 2 / 200).sum() < 26.0  # chi square, 7 degrees of freedom, alpha 5e-4


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_network_learns_all_bits_of_all_patterns(name: str) -> None:
    learner = WindowLearning(condition(name), 26)
    learner.advance(20_000)
    assert learner.solved == learner.done
    assert learner.right_bits() == 40


def test_calcium_follows_the_traffic_of_the_territory() -> None:
    """IP3 relaxes to IP3_0 + tau J: the closed form, over a trial in which nothing is kept."""
    learner = WindowLearning(varied("calcium", drive=3.0), 27)
    log = learner.advance(1)
    while log.decision[0] == KEPT:
        log = learner.advance(1)
    before = learner.outcome()["ip3"]
    while learner.advance(1).decision[0] == KEPT:
        before = learner.outcome()["ip3"]
    spikes = np.zeros(61)
    for pattern in range(8):
        np.add.at(spikes, learner.spikes(pattern)[:, 1], 1)
    own, weight = learner.territories, np.abs(learner.learning.weight.astype(np.float64))
    carried = weight * spikes[learner.network.pre]
    inflow = 3.0 * 0.005 / 160.0 * np.array([carried[own.synapses[a]].mean() for a in range(8)])
    assert gathered(learner.learning.cells, GAP, 8) == pytest.approx(inflow, rel=1e-12)
    end = 0.16 + 7142.0 * inflow
    expected = end + (before - end) * np.exp(-160.0 / 7142.0)
    assert gathered(learner.learning.cells, li_rinzel.IP3, 8) == pytest.approx(expected, rel=1e-12)


def test_leaps_of_calcium_are_fine_enough() -> None:
    """Leaps of 40 ms and of 5 ms, over 200 trials with the same decisions: random activation knows no calcium."""
    levels = []
    for leap in (50.0, 5.0):
        learner = WindowLearning(varied("strict", threshold=5.0, leap_ms=leap), 28)
        assert (learner.advance(200).decision == IDLE).all()
        levels.append(gathered(learner.learning.cells, li_rinzel.CALCIUM, 8))
    assert levels[0] == pytest.approx(levels[1], rel=1e-6)
    assert not np.array_equal(levels[0], levels[1])


def test_strict_astrocytes_wait_for_calcium() -> None:
    learner = WindowLearning(condition("strict"), 29)
    log = learner.advance(300)
    idle = log.decision == IDLE
    assert 0 < np.flatnonzero(~idle)[0] == np.count_nonzero(idle[: np.flatnonzero(~idle)[0]])
    assert (log.active[idle] == -1).all()
    assert learner.outcome()["idle"] == np.count_nonzero(idle)
    assert learner.outcome()["biological_s"] == pytest.approx(300 * 0.16)
    assert learner.learning.events.sum() > 0


def test_thresholds_adapt_within_their_bounds() -> None:
    learner = WindowLearning(condition("calcium", trials=Trials(stops=False, most=6000)), 30)
    learner.advance(49)
    assert (learner.learning.astrocytes.threshold == 0.19669).all()
    learner.advance(5951)
    threshold = learner.learning.astrocytes.threshold
    assert ((threshold >= 0.08) & (threshold <= 0.9)).all()
    assert (threshold != 0.19669).any()


def test_lesioned_astrocytes_never_act_and_their_calcium_rests() -> None:
    learner = WindowLearning(varied("calcium", drive=5.0, exploration=0.5), 31)
    learner.silence("astrocytes", [0, 3])
    log = learner.advance(400)
    assert not np.isin(log.active, [0, 3]).any()
    calcium = gathered(learner.learning.cells, li_rinzel.CALCIUM, 8)
    assert calcium[[0, 3]] == pytest.approx(0.0722, abs=5e-4)
    assert (calcium > 0.08).any()
    learner.silence("astrocytes", [0, 3], silent=False)
    assert np.isin(learner.advance(400).active, [0, 3]).any()


def test_silenced_neurons_do_not_fire() -> None:
    learner = WindowLearning(condition("random"), 32)
    learner.advance(600)
    firing = sorted({n for pattern in range(8) for n in learner.spikes(pattern)[:, 1].tolist()})
    assert 60 in firing
    learner.silence("neurons", [60, *firing[6:9]])
    left = {n for pattern in range(8) for n in learner.spikes(pattern)[:, 1].tolist()}
    assert left.isdisjoint([60, *firing[6:9]])
    learner.advance(50)
    state = learner.state()
    other = WindowLearning(condition("random"), 32)
    other.restore(state)
    same(learner, other)


def test_gap_junctions_keep_the_sum_of_ip3_and_draw_it_together() -> None:
    own = {"coupling": "linear", "strength": 0.09, "threshold": 5.0}
    coupled, apart = (WindowLearning(varied("strict", **own, reach=reach), 33) for reach in (8.0, 0.1))
    assert len(coupled.pairs) > len(apart.pairs) == 0
    for learner in (coupled, apart):
        learner.advance(300)
    ip3 = [gathered(learner.learning.cells, li_rinzel.IP3, 8) for learner in (coupled, apart)]
    assert ip3[0].sum() == pytest.approx(ip3[1].sum(), rel=1e-12)
    assert np.ptp(ip3[0][:4]) < 0.7 * np.ptp(ip3[1][:4])
    coupled.cut(coupled.pairs)
    assert coupled.system.junctions.other.size == 0


def test_one_pattern_a_trial_updates_what_it_shows() -> None:
    learner = WindowLearning(condition("random", trials=Trials(window=1, stops=False)), 34)
    log = learner.advance(210)
    assert set(log.pattern.tolist()) == set(range(8))
    assert learner.trial_ms == 20.0
    stale = learner.workspace.stale.copy()
    reward = learner.workspace.standing.reward.copy()
    assert stale.any()
    learner.right_bits()
    assert np.array_equal(learner.workspace.standing.reward[~stale], reward[~stale])


def test_part_of_a_kept_step_stays() -> None:
    """A tenth of each step, but for the grid: the same decisions as whole steps until the first that is kept."""
    own = {"stops": False, "sigma": 0.3}
    whole, part = (
        WindowLearning(condition("random", trials=Trials(consolidation=one, rate=0.1, **own)), 35)  # type: ignore[arg-type]
        for one in ("whole", "part")
    )
    start = whole.learning.weight.astype(np.float64)
    first = int(np.flatnonzero(whole.advance(100).decision == KEPT)[0]) + 1
    whole, other = WindowLearning(condition("random", trials=Trials(**own)), 35), part  # type: ignore[arg-type]
    assert np.array_equal(whole.advance(first).decision, other.advance(first).decision)
    steps, parts = (one.learning.weight.astype(np.float64) - start for one in (whole, other))
    assert np.abs(parts - 0.1 * steps).max() <= grid(2.0)
    assert np.count_nonzero(parts) > 10


def test_a_margin_is_asked_for() -> None:
    own = Trials(margin=0.2, stops=False)
    learner = WindowLearning(condition("random", trials=own), 36)
    learner.right_bits()
    before = learner.workspace.standing.reward.mean()
    log = learner.advance(300)
    rises = np.diff(np.concatenate([[before], log.reward]))
    assert (rises[log.decision == KEPT] > 0.2).all()
    assert np.count_nonzero(log.decision == KEPT) > 0


def test_wrong_numbers_are_all_named() -> None:
    network = Clusters(weight_pa=450.5, delay_ms=1.3, parameters={"C_n": 1.0})  # type: ignore[arg-type]
    recipe = Recipe(network=network, astrocytes=Astrocytes(parameters={"tau_IP3": -1.0}))
    with pytest.raises(AstrosimError) as found:
        WindowLearning(recipe, 1)
    told = str(found.value)
    for part in (
        "network.weight_pa: not a whole number above 0 (450.5)",
        "network.delay_ms: 1.3 is no multiple of the step, 0.5",
        "network.parameters: iaf_psc_exp has no C_n",
        "calcium.parameters.tau_IP3: -1 ms. Write a number above 0",
    ):
        assert part in told


def test_the_streams_are_those_of_spiking_networks() -> None:
    assert all(name.startswith("spiking_") for name in STREAMS)
