"""Chooses every learner's numbers by one protocol: the same number of settings each, from the ranges of `tuning.toml`.

`python analysis/tuning.py write` writes `scenarios/tuning/tune_NAME.toml` for every comparison of `tuning.toml`;
`astrosim run tune_NAME` runs one; `python analysis/tuning.py best DIR` says which setting of each learner it chooses.
"""

from __future__ import annotations

import json
import math
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import qmc

from astrosim.scenario.bundled import find, folder
from astrosim.summary import read
from astrosim.summary.run_summary import RunSummary

PLAN = Path(__file__).with_suffix(".toml")
DIGITS = 3  # significant digits of a drawn number: as many as tell 1.05 from 1.1
RULES = {"task": "# Rule      Murray (2026), section 4.", "astrocyte": "# Paper     Murray, D. W. (2026)."}
HEAD = """\
# Tuning of {base}: {settings} settings of each learner, drawn from the ranges of analysis/tuning.toml.
#
{rule} Numbers of {base}, but for those that are drawn here.
# Question  Which setting of each learner does best on seeds that no figure rests on?
# Written   by `python analysis/tuning.py write`, draws by seed {draw}; `tuning.py best DIR` reads the outcome.

"""


def plans() -> dict[str, dict[str, Any]]:
    """Comparisons by the name of their scenario."""
    return tomllib.loads(PLAN.read_text(encoding="utf-8"))


def drawn(plan: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Settings of every learner, by its condition: values by the key of their field."""
    generator = np.random.default_rng(plan["draw"])
    return {
        learner: _settings(ranges, qmc.LatinHypercube(len(ranges), rng=generator).random(plan["settings"]))
        for learner, ranges in plan["ranges"].items()
    }


def _settings(ranges: Mapping[str, Any], places: np.ndarray) -> list[dict[str, Any]]:
    """Fields of each place of the unit cube, shape (setting, field)."""
    return [
        {key: _value(span, place) for (key, span), place in zip(ranges.items(), row, strict=True)} for row in places
    ]


def _value(span: Any, place: float) -> Any:
    if isinstance(span, Mapping):
        return span["of"][int(place * len(span["of"]))]
    low, high = map(math.log, span)
    return float(f"{math.exp(low + place * (high - low)):.{DIGITS}g}")


def scenario_text(name: str, plan: Mapping[str, Any]) -> str:
    """The tuning scenario of a comparison, as TOML."""
    base = tomllib.loads(find(name).read_text(encoding="utf-8"))
    conditions = base.pop("conditions")
    kind = base.get("kind", "astrocyte")
    base |= {"name": f"tune_{name}", "title": f"Tuning of {name}", "seeds": plan["seeds"]}
    for section, values in plan.get("fixed", {}).items():
        base[section] = base[section] | values
    tables = {key: value for key, value in base.items() if isinstance(value, dict)}
    parts = ["\n".join(f"{key} = {json.dumps(value)}" for key, value in base.items() if key not in tables)]
    parts += [_table(key, dict(_leaves(value))) for key, value in tables.items() if key != "reference"]
    for learner, settings in drawn(plan).items():
        own = {key: value for key, value in _leaves(conditions[learner]) if key not in plan["ranges"][learner]}
        parts += [_table(f"conditions.{learner}_{i:02}", own | setting) for i, setting in enumerate(settings)]
    return HEAD.format(base=name, rule=RULES[kind], **plan) + "\n\n".join(parts) + "\n"


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Values by dotted key."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _table(head: str, values: Mapping[str, Any]) -> str:
    return "\n".join([f"[{head}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())])


def best(summary: RunSummary[Any]) -> dict[str, str]:
    """Condition that the protocol chooses, by learner.

    Parameters
    ----------
    summary : RunSummary
        Of a run of a tuning scenario.
    """
    found: dict[str, str] = {}
    for condition in summary.conditions:
        learner = condition.rpartition("_")[0]
        if learner not in found or merit(summary, condition) > merit(summary, found[learner]):
            found[learner] = condition
    return found


def merit(summary: RunSummary[Any], condition: str) -> tuple[float, ...]:
    """Rank of a setting, larger is better: see `tuning.toml`."""
    if "test_mean" in summary.rows[0]:
        return (float(summary.column(condition, "test_mean").mean()),)
    if summary.kind == "task":
        return (float(np.median(summary.column(condition, "validation_accuracy"))),)
    passes = summary.column(condition, "solved_passes")
    median = float(np.median(np.nan_to_num(passes, nan=np.inf)))
    return float(np.isfinite(passes).sum()), -median, float(summary.column(condition, "mean_accuracy").mean())


def main(command: str, *arguments: str) -> None:
    """Write the tuning scenarios, or print what a run of one chooses."""
    if command == "write":
        for name, plan in plans().items():
            path = folder() / "tuning" / f"tune_{name}.toml"
            path.write_text(scenario_text(name, plan), encoding="utf-8")
        return
    summary = read(Path(arguments[0]))
    settings = drawn(plans()[summary.scenario.name.removeprefix("tune_")])
    for learner, condition in best(summary).items():
        chosen = settings[learner][int(condition.rpartition("_")[2])]
        numbers = ", ".join(f"{key} {value:g}" for key, value in chosen.items())
        print(f"{condition}: {numbers}; " + ", ".join(f"{value:,.4g}" for value in merit(summary, condition)))


if __name__ == "__main__":
    main(*sys.argv[1:])
