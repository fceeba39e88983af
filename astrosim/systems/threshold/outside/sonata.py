"""Networks in SONATA files (HDF5), read by libsonata. Dai et al. 2020, PLoS Computational Biology 16(2): e1007696."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from astrosim.core.errors import AstrosimError
from astrosim.scenario.section import short
from astrosim.systems.threshold.outside.options import Options
from astrosim.systems.threshold.outside.source import FACTS, WEIGHTS, Source, named, source_of

INSTALL = "Install it: pip install 'astrosim[sonata]'"


def from_sonata(path: Path, nodes: Path | None, options: Options) -> Source:
    """Return the source of a SONATA file of edges, with its file of nodes if there is one, or of a circuit's JSON.

    Parameters
    ----------
    path : Path
        HDF5 file of edges, or the circuit's configuration.
    nodes : Path or None
        HDF5 file of nodes.
    options : Options

    Raises
    ------
    AstrosimError
        If libsonata is missing, or a file cannot be read.
    """
    try:
        import libsonata
    except ImportError:
        raise AstrosimError(f"{path}: SONATA files need libsonata (not installed). {INSTALL}.") from None
    edge_files, node_files = [path], [] if nodes is None else [nodes]
    if path.suffix.lower() == ".json":
        edge_files, node_files = _circuit(path)
    try:
        tables = [_neurons(libsonata, file, options) for file in node_files]
        edges = [table for file in edge_files for table in _edges(libsonata, file, options)]
    except (libsonata.SonataError, RuntimeError, OSError) as error:
        reason = short(str(error).split("\n")[0])
        raise AstrosimError(f"{path}: not a SONATA file of edges ({reason}). Name the HDF5 file of edges.") from None
    if not edges:
        raise AstrosimError(f"{path}: no synapses (0 populations of edges). Name the HDF5 file of edges.")
    return source_of(pd.concat(edges), pd.concat(tables) if tables else None, str(path))


def _circuit(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the files of edges and of nodes of a circuit's configuration, variables of its manifest filled in."""
    try:
        circuit = json.loads(path.read_text(encoding="utf-8"))
        networks = circuit["networks"]
        found = [
            [_filled(entry[f"{what}_file"], circuit.get("manifest", {}), path.parent) for entry in networks[what]]
            for what in ("edges", "nodes")
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AstrosimError(f"{path}: not a SONATA circuit ({short(str(error))}). Name its configuration.") from None
    return found[0], found[1]


def _filled(name: str, manifest: dict[str, str], folder: Path) -> Path:
    """Return a file of a manifest as a path: ``$VARIABLE`` replaced, relative names beside the configuration."""
    for _ in manifest:
        for variable, value in manifest.items():
            name = name.replace(variable, value)
    return folder / name


def _neurons(libsonata: Any, path: Path, options: Options) -> pd.DataFrame:
    """Return the table of the neurons of a file of nodes, each named population:id."""
    storage, tables = libsonata.NodeStorage(str(path)), []
    for name in sorted(storage.population_names):
        nodes = storage.open_population(name)
        every = nodes.select_all()
        frame = pd.DataFrame({"name": [_label(name, n) for n in every.flatten().tolist()]})
        chosen = {fact: named(nodes.attribute_names, usual) for fact, usual in FACTS.items() if fact != "name"}
        if isinstance(options.clusters, str) and options.clusters in nodes.attribute_names:
            chosen["cluster"] = options.clusters
        for fact, attribute in chosen.items():
            if attribute is not None:
                frame[fact] = list(_values(nodes, str(attribute), every))
        tables.append(frame)
    return pd.concat(tables) if tables else pd.DataFrame({"name": []})


def _label(population: str, number: int) -> str:
    return f"{population}:{number}"


def _values(population: Any, attribute: str, every: Any) -> np.ndarray:
    """Return an attribute of all nodes or edges of a population, words where it has them."""
    if attribute in population.enumeration_names:
        words = population.enumeration_values(attribute)
        return np.array([words[n] for n in population.get_enumeration(attribute, every)], object)
    return np.asarray(population.get_attribute(attribute, every))


def _edges(libsonata: Any, path: Path, options: Options) -> list[pd.DataFrame]:
    """Return the tables of synapses of a file of edges, one per population."""
    storage, tables = libsonata.EdgeStorage(str(path)), []
    for name in sorted(storage.population_names):
        edges = storage.open_population(name)
        every = edges.select_all()
        attribute = options.weight or named(edges.attribute_names, WEIGHTS)
        if options.weight and options.weight not in edges.attribute_names:
            have = ", ".join(sorted(edges.attribute_names))
            raise AstrosimError(f"{path}: weight: no such attribute ({options.weight}). Write one of {have}.")
        weight = np.full(edges.size, np.nan) if attribute is None else _values(edges, str(attribute), every)
        ends = {"pre": (edges.source, edges.source_nodes(every)), "post": (edges.target, edges.target_nodes(every))}
        labels = {part: [_label(own, n) for n in numbers.tolist()] for part, (own, numbers) in ends.items()}
        tables.append(pd.DataFrame({**labels, "weight": weight.astype(np.float64)}))
    return tables
