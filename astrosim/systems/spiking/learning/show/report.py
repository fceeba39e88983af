"""What the report of a run holds: what was run, a table of conditions, figures, and how to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from astrosim.report.drawing import reported
from astrosim.report.words import differences, planned_facts, provenance, seeds_words
from astrosim.scenario import to_toml
from astrosim.statistics.inference import CONFIDENCE
from astrosim.systems.spiking.learning.show.explanation import network_words, trial_rule
from astrosim.systems.spiking.learning.show.pictures import KINDS, material_of
from astrosim.systems.spiking.learning.show.summary import COLUMNS, WindowSummary

TEMPLATE = "astrosim.systems.spiking.learning.show:report.html.j2"
OPEN_ROWS = 40  # replicates; a longer table of seeds begins folded
NOTES = (
    "A seed is solved at the first trial after which all bits of all patterns are read as their targets.",
    "Biological time: that of the windows of all trials, or as the scenario sets it; idle trials included.",
    "Intervals of shares are Wilson's; the quantiles of seeds without a solution are told as more than the run.",
)


def content(directory: Path, summary: WindowSummary) -> dict[str, Any]:
    """Return all that the template shows."""
    scenario, resolved = summary.scenario, summary.resolved
    networks = {name: network_words(one) for name, one in resolved.items()}
    return {
        "scenario": scenario,
        "head": [column.replace("per-\n", "per").replace("\n", " ") for column in COLUMNS],
        "summary": [summary.cells(name) for name in summary.conditions],
        "replicates": {"done": len(summary.rows), "all": len(resolved) * len(scenario.seeds)},
        "alarms": [text for text in summary.alarm_texts() if text != summary.departed],
        "expected": [],
        "facts": [
            ("Windows", trial_rule("show", scenario)),
            ("Perturbation", trial_rule("perturb", scenario)),
            ("Decision", trial_rule("decide", scenario)),
            ("Seeds", seeds_words(scenario.seeds)),
            *planned_facts(resolved),
        ],
        "networks": [(name, *words) for name, words in networks.items()],
        "differences": differences(resolved),
        "published": [],
        "departed": summary.departed,
        "comparisons": [],
        "comparison_words": "",
        "seeds": summary.rows,
        "open_rows": OPEN_ROWS,
        "pictures": reported(KINDS.values(), material_of(summary, summary.dataset())),
        "absences": [],
        "notes": list(NOTES),
        "provenance": provenance(directory),
        "toml": to_toml(scenario),
        "confidence": CONFIDENCE,
    }
