"""Astrocytes that know nothing of what they act upon: selection, memory and adaptation against loops written out."""

from __future__ import annotations

from typing import get_type_hints

import numpy as np
import pytest

from astrosim.core.errors import AstrosimError, ScenarioError
from astrosim.core.jit import kernel
from astrosim.core.rng import stream_key, uniform
from astrosim.rules import exploration
from astrosim.systems.population import state as population
from astrosim.systems.population.adapt import adapt_thresholds, remember
from astrosim.systems.population.sections import Adaptation
from astrosim.systems.population.select import select
from astrosim.systems.population.words import exploration_words
from astrosim.systems.threshold.kernel.workspace import Workspace
from astrosim.systems.threshold.network.params import Params
from astrosim.systems.threshold.network.state import State
from astrosim.systems.threshold.scenario.sections import TRIAL, Exploration
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.scenario.sections import UPDATE, WaveAstrocytes

KEY = stream_key(7, "exploration")
ASTROCYTES, MOST, MEMORY = 23, 4, 5
ADAPTATION = Adaptation.model_validate({"interval": 3, "step": 0.07, "upper_success": 0.5, "lower_success": 0.25})


class Trials:
    """A population whose scores and outcomes are drawn at random, and the same one as lists."""

    def __init__(self, rule: str, seed: int) -> None:
        self.rates = Exploration.model_validate({"rule": rule, "flat_rate": 0.2, "maturity": 9.0})
        self.params = population.make_params(MOST, MEMORY, rule, self.rates, ADAPTATION)
        self.state = population.make_state(ASTROCYTES, 0.5, MEMORY)
        self.workspace = population.make_workspace(ASTROCYTES, MOST)
        self.random = np.random.default_rng(seed)
        self.acts = self.random.random(ASTROCYTES) > 0.2
        self.threshold = [0.5] * ASTROCYTES
        self.outcomes: list[list[bool]] = [[] for _ in range(ASTROCYTES)]

    def score(self) -> int:
        """Draw scores, a third of them 0, with ties; silenced astrocytes feel nothing. Returns how many feel any."""
        drawn = np.round(np.maximum(self.random.random(ASTROCYTES) - 0.3, 0.0), 1)
        self.state.score[:] = drawn * self.acts
        felt = np.flatnonzero(self.state.score)
        self.workspace.touched[: felt.size] = self.random.permutation(felt)
        return felt.size

    def selected(self, trial: int) -> list[tuple[int, bool]]:
        """Active astrocytes in score order, and whether each explores: asked one after the other."""
        score, p, chosen = self.state.score, self.params, []
        ranked = sorted(np.flatnonzero(self.acts).tolist(), key=lambda a: (-score[a], a))
        for a in ranked:
            above = bool(score[a] > self.threshold[a])
            rate = exploration.exploration_rate(
                p.exploration, len(self.outcomes[a]), p.flat_rate, p.initial_rate, p.maturity
            )
            if above or uniform(KEY, trial, a) < rate:
                chosen.append((a, not above))
        return chosen[:MOST] or [(ranked[0], False)]

    def adapted(self, trials: int) -> list[float]:
        """Thresholds after that many trials."""
        for a, own in enumerate(self.outcomes):
            if trials % ADAPTATION.interval == 0 and own and self.acts[a]:
                success = sum(own[-MEMORY:]) / len(own[-MEMORY:])
                if success > ADAPTATION.upper_success:
                    self.threshold[a] = max(self.threshold[a] - ADAPTATION.step, ADAPTATION.floor)
                if success < ADAPTATION.lower_success:
                    self.threshold[a] = min(self.threshold[a] + ADAPTATION.step, ADAPTATION.ceiling)
        return self.threshold


@kernel
def selected(acts, key, params, state, workspace, trial, touched):
    return select(acts, key, params, state, workspace, trial, touched)


@kernel
def learn(acts, params, state, workspace, active, kept, trials):
    remember(state, workspace, active, kept)
    adapt_thresholds(acts, params, state, trials)


@pytest.mark.parametrize("rule", ["none", "flat", "maturity"])
def test_a_population_selects_remembers_and_adapts_as_written_out(rule: str) -> None:
    own, explored = Trials(rule, 3), 0
    state, workspace = own.state, own.workspace
    for trial in range(400):
        touched = own.score()
        active = selected(own.acts, KEY, own.params, state, workspace, trial, touched)
        chosen = list(zip(workspace.active[:active].tolist(), workspace.explored[:active].tolist(), strict=True))
        assert chosen == own.selected(trial)
        kept = bool(own.random.random() < 0.4)
        for a, _ in chosen:
            own.outcomes[a].append(kept)
        learn(own.acts, own.params, state, workspace, active, kept, trial + 1)
        assert state.threshold.tolist() == own.adapted(trial + 1)
        explored += sum(by_chance for _, by_chance in chosen)
    assert state.activations.tolist() == [len(outcomes) for outcomes in own.outcomes]
    assert state.successes.tolist() == [sum(outcomes) for outcomes in own.outcomes]
    assert state.recent.tolist() == [sum(outcomes[-MEMORY:]) for outcomes in own.outcomes]
    assert state.explorations.sum() == explored
    assert (explored > 0) == (rule != "none")
    assert np.unique(state.threshold).size > 3
    assert (state.threshold[~own.acts] == 0.5).all()


def test_where_all_are_silenced_none_is_active() -> None:
    own = Trials("flat", 1)
    own.acts[:] = False
    assert selected(own.acts, KEY, own.params, own.state, own.workspace, 0, 0) == 0


def test_a_threshold_network_holds_the_fields_of_a_population() -> None:
    assert get_type_hints(Params)["population"] is population.Params
    assert set(population.State._fields) <= set(State._fields)
    assert set(population.Workspace._fields) <= set(Workspace._fields)


def test_waves_remember_twenty_outcomes_unless_the_file_says_otherwise() -> None:
    assert WaveScenario().astrocytes.outcomes == 20
    assert WaveScenario.model_validate({"astrocytes": {"outcomes": 255}}).astrocytes.outcomes == 255
    with pytest.raises(ScenarioError, match="outcomes"):
        WaveScenario.model_validate({"astrocytes": {"outcomes": 256}})


def test_exploration_in_words() -> None:
    waves, flat = WaveAstrocytes(), Exploration.model_validate({"flat_rate": 0.2})
    assert exploration_words("maturity", waves, UPDATE) == "exploration 0.3 / (1 + activations / 2000) per update"
    assert exploration_words("flat", flat, TRIAL) == "exploration 0.2 per trial, flat"
    with pytest.raises(AstrosimError, match=r"no such rule .'often'."):
        exploration_words("often", waves, UPDATE)
