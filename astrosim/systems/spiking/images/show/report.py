"""What the report of a run of images and spiking units holds: figures of all networks on images, words of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from astrosim.explain.tables import names_words, together
from astrosim.report.drawing import reported
from astrosim.report.words import differences, provenance, seeds_words
from astrosim.scenario import to_toml
from astrosim.statistics.inference import CONFIDENCE
from astrosim.summary.pairs import compare_pairs
from astrosim.systems.arrays.show.report import (
    COMPARISON_WORDS,
    INTERVALS,
    KINDS,
    OPEN_ROWS,
    TEMPLATE,
    condition_row,
    material_of,
    published_rows,
    tested_words,
)
from astrosim.systems.spiking.images.scenario.schema import ImageScenario
from astrosim.systems.spiking.images.show.explanation import hears_words, trial_rule
from astrosim.systems.spiking.images.show.summary import ImageSummary

__all__ = ["TEMPLATE", "content"]
HEADS = {
    "batch": "Images",
    "choose": "Turn",
    "perturb": "Step",
    "show": "Windows",
    "evaluate": "Reward",
    "decide": "Decision",
    "adapt": "Sigma",
}
NOTES = (
    "The network hears one number per trial: the change of the mean reward over the batch.",
    "Synapses evaluated: images x synapses of the side that changes. Seconds are of the trial loop with its batches, "
    "without tests and storage.",
    "Settings were chosen by validation images on other seeds; the test images are looked at in records alone.",
    INTERVALS,
)


def content(directory: Path, summary: ImageSummary) -> dict[str, Any]:
    """Return all that the template shows."""
    scenario, resolved = summary.scenario, summary.resolved
    names = summary.conditions
    return {
        "scenario": scenario,
        "summary": [condition_row(summary, name) for name in names],
        "baselines": [],
        "replicates": {"done": len(summary.rows), "all": len(resolved) * len(scenario.seeds)},
        "alarms": [],
        "expected": [text for text in summary.alarm_texts() if text != summary.departed],
        "facts": _facts(summary),
        "score": summary.score,
        "score_words": summary.score_words,
        "what": "images",
        "networks": [_network_row(name, one) for name, one in resolved.items()],
        "differences": differences(resolved),
        "published": published_rows(summary),
        "departed": summary.departed,
        "comparisons": compare_pairs(summary.rows, [(names[0], other) for other in names[1:]], "test_accuracy"),
        "comparison_words": COMPARISON_WORDS,
        "seeds": [row for name in names for row in summary.of(name)],
        "open_rows": OPEN_ROWS,
        "pictures": reported(KINDS.values(), material_of(summary, summary.dataset())),
        "absences": [],
        "notes": list(NOTES),
        "provenance": provenance(directory),
        "toml": to_toml(scenario),
        "confidence": CONFIDENCE,
    }


def _network_row(name: str, scenario: Any) -> dict[str, Any]:
    return {
        "condition": name,
        "learner": scenario.learner.rule,
        "units": scenario.network.units,
        "hears": hears_words(scenario),
        "activation": "iaf_psc_exp",
        "synapses": scenario.synapses,
        "astrocytes": scenario.astrocytes,
    }


def _facts(summary: ImageSummary) -> list[tuple[str, str]]:
    """What was run, in words: pairs of a heading and a sentence."""
    resolved: dict[str, Any] = dict(summary.resolved)
    found = []
    for phase, head in HEADS.items():
        groups = together({name: trial_rule(phase, one) for name, one in resolved.items()})
        texts = [text if len(groups) == 1 else f"{names_words(names)}: {text}" for text, names in groups.items()]
        found.append((head, "; ".join(texts)))
    one: ImageScenario = next(iter(resolved.values()))
    return [*found, *tested_words(one), ("Seeds", seeds_words(summary.scenario.seeds))]
