"""Scenarios as the command line's arguments and options describe them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from astrosim.cli.console import say
from astrosim.cli.options import DesignName, EngineName
from astrosim.core.errors import ScenarioError

if TYPE_CHECKING:
    from astrosim.scenario import Experiment


def read_scenario(
    argument: str,
    overrides: list[str] | None = None,
    seeds: str | None = None,
    conditions: str | None = None,
    engine: EngineName | None = None,
    swept: Sequence[str] = (),
) -> Experiment:
    """Read a scenario as the options say; `swept`: those of `sweep_texts`."""
    from astrosim.scenario import choose, load

    texts = [*(f"--set {text}" for text in overrides or ()), *swept]
    names = None if conditions is None else [name.strip() for name in conditions.split(",")]
    if seeds is not None:
        texts.append(f"--seeds seeds={seeds}" if ":" in seeds else f"--seeds seeds=[{seeds}]")
    path = scenario_file(argument)
    named = [] if engine is None or engine is EngineName.published else [f"--engine engine={json.dumps(engine.value)}"]
    try:
        scenario = load.load_scenario(path, texts, names)
    except ScenarioError:
        if not named:
            raise
        scenario = load.load_scenario(path, [*texts, *named], names)  # only the file's own engine may have been wrong
    if engine is not None:
        choose.check_engine(scenario, engine.value)
        scenario = load.load_scenario(path, [*texts, *named], names) if named else scenario
    for note in choose.shadowed(scenario, texts):
        say(note)
    return scenario


def sweep_texts(sweep: list[str] | None, design: DesignName | None, samples: int | None) -> list[str]:
    """Return the overrides that the options of a sweep stand for."""
    from astrosim.scenario.sweep.flags import override_of

    texts = [override_of(text) for text in sweep or ()]
    texts += [] if design is None else [f'--design sweep.design="{design.value}"']
    return texts + ([] if samples is None else [f"--samples sweep.samples={samples}"])


def scenario_file(argument: str) -> Path:
    """Return the file that a SCENARIO argument means."""
    from astrosim.scenario.bundled import find, is_run
    from astrosim.store.files import RUN_FILE

    path = find(argument)
    return path / RUN_FILE if is_run(path) else path
