"""From `agents.astrocyte = "module:Class"` to the class; a file is run from the bytes that its checksum stands for."""

from __future__ import annotations

import re
import sys
import traceback
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any

from astrosim.scenario.inputs import SHOWN, ComplaintError, InputFile, Located
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
    module = _installed(module_name) if file is None else _run(file)
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


def _run(file: InputFile) -> ModuleType:
    """A module of its own, whatever else has the same name."""
    content = file.content()
    module = ModuleType(f"{re.sub(r'\W', '_', file.path.stem)}_{file.sha256[:SHOWN]}")
    module.__file__ = str(file.path)
    sys.modules[module.__name__] = module  # as dataclasses and type hints want
    try:
        exec(compile(content, module.__file__, "exec"), vars(module))
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise ComplaintError([_inside(error, file)]) from error
    return module


def _inside(error: BaseException, file: InputFile | None = None) -> Located:
    """What went wrong while a module ran, and in which line: of the file, or of whatever was run last."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen ")]
    mine = [frame for frame in frames if file is not None and frame.filename == str(file.path)]
    what = "cannot be imported"
    if isinstance(error, SyntaxError) and not mine:
        name, line, what = error.filename, error.lineno, "not valid Python"
    else:
        name, line = (mine or frames)[-1].filename, (mine or frames)[-1].lineno
    name = file.name if file is not None else name
    return Located(FIELD, f"{name}:{line or 1}: {FIELD}: {what} ({_words(error)}). Fix that line.")


def _words(error: BaseException) -> str:
    """Type and text of an error, on one line."""
    text = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:200]


def _installed(name: str) -> ModuleType:
    try:
        return import_module(name)
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and (name == missing or name.startswith(f"{missing}.")):
            right = f"Put {name}.py beside the scenario, or install it."
            raise ComplaintError([f"{FIELD}: no such module ({short(name)}). {right}"]) from None
        raise ComplaintError([_inside(error)]) from error
