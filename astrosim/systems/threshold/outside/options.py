"""Choices for a network from outside: columns, repeats, weights, kinds, clusters (weights: dimensionless)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from astrosim.core.errors import AstrosimError
from astrosim.scenario.problems import nearest
from astrosim.scenario.section import short

REPEATS = ("sum", "mean", "max", "first")
BEYOND = ("scale", "clip", "refuse")
COMMUNITIES = "communities"


@dataclass(frozen=True)
class Options:
    """Choices for a network from outside.

    Attributes
    ----------
    pre, post, weight : str
        Names of the columns, where they are not among the usual ones.
    where : mapping of str to str
        Only the rows of a table, or edges of a graph, that have these values, by column or attribute.
    repeats : {"sum", "mean", "max", "first"}
        One weight for the rows of one pair (max: the largest in size). Parallel synapses have no place in the model.
    beyond : {"scale", "clip", "refuse"}
        For weights beyond the limit: all are scaled so that the largest is at it, those alone are clipped, or an error.
    limit : float
        Weights lie in [-limit, limit]: `perturbation.limit` of the scenarios that shall hold the network.
    inputs, outputs : int or sequence of str
        The neurons that the task uses, by name; or how many are chosen by the balance of synapses that leave and reach
        them. Left out: by the kinds that are given, else at most five of each by that balance.
    clusters : str or int
        ``communities`` finds them (Louvain), a number deals the neurons out to as many in their order, another text
        names a column or attribute. Left out: those that are given, else communities.
    seed : int
        Of communities and places.
    """

    pre: str = ""
    post: str = ""
    weight: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    repeats: str = "sum"
    beyond: str = "scale"
    limit: float = 2.0
    inputs: int | Sequence[str] | None = None
    outputs: int | Sequence[str] | None = None
    clusters: str | int = ""
    seed: int = 0


def options_of(values: Mapping[str, Any]) -> Options:
    """Return the options of keyword arguments.

    Raises
    ------
    AstrosimError
        If there is no such option, or a value is wrong.
    """
    known = [one.name for one in dataclasses.fields(Options)]
    for name in values:
        if name not in known:
            guess = nearest(name, known)
            raise AstrosimError(
                f"{name}: no such option ({name}). {f'Did you mean {guess}?' if guess else 'Write one of them: '}"
                f"{'' if guess else ', '.join(known) + '.'}"
            )
    options = Options(**values)
    if options.repeats == "keep":
        raise AstrosimError(
            'repeats: two neurons share at most one synapse in this model ("keep"). Write one of '
            + choice_words(REPEATS)
        )
    for name, choices in (("repeats", REPEATS), ("beyond", BEYOND)):
        if getattr(options, name) not in choices:
            value = short(getattr(options, name))
            raise AstrosimError(f"{name}: no such choice ({value}). Write one of {choice_words(choices)}")
    if not isinstance(options.limit, int | float) or not 0 < options.limit <= 1e6:
        raise AstrosimError(f"limit: not a limit of weights ({short(options.limit)}). Write a number above 0.")
    return options


def choice_words(choices: Sequence[str]) -> str:
    """Return choices as the end of a sentence."""
    return ", ".join(choices) + "."
