"""Words that tables and figures of black boxes share: what is counted, and what a return is."""

from __future__ import annotations

from astrosim.systems.blackbox.scenario.schema import BlackboxScenario, ObjectiveScenario


def is_objective(scenario: BlackboxScenario) -> bool:
    """Return whether the task is a function, not an environment."""
    return isinstance(scenario, ObjectiveScenario)


def work_words(scenario: BlackboxScenario) -> str:
    """Name what a budget counts."""
    return "evaluations" if is_objective(scenario) else "environment steps"


def episodes_words(scenario: BlackboxScenario) -> str:
    """Name the items of a task."""
    return "keys" if is_objective(scenario) else "episodes"


def worth_words(scenario: BlackboxScenario) -> str:
    """Name the scalar: larger is better, whatever is minimised."""
    if not isinstance(scenario, ObjectiveScenario):
        return "return"
    return "value" if scenario.task.maximise else "minus the value"
