"""The learner that a scenario names, and where it computes."""

from __future__ import annotations

from astrosim.systems.arrays.learners.keep_or_revert import KernelLearner, Learner, State
from astrosim.systems.arrays.scenario.schema import ArrayScenario


def make_learner(scenario: ArrayScenario, seed: int, state: State) -> Learner:
    """Return the learner that the scenario names."""
    if scenario.engine == "agents":
        from astrosim.systems.arrays.agents import AgentsLearner

        return AgentsLearner(scenario, seed, state)
    if scenario.engine == "torch":
        from astrosim.systems.arrays.learners.torch_learner import TorchLearner

        return TorchLearner(scenario, seed, state)
    if scenario.learner.rule in ("spsa", "backpropagation"):
        from astrosim.systems.arrays.learners import baselines

        return (
            baselines.Spsa(scenario, seed, state)
            if scenario.learner.rule == "spsa"
            else baselines.Backpropagation(scenario, seed, state)
        )
    return KernelLearner(scenario, seed, state)


def device_of(scenario: ArrayScenario) -> str:
    """Return where a scenario's proposals are evaluated: cpu, or the model of the GPU."""
    if scenario.engine != "torch":
        return "cpu"
    from astrosim.core.device import device_name

    return device_name(scenario.device)
