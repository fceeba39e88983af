"""What the report of a run on a black box holds: what was run, tables, figures, and how to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from astrosim.explain.tables import names_words, together
from astrosim.report.words import differences, provenance, seeds_words
from astrosim.scenario import to_toml
from astrosim.statistics.inference import CONFIDENCE, METHOD
from astrosim.summary.pairs import compare_pairs
from astrosim.systems.blackbox.scenario.sections import is_rival, keeps_or_reverts
from astrosim.systems.blackbox.show import explanation, tables
from astrosim.systems.blackbox.show.episode import absences, constant_alarms, pictures
from astrosim.systems.blackbox.show.pictures import material_of
from astrosim.systems.blackbox.show.summary import BlackboxSummary
from astrosim.systems.blackbox.show.words import episodes_words, work_words, worth_words

TEMPLATE = "astrosim.systems.blackbox.show:report.html.j2"
OPEN_ROWS = 40  # replicates; a longer table of seeds begins folded
COMPARISON_WORDS = (
    "Paired comparisons of the mean test return over common seeds: first minus second; wins are pairs in which the "
    "first is ahead."
)
HEADS = {
    "birth": "First network",
    "batch": "Batch",
    "choose": "Turn",
    "perturb": "Step",
    "evaluate": "Scalar",
    "decide": "Decision",
    "adapt": "Sigma",
}
"""Phase -> heading."""


def content(directory: Path, summary: BlackboxSummary) -> dict[str, Any]:
    """Return all that the template shows."""
    scenario, resolved = summary.scenario, summary.resolved
    material = material_of(summary, summary.dataset())
    names = summary.conditions
    return {
        "scenario": scenario,
        "summary": [tables.condition_row(summary, name) for name in names],
        "table_words": table_words(summary),
        "several_tasks": len({row["task"] for row in summary.rows}) > 1,
        "thresholds": any(tables.has_threshold(summary, name) for name in names),
        "keeping": any(keeps_or_reverts(resolved[name]) for name in names),
        "work": work_words(scenario),
        "items": episodes_words(scenario),
        "replicates": {"done": len(summary.rows), "all": len(resolved) * len(scenario.seeds)},
        "alarms": [text for text in summary.alarm_texts() if text != summary.departed] + constant_alarms(material),
        "expected": [],
        "facts": _facts(summary),
        "networks": [tables.network_row(summary, name) for name in resolved],
        "differences": differences(resolved),
        "published": tables.published_rows(summary),
        "departed": summary.departed,
        "comparisons": compare_pairs(summary.rows, pairs(summary), "test_mean"),
        "comparison_words": COMPARISON_WORDS,
        "seeds": tables.seed_rows(summary),
        "open_rows": OPEN_ROWS,
        "pictures": pictures(material),
        "absences": absences(material),
        "notes": notes(summary),
        "provenance": provenance(directory),
        "toml": to_toml(scenario),
        "confidence": CONFIDENCE,
    }


def pairs(summary: BlackboxSummary) -> list[tuple[str, str]]:
    """Return what is compared: the first condition of each task with the others of that task."""
    by_task: dict[str, list[str]] = {}
    for name in summary.conditions:
        by_task.setdefault(summary.of(name)[0]["task"], []).append(name)
    return [(own[0], other) for own in by_task.values() for other in own[1:]]


def table_words(summary: BlackboxSummary) -> str:
    """Return the caption of the table of conditions."""
    scenario = summary.scenario
    worth, items = worth_words(scenario), episodes_words(scenario)
    text = (
        f"Mean {worth} over the {items} of the test at the end, larger is better: mean over seeds, its "
        f"{100 * CONFIDENCE:.0f} % interval (from three seeds on) and range."
    )
    if any(tables.has_threshold(summary, name) for name in summary.conditions):
        text += (
            f" Solved: seeds whose test mean reaches the threshold. Steps to threshold: {work_words(scenario)} until "
            "the mean over a fresh batch first reached it; restricted mean, in which runs that never did count as the "
            "whole budget."
        )
    return text


def _facts(summary: BlackboxSummary) -> list[tuple[str, str]]:
    """What was run, in words: pairs of a heading and a sentence."""
    resolved, scenario = summary.resolved, summary.scenario
    tasks = {name: explanation.task_words(one) for name, one in resolved.items()}
    lengths = {name: f"{one.budget:,} {work_words(one)}" for name, one in resolved.items()}
    tested = {
        name: f"{one.record.test:,} {episodes_words(one)} that no learning and no choice has seen; weights chosen "
        + (f"by {one.record.validation:,} others" if one.record.validation else "by nothing: the last")
        for name, one in resolved.items()
    }
    rules = {
        head: {name: explanation.trial_rule(phase, one) for name, one in resolved.items()}
        for phase, head in HEADS.items()
    }
    sentences = {"Task": tasks, **rules, "Length": lengths, "Tested on": tested}
    return [
        *((head, _by_condition(texts)) for head, texts in sentences.items()),
        ("Dynamics", _by_condition({row["condition"]: _dynamics_words(row["dynamics"]) for row in summary.rows})),
        ("Seeds", seeds_words(scenario.seeds)),
    ]


def _dynamics_words(twin: str) -> str:
    return "the task's own code" if twin == "own" else f"compiled twin of {twin}, held against it before the run"


def _by_condition(texts: dict[str, str]) -> str:
    """One sentence if all conditions agree, else one for each group."""
    groups = together(texts)
    if len(groups) == 1:
        return next(iter(groups))
    return "; ".join(f"{names_words(names)}: {text}" for text, names in groups.items())


def notes(summary: BlackboxSummary) -> list[str]:
    """Return notes that help to judge the numbers."""
    scenario, resolved = summary.scenario, summary.resolved
    worth, work, items = worth_words(scenario), work_words(scenario), episodes_words(scenario)
    found = [
        f"A learner hears one number per evaluation, the {worth}. It sees no gradient, no label, and nothing of how "
        "the number comes about.",
        f"All {work} are counted, those of random first networks, of the current network and of proposals that are "
        f"given up as well; the {items} of the test at the end are not. "
        "A batch of trials, or a rival's generation, that is under way when the budget ends is completed: the tables "
        "say what was spent.",
        f"Curves show the current network on {items} that are fresh in each batch, before anything is learned from "
        f"them: unbiased, where the best {worth} so far would only ever rise.",
        f"Intervals of means are by {METHOD}, from three seeds on; p-values are of paired sign-flip permutation tests "
        "over common seeds, corrected by Holm's method.",
    ]
    if any(is_rival(one) for one in resolved.values()):
        found.append(
            "Rivals get the same network, the same first weights and the same scaling of inputs, and the same budget. "
            "Their settings were not tuned to the task."
        )
    if any(one.decision.race < 1 < one.decision.episodes for one in resolved.values() if keeps_or_reverts(one)):
        found.append(
            f"A race gives up early what is behind on the first {items} of a batch; some good proposals are lost that "
            "way. Nothing is kept that was not evaluated on the whole batch."
        )
    return found
