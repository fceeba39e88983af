"""Interventions in scenario files of every kind: the checks that they share, and their words.

A kind has a section of its own, a subclass of `Planned` with the fields that it knows, and a table of what each action
takes. An intervention names when, perhaps how often, and one `action` with what the action takes. Several of one time
act in the order of the file.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from astrosim.scenario.section import Section, as_tuple, complain, short, validated

MOST = 1000  # interventions of a scenario; assumed: each has room of its own among the draws
EVENT_LIMIT = 100_000  # events of a replicate; assumed: a thousand times what a reader can look at
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
    "extend_task",
    "reward_offset",
    "cut_gap_junctions",
    "restore_gap_junctions",
]
ACTIONS: tuple[str, ...] = get_args(Action)
"""All actions; stores know an action by its place."""
CHOICE = ("which", "cluster", "fraction")
"""Fields that choose whom an action is done to."""
FILTERS = ("neuron_kind",)
"""Fields that narrow a choice."""
ONCE = ("lesion_astrocytes", "lesion_neurons", "extend_task")
"""Actions that cannot recur."""


def _pairs(value: Any) -> Any:
    """Lists of TOML as tuples, two levels deep."""
    return tuple(as_tuple(pair) for pair in value) if isinstance(value, (list, tuple)) else value


Patterns = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_pairs)]
Numbers = Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(as_tuple)]


class Planned(Section):
    """An intervention of some kind of scenario; its fields are those of the subclass.

    Attributes
    ----------
    takes : mapping of str to tuple of str
        By action, the fields that it takes beside its time; a choice may be any of its fields, all others are needed.
    own_fields : tuple of str
        All fields that some action takes.
    times : tuple of str
        Fields that say when; one of them is given.
    again : tuple of (str, str)
        Fields that say how often, and until when.
    """

    takes: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    own_fields: ClassVar[tuple[str, ...]] = ()
    times: ClassVar[tuple[str, ...]] = ("at_trial",)
    again: ClassVar[tuple[str, str]] = ("every", "until")

    @model_validator(mode="after")
    def _fits(self) -> Planned:
        complain([*self._time_problems(), *self._choice_problems()])
        return self

    def _time_problems(self) -> list[str]:
        given = [name for name in self.times if getattr(self, name) is not None]
        problems = []
        if len(given) != 1:
            where, what = (given[1], "a second time") if given else ("action", "no time")
            problems.append(f"{where}: {what} ({', '.join(given) or 'none'}). Write {_one_of(self.times)}.")
        (name, last), (every, until) = self.again, (getattr(self, field) for field in self.again)
        if every is None and until is not None:
            problems.append(f"{last}: nothing recurs that could end ({until}). Write {name}, or remove {last}.")
        if every is not None and self._of("action") in ONCE:
            problems.append(f"{name}: {self._of('action')} cannot recur ({every}). Remove {name}.")
        first = next((time for field in given if isinstance(time := getattr(self, field), int | float)), None)
        if first is not None and until is not None and until < first:
            problems.append(f"{last}: before the first time ({until}). Write at least {first}.")
        return problems

    def _choice_problems(self) -> list[str]:
        action, takes = self._of("action"), self.taken()
        given = [name for name in self.own_fields if getattr(self, name) is not None]
        problems = [
            f"{name}: nothing for {action} ({short(getattr(self, name))}). "
            + (f"It takes {', '.join(takes)}." if takes else f"Remove {name}.")
            for name in given
            if name not in takes
        ]
        choice = [name for name in takes if name in (*CHOICE, *FILTERS)]
        needed = [name for name in takes if name not in (*choice, *given)]
        problems += [f"action: {action} without {name} (none). Write {name}." for name in needed]
        if choice and not set(given) & set(choice) and not action.startswith(("release", "restore")):
            names = " or ".join(name for name in choice if name in CHOICE and name != "fraction")
            problems.append(f"action: {action} of whom (none)? Write {names}; all: fraction = 1.")
        return problems

    def taken(self) -> tuple[str, ...]:
        """Return the fields that the action takes."""
        return tuple(self.takes.get(self._of("action"), ()))

    def _of(self, field: str) -> Any:
        """Value of a field that subclasses declare; None if they do not."""
        return getattr(self, field, None)

    @property
    def name(self) -> str:
        """Name in marks and tables."""
        return self._of("label") or words(self)

    @property
    def when_words(self) -> str:
        """The time at which it acts, in words."""
        raise NotImplementedError


def _one_of(names: tuple[str, ...]) -> str:
    """Fields, of which one is to be written."""
    return names[0] if len(names) == 1 else f"one of {', '.join(names[:-1])} and {names[-1]}"


def words(item: Any) -> str:
    """Return an intervention's action in words."""
    text = item.action.replace("_", " ")
    if item.action == "set":
        whom = f" of {_numbers(item.which)}" if getattr(item, "which", None) is not None else ""
        return f"{item.parameter} = {_number(item.value)}{whom}"
    if item.action == "reward_offset":
        return f"reward {item.offset:+g}" if item.offset else "reward offset ends"
    fraction, kind = getattr(item, "fraction", None), getattr(item, "neuron_kind", None)
    chosen = [f"{fraction:g} of"] if fraction not in (None, 1.0) else []
    verb, _, noun = text.partition(" ")
    text = " ".join([verb, *chosen, *([kind] if kind else []), noun]) if set(item.taken()) & set(CHOICE) else text
    if getattr(item, "which", None) is not None:
        text += " of astrocytes" if noun == "gap junctions" else ""
        text += f" {_numbers(item.which)}"
    cluster = getattr(item, "cluster", None)
    return text + (f" of cluster {cluster}" if cluster is not None else "")


def _numbers(which: tuple[Any, ...]) -> str:
    """The first of those who are chosen."""
    return f"{', '.join(str(number) for number in which[:6])}{' ...' if len(which) > 6 else ''}"


def _number(value: Any) -> str:
    """A value, as short as it can be written."""
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def planned_words(scenario: Any) -> str:
    """Return the interventions of a resolved scenario, and their times, in words; empty if there are none."""
    return "; ".join(f"{words(item)}, {item.when_words}" for item in scenario.interventions)


def parameter_problem(
    scenario: Any, path: str, value: Any, changeable: Sequence[str], fixed: Mapping[str, str]
) -> str | None:
    """Return the problem of the parameter or value of a `set`, led by the field.

    Parameters
    ----------
    scenario : Experiment
    path : str
        Dotted, as in a file.
    value : object
        To which it is set.
    changeable : sequence of str
        Parameters that `set` may change.
    fixed : mapping of str to str
        Why others may not change, by field or section.
    """
    section, _, field = path.partition(".")
    part = getattr(scenario, section, None)
    if path not in changeable:
        known = isinstance(part, Section) and field in type(part).model_fields
        why = fixed.get(path, fixed.get(section, "it belongs to the experiment")) if known or not field else ""
        what = f"not to be changed in a run: {why}" if known else "no such parameter"
        guess = "" if known else "".join(difflib.get_close_matches(path, changeable, n=1))
        right = f"Did you mean {guess}?" if guess else f"Write one of {', '.join(changeable)}."
        return f"parameter: {what} ({short(path)}). {right}"
    try:
        validated(type(part), {**part.model_dump(), field: value})  # type: ignore[union-attr, type-var]
    except ValueError as error:
        reason = getattr(error, "errors", list)()[0]["msg"].removeprefix("Value error, ")
        return f"value: not for {path} ({short(value)}). {reason.rstrip('.')}."
    return None


def pattern_problems(scenario: Any, item: Any) -> Iterator[str]:
    """Return what is wrong with the patterns of a new task, led by the field: each is as wide as the task's."""
    widths = [len(side) for side in scenario.task.patterns[0]]
    for pair in item.patterns or ():
        for text, what, width in zip(pair, ("an input", "a target"), widths, strict=True):
            if len(text) != width or set(text) - {"0", "1"}:
                yield f"patterns: {what} is not {width} bits wide as the task's ({short(text)}). Write {width} bits."
                return


def with_values(scenario: Any, values: Mapping[str, Any]) -> Any:
    """Return a resolved scenario with other values of some parameters, by dotted path; they are not checked again."""
    changed: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        section, _, name = path.partition(".")
        kind = type(getattr(getattr(scenario, section), name))
        changed.setdefault(section, {})[name] = kind(value)
    parts = {name: getattr(scenario, name).model_copy(update=own) for name, own in changed.items()}
    return scenario.model_copy(update=parts)
