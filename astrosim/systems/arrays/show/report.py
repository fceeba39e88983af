"""What the report of a run on receptive fields holds: what was run, tables, figures, and how to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.explain.tables import names_words, together
from astrosim.report.drawing import Drawn, Kind, reported
from astrosim.report.tables import PublishedRow, number
from astrosim.report.words import differences, provenance, seeds_words
from astrosim.scenario import to_toml
from astrosim.statistics.inference import CONFIDENCE, METHOD, median_interval
from astrosim.summary.pairs import compare_pairs
from astrosim.summary.verdicts import standing
from astrosim.systems.arrays.figures.learning import field_accuracy, field_astrocytes, field_confusion, field_curves
from astrosim.systems.arrays.show import explanation, tables
from astrosim.systems.arrays.show.baselines import LEAD, baseline_words
from astrosim.systems.arrays.show.material import ArrayMaterial
from astrosim.systems.arrays.show.summary import ArraySummary

TEMPLATE = "astrosim.systems.arrays.show:report.html.j2"
OPEN_ROWS = 40  # replicates; a longer table of seeds begins folded
LOADED = (
    "test_accuracy", "sample_evaluations", "synapse_evaluations", "accept_rate", "confusion", "territory_x",
    "territory_y", "astrocyte_tried", "astrocyte_kept", "astrocyte_sigma",
)  # fmt: skip
"""Variables that figures read."""
INTERVALS = (
    f"Intervals of medians are distribution-free (order statistics, from six seeds on); those of mean differences are "
    f"by {METHOD}, from three seeds on; p-values are of paired sign-flip permutation tests, corrected by Holm's method."
)
IMAGE_NOTES = (
    "Every learner but backpropagation hears one number per trial: the change of the mean reward over the batch.",
    "A trial is one evaluation of the batch, for every learner: at equal trials and batches all have seen the same "
    "number of images. SPSA takes a step every two trials, backpropagation every three (a gradient counts as three "
    "forward passes).",
    "Synapses evaluated: images x synapses that are recomputed for a trial. It tells what a trial costs without "
    "telling whose machine it was. Seconds are of the trial loop with its batches, without tests and storage.",
    "Settings were chosen by validation accuracy on other seeds; the test images are looked at in records alone.",
)
COMPARISON_WORDS = (
    "Paired comparisons of test accuracy over common seeds: first minus second; wins are pairs in which the first is "
    "ahead."
)


def material_of(summary: ArraySummary, dataset: Dataset) -> ArrayMaterial:
    """Return the material, with what figures read in memory."""
    names = LOADED if summary.of_images else [name for name in tables.LOADED if name in dataset]
    return ArrayMaterial(summary, dataset.assign({name: dataset[name].load() for name in names}))


def kinds_of(summary: ArraySummary) -> dict[str, Kind[ArrayMaterial]]:
    """Return the kinds of figures of a run."""
    return KINDS if summary.of_images else tables.KINDS


def content(directory: Path, summary: ArraySummary) -> dict[str, Any]:
    """Return all that the template shows."""
    scenario, resolved = summary.scenario, summary.resolved
    material = material_of(summary, summary.dataset())
    return {
        "scenario": scenario,
        "summary": [condition_row(summary, name) for name in summary.conditions],
        "baselines": _baseline_rows(summary),
        "replicates": {"done": len(summary.rows), "all": len(resolved) * len(scenario.seeds)},
        "alarms": [],
        "expected": [text for text in summary.alarm_texts() if text != summary.departed],
        "facts": [*tables.facts(directory), *_facts(summary)],
        "score": summary.score,
        "score_words": summary.score_words,
        "what": "images" if summary.of_images else "rows",
        "networks": [_network_row(name, one) for name, one in resolved.items()],
        "differences": differences(resolved),
        "published": published_rows(summary),
        "departed": summary.departed,
        "comparisons": compare_pairs([*summary.rows, *summary.baselines], _pairs(summary), f"test_{summary.score}"),
        "comparison_words": COMPARISON_WORDS.replace("accuracy", summary.score_words),
        "seeds": [row for name in summary.conditions for row in summary.of(name)],
        "open_rows": OPEN_ROWS,
        "pictures": reported(kinds_of(summary).values(), material),
        "absences": [],
        "notes": notes(summary),
        "provenance": provenance(directory),
        "toml": to_toml(scenario),
        "confidence": CONFIDENCE,
    }


def _pairs(summary: ArraySummary) -> list[tuple[str, str]]:
    """The first condition with each other one, and with each baseline."""
    names = summary.conditions
    others = dict.fromkeys(row["condition"] for row in summary.baselines)
    return [(names[0], other) for other in (*names[1:], *others)]


def _baseline_rows(summary: ArraySummary) -> list[dict[str, Any]]:
    """Baselines in numbers."""
    found = []
    for name in dict.fromkeys(row["condition"] for row in summary.baselines):
        rows = [row for row in summary.baselines if row["condition"] == name]
        scores, held = (np.array([row[f"{part}_{summary.score}"] for row in rows]) for part in ("test", "validation"))
        ends = {"least": float(scores.min()), "most": float(scores.max()), "validation": float(np.median(held))}
        found.append({"name": name, "seeds": len(rows), "median": median_interval(scores), **ends})
    return found


def condition_row(summary: ArraySummary, name: str) -> dict[str, Any]:
    """Return a condition in numbers."""
    accuracy = summary.column(name, f"test_{summary.score}")

    def mean(column: str) -> float:
        return float(summary.column(name, column).mean())

    trials = summary.of(name)[0]["trials"]
    return {
        "name": name,
        "seeds": len(accuracy),
        "median": median_interval(accuracy),
        "least": float(accuracy.min()),
        "most": float(accuracy.max()),
        "validation": float(np.median(summary.column(name, f"validation_{summary.score}"))),
        "trials": trials,
        "accept": mean("accept_rate"),
        "samples": mean("sample_evaluations"),
        "synapses": mean("synapse_evaluations"),
        "seconds": mean("wall_s"),
        "nanoseconds": 1e9 * mean("wall_s") / mean("sample_evaluations"),
    }


def _network_row(name: str, scenario: Any) -> dict[str, Any]:
    return {
        "condition": name,
        "learner": scenario.learner.rule,
        "units": scenario.network.units,
        "hears": explanation.hears_words(scenario),
        "activation": scenario.network.activation,
        "synapses": scenario.synapses,
        "astrocytes": scenario.astrocytes if scenario.learner.rule == "astrocytes" else "-",
    }


def published_rows(summary: ArraySummary) -> list[PublishedRow]:
    """Return published accuracies beside the measured medians."""
    rows = []
    for condition, figures in summary.reference.items():
        for value in figures.values() if condition in summary.conditions else ():
            middle = median_interval(summary.column(condition, f"test_{summary.score}"))
            inside = "the interval" if middle.low <= value <= middle.high else ""
            text, good = standing(middle.median, value, inside, replayed=False)
            interval = f"{middle.low:.4f} to {middle.high:.4f}" if np.isfinite(middle.low) else "-"
            measured, apart = number(middle.median, 4), f"{middle.median - value:+.4f}"
            rows.append(
                PublishedRow(
                    condition,
                    f"test {summary.score_words}, median",
                    f"{value:g}",
                    measured,
                    interval,
                    apart,
                    text,
                    good,
                )
            )
    return rows


def _facts(summary: ArraySummary) -> list[tuple[str, str]]:
    """What was run, in words: pairs of a heading and a sentence."""
    resolved = summary.resolved
    heads = {
        "batch": "Images" if summary.of_images else "Rows",
        "choose": "Turn",
        "perturb": "Step",
        "evaluate": "Reward",
        "decide": "Decision",
    }
    found = []
    for phase, head in {**heads, "adapt": "Sigma"}.items():
        groups = together({name: explanation.trial_rule(phase, one) for name, one in resolved.items()})
        texts = [text if len(groups) == 1 else f"{names_words(names)}: {text}" for text, names in groups.items()]
        found.append((head, "; ".join(texts)))
    return [*found, *tested_words(next(iter(resolved.values()))), ("Seeds", seeds_words(summary.scenario.seeds))]


def tested_words(scenario: Any) -> list[tuple[str, str]]:
    """Return which rows are tested on, and which are kept for validation: pairs of a heading and a sentence."""
    task = scenario.task
    what, when = ("images", "at records only") if task.of_images else ("rows", "once, at the end")
    tested = f"{scenario.test_images:,} {what} of {task.data}, {when}"
    if task.split == "drawn" or not task.of_images:
        tested += f"; which {what} they are, the seed draws"
    validation = scenario.sizes.validation
    return [("Tested on", tested), ("Kept for validation", f"{validation:,} {what}" if validation else "none")]


def notes(summary: ArraySummary) -> list[str]:
    """Return notes that help to judge the numbers."""
    rules = {one.learner.rule for one in summary.resolved.values()}
    found = [*(IMAGE_NOTES if summary.of_images else tables.NOTES), INTERVALS]
    if summary.baselines:
        found.append(f"Rows that begin with {LEAD.strip()} are {baseline_words(summary)}")
    if {"astrocytes", "random_mask"} <= rules:
        found.append(
            "What locality does not buy: accuracy. A random mask of as many synapses learns as well per trial, or "
            "better; compare them above. What locality does buy: a territory's effect is computed from its few "
            "units alone, where a mask touches many."
        )
    if any(one.decision.race < 1 for one in summary.resolved.values()):
        found.append(
            "A race reverts early what has gained nothing on the first part of a batch; some good proposals are lost "
            "that way. Nothing is kept that was not evaluated on the whole batch."
        )
    return found


def _curves(material: ArrayMaterial) -> Drawn:
    return Drawn(
        "Accuracy against its cost",
        field_curves(material.dataset, material.summary.rows),
        "Test accuracy at the records, against the images put through a changed network (left) and the synapses "
        "recomputed for them (right). Thin: a run; thick: median over seeds. The axis of accuracies is logarithmic "
        "in the error.",
    )


def _accuracy(material: ArrayMaterial) -> Drawn:
    return Drawn(
        "Final test accuracy and time",
        field_accuracy(material.summary.rows),
        "One point per run; bar: median. Seconds are wall time of the trial loop.",
    )


def _confusion(material: ArrayMaterial) -> Drawn:
    return Drawn(
        "Which classes are taken for which",
        field_confusion(material.dataset, material.summary.rows),
        "Test images that are wrong, by true and predicted class, all seeds together; grey: what is right.",
    )


def _astrocytes(material: ArrayMaterial) -> Drawn:
    name = material.shown[0]
    seed = material.summary.of(name)[0]["seed"]
    return Drawn(
        "Astrocytes in the plane",
        field_astrocytes(material.dataset, name, seed),
        f"Condition {name}, seed {seed}: each astrocyte at the centre of its units' fields, in pixels; those at one "
        "place lie around it.",
    )


KINDS: dict[str, Kind[ArrayMaterial]] = {
    "curves": Kind("test accuracy against images and synapses evaluated", _curves, lambda m: True),
    "accuracy": Kind("final test accuracy and time of every run, by condition", _accuracy, lambda m: True),
    "confusion": Kind("errors by true and predicted class", _confusion, lambda m: True),
    "astrocytes": Kind("astrocytes in the plane: proposals kept, and sigma", _astrocytes, lambda m: bool(m.shown)),
}
"""Figures by name, in the order of the report."""
