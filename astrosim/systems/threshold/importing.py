"""A folder to start from: a scenario of a network from outside, and the network's files beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import tomli_w

from astrosim.core.errors import AstrosimError
from astrosim.scenario import load_scenario
from astrosim.scenario.inputs import checksum
from astrosim.systems.population.sections import EIGHT_PATTERNS
from astrosim.systems.threshold.network.topology import Network
from astrosim.systems.threshold.outside.placing import HALF_WIDTH

SCENARIO = "scenario.toml"
MOST_CYCLES = 8  # of a pass; assumed: longer paths are left to the user
PART = 3.0 / HALF_WIDTH  # radius of a territory over half the width of a cluster, Murray 2026, section 3.2
ENDINGS = (".gz", ".bz2", ".xz", ".lzma", ".csv", ".tsv", ".txt", ".graphml", ".gexf", ".gml", ".npz", ".npy", ".mtx")
HEAD = """# {title}, imported from {file}.
#
# Source    {file}, SHA-256 {digest}.
# Question  To be written. The task and the numbers below are a start: they run, and mean nothing yet.
#
# Done to the file:
{changes}
#
# nodes.csv holds the neurons in the order of their numbers, wiring.{ending} the synapses between these numbers.
# `astrosim explain` lists all other fields with range, unit and source.

"""


def import_network(
    file: str | Path, out: str | Path | None, nodes: str | Path | None, options: Mapping[str, Any]
) -> tuple[Network, Path]:
    """Read a network and write a scenario with it, ready to run.

    Parameters
    ----------
    file : str or Path
    out : str or Path or None
        Folder to create; named after the file, here, if left out.
    nodes : str or Path or None
        Table of the neurons.
    options : mapping
        Those of `astrosim.systems.threshold.outside.options.Options`.

    Returns
    -------
    Network
    Path
        Of the scenario.

    Raises
    ------
    AstrosimError
        If the file cannot be read, an option is wrong, or the folder holds something.
    """
    name = _name(Path(file))
    folder = Path(name) if out is None else Path(out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AstrosimError(f"{folder}: exists already, and is not empty. Choose another folder with --out.")
    network = Network.from_file(file, nodes, **options)
    wiring = "wiring.npz" if network.post.size > 100_000 else "wiring.csv"
    fields = network.save(folder, wiring=wiring)
    data = scenario_of(network, name, fields, float(options.get("limit", 2.0)))
    changes = [f"#   {c.what}: {c.number}; {c.done}" for c in network.changes] or ["#   nothing"]
    head = HEAD.format(
        title=name,
        file=Path(file).name,
        digest=checksum(Path(file).read_bytes()),
        changes="\n".join(changes),
        ending=wiring.rpartition(".")[2],
    )
    path = folder / SCENARIO
    path.write_text(head + tomli_w.dumps(data), encoding="utf-8")
    load_scenario(path)
    return network, path


def _name(file: Path) -> str:
    """Return a name for the scenario: that of the file, without endings and what a name cannot hold."""
    stem = file.name
    while Path(stem).suffix.lower() in ENDINGS:
        stem = Path(stem).stem
    return re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._-")[:64] or "network"


def scenario_of(network: Network, name: str, fields: Mapping[str, Any], limit: float) -> dict[str, Any]:
    """Return the tables of a scenario to start from.

    Parameters
    ----------
    network : Network
    name : str
    fields : mapping
        Of the section `network`, as `Network.save` returns them.
    limit : float
        Of the weights.
    """
    own = {key: Path(v).name if key in ("nodes", "positions", "wiring") else v for key, v in fields.items()}
    cycles = cycles_of(network)
    return {
        "name": name,
        "title": f"{name}: {network.kind.size} neurons, {network.post.size} synapses",
        "source": "an imported network",
        "seeds": "1000:10",
        "network": {**own, "cycles": cycles},
        "task": {"patterns": patterns_of(network.inputs.size, network.outputs.size)},
        "astrocytes": {"radius": radius_of(network)},
        "perturbation": {"limit": limit},
        "schedule": {"episodes": 100},
        "record": {"every": 5},
        "conditions": {"learning": {}, "control": {"learner": "none"}},
    }


def patterns_of(inputs: int, outputs: int) -> list[list[str]]:
    """Return a task for these numbers of bits: the report's eight patterns, cut to at most five bits."""
    pairs = {given[:inputs]: wanted[:outputs] for given, wanted in reversed(EIGHT_PATTERNS)}
    return [[given, wanted] for given, wanted in reversed(pairs.items())]


def cycles_of(network: Network) -> int:
    """Return the cycles after which every output that the inputs reach is reached, `MOST_CYCLES` at most."""
    graph = nx.DiGraph(zip(network.pre.tolist(), network.post.tolist(), strict=True))
    graph.add_nodes_from([*network.inputs.tolist(), *network.outputs.tolist()])
    far = nx.multi_source_dijkstra_path_length(graph, set(network.inputs.tolist()), weight=None)
    steps = [far[n] for n in network.outputs.tolist() if n in far]
    return int(min(max(steps, default=1), MOST_CYCLES))


def radius_of(network: Network) -> float:
    """Return a radius of territories (units) in proportion to the clusters, as in the report, to two digits."""
    inner = [network.position[network.cluster == c] for c in range(int(network.cluster.max(initial=-1)) + 1)]
    half = float(np.median([np.ptp(place, axis=0).mean() / 2.0 for place in inner])) if inner else HALF_WIDTH
    return float(f"{PART * half:.2g}") if half > 0.0 else 1.0
