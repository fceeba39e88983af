"""Interventions between two trials of learning over windows: an entry of ``interventions``.

An intervention acts before the phases of its trial; several of one trial act in the order of the file.

- A silenced neuron does not fire, driven or not. A silenced astrocyte does not sense, act or adapt: its calcium relaxes
  and its gap junctions stay.
- A lesioned neuron or astrocyte is silenced for good, and without gap junctions; it has no calcium any more.
- Frozen plasticity: no weight and no threshold changes; traffic and calcium go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from astrosim.scenario.interventions import (
    CHOICE,
    EVENT_LIMIT,
    Numbers,
    Patterns,
    Planned,
    parameter_problem,
    pattern_problems,
)
from astrosim.scenario.section import Real, quantity

Action = Literal[
    "lesion_astrocytes",
    "silence_astrocytes",
    "release_astrocytes",
    "lesion_neurons",
    "silence_neurons",
    "release_neurons",
    "freeze_plasticity",
    "release_plasticity",
    "set",
    "swap_task",
    "reward_offset",
    "cut_gap_junctions",
    "restore_gap_junctions",
]
TAKES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("lesion_astrocytes", "silence_astrocytes", "release_astrocytes"), CHOICE),
    **dict.fromkeys(("lesion_neurons", "silence_neurons", "release_neurons"), (*CHOICE, "neuron_kind")),
    **dict.fromkeys(("cut_gap_junctions", "restore_gap_junctions"), CHOICE),
    "set": ("parameter", "value"),
    "swap_task": ("patterns",),
    "reward_offset": ("offset",),
}
"""Fields that an action takes beside its time."""
CHANGEABLE = (
    "task.rate_hz",
    "task.phase_ms",
    "task.threshold_pa",
    "astrocytes.exploration",
    "calcium.sensing",
    "calcium.drive",
    "gap_junctions.strength",
    "gap_junctions.threshold",
    "gap_junctions.width",
    "adaptation.interval",
    "adaptation.step",
    "adaptation.upper_success",
    "adaptation.lower_success",
    "adaptation.floor",
    "adaptation.ceiling",
    "perturbation.sigma",
    "perturbation.fraction",
    "decision.reward",
    "decision.gain",
    "decision.cap",
    "decision.margin",
    "decision.consolidation",
    "decision.rate",
    "decision.race",
)
"""Parameters that `set` may change."""
FIXED = {
    "network": "the network is built before the first trial",
    "task": "windows are laid out before the first trial; patterns change by swap_task",
    "astrocytes": "astrocytes are laid out before the first trial",
    "calcium": "the integrator of calcium is laid out before the first trial",
    "gap_junctions": "gap junctions are laid out before the first trial",
    "perturbation.limit": "it fixes the grid of the weights",
    "decision.window": "the engines lay out their memory by it",
    "schedule": "the length of a run is fixed",
    "record": "records never change a run",
}
"""Why others may not change, by field or section."""


class Intervention(Planned):
    """One intervention, once or repeated."""

    takes: ClassVar = TAKES
    own_fields: ClassVar = (*CHOICE, "neuron_kind", "parameter", "value", "patterns", "offset")

    action: Action = quantity(..., "what is done", "")
    label: str = quantity("", "name of its marks in figures and tables; empty: the action's", "", max_length=60)
    at_trial: int | None = quantity(None, "trial, from 0, before which it acts", "trials", ge=0)
    every: int | None = quantity(None, "acts again after this number of trials", "trials", ge=1)
    until: int | None = quantity(None, "last trial before which it acts again", "trials", ge=0)
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
        None, "pairs [input bits, target bits] of the new task: as many as of the old one", "bits", min_length=1
    )
    offset: Real | None = quantity(
        None, "added to the reward after a perturbation, until the next offset; 0 ends it", "1", ge=-1e6, le=1e6
    )

    @property
    def when_words(self) -> str:
        """The time at which it acts, in words."""
        text = f"before trial {self.at_trial:,}"
        if self.every is not None:
            text += f", then every {self.every:,} trials" + (f" until trial {self.until:,}" if self.until else "")
        return text


def most_events(item: Intervention, trials: int) -> int:
    """Return the most times that an intervention may act in a run of this length."""
    if item.every is None:
        return 1
    end = trials - 1 if item.until is None else min(item.until, trials - 1)
    return max(1, (end - (item.at_trial or 0)) // item.every + 1)


def problems(scenario: Any) -> Iterator[str]:
    """Return what is wrong with the interventions of a (resolved) scenario, one line per problem, led by the field."""
    if (events := scenario.most_events) > EVENT_LIMIT:
        yield f"interventions: too many events ({events}). At most {EVENT_LIMIT} fit: raise every."
    for place, item in enumerate(scenario.interventions):
        for text in (*_time_problems(scenario, item), *_choice_problems(scenario, item)):
            yield f"interventions.{place}.{text}"


def _time_problems(scenario: Any, item: Intervention) -> Iterator[str]:
    end, at = scenario.schedule.trials, item.at_trial or 0
    if at >= end:
        yield f"at_trial: after the last trial ({at}). Write 0 to {end - 1}."
    elif scenario.schedule.stop and (at or item.every is not None):
        yield (
            f"{'at_trial' if at else 'every'}: a replicate may end before it, once all bits are right "
            f"({at or item.every}). Write schedule.stop = false."
        )


def _choice_problems(scenario: Any, item: Intervention) -> Iterator[str]:
    net = scenario.network
    neurons = net.clusters * (net.inputs + net.outputs + net.modulatory + net.regular) + net.tonic
    size = neurons if item.action.endswith("neurons") else net.clusters * scenario.astrocytes.per_cluster
    if item.action.endswith("gap_junctions") and scenario.gap_junctions.rule == "none":
        yield f"action: there are no gap junctions ({item.action}). Write gap_junctions.rule, or remove it."
    beyond = [number for number in item.which or () if number >= size]
    if beyond:
        yield f"which: no such number ({beyond[0]}). Write numbers from 0 to {size - 1}."
    if item.cluster is not None and item.cluster >= net.clusters:
        yield f"cluster: no such cluster ({item.cluster}). Write 0 to {net.clusters - 1}."
    if item.action == "set" and (
        problem := parameter_problem(scenario, str(item.parameter), item.value, CHANGEABLE, FIXED)
    ):
        yield problem
    yield from pattern_problems(scenario, item)
    count = len(scenario.task.patterns)
    if item.patterns is not None and len(item.patterns) != count:
        yield f"patterns: not as many as the task's ({len(item.patterns)}). Write {count}."
