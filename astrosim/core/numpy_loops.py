"""NumPy's own elementary functions in compiled code, on single numbers (dimensionless; float64 or float32).

The last bit of ``np.cos`` and ``np.sin`` depends on the vector instructions that NumPy chose when it was loaded; the
cosine of another library, libm's included, may differ in it. Where compiled code has to reproduce a program that calls
NumPy, it therefore calls the very loops: a ufunc holds a table of them (PyUFuncObject of NumPy's public header
``ufuncobject.h``; ``functions``, ``data`` and ``types``). The table is compared with the ufunc's own account of itself
before it is trusted.
"""

from __future__ import annotations

import ctypes
import math
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

from astrosim.core.jit import phase

LOOP = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
"""PyUFuncGenericFunction: places of the arguments, number of elements, strides, data of the loop."""


class _UFunc(ctypes.Structure):
    """PyUFuncObject up to its types."""

    _fields_ = [
        ("head", ctypes.c_byte * object.__basicsize__),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
        ("reserved", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("types", ctypes.c_void_p),
    ]


class Loop(NamedTuple):
    """One inner loop of a ufunc of one argument.

    Attributes
    ----------
    function : int
        Its address in this process.
    data : int
        Address of the data that it is given; 0 for none.
    """

    function: int
    data: int


class Loops(NamedTuple):
    """Functions that compiled code is given; ask `loops()` for them.

    Attributes
    ----------
    cos, sin : Loop
        In float64.
    cos_single, sin_single : Loop
        In float32.
    two : float
        2, which the compiler must not know: it would take a power of 2 for a product, whose last bit libm's power does
        not always share.
    """

    cos: Loop
    sin: Loop
    cos_single: Loop
    sin_single: Loop
    two: float


def loops() -> Loops:
    """Return the loops of this process.

    Raises
    ------
    LookupError
        If this NumPy keeps them elsewhere.
    """
    return Loops(loop_of(np.cos, "d"), loop_of(np.sin, "d"), loop_of(np.cos, "f"), loop_of(np.sin, "f"), 2.0)


def loop_of(ufunc: Any, kind: str) -> Loop:
    """Return the loop of a ufunc of one argument.

    Parameters
    ----------
    ufunc : numpy.ufunc
    kind : str
        Character of the type of argument and result: "d" or "f".

    Raises
    ------
    LookupError
        If this NumPy keeps its loops elsewhere, or has none for the type.
    """
    found = _UFunc.from_address(id(ufunc))
    account = (ufunc.nin, ufunc.nout, ufunc.nargs, ufunc.ntypes)
    if (found.nin, found.nout, found.nargs, found.ntypes) != account or ufunc.nargs != 2:
        raise LookupError(f"NumPy {np.__version__} keeps the loops of {ufunc.__name__} elsewhere")
    numbers = ctypes.string_at(found.types, found.nargs * found.ntypes)
    expected = b"".join(bytes(np.dtype(c).num for c in row.replace("->", "")) for row in ufunc.types)
    row = f"{kind}->{kind}"
    if found.name != ufunc.__name__.encode() or numbers != expected or row not in ufunc.types:
        raise LookupError(f"NumPy {np.__version__} has no known loop of {ufunc.__name__} for {row}")
    place = ufunc.types.index(row)
    return Loop(found.functions[place] or 0, found.data[place] or 0)


@intrinsic
def _compiled_call(context: Any, function: Any, data: Any, x: Any) -> Any:
    """Call of a loop on one number."""
    if not isinstance(x, types.Float):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, data, value = arguments
        word, byte = ir.IntType(64), ir.IntType(8).as_pointer()
        result = cgutils.alloca_once(builder, value.type)
        places = cgutils.alloca_once(builder, ir.ArrayType(byte, 2))
        for k, pointer in enumerate((cgutils.alloca_once_value(builder, value), result)):
            builder.store(builder.bitcast(pointer, byte), cgutils.gep_inbounds(builder, places, 0, k))
        size = signature.args[2].bitwidth // 8
        strides = cgutils.alloca_once_value(builder, ir.Constant(ir.ArrayType(word, 2), [size, size]))
        count = cgutils.alloca_once_value(builder, ir.Constant(word, 1))
        kind = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), word.as_pointer(), word.as_pointer(), byte])
        builder.call(
            builder.inttoptr(address, kind.as_pointer()),
            [
                builder.bitcast(places, byte.as_pointer()),
                count,
                builder.bitcast(strides, word.as_pointer()),
                builder.inttoptr(data, byte),
            ],
        )
        return builder.load(result)

    return x(types.int64, types.int64, x), generate


def _interpreted_call(function: int, data: int, x: Any) -> Any:
    """The same where numba is off."""
    given = np.array([x], x.dtype if isinstance(x, np.floating) else np.float64)
    result = np.empty_like(given)
    places = (ctypes.c_void_p * 2)(given.ctypes.data, result.ctypes.data)
    count, strides = ctypes.c_ssize_t(1), (ctypes.c_ssize_t * 2)(given.itemsize, given.itemsize)
    LOOP(function)(ctypes.addressof(places), ctypes.addressof(count), ctypes.addressof(strides), data)
    return result[0]


def _interpreted_power(x: Any, exponent: Any) -> Any:
    """Power of NumPy's scalars where numba is off."""
    return x**exponent


_call = _interpreted_call if config.DISABLE_JIT else _compiled_call
_power = _interpreted_power if config.DISABLE_JIT else math.pow


@phase
def cosine(loops, x):
    """Return ``np.cos(x)`` of a float64."""
    return _call(loops.cos.function, loops.cos.data, x)


@phase
def sine(loops, x):
    """Return ``np.sin(x)`` of a float64."""
    return _call(loops.sin.function, loops.sin.data, x)


@phase
def cosine_single(loops, x):
    """Return ``np.cos(x)`` of a float32."""
    return _call(loops.cos_single.function, loops.cos_single.data, x)


@phase
def sine_single(loops, x):
    """Return ``np.sin(x)`` of a float32."""
    return _call(loops.sin_single.function, loops.sin_single.data, x)


@phase
def square(loops, x):
    """Return ``x**2`` of a NumPy float64: libm's power."""
    return _power(x, loops.two)


@phase
def square_single(loops, x):
    """Return ``x**2`` of a NumPy float32: libm's power."""
    return _power(x, np.float32(loops.two))
