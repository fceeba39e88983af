"""Compiled functions with some of the functions that they call exchanged: how a kernel takes an own formula.

The functions between the one that is wanted and those that are exchanged are rebuilt from their source's byte code,
everything else is shared. What is built is compiled in each process that needs it, and not kept on disk, where it would
be taken for the original.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numba import config, from_dtype
from numba.core.dispatcher import Dispatcher
from numba.core.errors import NumbaError

from astrosim.core.interpreted import Interpreted, typed

__all__ = ["NumbaError", "is_jitted", "returned_type", "specialised"]

Function = Callable[..., Any]
EXCHANGED = "exchanged"  # in names of what is built: linked code is told apart by its name
KERNEL = (Dispatcher, Interpreted)


def is_jitted(function: Any) -> bool:
    """Return whether something is a function that numba compiles, or would where it is off."""
    return isinstance(function, KERNEL) or bool(config.DISABLE_JIT and isinstance(function, FunctionType))


def returned_type(function: Any, *arguments: Any) -> str:
    """Return Numba's name for the type of what a jitted function returns.

    Parameters
    ----------
    function : jitted function
    *arguments : NumPy scalar types
    """
    if config.DISABLE_JIT:
        return str(from_dtype(np.result_type(typed(function)(*(argument(1) for argument in arguments)))))
    types = tuple(from_dtype(np.dtype(argument)) for argument in arguments)
    function.compile(types)
    return str(function.overloads[types].signature.return_type)


def specialised(function: Function, exchanged: Mapping[Function, Function]) -> Function:
    """Return a compiled function that calls others in place of some.

    Parameters
    ----------
    function : compiled function
    exchanged : mapping of compiled function to function
        What is called, at any depth, and what is to be called instead. If one of the latter is plain Python, so is
        the result.

    Returns
    -------
    callable
        The function itself if it calls none of them.
    """
    return _specialised(function, tuple(exchanged.items()))


@cache
def _specialised(function: Function, exchanged: tuple[tuple[Function, Function], ...]) -> Function:
    return _Exchange(dict(exchanged)).apply(function)


class _Exchange:
    """Functions by what stands for them."""

    def __init__(self, exchanged: dict[Any, Any]) -> None:
        self.known = {old: Interpreted(new) if config.DISABLE_JIT else new for old, new in exchanged.items()}
        self.jitted = all(map(is_jitted, exchanged.values()))

    def apply(self, function: Any) -> Any:
        """What stands for a compiled function: itself, unless it calls an exchanged one."""
        if function not in self.known:
            changed = self._changed(function.py_func)
            self.known[function] = self._built(function, changed) if changed else function
        return self.known[function]

    def _changed(self, function: Any) -> dict[str, Any]:
        """The global names of a function that mean something else than before."""
        meaning, changed = function.__globals__, {}
        for name, attributes in _global_names(function).items():
            old = meaning.get(name)
            new = old
            if isinstance(old, KERNEL):
                new = self.apply(old)
            elif isinstance(old, ModuleType) and old.__name__.startswith("astrosim."):
                new = self._stand_in(old, attributes)
            if new is not old:
                changed[name] = new
        return changed

    def _stand_in(self, module: ModuleType, names: set[str]) -> ModuleType:
        """A module for numba to look names up in; the module itself if none of them has changed."""
        meaning = vars(module)
        new = {name: self.apply(meaning[name]) for name in sorted(names) if isinstance(meaning.get(name), KERNEL)}
        if all(meaning[name] is value for name, value in new.items()):
            return module
        other = ModuleType(module.__name__)
        vars(other).update(meaning | new)
        return other

    def _built(self, function: Any, changed: dict[str, Any]) -> Any:
        """Rebuild the function with other meanings of some names, compiled as it was."""
        old = function.py_func
        new = FunctionType(old.__code__, old.__globals__ | changed, old.__name__, old.__defaults__)
        if config.DISABLE_JIT:
            return Interpreted(new)
        new.__qualname__ = f"{old.__qualname__}_{EXCHANGED}"
        return type(function)(new, targetoptions=function.targetoptions) if self.jitted else new


def _global_names(function: Any) -> dict[str, set[str]]:
    """Global names that a function loads, each with the attributes that are read of it at once."""
    found: dict[str, set[str]] = {}
    last = None
    for instruction in dis.get_instructions(function):
        if instruction.opname == "LOAD_GLOBAL":
            last = instruction.argval
            found.setdefault(last, set())
        elif instruction.opname in ("LOAD_ATTR", "LOAD_METHOD") and last is not None:
            found[last].add(instruction.argval)
            last = None
        else:
            last = None
    return found
