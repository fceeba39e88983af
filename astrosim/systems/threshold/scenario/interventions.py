"""Interventions between two trials. Times in trials or episodes, rewards and accuracies are 1.

An intervention names when (`at_trial`, `at_episode` or `when`), perhaps how often (`every`, `until`), and one `action`
with what the action takes. It acts before the phases of its trial; several of one trial act in the order of the file.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from astrosim.scenario.interventions import (
    CHOICE,
    EVENT_LIMIT,
    Action,
    Numbers,
    Patterns,
    Planned,
    parameter_problem,
    pattern_problems,
)
from astrosim.scenario.section import PATTERN_LIMIT, Real, Section, quantity

TAKES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("lesion_astrocytes", "silence_astrocytes", "release_astrocytes"), CHOICE),
    **dict.fromkeys(("lesion_neurons", "silence_neurons", "release_neurons"), (*CHOICE, "neuron_kind")),
    **dict.fromkeys(("cut_gap_junctions", "restore_gap_junctions"), CHOICE),
    "set": ("parameter", "value"),
    "swap_task": ("patterns",),
    "extend_task": ("patterns",),
    "reward_offset": ("offset",),
}
"""Fields that an action takes beside its time; a choice of cells may be any of its fields, all others are needed."""
MEANINGS: dict[str, str] = {
    "lesion_astrocytes": "astrocytes are lost for good: they sense nothing, start no perturbation, adapt no threshold "
    "and pass on no wave; their synapses stay, and may still move in other astrocytes' territories",
    "silence_astrocytes": "the same, until they are released; thresholds and counts stay as they were",
    "release_astrocytes": "ends their silence",
    "lesion_neurons": "neurons never fire again: a lost input is 0 in every pattern, a lost output answers 0; their "
    "synapses keep their weights",
    "silence_neurons": "the same, until they are released",
    "release_neurons": "ends their silence",
    "freeze_plasticity": "trials go by and the network answers, but nothing is perturbed and no threshold moves",
    "release_plasticity": "learning goes on from where it stopped",
    "set": "a parameter has another value from then on",
    "swap_task": "other patterns take the place of all patterns",
    "extend_task": "patterns are added to the task",
    "reward_offset": "the reward after a perturbation is too large, or too small, by this much, so that the wrong "
    "changes are kept or reverted",
    "cut_gap_junctions": "no wave passes these junctions",
    "restore_gap_junctions": "waves pass them again",
}
"""Effect of each action, for readers."""
OWN_FIELDS = ("which", "cluster", "fraction", "neuron_kind", "parameter", "value", "patterns", "offset")

CHANGEABLE = (
    "network.threshold",
    "exploration.rule",
    "exploration.flat_rate",
    "exploration.initial_rate",
    "exploration.maturity",
    "perturbation.sigma",
    "cursor.radius",
    "cursor.jump",
    "cursor.step",
    "decision.reward",
    "decision.gain",
    "decision.cap",
    "decision.accept",
    "decision.temperature",
    "decision.window",
    "decision.race",
    "decision.margin",
    "decision.consolidation",
    "decision.rate",
    "adaptation.interval",
    "adaptation.step",
    "adaptation.upper_success",
    "adaptation.lower_success",
    "adaptation.floor",
    "adaptation.ceiling",
    "coupling.decay_time",
    "coupling.gain",
    "coupling.relay",
    "coupling.relay_threshold",
    "coupling.refractory",
)
"""Parameters that `set` may change."""
FIXED = {
    "perturbation.fraction": "the kernel is compiled for it",
    "perturbation.limit": "it fixes the grid of the weights",
    "perturbation.scope": "the engines lay out their memory by it",
    "perturbation.adapt_sigma": "the engines lay out their memory by it",
    "network": "the network is built before the first trial",
    "astrocytes": "astrocytes are laid out before the first trial",
    "sensing": "what a score is divided by is laid out before the first trial",
    "coupling": "gap junctions are laid out before the first trial",
    "task": "the task changes by swap_task and extend_task",
    "schedule": "the length of a run is fixed",
    "record": "records never change a run",
}
"""Why others may not change, by field or section."""


class When(Section):
    """A condition on the frozen network, looked at after every episode, whatever is recorded."""

    accuracy_above: Real = quantity(
        ..., "fraction of matching bits of the frozen network on the present task, strictly above", "1", ge=0, lt=1
    )
    episodes: int = quantity(1, "this number of episodes in a row", "episodes", ge=1, le=10**9)


class Intervention(Planned):
    """One intervention, once or repeated."""

    action: Action = quantity(..., "what is done", "")
    label: str = quantity("", "name of its marks in figures and tables; empty: the action's", "", max_length=60)
    at_trial: int | None = quantity(None, "trial, from 0, before which it acts", "trials", ge=0)
    at_episode: int | None = quantity(None, "episode, from 0, before which it acts", "episodes", ge=0)
    when: When | None = quantity(None, "acts before the episode after this came true for the first time", "")
    every: int | None = quantity(
        None, "acts again after this number of trials (with at_trial) or episodes (else)", "trials or episodes", ge=1
    )
    until: int | None = quantity(
        None, "last trial (with at_trial) or episode (else) before which it acts again", "trials or episodes", ge=0
    )
    which: Numbers | None = quantity(
        None,
        "numbers of the astrocytes (also for gap junctions, at either end) or neurons; none: all",
        "",
        max_length=100_000,
    )
    cluster: int | None = quantity(None, "only those of this cluster", "", ge=0)
    neuron_kind: Literal["input", "output", "modulatory", "regular", "tonic"] | None = quantity(
        None, "only neurons of this kind", ""
    )
    fraction: Real | None = quantity(None, "of those a random part, by the replicate's seed", "1", gt=0, le=1)
    parameter: str | None = quantity(None, "dotted path of what `set` changes", "")
    value: Any = quantity(None, "what `set` changes it to", "")
    patterns: Patterns | None = quantity(
        None, "pairs [input bits, target bits] of the new task, or of what is added to it", "bits", min_length=1
    )
    offset: Real | None = quantity(
        None, "added to the reward after a perturbation, until the next offset; 0 ends it", "1", ge=-1e6, le=1e6
    )

    takes: ClassVar = TAKES
    own_fields: ClassVar = OWN_FIELDS
    times: ClassVar = ("at_trial", "at_episode", "when")

    @property
    def when_words(self) -> str:
        """The time at which it acts, in words."""
        return when_words(self)


def when_words(item: Intervention) -> str:
    """Return the time at which it acts, in words."""
    unit = "trial" if item.at_trial is not None else "episode"
    if item.when is not None:
        text = f"after accuracy above {item.when.accuracy_above:g} for {item.when.episodes} episodes"
    else:
        text = f"before {unit} {item.at_trial if item.at_trial is not None else item.at_episode:,}"
    if item.every is not None:
        text += f", then every {item.every:,} {unit}s" + (f" until {unit} {item.until:,}" if item.until else "")
    return text


def most_patterns(patterns: int, items: tuple[Intervention, ...]) -> int:
    """Return the most patterns that a task may come to have, from `patterns`."""
    swapped = [len(i.patterns) for i in items if i.action == "swap_task" and i.patterns]
    added = [len(i.patterns) for i in items if i.action == "extend_task" and i.patterns]
    return max(patterns, *swapped, 0) + sum(added)


def most_events(item: Intervention, episodes: int, trials_per_episode: int) -> int:
    """Return the most times that an intervention may act in a run of this length."""
    if item.every is None:
        return 1
    last = episodes * trials_per_episode - 1 if item.at_trial is not None else episodes - 1
    first = item.at_trial or item.at_episode or 0
    end = last if item.until is None else min(item.until, last)
    return max(1, (end - first) // item.every + 1)


def problems(scenario: Any) -> list[str]:
    """Return the interventions' conflicts with their (resolved) scenario, one line per problem, led by the field."""
    found = []
    for number, item in enumerate(scenario.interventions):
        found += [f"interventions.{number}.{text}" for text in _problems(scenario, item)]
    length = scenario.schedule.episodes, scenario.schedule.trials_per_episode
    events = sum(most_events(item, *length) for item in scenario.interventions)
    if events > EVENT_LIMIT:
        found.append(f"interventions: too many events ({events}). At most {EVENT_LIMIT} fit: raise every.")
    patterns = most_patterns(len(scenario.task.patterns), scenario.interventions)
    if patterns > PATTERN_LIMIT:
        found.append(f"interventions: too many patterns ({patterns}). At most {PATTERN_LIMIT} fit: add fewer.")
    return found


def _problems(scenario: Any, item: Intervention) -> list[str]:
    net, found = scenario.network, []
    for name, unit, end in (
        ("at_trial", "trial", scenario.schedule.trials),
        ("at_episode", "episode", scenario.schedule.episodes),
    ):
        at = getattr(item, name)
        if at is not None and at >= end:
            found.append(f"{name}: after the last {unit} ({at}). Write 0 to {end - 1}.")
    size = net.neurons if item.action.endswith("neurons") else net.clusters * scenario.astrocytes.per_cluster
    if item.action.endswith("gap_junctions") and not scenario.coupled:
        found.append(f"action: there are no gap junctions ({item.action}). Write coupling.graph, or remove it.")
    beyond = [number for number in item.which or () if number >= size]
    if beyond:
        found.append(f"which: no such number ({beyond[0]}). Write numbers from 0 to {size - 1}.")
    if item.cluster is not None and item.cluster >= net.clusters:
        found.append(f"cluster: no such cluster ({item.cluster}). Write 0 to {net.clusters - 1}.")
    if item.action == "set" and (
        problem := parameter_problem(scenario, str(item.parameter), item.value, CHANGEABLE, FIXED)
    ):
        found.append(problem)
    return [*found, *pattern_problems(scenario, item)]
