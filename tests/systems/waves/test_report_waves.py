"""The report of a real small wave run: its numbers, its warnings, and that it needs nothing beside itself."""

import csv
import shutil

import numpy as np
import pytest
from pages import assert_self_contained, cells, text_of
from wave_rows import rows_of

from astrosim.core.errors import StoreError
from astrosim.report import write_report
from astrosim.runs import run_scenario
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show.report import notes
from astrosim.systems.waves.show.summary import WaveSummary
from astrosim.systems.waves.show.tables import MOST_PAIRS, comparison_pairs

SCENARIO = WaveScenario.model_validate(
    {
        "kind": "wave",
        "name": "small",
        "title": "A <b>small</b> run",
        "seeds": [3, 8, 11, 12, 13, 14],
        "task": {"data": "digits", "train": 500, "test": 200},
        "schedule": {"epochs": 2, "batch": 32},
        "conditions": {
            "wave": {},
            "wave_published": {"network": {"variant": "published"}},
            "mlp": {"network": {"model": "mlp"}},
        },
        "reference": {"wave": {"test_accuracy": 0.9}, "wave_published": {"test_accuracy": 0.1, "collapsed": 1.0}},
    }
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "small"
    run_scenario(SCENARIO, path, workers=1, command="astrosim run small.toml")
    return path


@pytest.fixture(scope="module")
def page(directory):
    return write_report(directory).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rows(directory):
    with open(directory / "summary.csv", newline="") as file:
        return list(csv.DictReader(file))


def accuracies(rows, condition):
    return {int(row["seed"]): float(row["test_accuracy"]) for row in rows if row["condition"] == condition}


def test_page_is_self_contained(page):
    assert len(assert_self_contained(page)) == 5


def test_same_run_gives_the_same_page(directory, page):
    assert write_report(directory).read_text(encoding="utf-8") == page


def test_results_are_those_of_the_summary_file(page, rows):
    for condition in ("wave", "wave_published", "mlp"):
        found, values = cells(page, condition), list(accuracies(rows, condition).values())
        assert found[0] == "6"
        assert found[1] == f"{np.median(values):.4f}"
        assert found[2:4] == [f"{min(values):.3f} to {max(values):.3f}"] * 2  # six seeds: the interval is their range
        assert found[4] == f"{np.mean(values):.3f}"
        down = sum(row["collapsed"] == "True" for row in rows if row["condition"] == condition)
        assert found[6] == f"{down}/6"


def test_collapsed_runs_are_loud(page, rows):
    down = [row for row in rows if row["collapsed"] == "True"]
    assert {row["condition"] for row in down} == {"wave_published"}  # softmax: two epochs are too few
    alarms = page[page.index('<div class="alarm"') :][:600]
    assert f"COLLAPSED: condition wave_published, {len(down)} of 6 networks" in alarms
    assert page.count('<span class="bad">collapsed</span>') == len(down)


def test_published_figures_stand_beside_the_measured(page, rows):
    table = page[page.index("Published figures beside the measured ones") :]
    found = cells(table, "wave")
    median = float(np.median(list(accuracies(rows, "wave").values())))
    assert found[:3] == ["test accuracy, median", "0.9", f"{median:.4f}"]
    assert found[4] == f"{median - 0.9:+z.4f}"
    assert found[5].startswith("missed: 0.")


def test_pairs_are_compared_by_seed(page, rows):
    table = page[page.index("Paired comparisons of test accuracy") :]
    found = cells(table, "wave")
    one, other = accuracies(rows, "wave"), accuracies(rows, "mlp")
    differences = [one[seed] - other[seed] for seed in one]
    assert found[:3] == ["mlp", "6", f"{np.mean(differences):+.4f}"]
    ahead, level = sum(d > 1e-9 for d in differences), sum(abs(d) <= 1e-9 for d in differences)
    assert found[7] == f"{ahead} / {level} / {6 - ahead - level}"
    assert "wave_published" in table[: table.index("What was run")]


def test_words_on_what_was_run(page):
    text = text_of(page)
    assert "A <b>small</b> run" in text
    assert "18 of 18 replicates" in text
    assert "20-18-18-16-16-14-14-12-12-10-10" in text
    assert "20-20-10" in text
    assert "sparse random projection to 20, one of each seed" in text
    assert "2 epochs, 32 updates per network" in text
    assert "200 images of digits" in text
    assert "6: 3, 8, 11, 12, 13, 14" in text
    assert "astrosim run small.toml" in text
    assert "A median hides collapsed runs" in text
    assert "network.variant" in text
    assert "n = 6 runs per condition" in text
    for number in range(1, 6):
        assert f"Figure {number}." in text
    assert "Figure 6." not in text


def test_unfinished_run_says_what_is_missing(directory, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    for record in (copy / "commits").glob("*mlp*.json"):
        record.unlink()
    lines = (copy / "summary.csv").read_text().splitlines(keepends=True)
    (copy / "summary.csv").write_text("".join(line for line in lines if not line.startswith("mlp")))
    text = text_of(write_report(copy).read_text(encoding="utf-8"))
    assert "This run is not finished: 6 of 18 replicates are missing." in text
    (copy / "summary.csv").write_text(lines[0])
    with pytest.raises(StoreError, match="no replicate is finished yet"):
        write_report(copy)


def resolved_of(name):
    scenario = load_scenario(find(name))
    return scenario, {one: resolve(scenario, one) for one in condition_names(scenario)}


def test_waves_are_compared_with_neurons_and_sweeps_with_their_baseline():
    _, resolved = resolved_of("digits_sparse")
    pairs = comparison_pairs(resolved, list(resolved))
    assert len(pairs) == 5 * 3
    assert all(resolved[one].network.model == "wave" and resolved[other].network.model == "mlp" for one, other in pairs)
    _, resolved = resolved_of("loss")
    assert {other for _, other in comparison_pairs(resolved, list(resolved))} == {"loss_0", "published_0"}
    many = {f"w{i}": SCENARIO for i in range(MOST_PAIRS)} | {f"m{i}": resolve(SCENARIO, "mlp") for i in range(2)}
    assert {other for _, other in comparison_pairs(many, list(many))} == {"m0"}
    assert comparison_pairs(dict.fromkeys("ab", SCENARIO), ["a", "b"]) == [("a", "b")]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fashion_sparse", "They were almost certainly measured on digits"),
        ("xor", "switch the astrocytes off"),
        ("leak", "takes its column without disturbance from another experiment"),
        ("digits_vae", "here each seed has a VAE of its own"),
        ("grid_digits", "Choose settings by the validation accuracy"),
    ],
)
def test_notes_say_what_a_reader_must_know(tmp_path, name, words):
    scenario, resolved = resolved_of(name)
    made = rows_of(resolved, {one: [0.5, 0.6] for one in resolved}, {})
    found = notes(WaveSummary(tmp_path, scenario, made))
    assert sum(words in note for note in found) == 1
    others = {"fashion_sparse": "switch the astrocytes off"}.get(name, "almost certainly measured on digits")
    assert not any(others in note for note in found)


def test_short_runs_are_no_verdict(tmp_path):
    scenario = load_scenario(find("digits_sparse"), ["schedule.epochs=5"])
    resolved = {one: resolve(scenario, one) for one in condition_names(scenario)}
    made = rows_of(resolved, {one: [0.5, 0.6] for one in resolved}, {})
    found = WaveSummary(tmp_path, scenario, made)
    assert found.published == []
    assert "schedule.epochs 5 instead of 150" in found.departed
    assert found.missed_texts() == [found.departed]


@pytest.mark.parametrize(
    ("changes", "figures"),
    [
        ({"task": {"data": "xor"}, "front": {"rule": "none"}, "network": {"steps": "sdggg"}}, 4),
        ({"training": {"rule": "keep_revert"}, "task": {"data": "digits", "train": 100, "test": 50}}, 5),
    ],
)
def test_other_runs_have_their_own_figures(tmp_path, changes, figures):
    data = {"kind": "wave", "name": "lone", "seeds": [1], "schedule": {"epochs": 2}} | changes
    run_scenario(WaveScenario.model_validate(data), tmp_path / "lone", workers=1)
    page = write_report(tmp_path / "lone").read_text(encoding="utf-8")
    assert page.count("<figure ") == figures
    text = text_of(page)
    assert "n = 1 run per condition" in text
    assert "Paired comparisons" not in text
    assert ("first solved" in text) == (data["task"]["data"] == "xor")
    assert ("Share of the perturbations that were kept" in text) == ("training" in changes)
