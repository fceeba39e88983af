"""Tables of synapses and of neurons: files of text, data frames, mappings and rows; and matrices written as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from astrosim.core.errors import AstrosimError
from astrosim.scenario.section import short
from astrosim.systems.threshold.outside import delimited, matrices
from astrosim.systems.threshold.outside.changes import Change, some
from astrosim.systems.threshold.outside.options import Options
from astrosim.systems.threshold.outside.source import (
    ENDS,
    FACTS,
    PRE_ENDS,
    Source,
    columns_of,
    edge_table,
    neuron_table,
    source_of,
)

EDGE_HEADS = ("pre", "post", "weight")  # of a table without a head
USUAL = {*ENDS["pre"], *ENDS["post"], *PRE_ENDS}


def from_text(data: bytes, where: str, nodes: pd.DataFrame | None, options: Options) -> Source:
    """Return the source of a table of synapses or a matrix as text.

    Parameters
    ----------
    data : bytes
        Decompressed.
    where : str
        Name of the file.
    nodes : pandas.DataFrame or None
        Table of neurons, as `neuron_table` gives it.
    options : Options

    Raises
    ------
    AstrosimError
        If it is neither.
    """
    rows = delimited.rows_of(data, where)
    asked = {options.pre, options.post, options.weight} - {""}

    def known(cells: list[str]) -> bool:
        return any(cell.strip().lower().replace(" ", "_") in USUAL or cell in asked for cell in cells)

    square = None if known(rows[0]) else matrices.square(rows)
    if square is not None:
        return matrices.from_matrix(square[0], square[1], where, nodes)
    frame = delimited.frame_of(rows, known, EDGE_HEADS)
    if not known(list(frame.columns)) and frame.shape[1] <= len(EDGE_HEADS):
        frame = frame.set_axis(EDGE_HEADS[: frame.shape[1]], axis=1)
    return from_frame(frame, where, nodes, options)


def from_frame(frame: pd.DataFrame, where: str, nodes: pd.DataFrame | None, options: Options) -> Source:
    """Return the source of a table of synapses.

    Parameters
    ----------
    frame : pandas.DataFrame
    where : str
    nodes : pandas.DataFrame or None
    options : Options

    Raises
    ------
    AstrosimError
        If a column is missing or a weight is no number.
    """
    frame, changes = chosen_rows(frame, options.where, where)
    columns = columns_of(frame, where, {"pre": options.pre, "post": options.post, "weight": options.weight})
    edges = edge_table(frame, where, columns)
    idle = [str(column) for column in frame.columns if column not in {*columns, *options.where}]
    if idle:
        changes.append(Change("other columns", len(idle), f"not used: {some(idle)}"))
    return source_of(edges, nodes, where, changes)


def chosen_rows(frame: pd.DataFrame, chosen: Mapping[str, str], where: str) -> tuple[pd.DataFrame, list[Change]]:
    """Return the rows that have the chosen values, and how many were left out.

    Raises
    ------
    AstrosimError
        If there is no such column, or no such row.
    """
    changes = []
    for column, value in chosen.items():
        if column not in frame:
            heads = ", ".join(map(str, frame.columns))
            raise AstrosimError(f"{where}: where: no such column ({column}). Write one of {heads}.")
        texts = frame[column].astype(str).str.strip()
        kept = texts == str(value)
        if not kept.any():
            raise AstrosimError(
                f"{where}: where: no row has {column} = {value} (0). Write one of {', '.join(sorted(set(texts))[:9])}."
            )
        if not kept.all():
            changes.append(Change(f"rows with another {column} than {value}", int((~kept).sum()), "left out"))
        frame = frame[kept]
    return frame, changes


def as_frame(table: Any, heads: tuple[str, ...], where: str) -> pd.DataFrame:
    """Return a data frame of a table that is one, or a mapping of columns, or rows.

    Parameters
    ----------
    table : pandas.DataFrame, mapping, or sequence of rows
    heads : tuple of str
        Names of the columns of rows that are no mappings.
    where : str

    Raises
    ------
    AstrosimError
        If it is none of them.
    """
    if isinstance(table, pd.DataFrame):
        return table
    if hasattr(table, "to_pandas"):
        return pd.DataFrame(table.to_pandas())
    try:
        rows = table if isinstance(table, Mapping | np.ndarray) else list(table)
        frame = pd.DataFrame(rows)
    except (TypeError, ValueError) as error:
        raise AstrosimError(
            f"{where}: not a table ({short(str(error))}). Give a DataFrame, columns, or rows of pre, post, weight."
        ) from None
    if all(isinstance(column, int | np.integer) for column in frame.columns):
        if frame.shape[1] > len(heads) or (frame.shape[1] < 2 and len(frame)):
            wide = f"rows of {frame.shape[1]} values"
            raise AstrosimError(f"{where}: {wide} without names ({frame.shape[1]}). Give {', '.join(heads)}.")
        names = heads[: frame.shape[1]] if len(frame) else heads[:2]
        frame = frame.set_axis(names, axis=1) if len(frame) else pd.DataFrame(columns=list(names))
    return frame


def nodes_of(nodes: Any, where: str, options: Options) -> pd.DataFrame | None:
    """Return the table of neurons of a data frame or file; None where there is none."""
    if nodes is None:
        return None
    clusters = options.clusters if isinstance(options.clusters, str) else ""
    if isinstance(nodes, str | Path):
        data, _ = delimited.unpacked(Path(nodes))
        rows = delimited.rows_of(data, str(nodes))
        names = {name for usual in FACTS.values() for name in usual} | {clusters}
        frame = delimited.frame_of(rows, lambda cells: any(c.lower() in names for c in cells), ("name", "kind"))
        return neuron_table(frame, str(nodes), clusters)
    return neuron_table(as_frame(nodes, tuple(FACTS), f"{where}: nodes"), f"{where}: nodes", clusters)
