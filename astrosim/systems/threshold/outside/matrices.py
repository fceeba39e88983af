"""Adjacency matrices: arrays, sparse arrays, NPZ, NPY and MTX files, and square tables of text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.io
import scipy.sparse

from astrosim.core.errors import AstrosimError
from astrosim.scenario.section import short
from astrosim.systems.threshold.outside.delimited import is_number
from astrosim.systems.threshold.outside.source import Source, cleaned_names, source_of

BROKEN = (ValueError, OSError, EOFError, KeyError, RuntimeError, TypeError, NotImplementedError)


def from_matrix(matrix: Any, names: Sequence[Any] | None, where: str, nodes: pd.DataFrame | None) -> Source:
    """Return the source of an adjacency matrix.

    Parameters
    ----------
    matrix : array_like or scipy.sparse array, shape (neuron, neuron)
        Entry (i, j) is the weight of the synapse from i to j; 0 for none.
    names : sequence or None
        Of the neurons; 0, 1, 2 ... if left out.
    where : str
    nodes : pandas.DataFrame or None

    Raises
    ------
    AstrosimError
        If it is not square, holds no finite numbers, or has other names than rows.
    """
    try:
        sparse = scipy.sparse.coo_array(matrix if scipy.sparse.issparse(matrix) else np.asarray(matrix, np.float64))
    except BROKEN as error:
        raise AstrosimError(f"{where}: not a matrix of numbers ({short(str(error))}). Give numbers.") from None
    if len(sparse.shape) != 2 or sparse.shape[0] != sparse.shape[1]:
        raise AstrosimError(f"{where}: not a square matrix (shape {sparse.shape}). Give one row and column per neuron.")
    weight = sparse.data.astype(np.float64)
    if not np.isfinite(weight).all():
        wrong = int((~np.isfinite(weight)).sum())
        raise AstrosimError(
            f"{where}: entries that are no finite numbers ({wrong}). Write 0 where there is no synapse."
        )
    labels = list(range(sparse.shape[0])) if names is None else list(names)
    if len(labels) != sparse.shape[0]:
        what = f"{len(labels)} names for {sparse.shape[0]} neurons ({len(labels)})"
        raise AstrosimError(f"{where}: names: {what}. Give one per row.")
    texts, _ = cleaned_names(labels)
    known = nodes if nodes is not None else pd.DataFrame({"name": texts})
    kept = np.flatnonzero(weight)
    ends = [np.array(texts, object)[index[kept]] for index in sparse.coords]
    return source_of(pd.DataFrame({"pre": ends[0], "post": ends[1], "weight": weight[kept]}), known, where)


def square(rows: list[list[str]]) -> tuple[np.ndarray, list[str] | None] | None:
    """Return the numbers (float64, shape (neuron, neuron)) and names of a square table; None where it is none.

    A table with names has them in its first row, and in its first column, too, or not. Three columns without names
    in the first one are a list of synapses: pre, post, weight.
    """
    head, body = rows[0], rows[1:]
    if len(rows) == len(head) > 3 and all(is_number(cell) for row in rows for cell in row):
        return _array(rows), None
    for skipped in (1, 0):
        names = [cell.strip() for cell in head[skipped:]]
        inner = [row[skipped:] for row in body]
        beside = [row[0].strip() for row in body] if skipped else names
        filled = [cell for row in inner for cell in row if cell.strip()]
        clear = not is_number(head[0]) if skipped else len(names) > 3 and not any(map(is_number, names))
        if clear and len(names) == len(body) > 1 and beside == names and all(map(is_number, filled)):
            return _array(inner), names
    return None


def _array(rows: list[list[str]]) -> np.ndarray:
    return np.array([[float(cell.replace(",", ".") or 0.0) for cell in row] for row in rows])


def from_npz(data: bytes, where: str, nodes: pd.DataFrame | None) -> Source:
    """Return the source of an NPZ file: of scipy.sparse, with pre, post and weight, or with one matrix.

    Parameters
    ----------
    data : bytes
    where : str
    nodes : pandas.DataFrame or None

    Raises
    ------
    AstrosimError
        If it is none of these.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        if "format" in arrays and "shape" in arrays:
            return from_matrix(scipy.sparse.load_npz(io.BytesIO(data)), None, where, nodes)
    except BROKEN as error:
        raise AstrosimError(
            f"{where}: not an NPZ file ({short(str(error))}). Write it with numpy.savez or scipy.sparse.save_npz."
        ) from None
    names = arrays.pop("names", None)
    if {"pre", "post"} <= set(arrays):
        return _lists(arrays, names, where, nodes)
    flat = [name for name, array in arrays.items() if array.ndim == 2 and array.shape[0] == array.shape[1]]
    if len(flat) != 1:
        what = f"no pre and post, and {len(flat)} square matrices ({', '.join(arrays)})"
        raise AstrosimError(f"{where}: {what}. Write arrays pre, post, weight, or one matrix.")
    return from_matrix(arrays[flat[0]], None if names is None else names.tolist(), where, nodes)


def _lists(arrays: dict[str, np.ndarray], names: np.ndarray | None, where: str, nodes: pd.DataFrame | None) -> Source:
    """Return the source of arrays pre, post and perhaps weight; with names they are places in these."""
    pre, post = arrays["pre"], arrays["post"]
    weight = arrays.get("weight", np.full(pre.shape, np.nan))
    if pre.ndim != 1 or not pre.shape == post.shape == weight.shape:
        shapes = f"{pre.shape}, {post.shape}, {weight.shape}"
        raise AstrosimError(f"{where}: pre, post and weight differ in shape ({shapes}). Write lists of one length.")
    if weight.dtype.kind not in "iuf":
        raise AstrosimError(f"{where}: weight: not numbers ({weight.dtype}). Write numbers.")
    if names is not None:
        if not (min(pre.min(), post.min()) >= 0 and max(pre.max(), post.max()) < names.size):
            raise AstrosimError(f"{where}: names: fewer than the neurons ({names.size}). Give one per neuron.")
        pre, post = names[pre], names[post]
        nodes = nodes if nodes is not None else pd.DataFrame({"name": names.tolist()})
    edges = pd.DataFrame({"pre": pre.tolist(), "post": post.tolist(), "weight": weight.astype(np.float64)})
    return source_of(edges, nodes, where)


def from_array_file(data: bytes, path: Path, where: str, nodes: pd.DataFrame | None) -> Source:
    """Return the source of an NPY or a MTX (Matrix Market) file.

    Parameters
    ----------
    data : bytes
    path : Path
        Its ending says which.
    where : str
    nodes : pandas.DataFrame or None

    Raises
    ------
    AstrosimError
        If it cannot be read.
    """
    try:
        if path.suffix.lower() == ".npy":
            matrix = np.load(io.BytesIO(data), allow_pickle=False)
        else:
            matrix = scipy.io.mmread(io.BytesIO(data))
    except BROKEN as error:
        raise AstrosimError(f"{where}: not a matrix ({short(str(error))}). Write NPY or Matrix Market.") from None
    return from_matrix(matrix, None, where, nodes)
