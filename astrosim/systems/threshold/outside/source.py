"""Neurons and synapses as they come from outside, before anything is cleaned or assigned."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from astrosim.core.errors import AstrosimError
from astrosim.scenario.section import short
from astrosim.systems.threshold.outside.changes import Change, some

ENDS = {
    "pre": ("pre", "source", "from", "presynaptic", "src", "sender", "pre_name", "source_id", "from_id", "pre_id"),
    "post": (
        "post",
        "target",
        "to",
        "postsynaptic",
        "dst",
        "tgt",
        "receiver",
        "post_name",
        "target_id",
        "to_id",
        "dest",
    ),
}
PRE_ENDS = {"neuron1": "neuron2", "neuron_1": "neuron_2", "n1": "n2", "node1": "node2", "cell1": "cell2"}
IDENTIFIERS = {"id", "name", "root", "body", "gid"}
"""Words that tell the column of a neuron's name from those of its place or kind."""
WEIGHTS = ("weight", "weights", "w", "strength", "value", "count", "n", "synapses", "nbr", "number", "syn_weight")
FACTS = {
    "name": ("name", "neuron", "cell", "node", "id", "label", "neuron_name", "cell_name", "node_id"),
    "kind": ("kind", "role", "type", "cell_type", "class", "category"),
    "cluster": ("cluster", "community", "module", "region", "group", "population", "area"),
    "x": ("x", "pos_x", "x_pos", "soma_x"),
    "y": ("y", "pos_y", "y_pos", "soma_y"),
    "z": ("z", "pos_z", "z_pos", "soma_z"),
    "bit": ("bit",),
}
"""Usual names of the columns of neurons; the first is this package's own."""


class Source(NamedTuple):
    """Neurons and synapses from outside.

    Attributes
    ----------
    neurons : pandas.DataFrame
        Index: names (str), each once, in order; columns: some of `FACTS`, None where nothing is said.
    edges : pandas.DataFrame
        Columns pre, post (str), weight (float64, nan where none is given).
    changes : tuple of Change
    where : str
        Name of the file, table or graph, for messages.
    """

    neurons: pd.DataFrame
    edges: pd.DataFrame
    changes: tuple[Change, ...]
    where: str


def named(columns: Iterable[Hashable], usual: Sequence[str]) -> Hashable | None:
    """Return the first column that has one of the usual names, whatever its case; None where there is none."""
    plain = {str(column).strip().strip('"').lower().replace(" ", "_"): column for column in columns}
    return next((plain[name] for name in usual if name in plain), None)


def cleaned_names(values: Iterable[Any]) -> tuple[list[str], int]:
    """Return names as texts without spaces around them, and how many had some. Whole numbers have no decimals."""
    texts = [str(int(v)) if isinstance(v, float | np.floating) and float(v).is_integer() else str(v) for v in values]
    names = [text.strip() for text in texts]
    return names, len({text for text, name in zip(texts, names, strict=True) if text != name})


def source_of(edges: pd.DataFrame, neurons: pd.DataFrame | None, where: str, changes: Sequence[Change] = ()) -> Source:
    """Return neurons and synapses, the neurons of the table first, then others in the order of the synapses.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns pre, post, weight.
    neurons : pandas.DataFrame or None
        Columns name and others of `FACTS`.
    where : str
    changes : sequence of Change

    Raises
    ------
    AstrosimError
        If there are no neurons, an end has no name, or a neuron is listed twice.
    """
    found = list(changes)
    pre, padded = cleaned_names(edges["pre"])
    post, also = cleaned_names(edges["post"])
    if padded + also:
        found.append(Change("names with spaces around them", padded + also, "spaces removed"))
    if "" in pre or "" in post:
        row = next(n for n, ends in enumerate(zip(pre, post, strict=True)) if "" in ends)
        raise AstrosimError(f"{where}: synapse {row + 1} has an end without a name (''). Name both neurons.")
    table = _neurons(neurons, where)
    new = list(dict.fromkeys(name for ends in zip(pre, post, strict=True) for name in ends))
    others = [name for name in new if name not in table.index]
    if len(table) and others:
        found.append(
            Change("neurons of synapses that the table of neurons lacks", len(others), f"added: {some(others)}")
        )
    table = table.reindex([*table.index, *others])
    if not len(table):
        raise AstrosimError(f"{where}: no neurons (0). Give one synapse a line, or a table of neurons.")
    kept = pd.DataFrame({"pre": pre, "post": post, "weight": np.asarray(edges["weight"], np.float64)})
    told = table.astype(object)
    return Source(told.where(told.notna() & (told != ""), None), kept, tuple(found), where)


def _neurons(neurons: pd.DataFrame | None, where: str) -> pd.DataFrame:
    """Return the table of neurons by name; without columns where there is none."""
    if neurons is None:
        return pd.DataFrame(index=pd.Index([], dtype=object))
    names, _ = cleaned_names(neurons["name"])
    twice = pd.Index(names)[pd.Index(names).duplicated()]
    if len(twice):
        raise AstrosimError(f"{where}: neuron: listed twice ({some(list(twice))}). Give each neuron one line.")
    facts = [name for name in FACTS if name != "name" and name in neurons]
    return neurons[facts].set_axis(pd.Index(names, dtype=object), axis=0).astype(object)


def neuron_table(frame: pd.DataFrame, where: str, clusters: str = "") -> pd.DataFrame:
    """Return a table of neurons with the columns of `FACTS` that it has under any usual name.

    Parameters
    ----------
    frame : pandas.DataFrame
    where : str
    clusters : str
        Name of the column of clusters, where it is not among the usual ones.

    Raises
    ------
    AstrosimError
        If no column holds names.
    """
    chosen = {fact: named(frame.columns, usual) for fact, usual in FACTS.items()}
    if clusters and clusters in frame:
        chosen["cluster"] = clusters
    if chosen["name"] is None:
        heads = short(",".join(map(str, frame.columns)))
        raise AstrosimError(f"{where}: no column of names ({heads}). Call one `name`.")
    return pd.DataFrame({fact: frame[column].to_list() for fact, column in chosen.items() if column is not None})


class Columns(NamedTuple):
    """Columns of a table of synapses; weight is None where there is none."""

    pre: Hashable
    post: Hashable
    weight: Hashable | None


def columns_of(frame: pd.DataFrame, where: str, asked: Mapping[str, str]) -> Columns:
    """Return the columns that hold the ends and the weights of synapses.

    Parameters
    ----------
    frame : pandas.DataFrame
    where : str
    asked : mapping of str to str
        Names of the columns pre, post and weight where they are not among the usual ones; "" for those.

    Raises
    ------
    AstrosimError
        If a column is missing, or which it is is not clear.
    """
    for part, column in asked.items():
        if column and column not in frame:
            heads = ", ".join(map(str, frame.columns))
            raise AstrosimError(f"{where}: {part}: no such column ({column}). Write one of {heads}.")
    pre, post = _ends(frame, asked)
    if pre is None or post is None:
        heads = short(",".join(map(str, frame.columns)))
        raise AstrosimError(
            f"{where}: which columns hold the two neurons of a synapse is not clear ({heads}). Call them pre and post, "
            "or name them with --pre and --post."
        )
    return Columns(pre, post, asked["weight"] or named(frame.columns, WEIGHTS) or _with_word(frame, WEIGHTS))


def _ends(frame: pd.DataFrame, asked: Mapping[str, str]) -> tuple[Any, Any]:
    """Return the columns of the two ends of a synapse; None where they are not clear."""
    pre = asked["pre"] or named(frame.columns, ENDS["pre"])
    post = asked["post"] or named(frame.columns, ENDS["post"])
    if pre is None and post is None:
        pairs = [(named(frame.columns, [a]), named(frame.columns, [b])) for a, b in PRE_ENDS.items()]
        words = (_with_word(frame, ENDS["pre"]), _with_word(frame, ENDS["post"]))
        return next((pair for pair in [*pairs, words] if None not in pair), (None, None))
    return pre, post


def _with_word(frame: pd.DataFrame, usual: Sequence[str]) -> Hashable | None:
    """Return the one column with a usual name as a word of its own, such as pre_root_id; of several an identifier."""
    words = {column: set(re.findall(r"[A-Z]?[a-z]+|[A-Z]+", str(column))) for column in frame.columns}
    lower = {column: {word.lower() for word in own} for column, own in words.items()}
    found = [column for column, own in lower.items() if own & set(usual)]
    if len(found) > 1:
        found = [column for column in found if lower[column] & IDENTIFIERS]
    return found[0] if len(found) == 1 else None


def edge_table(frame: pd.DataFrame, where: str, columns: Columns) -> pd.DataFrame:
    """Return a table of synapses with the columns pre, post and weight (float64; nan where none is given).

    Parameters
    ----------
    frame : pandas.DataFrame
    where : str
    columns : Columns
    """
    weight = columns.weight
    weights = numbers(frame[weight], where, "weight") if weight is not None else np.full(len(frame), np.nan)
    ends = {part: frame[column].to_list() for part, column in (("pre", columns.pre), ("post", columns.post))}
    return pd.DataFrame({**ends, "weight": weights})


def numbers(values: pd.Series, where: str, column: str, place: Callable[[int], str] | None = None) -> np.ndarray:
    """Return the numbers of a column: float64, shape (row,), nan where it is empty; decimal commas are understood.

    Parameters
    ----------
    values : pandas.Series
    where, column : str
        For messages.
    place : callable, optional
        Words for a row (from 0); its number if left out.

    Raises
    ------
    AstrosimError
        If something is no finite number: the first one and how many.
    """
    texts = values.map(lambda v: v.strip().replace(",", ".") if isinstance(v, str) else v)
    empty = texts.isna() | (texts == "")
    found = pd.to_numeric(texts.where(~empty, np.nan), errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~np.isfinite(found) & ~empty.to_numpy())
    if wrong.size:
        first, many = wrong[0], f", and {wrong.size - 1} more" if wrong.size > 1 else ""
        what = f"not a finite number ({short(values.iloc[first])}{many})"
        spot = place(int(first)) if place else f"row {first + 1}"
        raise AstrosimError(f"{where}: {spot}: {column}: {what}. Write a number.")
    return found
