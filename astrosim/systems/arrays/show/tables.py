"""Figures, facts and notes of a run on tables: beside those of images in the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from astrosim.report.drawing import Drawn, Kind
from astrosim.systems.arrays.figures.tables import (
    table_confusion,
    table_curves,
    table_importance,
    table_reliability,
    table_residuals,
    table_scores,
)
from astrosim.systems.arrays.show.baselines import baseline_words
from astrosim.systems.arrays.show.material import ArrayMaterial
from astrosim.systems.arrays.show.sources import sources

ROWS = "All seeds together; each seed has test rows of its own, looked at once, at the end."


def _source(material: ArrayMaterial) -> dict[str, Any]:
    """The table of the first condition."""
    found = sources(material.summary.directory)
    return next(iter(found.values()), {"inputs": [], "outputs": []})


def _curves(material: ArrayMaterial) -> Drawn:
    return Drawn(
        "Learning, by the validation rows",
        table_curves(material.dataset, material.summary.rows, material.summary.score),
        "Validation rows at every record; the record with the best reward is the network that is tested. Thin: a run; "
        "thick: median over seeds.",
    )


def _scores(material: ArrayMaterial) -> Drawn:
    words = f"Grey: {baseline_words(material.summary)}" if material.summary.baselines else ""
    return Drawn(
        "Test score and time",
        table_scores(material.summary.rows, material.summary.score, material.summary.baselines),
        f"One point per run; bar: median. Seconds are wall time of the trial loop. {words}".rstrip(),
    )


def _confusion(material: ArrayMaterial) -> Drawn:
    return Drawn(
        "Which classes are taken for which",
        table_confusion(material.dataset, material.summary.rows, _source(material)["outputs"]),
        f"Test rows by true and predicted class; colour: share of the true class. {ROWS}",
    )


def _residuals(material: ArrayMaterial) -> Drawn:
    return Drawn(
        "Predicted and true numbers",
        table_residuals(material.dataset, material.summary.rows, _source(material)["outputs"]),
        f"Left: the line is where both are equal. Right: what is left. First condition. {ROWS}",
    )


def _reliability(material: ArrayMaterial) -> Drawn:
    return Drawn(
        "Reliability of the probabilities",
        table_reliability(material.dataset, material.summary.rows),
        "Left: test rows in ten bins of equal number by the probability of the named class (softmax); on the line, "
        f"probabilities mean what they say. Right: how many rows have which. {ROWS}",
    )


def _importance(material: ArrayMaterial) -> Drawn:
    return Drawn(
        "Inputs that carry the answer",
        table_importance(material.dataset, material.summary.rows, _source(material)["inputs"], material.summary.score),
        "Score that is lost when an input's values are permuted among the test rows, mean of five permutations "
        "(Breiman 2001). Bar: mean over seeds, point: a seed; at most twenty inputs, first condition. Inputs that tell "
        "the same stand in for each other, so that each alone looks small.",
    )


def _classes(material: ArrayMaterial) -> bool:
    return material.summary.score == "accuracy" and bool(_source(material)["outputs"])


def _numbers(material: ArrayMaterial) -> bool:
    return material.summary.score == "r2" and bool(_source(material)["outputs"])


KINDS: dict[str, Kind[ArrayMaterial]] = {
    "curves": Kind("validation score and reward against trials", _curves, lambda m: True),
    "accuracy": Kind("test score and time of every run, beside scikit-learn's baselines", _scores, lambda m: True),
    "confusion": Kind("test rows by true and predicted class", _confusion, _classes),
    "residuals": Kind("predicted against true numbers", _residuals, _numbers),
    "reliability": Kind("share that is right against the probability given", _reliability, _classes),
    "importance": Kind("score lost when an input is permuted", _importance, lambda m: bool(_source(m)["inputs"])),
}
"""Figures by name, in the order of the report."""
LOADED = (
    "validation_accuracy", "validation_r2", "validation_reward", "confusion", "test_output", "test_target",
    "importance",
)  # fmt: skip
"""Variables that figures read."""


def facts(directory: Path) -> list[tuple[str, str]]:
    """Return what was read, in words: pairs of a heading and a sentence."""
    found: list[tuple[str, str]] = []
    for name, one in sources(directory).items():
        learned = f"{len(one['outputs'])} classes" if one["learned"] == "classes" else ", ".join(one["outputs"])
        text = (
            f"{one['data']}: {one['rows']:,} rows, {len(one['inputs'])} inputs, learns {learned}; SHA-256 of "
            f"all values {one['sha256']}"
        )
        if ("Data", text) not in [(head.partition(",")[0], said) for head, said in found]:
            found.append(("Data" if not found else f"Data, {name}", text))
    return found


NOTES = (
    "Every learner but backpropagation hears one number per trial: the change of the mean reward over the batch.",
    "Columns are centred and scaled by the training rows alone; numbers to be learned, too, and scaled back.",
    "The record with the best reward on the validation rows is tested, once, at the end; settings were chosen by "
    "validation rows of other seeds.",
)
