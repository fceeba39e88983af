"""What the report of a simulation holds: what was run, a table of conditions, figures, and how to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from astrosim.report.drawing import reported
from astrosim.report.words import differences, planned_facts, provenance, seeds_words
from astrosim.scenario import to_toml
from astrosim.statistics.inference import CONFIDENCE, METHOD
from astrosim.systems.spiking.make import network_of
from astrosim.systems.spiking.show.explanation import network_words, step_rule
from astrosim.systems.spiking.show.pictures import KINDS, material_of
from astrosim.systems.spiking.show.summary import COLUMNS, SpikingSummary
from astrosim.systems.spiking.show.tables import published_rows

TEMPLATE = "astrosim.systems.spiking.show:report.html.j2"
OPEN_ROWS = 40  # replicates; a longer table of seeds begins folded
NOTES = (
    "A spike bears the time of the end of its step; a record shows the state after the step, with what arrived.",
    "Rates are over all neurons and the whole duration, the start included.",
    f"Intervals of means are by {METHOD}, from three seeds on.",
)


def content(directory: Path, summary: SpikingSummary) -> dict[str, Any]:
    """Return all that the template shows."""
    scenario, resolved = summary.scenario, summary.resolved
    material = material_of(summary, summary.dataset())
    networks = {name: network_words(network_of(one, one.seeds[0])) for name, one in resolved.items()}
    return {
        "scenario": scenario,
        "head": [column.replace("\n", " ") for column in COLUMNS],
        "summary": [summary.cells(name) for name in summary.conditions],
        "replicates": {"done": len(summary.rows), "all": len(resolved) * len(scenario.seeds)},
        "alarms": [text for text in summary.alarm_texts() if text != summary.departed],
        "expected": [],
        "facts": [
            ("Duration", f"{scenario.schedule.duration_ms:g} ms in steps of {scenario.schedule.step_ms:g} ms"),
            ("Neurons", step_rule("integrate", scenario)),
            ("Astrocytes", step_rule("calcium", scenario)),
            ("Seeds", seeds_words(scenario.seeds)),
            *planned_facts(resolved),
        ],
        "networks": [(name, *words) for name, words in networks.items()],
        "differences": differences(resolved),
        "published": published_rows(summary),
        "departed": summary.departed,
        "comparisons": [],
        "comparison_words": "",
        "seeds": summary.rows,
        "open_rows": OPEN_ROWS,
        "pictures": reported(KINDS.values(), material),
        "absences": [],
        "notes": list(NOTES),
        "provenance": provenance(directory),
        "toml": to_toml(scenario),
        "confidence": CONFIDENCE,
    }
