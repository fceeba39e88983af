"""Kinds, task bits and clusters of neurons: those that are given, and a rule for what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
import pandas as pd

from astrosim.core.errors import AstrosimError
from astrosim.scenario.problems import nearest
from astrosim.scenario.section import short
from astrosim.store.variables import NEURON_KINDS, NO_CLUSTER
from astrosim.systems.threshold.outside.changes import Change, some
from astrosim.systems.threshold.outside.options import COMMUNITIES, Options
from astrosim.systems.threshold.outside.source import Source

TONIC = "tonic"
FEW = 5  # inputs, and outputs, that are chosen where nothing is said: those of the report's task
SMALLEST = 5  # neurons of a community; assumed: smaller ones join the largest, astrocytes need room
WORDS = {
    "input": ("sensory", "sensory neuron", "afferent", "in", "inputs", "receptor"),
    "output": (
        "motor",
        "motor neuron",
        "motorneuron",
        "motoneuron",
        "efferent",
        "out",
        "outputs",
        "muscle",
        "effector",
    ),
    "modulatory": ("modulator", "neuromodulatory"),
    "regular": ("inter", "interneuron", "hidden", "internal", "processing", "local"),
}
"""The field's words for the kinds, beside the names of the kinds themselves."""
KIND_OF = {word: kind for kind, words in WORDS.items() for word in words} | {kind: kind for kind in NEURON_KINDS}


def kinds_of(source: Source, edges: pd.DataFrame, options: Options) -> tuple[pd.Series, pd.Series, list[Change]]:
    """Return kind and bit of each neuron by name (bit None where the task does not use it), and what was assigned.

    Parameters
    ----------
    source : Source
    edges : pandas.DataFrame
        Cleaned, but for synapses onto inputs.
    options : Options

    Raises
    ------
    AstrosimError
        If there is no such neuron, or the network has no room for inputs and outputs.
    """
    kind, changes = _given_kinds(source)
    bit = source.neurons.get("bit", pd.Series(None, index=kind.index, dtype=object)).copy()
    idle = kind.index[bit.notna() & ~kind.isin(("input", "output"))]
    if len(idle) and options.inputs is None and options.outputs is None:
        what = f"only inputs and outputs have one ({bit[idle[0]]})"
        raise AstrosimError(f"{source.where}: node {idle[0]!r}: bit: {what}. Give it a kind, or remove the bit.")
    for role, wanted in (("input", options.inputs), ("output", options.outputs)):
        if wanted is not None and not isinstance(wanted, int | np.integer):
            names = [wanted] if isinstance(wanted, str) else [str(name).strip() for name in wanted]
            _check_names(names, kind.index, f"{role}s", source.where)
            bit[(kind == role) & ~kind.index.isin(names)] = None
            kind[names] = role
            bit[names] = range(len(names))
    for role, wanted in (("input", options.inputs), ("output", options.outputs)):
        if isinstance(wanted, int | np.integer) or not (kind == role).any():
            count = int(wanted) if isinstance(wanted, int | np.integer) else min(FEW, len(kind) // 4 or 1)
            chosen = _by_flow(role, count, kind, edges, source.where)
            kind[chosen] = role
            bit[bit.index.isin(kind.index[kind == role])] = None
            bit[chosen] = range(len(chosen))
            done = f"{len(chosen)} chosen by the synapses that leave and reach them: {some(chosen)}"
            changes.append(Change(f"no {role} neurons named", len(chosen), done))
    bit[~kind.isin(("input", "output"))] = None
    return kind, bit, changes


def _given_kinds(source: Source) -> tuple[pd.Series, list[Change]]:
    """Return the kinds that are given, by any usual word; regular where none is."""
    given = source.neurons.get("kind", pd.Series(None, index=source.neurons.index, dtype=object))
    words = given.map(lambda value: str(value).strip().lower(), na_action="ignore")
    known = words.map(KIND_OF.get, na_action="ignore")
    wrong = known.isna() & given.notna() & (words != "")
    if wrong.any() and (known.notna().any() or (wrong.sum() == len(given) and given.nunique() == 1)):
        more = f", and {wrong.sum() - 1} more" if wrong.sum() > 1 else ""
        name = given.index[wrong][0]
        raise AstrosimError(
            f"{source.where}: node {name!r}: kind: none of the kinds ({given[name]!r}{more}). Write one of "
            f"{', '.join(NEURON_KINDS)}."
        )
    changes = []
    if wrong.any():
        changes.append(
            Change("kinds that are none of this model", int(wrong.sum()), f"not used: {some(given.unique())}")
        )
    missing = int(known.isna().sum() - wrong.sum())
    if missing and known.notna().any():
        changes.append(Change("neurons without a kind", missing, "regular"))
    return known.astype(object).where(known.notna(), "regular"), changes


def _check_names(names: Sequence[str], known: pd.Index, field: str, where: str) -> None:
    wrong = [name for name in names if name not in known]
    if wrong:
        guess = nearest(wrong[0], list(known))
        right = f"Did you mean {guess}?" if guess else f"Write names of neurons, such as {known[0]}."
        raise AstrosimError(f"{where}: {field}: no such neuron ({wrong[0]}). {right}")
    if not names or len(set(names)) < len(names):
        raise AstrosimError(f"{where}: {field}: not a list of different neurons ({short(','.join(names))}). Name some.")


def _by_flow(role: str, count: int, kind: pd.Series, edges: pd.DataFrame, where: str) -> list[str]:
    """Return the neurons with the largest surplus of synapses that leave (inputs) or reach them (outputs).

    Surplus = (leaving - reaching) / (leaving + reaching); among equals those with more synapses, then the first.
    Outputs are taken among neurons that the inputs reach.
    """
    leaving = edges["pre"].value_counts().reindex(kind.index, fill_value=0).to_numpy()
    reaching = edges["post"].value_counts().reindex(kind.index, fill_value=0).to_numpy()
    own, other = (leaving, reaching) if role == "input" else (reaching, leaving)
    able = (kind == "regular").to_numpy() & (own > 0)
    if role == "output":
        able &= kind.index.isin(list(_reached(edges, kind)))
    surplus = (own - other) / np.maximum(own + other, 1)
    order = np.lexsort((np.arange(len(kind)), -own, -surplus))
    chosen = [str(kind.index[n]) for n in order if able[n]][:count]
    if not chosen or count < 1:
        raise AstrosimError(
            f"{where}: {role}s: no neuron can be one ({int(able.sum())} for {count}). Name {role}s, or give synapses."
        )
    return chosen


def _reached(edges: pd.DataFrame, kind: pd.Series) -> set[str]:
    """Return the neurons that the inputs reach along synapses; those onto inputs lead nowhere."""
    graph = nx.DiGraph()
    graph.add_nodes_from(kind.index)
    closed = set(kind.index[kind.isin(("input", TONIC))])
    graph.add_edges_from(pair for pair in zip(edges["pre"], edges["post"], strict=True) if pair[1] not in closed)
    inputs = kind.index[kind == "input"]
    return set().union(*(nx.descendants(graph, name) for name in inputs))


def clusters_of(
    source: Source, kind: pd.Series, edges: pd.DataFrame, options: Options
) -> tuple[pd.Series, list[Change]]:
    """Return the cluster of each neuron by name, from 0 without gaps, and what was assigned; tonic ones have none.

    Parameters
    ----------
    source : Source
    kind : pandas.Series
    edges : pandas.DataFrame
    options : Options

    Raises
    ------
    AstrosimError
        If there is no such column.
    """
    inner = kind.index[kind != TONIC]
    cluster = pd.Series(NO_CLUSTER, index=kind.index, dtype=np.int64)
    given = source.neurons.get("cluster")
    asked = options.clusters
    if isinstance(asked, str) and asked not in ("", COMMUNITIES) and given is None:
        raise AstrosimError(f"{source.where}: clusters: no such column or attribute ({asked}). Write communities.")
    if isinstance(asked, bool) or not isinstance(asked, str | int) or (isinstance(asked, int) and asked < 1):
        raise AstrosimError(f"{source.where}: clusters: not a number of clusters ({short(asked)}). Write 1 or more.")
    if isinstance(asked, int):
        cluster[inner] = np.arange(len(inner)) * min(asked, len(inner)) // len(inner)
        return cluster, [Change("clusters asked for", min(asked, len(inner)), "neurons dealt out in their order")]
    if asked == COMMUNITIES or given is None or given[inner].isna().all():
        cluster[inner], changes = _communities(inner, edges, options.seed)
        return cluster, changes
    cluster[inner], changes = _numbered(given[inner], source.where)
    return cluster, changes


def _numbered(given: pd.Series, where: str) -> tuple[np.ndarray, list[Change]]:
    """Return clusters as numbers from 0: in numerical order if they are numbers, else as they first come."""
    changes = []
    texts = given.map(lambda v: str(int(v)) if isinstance(v, float) and v.is_integer() else str(v).strip())
    whole = texts[given.notna()].map(str.isdecimal).all()
    negative = [name for name, text in texts[given.notna()].items() if text.startswith("-") and text[1:].isdecimal()]
    if negative:
        name = negative[0]
        raise AstrosimError(
            f"{where}: node {name!r}: cluster: not a number from 0 ({texts[name]}). Write a whole number."
        )
    values = list(dict.fromkeys(texts[given.notna()]))
    order = sorted(values, key=int) if whole else values
    if whole and order != [str(n) for n in range(len(order))]:
        changes.append(Change("clusters with gaps between their numbers", len(order), "numbered from 0"))
    elif not whole:
        changes.append(Change("clusters with names", len(order), f"numbered from 0: {some(order)}"))
    number = {value: n for n, value in enumerate(order)}
    if given.isna().any():
        changes.append(Change("neurons without a cluster", int(given.isna().sum()), f"cluster {len(order)}"))
    return np.array([number[t] if ok else len(order) for t, ok in zip(texts, given.notna(), strict=True)]), changes


def _communities(names: pd.Index, edges: pd.DataFrame, seed: int) -> tuple[np.ndarray, list[Change]]:
    """Return communities of neurons, the largest first (Louvain on numbers of synapses; Blondel et al. 2008)."""
    place = {name: n for n, name in enumerate(names)}
    graph = nx.Graph()
    graph.add_nodes_from(range(len(names)))
    ends = edges[edges["pre"].isin(names) & edges["post"].isin(names)]
    graph.add_edges_from((place[a], place[b]) for a, b in zip(ends["pre"], ends["post"], strict=True))
    found = sorted((sorted(c) for c in nx.community.louvain_communities(graph, seed=seed)), key=lambda c: (-len(c), c))
    cluster = np.zeros(len(names), np.int64)
    large = [members for members in found if len(members) >= SMALLEST]
    for number, members in enumerate(large):
        cluster[members] = number
    count = max(len(large), 1)
    done = f"{count} communit{'y' if count == 1 else 'ies'} (Louvain, seed {seed})"
    return cluster, [Change("neurons without a cluster", len(names), done)]
