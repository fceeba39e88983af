"""Spiking networks from SONATA files (HDF5), read by libsonata. Dai et al. 2020, PLoS Computational Biology 16(2)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from astrosim.contracts.loading import missing_extra
from astrosim.core.errors import AstrosimError
from astrosim.scenario.section import short
from astrosim.systems.spiking.kernel.model import Model
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS, PLASTICITY, SYNAPSES, own_name
from astrosim.systems.spiking.network.description import ASTROCYTE, Network, Nodes, connections, no_nodes

MODELS = ("model", "model_template")
WEIGHTS = ("weight", "syn_weight")
DELAYS = ("delay_ms", "delay")
VIRTUAL = "parrot_neuron"
"""Model of nodes whose `model_type` is virtual: given spikes go in, and come out a delay later."""

Paths = str | Path | Sequence[str | Path]


def network_from_sonata(
    nodes: Paths,
    edges: Paths,
    model: str = "iaf_psc_exp",
    *,
    node_types: Paths = (),
    edge_types: Paths = (),
    weight: float = 1.0,
    delay_ms: float = 1.0,
    step_ms: float = 0.1,
) -> Network:
    """Return the spiking network of SONATA files of nodes and edges.

    Nodes may have the attributes ``model`` or ``model_template`` (``nest:NAME``), ``x``, ``y``, and any parameter of
    their model by NEST's name; edges ``weight`` or ``syn_weight``, ``delay`` (ms), ``model_template`` and the
    parameters of plastic synapses. All of these may lie in tables of types instead. A node is named ``population:id``.

    Parameters
    ----------
    nodes, edges : str, Path or sequence of them
        HDF5 files.
    model : str
        Of nodes that have none.
    node_types, edge_types : str, Path or sequence of them, optional
        Tables of types (CSV, separated by spaces).
    weight : float
        Unit of the weights of edges: pA, or nS, as the target's model has it. An edge without a weight has this one.
    delay_ms : float
        Of edges that have none.
    step_ms : float
        Of the grid: delays are rounded to whole steps, at least one.

    Raises
    ------
    PackageError
        If libsonata is not installed.
    AstrosimError
        If a file cannot be read, or a model, a parameter or a node does not exist.
    """
    try:
        import libsonata
    except ModuleNotFoundError as error:
        raise missing_extra(error, "SONATA files need") from error
    cells = _table(libsonata.NodeStorage, "node", _paths(nodes), _types(node_types), libsonata.SonataError)
    synapses = _table(libsonata.EdgeStorage, "edge", _paths(edges), _types(edge_types), libsonata.SonataError)
    named = _models(cells, model)
    glia = np.array([one in ASTROCYTES for one in named], bool)
    neurons = _nodes(cells[~glia], named[~glia], NEURONS, "")
    astrocytes = _nodes(cells[glia], named[glia], ASTROCYTES, ASTROCYTE)
    numbers = pd.Series(np.where(glia, (~glia).sum() + np.cumsum(glia) - 1, np.cumsum(~glia) - 1), cells["name"])
    kinds = _first(synapses, MODELS, "static").map(lambda one: own_name(str(one).rpartition(":")[2]))
    if unknown := [one for one in kinds if one not in SYNAPSES]:
        raise AstrosimError(f"edges: no such model of synapses ({unknown[0]}). Write one of {', '.join(SYNAPSES)}.")
    delays = _first(synapses, DELAYS, delay_ms).to_numpy(float)
    return Network(
        neurons,
        astrocytes,
        connections(
            _ends(synapses["pre"], numbers),
            _ends(synapses["post"], numbers),
            weight * _first(synapses, WEIGHTS, 1.0).to_numpy(float),
            np.maximum(1.0, np.rint(delays / step_ms)) * step_ms,
            kinds.map(SYNAPSES).to_numpy("i4"),
            {name: synapses[name].to_numpy(float) for name in PLASTICITY if name in synapses},
        ),
    )


def _paths(given: Paths) -> list[Path]:
    return [Path(one) for one in ([given] if isinstance(given, str | os.PathLike) else given)]


def _types(given: Paths) -> pd.DataFrame | None:
    """Tables of types, one below the other."""
    tables = []
    for path in _paths(given):
        try:
            tables.append(pd.read_csv(path, sep=r"\s+", na_values=["NULL"]))
        except (OSError, ValueError) as error:
            raise AstrosimError(f"{path}: not a table of types ({short(str(error))}). Name a CSV file.") from None
    return pd.concat(tables) if tables else None


def _table(storage: Any, kind: str, paths: list[Path], types: pd.DataFrame | None, refused: Any) -> pd.DataFrame:
    """All nodes or edges of some files, a row each, with their attributes; those of their types where they lack one."""
    tables = []
    for path in paths:
        try:
            found = storage(str(path))
            for name in sorted(found.population_names):
                own = _population(found.open_population(name), name, kind)
                if types is not None:
                    own = _with_types(own, types, kind, path, name)
                tables.append(own)
        except (refused, RuntimeError, OSError) as error:
            reason = short(str(error).split("\n")[0])
            raise AstrosimError(
                f"{path}: no SONATA file of {kind}s ({reason}). Name an HDF5 file of {kind}s."
            ) from None
    if not tables:
        raise AstrosimError(f"{kind}s: no populations (0 files). Name an HDF5 file of {kind}s.")
    return pd.concat(tables, ignore_index=True)


def _population(population: Any, name: str, kind: str) -> pd.DataFrame:
    """A population's nodes or edges with all their attributes, also those of dynamics."""
    every = population.select_all()
    if kind == "node":
        own: dict[str, Any] = {"name": [f"{name}:{n}" for n in every.flatten().tolist()], "population": name}
    else:
        own = {
            "pre": [f"{population.source}:{n}" for n in population.source_nodes(every).tolist()],
            "post": [f"{population.target}:{n}" for n in population.target_nodes(every).tolist()],
        }
    for attribute in sorted(population.attribute_names - own.keys()):
        if attribute in population.enumeration_names:
            words = population.enumeration_values(attribute)
            own[attribute] = [words[n] for n in population.get_enumeration(attribute, every)]
        else:
            own[attribute] = population.get_attribute(attribute, every)
    for attribute in sorted(population.dynamics_attribute_names):
        own[attribute] = population.get_dynamics_attribute(attribute, every)
    return pd.DataFrame(own)


def _with_types(own: pd.DataFrame, types: pd.DataFrame, kind: str, path: Path, name: str) -> pd.DataFrame:
    """Nodes or edges with the columns of their types, where they have no attribute of that name."""
    import h5py

    column = f"{kind}_type_id"
    with h5py.File(path) as file:
        place = f"{kind}s/{name}/{column}"
        numbers = file[place][:] if place in file else np.full(len(own), -1)
    if column not in types:
        raise AstrosimError(f"{kind}_types: no such column ({column}). Name a SONATA table of types.")
    if missing := sorted(set(numbers.tolist()) - set(types[column])):
        raise AstrosimError(f"{path}: no such type in the table ({missing[0]}). Add a row to {kind}_types.")
    more = types.set_index(column).loc[numbers].reset_index(drop=True)
    return pd.concat([own, more[[one for one in more if one not in own]]], axis=1)


def _first(table: pd.DataFrame, names: Sequence[str], default: Any) -> pd.Series:
    """The first column of some names that is there, the default where it is empty."""
    found = [name for name in names if name in table]
    return table[found[0]].fillna(default) if found else pd.Series([default] * len(table), dtype=object)


def _models(cells: pd.DataFrame, model: str) -> np.ndarray:
    """Model of each node by its name here: object, shape (node,)."""
    given = _first(cells, MODELS, model).to_numpy(object)
    virtual = _first(cells, ("model_type",), "").to_numpy(object) == "virtual"
    named = np.array([own_name(str(one).rpartition(":")[2]) for one in given], object)
    named[virtual] = VIRTUAL
    if unknown := [one for one in named if one not in NEURONS and one not in ASTROCYTES]:
        raise AstrosimError(
            f"nodes: no such model ({unknown[0]}). Write one of {', '.join([*NEURONS, *ASTROCYTES])}, or give the "
            "argument model."
        )
    return named


def _nodes(cells: pd.DataFrame, named: np.ndarray, models: Mapping[str, Model], prefix: str) -> Nodes:
    """Nodes of neurons or of astrocytes, with those parameters that their models have."""
    if not len(cells):
        return no_nodes()
    values = {}
    for name in dict.fromkeys(one for model in set(named) for one in models[model].columns):
        if name in cells:
            has = np.array([name in models[one].columns for one in named])
            given = np.where(has, cells[name].to_numpy(float), np.nan)
            values[name] = given
            for place in np.flatnonzero(np.isfinite(given)):
                if wrong := models[named[place]].columns[name].problem(float(given[place])):
                    value, _, right = wrong.partition(". ")
                    raise AstrosimError(f"nodes: {name}: out of range ({value}, {cells['name'].iloc[place]}). {right}.")
    nowhere = pd.Series(np.full(len(cells), np.nan), cells.index)
    return Nodes(
        np.array([f"{prefix}{n}" for n in range(len(cells))], object),
        named,
        values,
        cells["name"].to_numpy(object),
        cells["population"].to_numpy(object),
        cells.get("x", nowhere).to_numpy(float),
        cells.get("y", nowhere).to_numpy(float),
    )


def _ends(names: pd.Series, numbers: pd.Series) -> np.ndarray:
    """Node numbers of one end of all edges: int64, shape (edge,)."""
    found = names.map(numbers)
    if found.isna().any():
        raise AstrosimError(f"edges: no such node ({names[found.isna()].iloc[0]}). Name its file of nodes, too.")
    return found.to_numpy("i8")
