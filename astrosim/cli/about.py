"""The commands about scenarios: new, list, explain, schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from astrosim.cli.commands import app
from astrosim.cli.console import guarded, output
from astrosim.cli.options import (
    AllowCodeOption,
    ConditionsOption,
    DesignOption,
    EngineOption,
    JsonOption,
    SamplesOption,
    SeedsOption,
    SetOption,
    SweepOption,
)
from astrosim.cli.reading import read_scenario, scenario_file, sweep_texts
from astrosim.core.errors import ScenarioError


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the scenario and its file.")],
    kind: Annotated[
        str, typer.Option(help="Family of systems: astrocyte, wave, task, or another package's.")
    ] = "astrocyte",
    source: Annotated[
        str | None, typer.Option("--from", metavar="SCENARIO", help="Copy this scenario in place of a template.")
    ] = None,
    environment: Annotated[
        str | None, typer.Option(metavar="ID", help="Learn this: a Gymnasium id, or MODULE:CLASS beside the file.")
    ] = None,
    objective: Annotated[
        str | None, typer.Option(metavar="MODULE:FUNCTION", help="Learn this: a function that gives one number.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(metavar="FILE", help="Learn this: a CSV or NPZ file, or sklearn:NAME.")
    ] = None,
) -> None:
    """Write a commented scenario file into the present directory."""
    with guarded():
        from astrosim.scenario.bundled import bundled
        from astrosim.scenario.library import create

        given = {"environment": environment, "objective": objective}
        task = {field: value for field, value in given.items() if value is not None}
        if len(task) + (data is not None) + (source is not None) > 1:
            said = "one of --environment, --objective, --data and --from"
            raise ScenarioError([f"--environment: several tasks at once. Write {said}."])
        source_file = None if source is None else scenario_file(source)
        kind = "task" if task or data is not None else kind
        path = create(name, Path(), kind, source_file, task, data=data or "")
        typer.echo(f"{path} written. Next: astrosim explain {path}; astrosim run {path}")
        typer.echo("For an editor that checks and completes it: astrosim schema > scenario.schema.json")
        if path.stem in bundled():
            typer.echo(f"note: `astrosim run {path.stem}` means the bundled scenario, {path} yours.")


@app.command("list")
def list_(
    word: Annotated[str, typer.Argument(metavar="[WORD]", help="Only those that tell of it: in name, title ...")] = "",
    *,
    times: Annotated[bool, typer.Option("--times", help="Estimate how long each takes on one core.")] = False,
    environments: Annotated[
        bool, typer.Option("--environments", help="In their place the environments of the installed Gymnasium.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the bundled scenarios by group, or the environments that a scenario may name."""
    with guarded():
        from astrosim.contracts.registry import find_system
        from astrosim.explain.catalogue import catalogue_table
        from astrosim.scenario.library import catalogue

        if environments and times:
            raise ScenarioError(["--times: environments have no length of their own. Leave it or --environments out."])
        if environments and word:
            raise ScenarioError([f"{word}: environments are listed whole. Leave it or --environments out."])
        system = find_system("environment")
        entries = system.part("catalogue")() if environments else catalogue(times, word)
        if as_json:
            typer.echo(json.dumps(entries, indent=1))
        else:
            output().print(system.part("catalogue_table")(entries) if environments else catalogue_table(entries))


@app.command()
def explain(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="A scenario file, or a bundled name (see `astrosim list`).")
    ] = "",
    section: Annotated[
        str, typer.Argument(metavar="[SECTION]", help="Only this section or field, such as schedule.")
    ] = "",
    *,
    seeds: SeedsOption = None,
    conditions: ConditionsOption = None,
    engine: EngineOption = None,
    set_: SetOption = None,
    sweep: SweepOption = None,
    design: DesignOption = None,
    samples: SamplesOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Also fields that nothing in this scenario reads.")] = False,
    changed: Annotated[bool, typer.Option("--changed", help="Only fields that are not at their defaults.")] = False,
    glossary: Annotated[bool, typer.Option("--glossary", help="Only the terms that the field does not know.")] = False,
    allow_code: AllowCodeOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the values that act, with units and sources, the phases of a trial or update, and the size of the work."""
    with guarded(allow_code):
        from astrosim import explain as explanation
        from astrosim.explain.glossary import GLOSSARY, glossary_table
        from astrosim.explain.values import Choice

        if glossary:
            if as_json:
                typer.echo(json.dumps(GLOSSARY, indent=1))
            else:
                output().print(glossary_table())
            return
        if not scenario:
            raise ScenarioError(["SCENARIO: none is named. Write a file, or one of `astrosim list`; or --glossary."])
        swept = sweep_texts(sweep, design, samples)
        chosen = read_scenario(scenario, set_, seeds, conditions, engine, swept)
        file = str(scenario_file(scenario))
        choice = Choice(section, everything=all_, changed=changed)
        if as_json:
            typer.echo(json.dumps(explanation.as_dict(chosen, file=file, choice=choice), indent=1))
        else:
            explanation.explain(chosen, output(), file=file, choice=choice)


@app.command()
def schema(
    kind: Annotated[str, typer.Option(help="Only this kind: astrocyte, wave, task, or another package's.")] = "",
) -> None:
    """Print the JSON Schema of scenario files, by which editors check and complete them."""
    with guarded():
        from astrosim.scenario.json_schema import json_schema

        typer.echo(json.dumps(json_schema(kind), indent=1))
