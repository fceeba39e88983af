"""Rules by name: every rule of a table has its formulas, and a rule without one is an error in every engine."""

from __future__ import annotations

import math

import numpy as np
import pytest
from replicates import scenario

from astrosim.core.errors import AstrosimError
from astrosim.rules import (
    choices,
    consolidation,
    coupling,
    decision,
    exploration,
    neuron_models,
    race,
    reward,
    scope,
    selection,
    sensing,
)
from astrosim.rules.choices import Choice, Dynamics, Reward, SensingRule
from astrosim.systems.threshold.engines import make_engine

UNKNOWN = 99
ACTIVATION, TARGETS = np.array([0.2, 0.9, 0.4]), np.array([0, 1, 1], np.uint8)
PLACES = {
    "sensing.rule": choices.SENSING,
    "exploration.rule": choices.EXPLORATION,
    "astrocytes.selection": choices.SELECTION,
    "perturbation.scope": choices.SCOPE,
    "decision.reward": choices.REWARDS,
    "decision.accept": choices.ACCEPTANCE,
    "decision.consolidation": choices.CONSOLIDATION,
    "coupling.graph": choices.GRAPHS,
    "coupling.calcium": choices.CALCIUM_MODELS,
    "network.model": choices.NEURON_MODELS,
}
ROWS = {
    "sensing.rule": SensingRule(UNKNOWN, "a mean of something", reads="synapses"),
    "decision.reward": Reward(UNKNOWN, "a new reward"),
    "coupling.calcium": Dynamics(UNKNOWN, "new calcium"),
    "network.model": Dynamics(UNKNOWN, "a new neuron"),
}
"""Rules that a table could come to have; all others take no more than a number."""


NEEDED = {"decision.consolidation": {"decision": {"window": 0}}, "coupling.calcium": {"coupling": {"graph": "nearest"}}}
"""Fields without which a rule is not read."""


def with_rule(path, name, **others):
    """A small scenario that chooses a rule by a name that its schema need not know."""
    section, field = path.split(".")
    one = scenario(**others)
    chosen = getattr(one, section).model_copy(update={field: name})
    return one.model_copy(update={section: chosen})


@pytest.mark.parametrize("engine", ["kernel", "agents"])
@pytest.mark.parametrize("path", PLACES)
def test_a_name_that_no_table_has_is_refused_when_an_engine_is_built(path, engine):
    with pytest.raises(AstrosimError, match=f"^{path}: no"):
        make_engine(with_rule(path, "third", engine=engine), 1)


@pytest.mark.parametrize("engine", ["kernel", "agents"])
@pytest.mark.parametrize("path", sorted(set(PLACES) - {"coupling.graph"}))
def test_a_rule_without_formula_is_an_error_in_its_first_trials(path, engine, monkeypatch):
    """A row alone makes no rule: neither engine takes it for another one."""
    monkeypatch.setitem(PLACES[path], "third", ROWS.get(path, Choice(UNKNOWN, "a new rule")))
    with pytest.raises(ValueError, match=path):
        make_engine(with_rule(path, "third", engine=engine, **NEEDED.get(path, {})), 1).advance(200)


@pytest.mark.parametrize("name", choices.REWARDS)
def test_every_reward_has_a_value_and_a_highest_one(name):
    rule = choices.REWARDS[name].number
    assert reward.reward(rule, ACTIVATION, TARGETS, 0.5, 2.0, 0.3) <= reward.highest_reward(rule, 0.3)


@pytest.mark.parametrize("name", choices.REWARDS)
def test_slopes_are_those_of_the_rewards(name):
    """By differences: outputs add to a sum, so that one of them alone is asked for."""
    rule, step = choices.REWARDS[name], 1e-6
    if not rule.slope:
        with pytest.raises(ValueError, match="slope"):
            reward.slope(rule.number, 0.6, 1, 0.5, 2.0, 0.3)
        return
    for activation, target in ((0.1, 0), (0.6, 1), (0.7, 0)):
        low, high = (
            reward.reward(rule.number, np.array([activation + d]), np.array([target], np.uint8), 0.5, 2.0, 0.3)
            for d in (-step, step)
        )
        slope = reward.slope(rule.number, activation, target, 0.5, 2.0, 0.3)
        assert slope == pytest.approx((high - low) / (2 * step), rel=1e-6)


@pytest.mark.parametrize("name", choices.REWARDS)
def test_a_reward_needs_the_fields_that_it_names(name):
    rule = choices.REWARDS[name]
    values = {"gain": 1.0, "cap": 0.3}

    def worth(**changed):
        return reward.reward(rule.number, ACTIVATION, TARGETS, 0.5, *(values | changed).values())

    moved = {field for field in values if worth(**{field: values[field] / 2}) != worth()}
    assert moved == set(rule.needs)


@pytest.mark.parametrize("name", choices.SENSING)
def test_every_sensing_rule_has_a_sum(name):
    numbers, fired = np.arange(2, dtype=np.int32), np.array([True, False])
    weight = np.array([-0.5, 0.25], np.float32)
    total = sensing.sensed(choices.SENSING[name].number, weight, numbers, numbers, numbers, fired)
    assert total == {"firing": 1.0, "traffic": 0.5}[name]


@pytest.mark.parametrize(
    "formula",
    [
        lambda: reward.reward(UNKNOWN, ACTIVATION, TARGETS, 0.5, 1.0, 1.0),
        lambda: reward.report_reward(choices.REWARDS["margin"].number, ACTIVATION, TARGETS, 0.5),
        lambda: reward.highest_reward(UNKNOWN, 1.0),
        lambda: reward.slope(UNKNOWN, 0.1, 1, 0.5, 1.0, 1.0),
        lambda: sensing.contribution(UNKNOWN, np.float32(1.0)),
        lambda: exploration.exploration_rate(UNKNOWN, 1, 0.1, 0.1, 1.0),
        lambda: decision.stands(UNKNOWN, 1.0, 0.0, 0.0, 1.0, np.zeros(2, np.uint32), 0),
        lambda: race.is_lost(decision.METROPOLIS, 1.0, 0.0, 0.0),
        lambda: consolidation.share_kept(UNKNOWN, 0.5, 1.0, 0.0),
        lambda: selection.goes_by_score(UNKNOWN),
        lambda: neuron_models.voltage(UNKNOWN, 0.5, 0.0, False, 1.0),
        lambda: coupling.calcium_after(UNKNOWN, 0.5, 0.5, 1.0, 1.0),
    ],
)
def test_a_number_without_formula_raises(formula):
    with pytest.raises(ValueError, match=r"^[a-z]+\.[a-z]+: "):
        formula()


def test_words_take_their_numbers():
    told = choices.EXPLORATION["maturity"].told(each="per trial", initial_rate=0.3, maturity=2000.0)
    assert told == "exploration 0.3 / (1 + activations / 2000) per trial"
    assert choices.CONSOLIDATION["whole"].told(rate=0.5) == ""
    assert choices.meanings(choices.SCOPE).startswith("territory: union of the active territories; random: ")


def test_numbers_of_a_table_differ():
    for table in PLACES.values():
        assert len({rule.number for rule in table.values()}) == len(table)
    assert scope.SCOPES == {"territory": 0, "random": 1, "single": 2, "global": 3}
    assert math.isfinite(reward.SOFT)
