"""Learners by name: keep or revert on the kernel or by agents, and rivals that sample whole networks."""

from __future__ import annotations

from astrosim.systems.blackbox.kernel.trials import Wiring
from astrosim.systems.blackbox.learners.keep_or_revert import KeepOrRevert, Learner
from astrosim.systems.blackbox.learners.state import State
from astrosim.systems.blackbox.protocol import Player
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario
from astrosim.systems.blackbox.scenario.sections import keeps_or_reverts


def make_learner(scenario: BlackboxScenario, seed: int, state: State, wiring: Wiring, player: Player) -> Learner:
    """Return the learner that a resolved scenario names."""
    if scenario.engine == "agents":
        from astrosim.systems.blackbox.agents import AgentsLearner

        return AgentsLearner(scenario, seed, state, wiring, player)
    if keeps_or_reverts(scenario):
        return KeepOrRevert(scenario, seed, state, wiring, player)
    from astrosim.systems.blackbox.learners.sampling import Sampling

    return Sampling(scenario, seed, state, player)
