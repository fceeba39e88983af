"""The command that brings networks in from outside: import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from astrosim.cli.commands import app
from astrosim.cli.console import guarded, output
from astrosim.cli.options import JsonOption
from astrosim.core.errors import ScenarioError


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV or TSV (packed or not), GraphML, GEXF, GML, NPZ, NPY, MTX, SONATA."),
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to create; by default as FILE is called.")
    ] = None,
    nodes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Table of the neurons: name, kind, cluster, x, y ...")
    ] = None,
    pre: Annotated[str, typer.Option(metavar="COLUMN", help="Presynaptic neurons, if not source, from, pre ...")] = "",
    post: Annotated[str, typer.Option(metavar="COLUMN", help="Postsynaptic neurons, if not target, to, post ...")] = "",
    weight: Annotated[str, typer.Option(metavar="COLUMN", help="Weights, if not called weight, count ...")] = "",
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Only these synapses: Type=chemical.")
    ] = None,
    repeats: Annotated[str, typer.Option(help="Rows of one pair: sum, mean, max or first.")] = "sum",
    beyond: Annotated[str, typer.Option(help="Weights beyond the limit: scale (all), clip or refuse.")] = "scale",
    limit: Annotated[float, typer.Option(help="Limit of the weights.")] = 2.0,
    inputs: Annotated[str, typer.Option(metavar="A,B|NUMBER", help="Inputs of the task, by name; or how many.")] = "",
    outputs: Annotated[str, typer.Option(metavar="A,B|NUMBER", help="Outputs of the task, by name; or how many.")] = "",
    clusters: Annotated[
        str, typer.Option(metavar="COLUMN|NUMBER", help="Clusters: a column, how many, or communities.")
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="Of communities and places.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Read a network, write DIR/scenario.toml with it, and tell what was changed."""
    with guarded():
        from astrosim.systems.threshold.importing import import_network
        from astrosim.systems.threshold.outside.changes import change_rows

        options = {
            **{"pre": pre, "post": post, "weight": weight, "repeats": repeats, "beyond": beyond, "limit": limit},
            **{"inputs": _chosen(inputs), "outputs": _chosen(outputs), "seed": seed, "where": _pairs(where or [])},
            "clusters": int(clusters) if clusters.isdecimal() else clusters,
        }
        network, path = import_network(file, out, nodes, options)
        if as_json:
            told = {"neurons": network.kind.size, "synapses": network.post.size, "scenario": str(path)}
            typer.echo(json.dumps({**told, "changes": change_rows(network.changes)}, indent=1))
            return
        output().print(network.changes_table())
        typer.echo(f"{path} written. Next: astrosim explain {path}; astrosim run {path}")


def _chosen(text: str) -> int | list[str] | None:
    """Return a number of neurons, or their names; None where nothing is said."""
    if not text:
        return None
    return int(text) if text.isdecimal() else [name.strip() for name in text.split(",")]


def _pairs(texts: list[str]) -> dict[str, str]:
    """Return the values that rows must have, by column."""
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise ScenarioError([f"--where: where: not a choice of rows ({wrong[0]}). Write COLUMN=VALUE."])
    return {text.partition("=")[0].strip(): text.partition("=")[2].strip() for text in texts}
