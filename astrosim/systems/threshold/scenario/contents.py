"""Patterns, positions and wiring as files: what they must hold, how they are read and written (units; weights 1).

    patterns   CSV  input,target         bit texts, one pattern per line
    positions  CSV  neuron,x,y[,z]       all neurons of the network in order
    wiring     CSV  pre,post,weight      all synapses, in any order; columns in any order, too

Neurons are numbered by cluster, within a cluster inputs, outputs, modulatory and regular ones. `nodes` describes files
in which each neuron says its kind. Positions and wiring may also be NPZ files, the columns arrays of equal length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from astrosim.scenario.inputs import ComplaintError, InputFile, Located
from astrosim.scenario.section import short
from astrosim.scenario.tables import (
    KEPT_FILES,
    Finding,
    Table,
    cells,
    head_findings,
    located,
    numbers,
    width_words,
    write,
)

FILE_FIELDS = (
    ("network", "positions"),
    ("network", "wiring"),
    ("network", "nodes"),
    ("network", "start"),
    ("task", "file"),
    ("agents", "file"),
)
"""Section and field of each file of a scenario."""
POSITION_LIMIT = 1e9  # units; assumed: beyond the largest lattice of clusters
PATTERN_COLUMNS = ("input", "target")
POSITION_COLUMNS = ("neuron", "x", "y", "z")
WIRING_COLUMNS = ("pre", "post", "weight")
USUAL = {"source": "pre", "from": "pre", "target": "post", "to": "post", **{name: name for name in WIRING_COLUMNS}}
IMPORT = "`astrosim import` does so"


class Wires(NamedTuple):
    """Synapses in order."""

    pre: np.ndarray  # int32 (synapse,)
    post: np.ndarray  # int32 (synapse,)
    weight: np.ndarray  # float64 (synapse,)


def read_patterns(file: InputFile) -> tuple[tuple[str, str], ...]:
    """Return pairs of input and target bits.

    Raises
    ------
    ComplaintError
        With all that is wrong.
    """
    rows, findings = _patterns(file)
    if findings:
        raise ComplaintError(located("file", file, findings))
    return rows


@lru_cache(KEPT_FILES)
def _patterns(file: InputFile) -> tuple[tuple[tuple[str, str], ...], tuple[Finding, ...]]:
    head, rows = cells(file.content())
    if wrong_head := head_findings(head, PATTERN_COLUMNS, 0):
        return (), wrong_head
    pairs: list[tuple[str, str]] = []
    findings: list[Finding] = []
    for number, row in enumerate(rows):
        if len(row) != 2:
            findings.append(Finding(number, "input", width_words(row, PATTERN_COLUMNS)))
            continue
        pairs.append((row[0], row[1]))
        for side, column in enumerate(PATTERN_COLUMNS):
            if text := _bit_problem(row[side], pairs[0][side]):
                findings.append(Finding(number, column, text))
    if not rows:
        findings.append(Finding(-1, "input", "no pattern follows (0). Write input,target bits, one pattern per line."))
    return tuple(pairs), tuple(findings)


def _bit_problem(bits: str, first: str) -> str:
    if not bits or set(bits) - {"0", "1"}:
        return f"not made of bits ({short(bits)}). Write 0 and 1 only."
    if len(bits) != len(first):
        return f"{len(bits)} bits where the first pattern has {len(first)} ({short(bits)}). Write {len(first)} bits."
    return ""


def read_positions(file: InputFile) -> np.ndarray:
    """Return positions: float64, shape (neuron, 3), units; z is nan where the file has none. The file was checked
    before.
    """
    values = np.full((len(numbers(file).values), 3), np.nan)
    values[:, : numbers(file).values.shape[1] - 1] = numbers(file).values[:, 1:]
    return values


def check_positions(file: InputFile, neurons: int) -> list[Located]:
    """Return all that is wrong with a file of positions for a number of neurons."""
    return located("network.positions", file, _position_findings(file, neurons))


@lru_cache(KEPT_FILES)
def _position_findings(file: InputFile, neurons: int) -> tuple[Finding, ...]:
    table = numbers(file)
    if table.columns not in (POSITION_COLUMNS[:3], POSITION_COLUMNS):
        return _not_this(table, POSITION_COLUMNS, 3)
    findings, values = list(table.findings), table.values
    place = np.arange(len(values))
    good = ~np.isnan(values).any(axis=1)
    for row in _first(good & (values[:, 0] != place) & (place < neurons)):
        findings.append(Finding(row, "neuron", f"not the next neuron ({values[row, 0]:.15g}). Write {row}: in order."))
    for column, name in enumerate(table.columns[1:], start=1):
        for row in _first(good & ~(np.abs(values[:, column]) <= POSITION_LIMIT)):
            right = f"Write -{POSITION_LIMIT:g} to {POSITION_LIMIT:g}."
            findings.append(Finding(row, name, f"too far away ({values[row, column]:.15g}). {right}"))
    if len(values) != neurons:
        row = neurons if len(values) > neurons else len(values) - 1
        what = f"{len(values)} positions for the {neurons} neurons of the network ({len(values)})"
        findings.append(Finding(row, "neuron", f"{what}. Write neurons 0 to {neurons - 1}, a line each."))
    return tuple(findings)


def read_wiring(file: InputFile) -> Wires:
    """Return synapses, ordered by pre, then by post. The file was checked before."""
    pre, post, weight = numbers(file).ordered(WIRING_COLUMNS, USUAL).values.T
    order = np.lexsort((post, pre))
    return Wires(pre[order].astype(np.int32), post[order].astype(np.int32), weight[order])


def synapse_count(file: InputFile) -> int:
    """Return synapses in a file; 0 where it cannot be read."""
    return len(numbers(file).values)


def extent(file: InputFile) -> tuple[float, float]:
    """Return width and height of a bounding box of positions, units; 0 for none. Wrong places are left out."""
    table = numbers(file)
    if table.columns[1:3] != POSITION_COLUMNS[1:3]:
        return 0.0, 0.0
    known = table.values[(np.abs(table.values) <= POSITION_LIMIT).all(axis=1), 1:3]
    if not len(known):
        return 0.0, 0.0
    width, height = (known.max(axis=0) - known.min(axis=0)).tolist()
    return width, height


def check_wiring(file: InputFile, closed: np.ndarray, limit: float) -> list[Located]:
    """Return all that is wrong with a file of synapses.

    Parameters
    ----------
    file : InputFile
    closed : ndarray of bool, shape (neuron,)
        Whether a neuron is driven from outside, or fires always.
    limit : float
        Of the weights.
    """
    return located("network.wiring", file, _wiring_findings(file, closed.tobytes(), limit))


@lru_cache(KEPT_FILES)
def _wiring_findings(file: InputFile, closed: bytes, limit: float) -> tuple[Finding, ...]:
    table, neurons = numbers(file).ordered(WIRING_COLUMNS, USUAL), len(closed)
    if table.columns != WIRING_COLUMNS:
        return _not_this(table, WIRING_COLUMNS, 0)
    findings, (pre, post, weight) = list(table.findings), table.values.T
    good = ~np.isnan(table.values).any(axis=1)
    for name, ends in (("pre", pre), ("post", post)):
        wrong = good & ~((ends >= 0) & (ends < neurons) & (np.rint(ends) == ends))
        for row in _first(wrong):
            what = f"no such neuron ({ends[row]:.15g})"
            findings.append(Finding(row, name, f"{what}. Write a whole number from 0 to {neurons - 1}."))
        good &= ~wrong
    for row in _first(good & (np.abs(weight) > limit)):
        right = f"Write {-limit:g} to {limit:g}, or raise perturbation.limit."
        findings.append(Finding(row, "weight", f"beyond perturbation.limit = {limit:g} ({weight[row]:.15g}). {right}"))
    deaf = np.frombuffer(closed, np.bool_)
    for row in _first(good & deaf[np.where(good, post, 0).astype(np.int64)]):
        what = f"an input neuron ({post[row]:.0f}), which is driven from outside"
        findings.append(Finding(row, "post", f"{what}. Remove the synapse: {IMPORT}."))
    for row in _first(good & (pre == post)):
        what = f"a synapse of a neuron onto itself ({post[row]:.0f})"
        findings.append(Finding(row, "post", f"{what}. Remove it: {IMPORT}."))
    findings += _repeats(np.where(good, pre * neurons + post, np.nan), neurons)
    return tuple(findings)


def _repeats(key: np.ndarray, neurons: int) -> Iterator[Finding]:
    """Synapses that are listed twice; key: pre * neurons + post, or nan."""
    order = np.argsort(key, kind="stable")
    twice = np.zeros(key.size, bool)
    twice[order[1:]] = key[order[1:]] == key[order[:-1]]
    for row in _first(twice):
        ends = f"{key[row] // neurons:.0f} to {key[row] % neurons:.0f}"
        what = f"the synapse from {ends} is listed twice ({key[row] % neurons:.0f})"
        yield Finding(row, "post", f"{what}. Remove it, or sum its weights: {IMPORT}.")


def _first(wrong: np.ndarray) -> list[int]:
    """The rows where something is wrong."""
    rows: list[int] = np.flatnonzero(wrong).tolist()
    return rows


def _not_this(table: Table, wanted: Sequence[str], least: int) -> tuple[Finding, ...]:
    """Why a table is not the one that is wanted."""
    return head_findings(table.columns, wanted, least) if table.lines or table.columns else table.findings


def write_positions(path: Path, position: np.ndarray, z: np.ndarray) -> None:
    """Write positions (float64, shape (neuron, 2), units) with all their digits; z (shape (neuron,)) if it is known."""
    columns = [np.arange(len(position)), *position.T, *([] if np.isnan(z).any() else [z])]
    write(path, POSITION_COLUMNS[: len(columns)], columns)


def write_wiring(path: Path, pre: np.ndarray, post: np.ndarray, weight: np.ndarray) -> None:
    """Write synapses, in order, with all digits of their weights.

    Parameters
    ----------
    path : Path
        Arrays if it ends in ``.npz``, else a table.
    pre, post : ndarray of int32, shape (synapse,)
        Neurons.
    weight : ndarray of float32 or float64, shape (synapse,)
    """
    if path.suffix == ".npz":
        np.savez(path, pre=pre, post=post, weight=weight)
    else:
        write(path, WIRING_COLUMNS, [pre, post, weight.astype(np.float64)])
