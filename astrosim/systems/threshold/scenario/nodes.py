"""Files of neurons: one line per neuron, in the order of their numbers (lengths in units).

    nodes   CSV   name,kind,cluster,x,y,z,bit    kind, x and y are needed; columns in any order

`cluster` is 0 where the column is missing, -1 for tonic neurons. `bit` numbers the neurons that the task uses, inputs
and outputs for themselves; without it all inputs and outputs of cluster 0 are used.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from astrosim.scenario.inputs import InputFile, Located
from astrosim.scenario.section import short
from astrosim.scenario.tables import KEPT_FILES, Finding, told
from astrosim.store.variables import NEURON_KINDS, NO_CLUSTER

COLUMNS = ("name", "kind", "cluster", "x", "y", "z", "bit")
NEEDED = ("kind", "x", "y")
POSITION_LIMIT = 1e9  # units; assumed: beyond the largest lattice of clusters
INPUT, OUTPUT, TONIC = (NEURON_KINDS.index(name) for name in ("input", "output", "tonic"))


class Nodes(NamedTuple):
    """Neurons in order."""

    kind: np.ndarray  # int8 (neuron,)
    cluster: np.ndarray  # int32 (neuron,)
    position: np.ndarray  # float64 (neuron, 3), units; z is nan where the file has none
    inputs: np.ndarray  # int32 (bit,)
    outputs: np.ndarray  # int32 (bit,)
    names: tuple[str, ...]  # empty where the file has none

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return int(self.cluster.max(initial=NO_CLUSTER)) + 1


class _Read(NamedTuple):
    nodes: Nodes
    findings: tuple[Finding, ...]
    lines: tuple[int, ...]  # of the file, by row


def read_nodes(file: InputFile) -> Nodes:
    """Return the neurons of a file. The file was checked before."""
    return _read(file).nodes


def check_nodes(file: InputFile) -> list[Located]:
    """Return all that is wrong with a file of neurons."""
    read = _read(file)
    return told("network.nodes", file.name, read.findings, read.lines)


@lru_cache(KEPT_FILES)
def _read(file: InputFile) -> _Read:
    text = io.StringIO(file.content().decode("utf-8-sig", errors="replace"), newline="")
    reader = csv.reader(text)
    rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(cell.strip() for cell in row)]
    head = rows[0][1] if rows else []
    lines = tuple(line for line, _ in rows)
    if not set(NEEDED) <= set(head) <= set(COLUMNS) or len(set(head)) < len(head):
        text_of_head = short(",".join(head))
        wrong = (
            f"not the head of this table ({text_of_head}). Write {','.join(COLUMNS)}; {', '.join(NEEDED)} are needed."
        )
        return _Read(_none(), (Finding(-1, "columns", wrong),), lines or (1,))
    body = [dict(zip(head, row + [""] * (len(head) - len(row)), strict=False)) for _, row in rows[1:]]
    nodes = _nodes(body, "name" in head)
    return _Read(
        nodes, (*_row_findings(body, [row for _, row in rows[1:]], head), *_whole_findings(nodes, body)), lines
    )


def _none() -> Nodes:
    empty = np.empty(0, np.int32)
    return Nodes(np.empty(0, np.int8), empty, np.empty((0, 3)), empty, empty, ())


def _nodes(body: list[dict[str, str]], named: bool) -> Nodes:
    """Return the neurons; what is wrong is replaced by something harmless."""
    kind = np.array([NEURON_KINDS.index(r["kind"]) if r["kind"] in NEURON_KINDS else 3 for r in body], np.int8)
    cluster = np.array([_cluster(row) for row in body], np.int32)
    place = [[_number(row.get(axis, "")) for axis in "xyz"] for row in body]
    bits = [_whole(row.get("bit", "")) for row in body]
    inputs, outputs = (_chosen(kind, cluster, bits, code) for code in (INPUT, OUTPUT))
    names = tuple(row["name"] for row in body) if named else ()
    return Nodes(kind, cluster, np.array(place, np.float64).reshape(-1, 3), inputs, outputs, names)


def _cluster(row: dict[str, str]) -> int:
    if row["kind"] == "tonic":
        return NO_CLUSTER
    value = _whole(row.get("cluster", "0"))
    return 0 if value is None else min(value, 2**31 - 1)


def _chosen(kind: np.ndarray, cluster: np.ndarray, bits: list[int | None], code: int) -> np.ndarray:
    """Return the neurons of a kind that the task uses, by bit: int32, shape (bit,)."""
    own = np.flatnonzero(kind == code).tolist()
    numbered = sorted((bit, n) for n in own if (bit := bits[n]) is not None)
    chosen = [n for _, n in numbered] if numbered else [n for n in own if cluster[n] == 0]
    return np.array(chosen, np.int32)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if abs(value) <= POSITION_LIMIT else math.nan


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() else None


def _row_findings(body: list[dict[str, str]], cells: list[list[str]], head: Sequence[str]) -> Iterator[Finding]:
    """Return what is wrong with single lines."""
    for number, (row, own) in enumerate(zip(body, cells, strict=True)):
        if len(own) > len(head):
            what = f"{len(own)} cells where {len(head)} belong ({short(','.join(own))})"
            yield Finding(number, head[0], f"{what}. Write {','.join(head)}.")
        if row["kind"] not in NEURON_KINDS:
            right = ", ".join(NEURON_KINDS)
            yield Finding(number, "kind", f"none of the kinds ({short(row['kind'])}). Write one of {right}.")
        for axis in ("x", "y", "z"):
            if math.isnan(_number(row.get(axis, ""))) and (row.get(axis) or axis in NEEDED):
                limits = f"-{POSITION_LIMIT:g} to {POSITION_LIMIT:g}"
                yield Finding(number, axis, f"not a place ({short(row[axis])}). Write a number, {limits}, in units.")
        tonic = row["kind"] == "tonic"
        if "cluster" in row and _whole(row["cluster"]) is None and not (tonic and row["cluster"] in ("", "-1")):
            yield Finding(number, "cluster", f"not a cluster ({short(row['cluster'])}). Write a whole number from 0.")
        elif tonic and row.get("cluster", "-1") not in ("", "-1"):
            yield Finding(number, "cluster", f"a tonic neuron is of none ({row['cluster']}). Write -1.")
        if row.get("bit") and (_whole(row["bit"]) is None or row["kind"] not in ("input", "output")):
            yield Finding(number, "bit", f"not a bit of an input or output ({short(row['bit'])}). Write 0, 1, 2 ...")


def _whole_findings(nodes: Nodes, body: list[dict[str, str]]) -> Iterator[Finding]:
    """Return what is wrong with the table as a whole."""
    if not body:
        yield Finding(-1, "kind", "no neuron follows (0). Write one line per neuron.")
        return
    gaps = sorted(set(range(min(nodes.clusters, len(body) + 1))) - set(nodes.cluster.tolist()))
    if gaps:
        yield Finding(-1, "cluster", f"no neuron of cluster {gaps[0]} ({nodes.clusters}). Number clusters from 0.")
    if not nodes.clusters:
        yield Finding(-1, "kind", "tonic neurons alone (0). Write inputs and outputs, too.")
    first: dict[str, int] = {}
    for number, row in enumerate(body):
        if nodes.names and first.setdefault(row["name"], number) != number:
            yield Finding(number, "name", f"listed twice ({short(row['name'])}). Give each neuron a name of its own.")
    for chosen, role in ((nodes.inputs, "input"), (nodes.outputs, "output")):
        bits = [_whole(body[n].get("bit", "")) for n in chosen.tolist()]
        if bits and bits[0] is not None and bits != list(range(len(bits))):
            yield Finding(int(chosen[0]), "bit", f"{role} bits with gaps or repeats ({short(bits)}). Write 0, 1, 2 ...")
        if not chosen.size:
            yield Finding(-1, "kind", f"no {role} in cluster 0, and none with a bit (0). Give one a bit.")


def written(
    names: Sequence[str],
    kinds: Sequence[str],
    cluster: np.ndarray,
    position: np.ndarray,
    z: np.ndarray,
    bits: np.ndarray,
) -> str:
    """Return the text of a file of neurons, places with all their digits.

    Parameters
    ----------
    names, kinds : sequence of str
        No names: the column is left out.
    cluster : ndarray of int, shape (neuron,)
    position : ndarray of float64, shape (neuron, 2), units
    z : ndarray of float64, shape (neuron,), units
        Left out if all are nan.
    bits : ndarray of int, shape (neuron,)
        -1 for neurons that the task does not use.
    """
    columns: dict[str, Sequence[object]] = {"name": names} if names else {}
    columns |= {"kind": kinds, "cluster": cluster.tolist(), "x": position[:, 0].tolist(), "y": position[:, 1].tolist()}
    if not np.isnan(z).all():
        columns["z"] = ["" if math.isnan(value) else value for value in z.tolist()]
    columns["bit"] = ["" if bit < 0 else bit for bit in bits.tolist()]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()
