"""What a subclass of `Astrocyte` changes: methods, which the agents engine calls, and formulas, which both call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from astrosim.core.jit_substitution import is_jitted
from astrosim.systems.threshold.agents.agents import Astrocyte

FORMULAS = ("score_of", "exploration_rate_of", "step_of", "adapted")
"""Attributes of `Astrocyte` that are functions of `astrosim.rules`."""
OF_PHASE = {
    "sense": ("sense", "score_of"),
    "activate": ("is_above_threshold", "explores", "exploration_rate", "exploration_rate_of"),
    "perturb": ("perturb", "step_of"),
    "adapt": ("remember", "adapt", "adapted"),
}
"""What carries out a phase of a trial."""
SPECIAL = ("__init__", "__getattribute__", "__getattr__", "__setattr__")


@dataclass(frozen=True)
class Overrides:
    """Changes that a class makes.

    Attributes
    ----------
    python : tuple of str
        Attributes of `Astrocyte` in plain Python.
    jitted : tuple of str
        Formulas that numba compiles.
    """

    python: tuple[str, ...]
    jitted: tuple[str, ...]

    def of(self, phase: str) -> list[str]:
        """Return its changes of a phase."""
        return [name for name in OF_PHASE.get(phase, ()) if name in self.python + self.jitted]

    def __str__(self) -> str:
        """In words."""
        parts = [
            f"{', '.join(names)} ({how})" for names, how in ((self.python, "Python"), (self.jitted, "jitted")) if names
        ]
        return "overrides " + " and ".join(parts) if parts else "overrides nothing"


def overrides_of(kind: type[Astrocyte]) -> Overrides:
    """Return the overrides of a subclass of `Astrocyte`, its bases in between included."""
    added = [base for base in kind.__mro__ if not issubclass(Astrocyte, base)]
    names = dict.fromkeys(name for base in added for name in vars(base) if hasattr(Astrocyte, name))
    own = [name for name in names if name in SPECIAL or not (name.startswith("_") or name == "state_names")]
    jitted = tuple(name for name in FORMULAS if name in own and is_jitted(getattr(kind, name)))
    return Overrides(tuple(name for name in own if name not in jitted), jitted)


def exchanged_formulas(kind: type[Astrocyte]) -> dict[Callable[..., Any], Callable[..., Any]]:
    """Return the formulas that a class replaces: what `astrosim.core.jit_substitution.specialised` takes."""
    pairs = ((getattr(Astrocyte, name), getattr(kind, name)) for name in FORMULAS)
    return {old: new for old, new in pairs if new is not old}
