"""In what a run departs from the experiment whose published figures its scenario carries.

A figure was published for certain seeds, lengths and parameters; beside a run with others it says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from astrosim.scenario import Experiment, condition_names, load_scenario, resolve
from astrosim.scenario.bundled import bundled

NO_MATTER = ("name", "title", "source", "reference", "conditions", "sweep", "record", "engine", "seeds", "version")
"""Fields that change no published figure, or are compared for themselves."""
NAMED = 4  # departures told; assumed: more are no longer read
SEEDS_NAMED = 6
FLAGS = ("--set", "--seeds")
LEAD = "Published figures and verdicts are left out:"


def departures(directory: Path, scenario: Experiment) -> tuple[str, ...]:
    """Return the departures in words, of a scenario with published figures; empty for none.

    A bundled scenario is compared with itself as it is shipped; of any other, the flags of its commands are read.

    Parameters
    ----------
    directory : Path
        Of the run.
    scenario : Experiment
        As the run has stored it.
    """
    if not published(scenario):
        return ()
    original = _original(scenario)
    if original is None:
        return tuple(f"the command has {flag}" for flag in FLAGS if any(flag in text for text in _commands(directory)))
    found = []
    if scenario.seeds != original.seeds:
        found.append(f"seeds {_some(scenario.seeds)} instead of {_some(original.seeds)}")
    for condition in condition_names(scenario):
        if published(scenario).get(condition) and condition in condition_names(original):
            found += _changed(resolve(original, condition), resolve(scenario, condition))
    return tuple(dict.fromkeys(found))


def published(scenario: Experiment) -> Mapping[str, Mapping[str, float]]:
    """Return published figures by condition; none of a system whose scenarios carry none."""
    found: Mapping[str, Mapping[str, float]] = getattr(scenario, "reference", {})
    return found


def departed_words(found: tuple[str, ...]) -> str:
    """Return one sentence on departures; empty for none."""
    if not found:
        return ""
    more = f" and {len(found) - NAMED} more changes" if len(found) > NAMED else ""
    return f"{LEAD} they were reached with other settings ({'; '.join(found[:NAMED])}{more})."


def _original(scenario: Experiment) -> Experiment | None:
    """The bundled scenario of that name with the same published figures."""
    for key, path in bundled().items():
        if key.rpartition("/")[2] == scenario.name:
            original: Experiment = load_scenario(path)
            if original.kind == scenario.kind and all(
                published(original).get(name) == figures for name, figures in published(scenario).items()
            ):
                return original
    return None


def _changed(original: Experiment, own: Experiment) -> list[str]:
    """Fields of a resolved condition that differ."""
    before, now = (dict(_fields(one.model_dump(mode="json", exclude=set(NO_MATTER)))) for one in (original, own))
    return [
        f"{path} {_shown(now.get(path))} instead of {_shown(before.get(path))}"
        for path in dict.fromkeys([*before, *now])
        if before.get(path) != now.get(path)
    ]


def _fields(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _fields(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _shown(value: Any) -> str:
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else text[:37] + "…"


def _some(seeds: tuple[int, ...]) -> str:
    more = f", … ({len(seeds)} in all)" if len(seeds) > SEEDS_NAMED else ""
    return ", ".join(map(str, seeds[:SEEDS_NAMED])) + more


def _commands(directory: Path) -> list[str]:
    """Commands of the run's sessions; none if they are not known."""
    try:
        sessions = json.loads((directory / "provenance.json").read_text(encoding="utf-8"))["sessions"]
        return [str(session["command"]) for session in sessions]
    except (OSError, ValueError, KeyError, TypeError):
        return []
