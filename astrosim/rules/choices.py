"""Rules that a scenario chooses by name: number, meaning and needs of each, a row for a rule.

Nothing here is compiled, so that a scenario is read without loading compiled code. The formulas are in the modules of
the same names; the schema, the explanations and both engines take these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from astrosim.core.errors import AstrosimError


@dataclass(frozen=True)
class Choice:
    """One rule of a table.

    Attributes
    ----------
    number : int
        The rule's name in compiled code.
    meaning : str
        In the description of the field.
    words : str or None
        In explanations, with fields in braces in place of their numbers; the meaning if left out.
    """

    number: int
    meaning: str
    words: str | None = None

    def told(self, **numbers: Any) -> str:
        """Return the rule in words, with its numbers."""
        return (self.meaning if self.words is None else self.words).format(**numbers)


@dataclass(frozen=True)
class SensingRule(Choice):
    """A rule of sensing; `reads` says of which part of its territory an astrocyte feels a mean."""

    reads: Literal["neurons", "synapses"] = "synapses"


@dataclass(frozen=True)
class Reward(Choice):
    """A reward.

    Attributes
    ----------
    slope : bool
        Whether it has one that a gradient can follow.
    needs : tuple of str
        Fields of the section `decision` that it reads.
    """

    slope: bool = True
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dynamics(Choice):
    """A model of what changes from step to step: of a neuron, or of an astrocyte's calcium.

    Attributes
    ----------
    state : tuple of str
        Names of what it carries from one step to the next.
    memoryless : bool
        Whether a step gives back its input, whatever came before: only then may a change be followed by difference.
    needs : tuple of str
        Fields of its section that it reads.
    source : str
        Where its equations come from.
    """

    state: tuple[str, ...] = ()
    memoryless: bool = False
    needs: tuple[str, ...] = ()
    source: str = ""


NEURON_MODELS = {
    "threshold": Dynamics(
        0, "its voltage is the summed input of the cycle", "", memoryless=True, source="Murray 2026, section 3.1"
    ),
    "leaky": Dynamics(
        1,
        "`leak` x the voltage of the cycle before, 0 after firing, and the summed input",
        "leaky neurons, which keep {leak:g} of their voltage per cycle",
        state=("voltage",),
        needs=("leak",),
        source="this package, after Gerstner et al. 2014, section 1.3",
    ),
}
CALCIUM_MODELS = {
    "linear": Dynamics(
        0,
        "takes up all that arrives",
        "",
        state=("calcium",),
        source="this package",
    ),
    "saturating": Dynamics(
        1,
        "takes up the less, the nearer to `capacity`",
        "taken up in full at 0, not at all at {capacity:g}; ",
        state=("calcium",),
        needs=("capacity",),
        source="this package",
    ),
}
SENSING = {
    "firing": SensingRule(0, "fraction of territory neurons that fired", reads="neurons"),
    "traffic": SensingRule(1, "mean |weight| of territory synapses whose pre neuron fired", reads="synapses"),
}
SELECTION = {
    "score": Choice(0, "those above threshold, and explorers", "at most {most}; {explored}"),
    "uniform": Choice(1, "max_active of them at random, whatever they sense", "{most} at random"),
}
EXPLORATION = {
    "none": Choice(0, "no exploration"),
    "flat": Choice(1, "at a flat rate", "exploration {flat_rate:g} {each}, flat"),
    "maturity": Choice(
        2,
        "at a rate that falls with activations",
        "exploration {initial_rate:g} / (1 + activations / {maturity:g}) {each}",
    ),
}
SCOPE = {
    "territory": Choice(0, "union of the active territories"),
    "random": Choice(1, "as many, anywhere", "as many synapses as the active territories hold, anywhere"),
    "single": Choice(2, "one", "one synapse, anywhere"),
    "global": Choice(3, "all", "all synapses"),
}
GRAPHS = {
    "none": Choice(0, "none"),
    "nearest": Choice(1, "each with its nearest", "their {neighbours} nearest"),
    "distance": Choice(2, "all within reach", "all within {reach:g} units"),
    "edges": Choice(3, "a list", "{pairs} pairs"),
}
REWARDS = {
    "soft": Reward(
        0,
        "mean sigmoid of the outputs' signed distance from threshold",
        "mean sigmoid of {gain}the outputs' distance from threshold",
        needs=("gain",),
    ),
    "binary": Reward(1, "fraction of matching bits", slope=False),
    "log_sigmoid": Reward(
        2,
        "mean logarithm of that sigmoid",
        "mean logarithm of the sigmoid of {gain}the outputs' distance from threshold",
        needs=("gain",),
    ),
    "margin": Reward(
        3,
        "mean distance, capped",
        "mean distance of the outputs from threshold, at most {cap:g} each",
        needs=("cap",),
    ),
}
ACCEPTANCE = {
    "strict": Choice(0, "keep if the reward rose", "kept if after > before{beyond}"),
    "drift": Choice(1, "also if it is the same", "kept if after >= before{beyond}"),
    "metropolis": Choice(
        2,
        "also a fall by d with probability exp(-d / temperature)",
        "kept if after >= before{beyond}, else with probability exp((after - before) / {temperature:g})",
    ),
}
CONSOLIDATION = {
    "whole": Choice(0, "all of it", ""),
    "part": Choice(1, "`rate` of it", "; {rate:g} of the step stays"),
    "proportional": Choice(
        2,
        "`rate` x the rise of the reward, at most all of it",
        "; {rate:g} x (after - before) of the step stays, at most all of it",
    ),
}


def meanings(choices: Mapping[str, Choice]) -> str:
    """Return the meanings of all rules of a table, for the description of the field."""
    return "; ".join(f"{name}: {rule.meaning}" for name, rule in choices.items())


def chosen[C](field: str, choices: Mapping[str, C], name: str) -> C:
    """Return the rule of a name.

    Parameters
    ----------
    field : str
        Dotted path of the field that chooses.
    choices : mapping
        Rules by name.
    name : str

    Raises
    ------
    AstrosimError
        If there is no such rule.
    """
    if name not in choices:
        raise AstrosimError(f"{field}: no such rule ({name!r}). Write one of {', '.join(choices)}.")
    return choices[name]


def numbers(choices: Mapping[str, Choice]) -> dict[str, int]:
    """Return the numbers of a table's rules by name."""
    return {name: rule.number for name, rule in choices.items()}
