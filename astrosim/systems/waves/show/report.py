"""What the report of a wave run holds: what was run, tables, figures, and notes on how to read them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from astrosim.explain.tables import names_words, together
from astrosim.report.words import differences, provenance, range_words, seeds_words
from astrosim.scenario import to_toml
from astrosim.scenario.words import counted
from astrosim.statistics.inference import CONFIDENCE, METHOD
from astrosim.summary.pairs import compare_pairs
from astrosim.systems.waves.figures.sweeps import find_sweeps
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show import explanation, tables
from astrosim.systems.waves.show.pictures import LOADED, WaveMaterial, absences, pictures
from astrosim.systems.waves.show.summary import COLLAPSED_WORDS, FEW, WaveSummary

TEMPLATE = "astrosim.systems.waves.show:report.html.j2"
OPEN_ROWS = 40  # replicates; a longer table of seeds begins folded
COMPARISON_WORDS = (
    "Paired comparisons of test accuracy over common seeds: first minus second; wins are pairs in which the first is "
    "ahead."
)
SENTENCES = {
    "batch": "Images",
    "project": "Front",
    "forward": "Passage",
    "disturb": "Disturbance",
    "loss": "Loss",
}
"""Phases of an update that are told in words, and their headings."""


def content(directory: Path, summary: WaveSummary) -> dict[str, Any]:
    """Return all that the template shows."""
    scenario, resolved = summary.scenario, summary.resolved
    dataset = summary.dataset()
    dataset = dataset.assign({name: dataset[name].load() for name in LOADED})
    rows = tables.condition_rows(summary, dataset)
    pairs = tables.comparison_pairs(resolved, summary.conditions)
    return {
        "scenario": scenario,
        "summary": rows,
        "has": {
            "solved": any(row.solved is not None for row in rows),
            "others": any(math.isfinite(row.others) for row in rows),
            "validation": any(math.isfinite(row.validation) for row in rows),
        },
        "replicates": {"done": len(summary.rows), "all": len(resolved) * len(scenario.seeds)},
        "alarms": _alarms(summary),
        "expected": summary.expected_texts() + summary.missed_texts(),
        "facts": _facts(summary),
        "networks": tables.network_rows(resolved),
        "differences": differences(resolved),
        "published": tables.published_rows(summary.published),
        "departed": summary.departed,
        "comparisons": compare_pairs(summary.rows, pairs, "test_accuracy"),
        "comparison_words": COMPARISON_WORDS,
        "seeds": tables.seed_rows(summary),
        "open_rows": OPEN_ROWS,
        "pictures": pictures(WaveMaterial(summary, dataset, pairs)),
        "absences": absences(summary),
        "notes": notes(summary),
        "provenance": provenance(directory),
        "toml": to_toml(scenario),
        "confidence": CONFIDENCE,
    }


def _alarms(summary: WaveSummary) -> list[str]:
    """A warning for each condition with collapsed runs; of many conditions, one that names them."""
    texts = summary.collapsed_texts()
    if len(texts) <= FEW:
        return texts
    counts = [f"{name} {int(summary.column(name, 'collapsed').sum())}" for name in summary.alarming]
    return [f"{COLLAPSED_WORDS} {', '.join(counts)} (of {range_words(_sizes(summary))} networks each)."]


def _sizes(summary: WaveSummary) -> list[int]:
    return [len(summary.of(name)) for name in summary.alarming]


def _facts(summary: WaveSummary) -> list[tuple[str, str]]:
    """What was run, in words: pairs of a heading and a sentence."""
    resolved = summary.resolved
    facts = [
        (heading, _by_condition({name: explanation.update_rule(phase, one) for name, one in resolved.items()}))
        for phase, heading in SENTENCES.items()
    ]
    return [
        *facts,
        ("Training", _by_condition({name: _training(one) for name, one in resolved.items()})),
        ("Length", _by_condition({name: _length(one) for name, one in resolved.items()})),
        ("Tested on", _by_condition({name: _test(one) for name, one in resolved.items()})),
        ("Device", ", ".join(sorted({row["device"] for row in summary.rows}))),
        ("Seeds", seeds_words(summary.scenario.seeds)),
    ]


def _by_condition(texts: dict[str, str]) -> str:
    """One sentence if all conditions agree, else one for each group."""
    groups = together(texts)
    if len(groups) == 1:
        return next(iter(groups))
    return "; ".join(f"{names_words(names)}: {text}" for text, names in groups.items())


def _training(scenario: WaveScenario) -> str:
    if scenario.training.rule == "gradient":
        return f"by gradient, Adam, {explanation.update_rule('Adam', scenario)}"
    parts = ("activate", "perturb", "decide")
    return "by keep or revert: " + "; ".join(explanation.update_rule(part, scenario) for part in parts)


def _length(scenario: WaveScenario) -> str:
    return f"{counted(scenario.schedule.epochs, 'epoch')}, {counted(scenario.updates, 'update')} per network"


def _test(scenario: WaveScenario) -> str:
    if scenario.task.data == "xor":
        return "the four rows themselves"
    kept = f"; {scenario.task.validation:,} images kept for validation" if scenario.task.validation else ""
    return f"{scenario.test_images:,} images of {scenario.task.data}, after every epoch{kept}"


def notes(summary: WaveSummary) -> list[str]:
    """Return notes that help to judge the numbers."""
    resolved = list(summary.resolved.values())
    data: set[str] = {one.task.data for one in resolved}
    found = [*_reading(summary), *_published_notes(summary, data)]
    if len({(one.updates, one.training_images) for one in resolved}) > 1:
        found.append("Conditions differ in updates or images; compare them with that in mind.")
    if any(one.front.rule != "none" for one in resolved):
        found.append(
            "A seed draws the front, the initial weights and the order of the images; conditions of a seed share the "
            "front, so that differences between them are paired."
        )
    if any(one.task.validation for one in resolved):
        found.append(
            "Choose settings by the validation accuracy: what is chosen by the test images is flattered by them."
        )
    return found


def _reading(summary: WaveSummary) -> list[str]:
    """How tables are made."""
    found = [
        "A network counts as collapsed if its accuracy is at most the share of the largest class among the test "
        "images, or within three binomial standard deviations above it; for exclusive or, if its four outputs lie "
        "within .01 of each other.",
        f"Intervals of medians are distribution-free (order statistics); those of means are by {METHOD}, from three "
        "seeds on; those of shares are exact (Clopper and Pearson). They say how sure the figure is, not how networks "
        "scatter.",
        "Comparisons are paired by seed: two-sided sign-flip permutation tests of the mean difference (exact up to 13 "
        "seeds), corrected for all comparisons of the table by Holm's method; d_z is the mean difference over the "
        "standard deviation of the differences.",
    ]
    if summary.collapsed:
        found.append(
            "A median hides collapsed runs while they are fewer than half, and is nothing else once they are more. "
            "Read it beside their number."
        )
    return found


def _published_notes(summary: WaveSummary, data: set[str]) -> list[str]:
    """What is known about the published figures that matter to this run."""
    found = []
    short = dict.fromkeys(text for row in summary.published for text in row.shortfalls)
    if short:
        found.append(
            f"The published figures are of full-length runs; this run has {', '.join(short)}. A difference says "
            "nothing about the claim until the lengths agree."
        )
    if summary.published:
        found.append("Published figures are medians of 20 runs of the paper's program.")
    if "fashion" in data:
        found.append(
            "The paper's figures for Fashion-MNIST are no reference for these: five of its 20 co-learned runs are "
            "stuck at exactly .1135, the share of the digit 1 among the MNIST test images, where Fashion-MNIST has "
            ".1000 of every class. They were almost certainly measured on digits."
        )
    if "xor" in data:
        found.append(
            "The paper reports exclusive or as solved by all networks of astrocytes; both recipes behind that figure "
            "switch the astrocytes off. The program's own wave network, as coded, cannot solve it (published variant)."
        )
    if find_sweeps(summary.resolved):
        found.append(
            "The paper's figure 4 takes its column without disturbance from another experiment (sparse random "
            "projections, .679) than its other columns (a pretrained VAE). The baseline here is the same experiment "
            "without the disturbance; its published figure is .81975, where one is given. The bars for noise are "
            "means, although the legend says medians."
        )
    if any(one.front.rule in ("vae", "covae") for one in summary.resolved.values()):
        found.append("The program shared one VAE among all its runs; here each seed has a VAE of its own.")
    return found
