"""Environments that the installed Gymnasium knows: their observations and actions, twins, and what each needs."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from typing import Any

from astrosim.core.errors import AstrosimError, PackageError
from astrosim.systems.blackbox.environments.finding import PACKAGE_LEAD, known_ids, library, maker_of
from astrosim.systems.blackbox.environments.spaces import Actions, Observations, actions_of, observations_of
from astrosim.systems.blackbox.environments.twins.table import KINDS

EXTRAS = {"classic_control": "control", "toy_text": "control", "box2d": "box2d"}
"""Extra of ours by the family of Gymnasium's environments that it brings."""
NOTHING = "-"


@dataclass(frozen=True)
class Entry:
    """An environment.

    Attributes
    ----------
    id : str
    observations, actions : str
        In words; "wrap: ..." where they cannot be learned from as they are; "-" if it cannot be made here.
    twin : bool
        Whether there is a compiled twin.
    extra : str
        Extra of astrosim that brings it; "" where none does.
    install : str
        Command that installs what is missing here; "" if nothing is.
    """

    id: str
    observations: str
    actions: str
    twin: bool
    extra: str
    install: str = ""


def environments() -> list[dict[str, Any]]:
    """Return the environments as dictionaries, by id; each is made once.

    Raises
    ------
    PackageError
        If Gymnasium is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of environments that are older than others
        return [asdict(_entry(name)) for name in known_ids()]


def _entry(name: str) -> Entry:
    entry = library().spec(name).entry_point
    family = entry.split(".")[2] if isinstance(entry, str) and entry.startswith("gymnasium.envs.") else ""
    extra = EXTRAS.get(family.partition(":")[0], "")
    try:
        made = maker_of(name, {}, 0, None)()
    except PackageError as error:
        install = str(error).partition(PACKAGE_LEAD)[2]
        return Entry(name, NOTHING, NOTHING, name in KINDS, extra, install.partition(": ")[2] or install)
    except AstrosimError:
        return Entry(name, "needs arguments", NOTHING, name in KINDS, extra)
    words = _seen_words(made.observation_space, name), _taken_words(made.action_space, name)
    made.close()
    return Entry(name, *words, name in KINDS, extra)


def _seen_words(space: Any, name: str) -> str:
    try:
        found: Observations = observations_of(space, name)
    except AstrosimError:
        return _refused(space)
    return f"one of {found.values}" if found.values else _numbers(found.size)


def _taken_words(space: Any, name: str) -> str:
    try:
        found: Actions = actions_of(space, "auto", name)
    except AstrosimError:
        return _refused(space)
    return f"one of {found.outputs}" if found.answer == "argmax" else _numbers(found.components)


def _numbers(count: int) -> str:
    return f"{count:,} number{'s' if count != 1 else ''}"


def _refused(space: Any) -> str:
    """A space that is to be wrapped first."""
    shape = getattr(space, "shape", None)
    kind = type(space).__name__ + (f" {' x '.join(map(str, shape))}" if shape else "")
    return f"wrap: {kind}"
