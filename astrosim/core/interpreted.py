"""Kernels where numba is off (`NUMBA_DISABLE_JIT`): run by the interpreter, with the types that numba would give.

numba computes whole numbers in 64 bits and takes a Python number for one of 64 bits; NumPy keeps the narrower type, so
that a sum of bytes wraps and a product of float32 and a Python float loses digits. Here every operator of a kernel
first asks numba for the types that it would compute in. The lines of the source stay where they are, for debuggers and
for coverage. Kernels that numba may reorder (`reordered`) have an order of their own here.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import operator
import textwrap
from collections.abc import Callable
from functools import cache, partial, update_wrapper
from types import CodeType, FunctionType
from typing import Any

import numpy as np

Cast = Callable[[Any], Any]
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
"""Operators that compute with numbers; all others stay as they are."""
UNARY = (operator.neg, operator.invert)
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
UNIFIED = {"min": min, "max": max}
"""Functions whose result has the type that holds all of their arguments."""
REFUSED = "{}: a phase is copied into kernels and cannot be called from Python. Call a kernel."
PREFIX = "_numba_"  # of the names that transformed kernels call


class Interpreted:
    """A kernel that the interpreter runs; from Python it is called as its compiled twin is.

    Parameters
    ----------
    function : callable

    Attributes
    ----------
    py_func : callable
        With numba's types; kernels call this.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self.py_func = typed(function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the kernel, without warnings about overflow, which is meant; returns Python's numbers, as numba does."""
        with np.errstate(all="ignore"):
            return _boxed(self.py_func(*args, **kwargs))


class InterpretedPhase(Interpreted):
    """Phase where numba is off; kernels run its body."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse the call, as the compiled phase does.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError(REFUSED.format(self.py_func.__qualname__))


def typed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose operators compute in numba's types; the function itself if its source is unknown."""
    if not isinstance(function, FunctionType) or function.__closure__:
        return function
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except OSError:
        return function
    tree = _Typed().visit(ast.parse(source))
    ast.increment_lineno(ast.fix_missing_locations(tree), function.__code__.co_firstlineno - 1)
    flags = __future__.annotations.compiler_flag
    code: CodeType = compile(tree, function.__code__.co_filename, "exec", flags, dont_inherit=True)
    found: dict[str, Any] = {}
    function.__globals__.update(_HELPERS)
    exec(code, function.__globals__, found)  # the package's own source, once more
    result: Callable[..., Any] = found[function.__name__]
    return update_wrapper(result, function)


def _typed_operator(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Return an operator of one or two values that computes in the types that numba gives to it."""
    rules: dict[Any, tuple[Cast | None, Cast | None, Cast | None]] = {}

    def single(value: Any) -> Any:
        kind = type(value)
        if kind not in rules:
            rules[kind] = _rule(operation, kind)
        cast, _, result = rules[kind]
        found = operation(cast(value) if cast else value)
        return result(found) if result else found

    def double(left: Any, right: Any) -> Any:
        kinds = type(left), type(right)
        if kinds not in rules:
            rules[kinds] = _rule(operation, *kinds)
        cast_left, cast_right, result = rules[kinds]
        found = operation(cast_left(left) if cast_left else left, cast_right(right) if cast_right else right)
        return result(found) if result else found

    return single if operation in UNARY else double


def power(base: Any, exponent: Any) -> Any:
    """Return a power as numba computes it: of a whole exponent, by squaring."""
    if not isinstance(exponent, int | np.integer) or isinstance(base, np.ndarray):
        return _typed_operator(operator.pow)(base, exponent)
    kind: Any = _cast(_context().resolve_function_type(operator.pow, _types(base, exponent), {}).return_type)
    left, square, found = abs(int(exponent)), kind(base), kind(1)
    while left:
        found = kind(found * square) if left & 1 else found
        left, square = left >> 1, kind(square * square)
    return 1.0 / found if exponent < 0 else found


def updated(operation: Callable[..., Any], old: Any, value: Any) -> Any:
    """Return what an augmented assignment assigns; arrays are changed in place."""
    new = operation(old, value)
    if isinstance(old, np.ndarray):
        old[...] = new
        return old
    return new


def unified(function: Callable[..., Any], *values: Any) -> Any:
    """Return the least or largest value, in the type that holds all of them."""
    return _common(*map(type, values))(function(*values))


def inner(function: Any) -> Any:
    """Return what a kernel calls: of another kernel its body, without the way in from Python."""
    return function.py_func if isinstance(function, Interpreted) else function


def _boxed(value: Any) -> Any:
    """A result as Python receives it from numba."""
    if isinstance(value, np.generic):
        return value.item()
    return tuple(map(_boxed, value)) if type(value) is tuple else value


@cache
def _context() -> Any:
    """Return numba's typing of operators."""
    from numba.core.registry import cpu_target

    cpu_target.typing_context.refresh()
    return cpu_target.typing_context


def _numba_type(kind: type) -> Any:
    """Return numba's type of a scalar; None for what is none."""
    from numba import from_dtype

    known = {bool: np.bool_, int: np.int64, float: np.float64}
    kind = known.get(kind, kind)
    return (
        from_dtype(np.dtype(kind)) if issubclass(kind, np.generic) and issubclass(kind, np.number | np.bool_) else None
    )


def _types(*values: Any) -> tuple[Any, ...]:
    """Return numba's types of scalars."""
    return tuple(_numba_type(type(value)) for value in values)


def _cast(kind: Any) -> type[np.generic]:
    """Return the scalar type of NumPy that is a type of numba."""
    from numba.np.numpy_support import as_dtype

    return as_dtype(kind).type


def _rule(operation: Callable[..., Any], *kinds: type) -> tuple[Cast | None, Cast | None, Cast | None]:
    """Return the types that up to two operands are cast to, and that of the result; None for what stays as it is."""
    types = tuple(map(_numba_type, kinds))
    if any(kind is None for kind in types):
        wide: dict[type, Cast] = {int: np.int64, float: np.float64} if np.ndarray in kinds else {}
        first, second = (*(wide.get(kind) for kind in kinds), None)[:2]
        return first, second, None
    signature = _context().resolve_function_type(operation, types, {})
    result = _cast(signature.return_type)
    whole = issubclass(result, np.integer)  # NumPy computes in one type only
    casts: list[Any] = [result if whole else _cast(kind) for kind in signature.args]
    first, second = (*(None if cast is kind else cast for cast, kind in zip(casts, kinds, strict=True)), None)[:2]
    settled = operation in COMPARISONS or (operation is not operator.truediv and all(c is result for c in casts))
    return first, second, None if settled else result


@cache
def _common(*kinds: type) -> Cast:
    """Return the type that holds values of several."""
    types = tuple(map(_numba_type, kinds))
    if any(kind is None for kind in types):
        return lambda value: value
    return _cast(_context().unify_types(*types))


class _Typed(ast.NodeTransformer):
    """Operators, augmented assignments and calls of a kernel, by way of the functions above."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Leave out the decorators: the result is decorated already."""
        node.decorator_list = []
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _call(type(node.op).__name__, node, node.left, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return _call(type(node.op).__name__, node, node.operand) if type(node.op) in OPERATORS else node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if not all(type(op) in OPERATORS for op in node.ops):
            return node
        sides = [node.left, *node.comparators]
        parts = [_call(type(op).__name__, node, *sides[k : k + 2]) for k, op in enumerate(node.ops)]
        return parts[0] if len(parts) == 1 else ast.copy_location(ast.BoolOp(ast.And(), list(parts)), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        old = ast.parse(ast.unparse(node.target), mode="eval").body
        new = _call("updated", node, _name(type(node.op).__name__), self.visit(old), self.visit(node.value))
        return ast.copy_location(ast.Assign([self.visit(node.target)], new), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        self.generic_visit(node)
        node.func = _name(name) if name in UNIFIED else _call("inner", node, node.func)
        return node


def _name(name: str) -> ast.expr:
    return ast.Name(PREFIX + name, ast.Load())


def _call(name: str, place: ast.AST, *args: ast.expr) -> ast.expr:
    """A call of one of the functions above, at the place of a node."""
    return ast.copy_location(ast.Call(_name(name), list(args), []), place)


_HELPERS: dict[str, Any] = {
    f"{PREFIX}{name}": value
    for name, value in {
        **{kind.__name__: _typed_operator(operation) for kind, operation in OPERATORS.items()},
        **{name: partial(unified, function) for name, function in UNIFIED.items()},
        "Pow": power,
        "updated": updated,
        "inner": inner,
    }.items()
}
