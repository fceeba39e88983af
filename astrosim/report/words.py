"""What the reports of all kinds of runs share: ranges, seeds, differences between conditions, provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from astrosim.explain.tables import differing, value_at
from astrosim.scenario import Experiment
from astrosim.scenario.interventions import planned_words
from astrosim.scenario.relevance import unread
from astrosim.summary.rows import UNKNOWN


def range_words(values: list[int]) -> str:
    """Return the least and the most of whole numbers, or the one that all are."""
    values = [int(value) for value in values]
    return f"{min(values):,}" if min(values) == max(values) else f"{min(values):,} to {max(values):,}"


def seeds_words(seeds: tuple[int, ...]) -> str:
    """Return the number of seeds, and which they are."""
    if len(seeds) > 2 and seeds == tuple(range(seeds[0], seeds[0] + len(seeds))):
        return f"{len(seeds)}: {seeds[0]} to {seeds[-1]}"
    return f"{len(seeds)}: " + ", ".join(map(str, seeds[:20])) + (", …" if len(seeds) > 20 else "")


def differences(resolved: Mapping[str, Experiment]) -> dict[str, Any]:
    """Return fields that differ between conditions: their paths, and a row of values per condition.

    Parameters
    ----------
    resolved : mapping
        Scenarios by condition.
    """
    nothing = {name: unread(scenario) for name, scenario in resolved.items()}
    paths = differing(resolved) if len(resolved) > 1 else []
    paths = [path for path in paths if not all(path in own for own in nothing.values())]
    rows = [
        (name, [UNKNOWN if path in nothing[name] else _shown(value_at(one, path)) for path in paths])
        for name, one in resolved.items()
    ]
    return {"paths": paths, "rows": rows}


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{len(value)} entries" if len(str(value)) > 40 else ", ".join(map(str, value))
    if isinstance(value, Mapping):
        value = ", ".join(f"{name} = {_shown(own)}" for name, own in value.items())
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else text[:37] + "…"


def planned_facts(resolved: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a fact for each condition (resolved scenario) with interventions: those, and their times."""
    return [("Interventions", f"{name}: {text}") for name, one in resolved.items() if (text := planned_words(one))]


def provenance(directory: Path) -> dict[str, Any]:
    """Return sessions of the run, as they were written down; empty if the file is missing or damaged."""
    try:
        found = json.loads((directory / "provenance.json").read_text(encoding="utf-8"))
        return {"sessions": list(found["sessions"]), "sha256": str(found.get("scenario_sha256", ""))}
    except (OSError, ValueError, KeyError, TypeError):
        return {"sessions": [], "sha256": ""}
