"""Modules that a scenario names as ``module:name``; a file is run from the bytes that its checksum stands for."""

from __future__ import annotations

import re
import sys
import traceback
from importlib import import_module
from types import ModuleType

from astrosim.scenario.inputs import SHOWN, ComplaintError, InputFile, Located
from astrosim.scenario.section import short
from astrosim.scenario.stored import foreign, known, remember


def runs_unasked(file: InputFile | None) -> bool:
    """Return whether a module may be run: it did not come with a run, or the user has run or allowed it before."""
    return file is None or not file.foreign or known(file.sha256)


def module_of(name: str, file: InputFile | None, field: str) -> ModuleType:
    """Return a module, run if it has not been imported.

    Parameters
    ----------
    name : str
        As `import` takes it.
    file : InputFile or None
        Its file beside the scenario; None for a module that is installed.
    field : str
        Field that names it, for what is wrong.

    Raises
    ------
    ComplaintError
        If there is none, or it cannot be imported: names the line.
    ScenarioError
        If it came with a run, and this user has neither run nor allowed it.
    """
    return _installed(name, field) if file is None else _run(file, field)


def _run(file: InputFile, field: str) -> ModuleType:
    """A module of its own, whatever else has the same name."""
    if not runs_unasked(file):
        raise foreign(field, str(file.path), file.sha256)
    content = file.content()
    remember(file.sha256)
    module = ModuleType(f"{re.sub(r'\W', '_', file.path.stem)}_{file.sha256[:SHOWN]}")
    module.__file__ = str(file.path)
    sys.modules[module.__name__] = module  # as dataclasses and type hints want
    try:
        exec(compile(content, module.__file__, "exec"), vars(module))
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise ComplaintError([_inside(error, field, file)]) from error
    return module


def _inside(error: BaseException, field: str, file: InputFile | None = None) -> Located:
    """What went wrong while a module ran, and in which line: of the file, or of whatever was run last."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen ")]
    mine = [frame for frame in frames if file is not None and frame.filename == str(file.path)]
    what = "cannot be imported"
    if isinstance(error, SyntaxError) and not mine:
        name, line, what = error.filename, error.lineno, "not valid Python"
    else:
        name, line = (mine or frames)[-1].filename, (mine or frames)[-1].lineno
    name = file.name if file is not None else name
    return Located(field, f"{name}:{line or 1}: {field}: {what} ({_words(error)}). Fix that line.")


def _words(error: BaseException) -> str:
    """Type and text of an error, on one line."""
    text = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:200]


def _installed(name: str, field: str) -> ModuleType:
    try:
        return import_module(name)
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and (name == missing or name.startswith(f"{missing}.")):
            right = f"Put {name}.py beside the scenario, or install it."
            raise ComplaintError([f"{field}: no such module ({short(name)}). {right}"]) from None
        raise ComplaintError([_inside(error, field)]) from error
