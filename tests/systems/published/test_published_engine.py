"""The lazy engine against an eager one, and its contract: resume, logs, records."""

from __future__ import annotations

import numpy as np
import pytest
from published_reference import CONDITIONS, Reference, golden_engine

from astrosim.store.variables import IDLE, KEPT, NOBODY
from astrosim.systems.published.kernel import constants
from astrosim.systems.published.kernel.circuit import CODES, code_of, decode
from astrosim.systems.threshold.records import EPISODE_VARIABLES, STATIC_VARIABLES
from astrosim.systems.threshold.scenario.schema import Scenario

LEARNERS = [name for name in CONDITIONS if name != "control"]


def same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


def compare(condition: str, seed: int, trials: int, generator: float | None = None) -> None:
    """Carry out the same trials lazily and eagerly."""
    reference = Reference(seed, *CONDITIONS[condition], generator=generator)
    engine = golden_engine(condition, seed)
    engine.restore(engine.state() | {"generator": np.array([reference.random.state])})
    log = engine.advance(trials)
    for t in range(trials):
        pattern, decision, active = reference.trial()
        assert (log.pattern[t], log.decision[t]) == (pattern, decision), t
        assert [a for a in log.active[t] if a != NOBODY] == active, t
    state = engine.state()
    assert state["generator"][0] == reference.random.state
    assert state["weight"].tolist() == reference.weight
    assert state["threshold"].tolist() == reference.threshold
    assert state["cursor"].tolist() == reference.cursor
    for name in ("activations", "successes", "explorations"):
        assert state[name].tolist() == getattr(reference, name), name


@pytest.mark.parametrize("condition", LEARNERS)
def test_lazy_equals_eager(condition):
    compare(condition, 42, 250)


@pytest.mark.parametrize("border", [53, 54, 55, 56, 58])
@pytest.mark.parametrize("condition", ["maturity", "cursor"])
def test_lazy_equals_eager_across_a_border_of_the_generator(condition, border):
    compare(condition, 137, 60, generator=2.0**border - 30_000 * 1831565813.0)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_resume_equals_going_on(condition):
    whole, first = golden_engine(condition, 314), golden_engine(condition, 314)
    log = whole.advance(1_040)
    early = first.advance(523)
    second = golden_engine(condition, 314)
    second.restore(first.state())
    late = second.advance(517)
    assert second.trial == whole.trial == 1_040
    assert same(second.state(), whole.state())
    for name in ("pattern", "decision", "active"):
        assert np.array_equal(np.concatenate([getattr(early, name), getattr(late, name)]), getattr(log, name)), name


def test_state_is_a_copy():
    engine = golden_engine("maturity", 42)
    state = engine.state()
    before = {name: values.copy() for name, values in state.items()}
    engine.advance(200)
    assert same(state, before)
    assert not same(engine.state(), before)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_measuring_changes_nothing(condition):
    silent, measured = golden_engine(condition, 618), golden_engine(condition, 618)
    silent.advance(500)
    for _ in range(50):
        measured.advance(10, measure=True)
        measured.measure()
        measured.probe()
    assert same(silent.state(), measured.state())


@pytest.mark.parametrize("condition", CONDITIONS)
def test_records_have_the_declared_shapes(condition):
    engine = golden_engine(condition, 42)
    engine.advance(10, measure=True)
    sizes, measured, static = engine.sizes(), engine.measure(), engine.static()
    assert set(measured) == {variable.name for variable in EPISODE_VARIABLES}
    assert set(static) == {variable.name for variable in STATIC_VARIABLES}
    for variable in EPISODE_VARIABLES:
        assert np.shape(measured[variable.name]) == tuple(sizes[d] for d in variable.dims[1:]), variable.name
    for variable in STATIC_VARIABLES:
        assert static[variable.name].shape == tuple(sizes[d] for d in variable.dims), variable.name
    learners = condition in ("baseline", "traffic", "epsilon", "maturity")
    assert (sizes["astrocyte"], sizes["slot"]) == ((8, 3) if learners else (0, 0))


def test_episode_values_follow_from_the_log():
    engine = golden_engine("maturity", 42)
    engine.advance(1_000)
    log = engine.advance(10, measure=True)
    measured = engine.measure()
    assert measured["accept_rate"] == np.mean(log.decision == KEPT)
    own = engine._network.territory_synapses
    unions = [len(set().union(*(own[a].tolist() for a in row if a != NOBODY))) for row in log.active]
    assert measured["eligible_synapses"] == np.mean(unions)
    assert 0 < measured["mean_soft_reward"] < 1
    assert log.active.shape == (10, 3)


def test_control_changes_nothing_and_draws_nothing():
    engine = golden_engine("control", 42)
    before = engine.state()
    log = engine.advance(30, measure=True)
    assert set(log.decision) == {IDLE}
    assert set(log.pattern) == {65_535}
    assert engine.trial == 30
    assert same(engine.state() | {"trial": before["trial"]}, before)
    assert np.isnan(engine.measure()["mean_binary_reward"])
    assert np.isnan(engine.measure()["accept_rate"])


def test_every_active_set_has_its_code():
    active = np.empty(3, dtype=np.int64)
    named = {}
    for code in range(CODES):
        number = decode(code, active)
        if number:
            named[tuple(active[:number].tolist())] = code
            assert code_of(active, number) == code
    assert len(named) == 8 + 8 * 7 + 8 * 7 * 6


def test_constants_equal_the_scenario_that_is_allowed():
    """The numbers of the frozen system and the defaults that a published scenario must keep are the same."""
    scenario = Scenario.model_validate({"system": "published"})
    assert scenario.network.neurons == constants.NEURONS
    assert scenario.network.half_width == constants.HALF_WIDTH
    assert scenario.network.spacing == constants.CENTRES[1] - constants.CENTRES[0]
    assert (scenario.network.p_within, scenario.network.p_between) == (constants.P_WITHIN, constants.P_BETWEEN)
    assert scenario.network.initial_weight == constants.WEIGHT_SPAN / 2
    assert scenario.astrocytes.radius == constants.TERRITORY_RADIUS
    assert scenario.astrocytes.window == constants.WINDOW
    assert scenario.astrocytes.max_active == constants.MAX_ACTIVE
    assert (scenario.perturbation.sigma, scenario.perturbation.limit) == (constants.SIGMA, constants.LIMIT)
    assert scenario.adaptation.interval == constants.INTERVAL
    assert scenario.adaptation.step == constants.THRESHOLD_STEP
    assert scenario.exploration.maturity == constants.MATURITY
    assert scenario.schedule.trials_per_episode == constants.TRIALS_PER_EPISODE
