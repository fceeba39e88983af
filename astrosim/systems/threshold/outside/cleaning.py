"""Synapses that the model can hold: no self-connections, one per pair, weights within the limit (dimensionless)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from astrosim.core.errors import AstrosimError
from astrosim.systems.threshold.outside.changes import Change, some
from astrosim.systems.threshold.outside.options import Options

UNWEIGHTED = 1.0  # weight of a synapse without one: rows of one pair are then counted


def without_loops(edges: pd.DataFrame) -> tuple[pd.DataFrame, list[Change]]:
    """Return synapses between different neurons."""
    loops = edges["pre"] == edges["post"]
    if not loops.any():
        return edges, []
    names = list(dict.fromkeys(edges["pre"][loops]))
    return edges[~loops], [Change("synapses of a neuron onto itself", int(loops.sum()), f"dropped: {some(names)}")]


def weighted(edges: pd.DataFrame) -> tuple[pd.DataFrame, list[Change]]:
    """Return synapses that all have a weight: 1 where none is given."""
    missing = edges["weight"].isna()
    if not missing.any():
        return edges, []
    change = Change("synapses without a weight", int(missing.sum()), f"weight {UNWEIGHTED:g}")
    return edges.assign(weight=edges["weight"].fillna(UNWEIGHTED)), [change]


def one_per_pair(edges: pd.DataFrame, options: Options) -> tuple[pd.DataFrame, list[Change]]:
    """Return one synapse per pair of neurons, in the order in which the pairs first come."""
    repeated = edges.duplicated(["pre", "post"])
    if not repeated.any():
        return edges, []
    groups = edges.groupby(["pre", "post"], sort=False)["weight"]
    if options.repeats == "max":
        joined = edges.loc[edges["weight"].abs().groupby([edges["pre"], edges["post"]], sort=False).idxmax()]
    else:
        joined = getattr(groups, options.repeats)().reset_index()
    words = {"sum": "summed", "mean": "averaged", "max": "the largest kept", "first": "the first kept"}
    return joined.reset_index(drop=True), [Change("repeated pairs", int(repeated.sum()), words[options.repeats])]


def onto(edges: pd.DataFrame, closed: dict[str, str]) -> tuple[pd.DataFrame, list[Change]]:
    """Return synapses onto neurons that listen; `closed`: kind of each neuron that does not, by name."""
    changes = []
    for kind, why in (("input", "which are driven from outside"), ("tonic", "which always fire")):
        names = {name for name, own in closed.items() if own == kind}
        deaf = edges["post"].isin(names)
        if deaf.any():
            changes.append(Change(f"synapses onto {kind} neurons", int(deaf.sum()), f"dropped: {kind}s, {why}"))
            edges = edges[~deaf]
    return edges, changes


def within(edges: pd.DataFrame, options: Options, where: str) -> tuple[pd.DataFrame, list[Change]]:
    """Return synapses whose weights are within the limit.

    Raises
    ------
    AstrosimError
        If some are not and that is to be refused.
    """
    size = edges["weight"].abs()
    beyond = int((size > options.limit).sum())
    if not beyond:
        return edges, []
    if options.beyond == "refuse":
        worst = edges.loc[size.idxmax()]
        raise AstrosimError(
            f"{where}: weight: beyond the limit of {options.limit:g} ({beyond} synapses, up to {worst['weight']:g} "
            f"from {worst['pre']} to {worst['post']}). Scale or clip them (beyond), or raise the limit."
        )
    what = f"weights beyond ±{options.limit:g}"
    if options.beyond == "clip":
        clipped = edges.assign(weight=edges["weight"].clip(-options.limit, options.limit))
        return clipped, [Change(what, beyond, f"clipped; the largest was {size.max():g}")]
    factor = options.limit / size.max()
    scaled = np.clip(edges["weight"] * factor, -options.limit, options.limit)
    return edges.assign(weight=scaled), [Change(what, beyond, f"all weights times {factor:.6g}")]
