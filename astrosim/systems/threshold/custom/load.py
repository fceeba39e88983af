"""From `agents.astrocyte = "module:Class"` to the class."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from astrosim.scenario.inputs import ComplaintError, InputFile
from astrosim.scenario.modules import module_of
from astrosim.scenario.section import short
from astrosim.scenario.words import nearest
from astrosim.systems.threshold.agents.agents import Astrocyte
from astrosim.systems.threshold.scenario.schema import Scenario

FIELD = "agents.astrocyte"
KEPT = 64  # classes; assumed: more than the conditions of a scenario name


def astrocyte_class(scenario: Scenario) -> type[Astrocyte]:
    """Return the class of a resolved scenario's astrocytes.

    Raises
    ------
    ComplaintError
        With what is wrong, if there is no such module or class.
    """
    name = scenario.agents.astrocyte
    return Astrocyte if name is None else _class(name, scenario.agents.file)


@lru_cache(KEPT)
def _class(name: str, file: InputFile | None) -> type[Astrocyte]:
    module_name, _, class_name = name.partition(":")
    module = module_of(module_name, file, FIELD)
    found = getattr(module, class_name, None)
    if isinstance(found, type) and issubclass(found, Astrocyte):
        return found
    known = [key for key, value in vars(module).items() if _is_own(value)]
    guess = nearest(class_name, known)
    right = f"Did you mean {guess}?" if guess else f"Write class {class_name}(Astrocyte) there."
    what = "no such class" if found is None else "not a subclass of astrosim.Astrocyte"
    raise ComplaintError(
        [f"{FIELD}: {what} in {file.path.name if file else module_name} ({short(class_name)}). {right}"]
    )


def _is_own(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Astrocyte) and value is not Astrocyte
