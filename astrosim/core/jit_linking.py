"""Compiled functions that have machine code only where Python calls them.

numba makes machine code, and a way in from Python, of every function that a kernel calls, though the kernel takes their
LLVM code alone: most of what LLVM did on first use was thrown away. Here a compiled caller links the LLVM code of a
`Linked` function, which is optimised once, with the caller; a `Called` has machine code, too, once Python calls it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from typing import Any, Self

import llvmlite.binding as llvm
from numba.core.caching import CompileResultCacheImpl
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompileResult, compile_result
from numba.core.registry import CPUDispatcher
from numba.core.sigutils import normalize_signature

from astrosim.core.compilation import ANNOUNCEMENT, alone, is_held
from astrosim.core.interpreted import REFUSED
from astrosim.core.machine_code import KeptCode

DAMAGE = (OSError, EOFError, ValueError, KeyError, AttributeError, ImportError, pickle.UnpicklingError)
"""Errors of reading a damaged index of a cache."""


OWN = "own"  # ends the names of what a caller has linked


class LinkedLibrary(JITCodeLibrary):
    """LLVM code of a function, for others to link: it is neither optimised as a whole nor made into machine code."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0: there is no machine code."""
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Self:
        """The library itself, which numba asks to set the environment of a function at its address."""
        return self

    def set_env(self, name: str, environment: Any) -> None:
        """Leave the environment to the caller: there is no address yet."""

    def bitcode(self) -> bytes:
        """Return the LLVM code, to be kept on disk."""
        code: bytes = self._get_module_for_linking().as_bitcode()
        return code

    @classmethod
    def from_bitcode(cls, codegen: Any, name: str, code: bytes) -> Self:
        """Return the library of a `bitcode()`."""
        library = cls(codegen, name)
        library._final_module = llvm.parse_bitcode(code)
        library._finalize_final_module()
        return library


class ReorderedLibrary(LinkedLibrary):
    """LLVM code whose sums may be reordered: optimised alone, so that their order does not depend on the caller."""

    def _optimize_final_module(self) -> None:
        super(LinkedLibrary, self)._optimize_final_module()


class CalledLibrary(JITCodeLibrary):
    """Machine code of a function. What it links is its own, so that LLVM drops what a call does not use."""

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == llvm.Linkage.linkonce_odr:
                function.linkage = llvm.Linkage.internal
                function.name = f"{function.name}.{OWN}"  # by its old name, LLVM would offer it to other modules
        super()._optimize_final_module()


class CallingCompiler(Compiler):
    """numba's compiler, for functions that Python calls."""

    def compile_extra(self, func: Any) -> Any:
        """Compile a Python function."""
        self.state.library = CalledLibrary(self.state.targetctx.codegen(), func.__qualname__)
        self.state.library.enable_object_caching()
        return super().compile_extra(func)


class LinkingCompiler(Compiler):
    """numba's compiler, up to LLVM code."""

    def compile_extra(self, func: Any) -> Any:
        """Compile a Python function."""
        kind = ReorderedLibrary if self.state.flags.fastmath else LinkedLibrary
        self.state.library = kind(self.state.targetctx.codegen(), func.__qualname__)
        return super().compile_extra(func)


class _LinkedFile(CompileResultCacheImpl):
    """Form of a linked function on disk."""

    def get_filename_base(self, fullname: str, abiflags: str) -> str:
        return f"{super().get_filename_base(fullname, abiflags)}.linked"

    def reduce(self, result: Any) -> tuple[Any, ...]:
        description, library = result.fndesc, result.library
        description.typemap = description.calltypes = None  # cannot be pickled, and is not needed again
        return type(library), library.name, library.bitcode(), description, result.environment, result.signature

    def rebuild(self, target_context: Any, payload: tuple[Any, ...]) -> Any:
        kind, name, code, description, environment, signature = payload
        library = kind.from_bitcode(target_context.codegen(), name, code)
        return compile_result(
            target_context=target_context,
            typing_context=target_context.typing_context,
            library=library,
            environment=environment,
            entry_point=target_context.get_executable(library, description, environment),
            fndesc=description,
            type_annotation="",
            signature=signature,
            objectmode=False,
            lifted=(),
        )


class LinkedCode(KeptCode):
    """LLVM code of one function on disk."""

    _impl_class = _LinkedFile


class Linked(CPUDispatcher):
    """Function that other compiled code alone can call: it has no way in from Python."""

    def __init__(self, py_func: Any, locals: Any = None, targetoptions: Any = None, pipeline_class: Any = None) -> None:
        options = {**(targetoptions or {}), "no_cpython_wrapper": True}
        super().__init__(py_func, locals, options, LinkingCompiler)

    def keep(self) -> None:
        """Keep the LLVM code in the folder of numba's configuration.

        Raises
        ------
        RuntimeError
            If the folder cannot be written.
        """
        self._cache = LinkedCode(self.py_func)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse the call: without a way in it would end the process.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError(REFUSED.format(self.py_func.__qualname__))


class Called(CPUDispatcher):
    """Function that Python and compiled code can call; the latter links its `Linked` form."""

    def __init__(self, py_func: Any, locals: Any = None, targetoptions: Any = None, pipeline_class: Any = None) -> None:
        super().__init__(py_func, locals, targetoptions, CallingCompiler)
        self.linked = Linked(py_func, locals, targetoptions)
        self._lock = ""  # of the file that the process holds which compiles; empty where nothing is kept

    def keep(self) -> None:
        """Keep machine code and LLVM code in the folder of numba's configuration.

        Raises
        ------
        RuntimeError
            If the folder cannot be written.
        """
        self._cache = KeptCode(self.py_func)
        self.linked.keep()
        self._lock = os.path.join(self._cache.cache_path, f"{self._cache._impl.filename_base}.lock")

    def compile(self, sig: Any) -> Any:
        """Compile for a signature, or load what is kept; if another process compiles the function, wait for it."""
        types, _ = normalize_signature(sig)
        if self.is_kept(types):
            return super().compile(sig)
        with ANNOUNCEMENT.if_long(), alone(self._lock) if self._lock else contextlib.nullcontext():
            return super().compile(sig)

    def is_kept(self, types: tuple[Any, ...]) -> bool:
        """Return whether machine code for arguments of these types is loaded, or kept on disk."""
        if types in self.overloads:
            return True
        if not self._lock:
            return False
        key = self._cache._index_key(types, self.targetctx.codegen())
        try:
            return key in self._cache._cache_file._load_index()
        except DAMAGE:
            return False

    def is_in_work(self) -> bool:
        """Return whether a process compiles the function."""
        return bool(self._lock) and is_held(self._lock)

    def types_of(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return numba's types of arguments."""
        return tuple(map(self.typeof_pyval, arguments))

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Return the type of a call from compiled code."""
        return self.linked.get_call_template(args, kws)

    def get_overload(self, sig: Any) -> Any:
        """Return the function that compiled code calls."""
        return self.linked.get_overload(sig)

    def add_overload(self, result: CompileResult) -> None:
        """Take up what was compiled or loaded; the linked functions' environments have addresses now."""
        for environment in result._find_referenced_environments():
            result.codegen.set_env(environment.env_name, environment)
        super().add_overload(result)
