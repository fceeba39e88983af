"""The report of real small runs: its numbers, its warnings, and that it needs nothing beside itself."""

import csv
import re
import shutil

import numpy as np
import pytest
from pages import assert_self_contained, cells, text_of

from astrosim.core.errors import StoreError
from astrosim.report import write_report
from astrosim.report.tables import effect_text, interval_text, number, p_text, small_words, verdict
from astrosim.runs import run_scenario
from astrosim.statistics.inference import Interval, compare, least_p
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.summary import Summary
from astrosim.systems.threshold.show.tables import comparisons, published_rows

SCENARIO = Scenario.model_validate(
    {
        "name": "small",
        "title": "A <b>small</b> run",
        "seeds": [3, 8, 11],
        "schedule": {"episodes": 60},
        "record": {"every": 20},
        "conditions": {
            "maturity": {},
            "single": {"perturbation": {"scope": "single"}},
            "control": {"learner": "none"},
        },
        "reference": {"maturity": {"accuracy": 0.6775, "accept_rate": 0.9}, "control": {"accuracy": 0.5}},
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
def summary(directory):
    return Summary.read(directory)


def test_page_is_self_contained(page):
    assert_self_contained(page)


def test_same_run_gives_the_same_page(directory, page):
    assert write_report(directory).read_text(encoding="utf-8") == page


def test_summary_table_holds_the_means_of_the_summary_file(directory, page):
    with open(directory / "summary.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["condition"] == "maturity"]
    mean = {name: np.mean([float(row[name]) for row in rows]) for name in ("mean_accuracy", "ceiling", "accept_rate")}
    found = cells(page, "maturity")
    assert found[:2] == ["3", f"{mean['mean_accuracy']:.3f}"]
    assert found[3] == f"{mean['ceiling']:.3f}"
    fraction = np.mean([float(row["mean_accuracy"]) / float(row["ceiling"]) for row in rows])
    assert found[4] == f"{fraction:.3f}"
    assert found[8] == f"{mean['accept_rate']:.3f}"
    assert cells(page, "control")[8] == "-"


def test_constant_output_is_loud_and_the_control_is_not(page):
    alarms = re.findall(r'<div class="alarm"[^>]*>(.*?)</div>', page, re.S)
    assert len(alarms) == 1
    assert "CONSTANT OUTPUT: condition single" in alarms[0]
    notes = re.findall(r'<div class="note">(.*?)</div>', page, re.S)
    assert len(notes) == 1
    assert notes[0].startswith("Expected: condition control")


def test_words_on_what_was_run(page):
    text = text_of(page)
    assert "A <b>small</b> run" in text  # escaped in the page, hence text here
    assert "9 of 9 replicates" in text
    assert "60 episodes of 10 trials per replicate" in text
    assert "3: 3, 8, 11" in text
    assert "astrosim run small.toml" in text
    assert "numpy " + np.__version__ in text
    assert "Pattern P1 has a silent input" in text
    for number_ in range(1, 7):
        assert f"Figure {number_}." in text
    assert "n = 3 seeds" in text


def test_differences_between_conditions_leave_out_what_no_learner_reads(page):
    table = page[page.index("How the conditions differ") :]
    assert cells(table, "single") == ["astrocytes", "single"]
    assert cells(table, "control") == ["none", "-"]


def test_few_seeds_say_what_they_can_say(page):
    """Three seeds cannot reach .05 by sign flips: 2 of 8 flips are as far from 0 as all signs alike."""
    assert "the least p of this test is 0.25 for 3 seeds." in text_of(page)
    few, many = (compare(np.arange(n) + 1.0, np.zeros(n)) for n in (3, 6))
    assert few.p_value == pytest.approx(least_p(3)) == 0.25
    assert many.p_value == pytest.approx(least_p(6))
    assert small_words([few, many]).endswith("0.25 for 3 seeds.")
    assert small_words([many]) == ""
    assert effect_text(few) == "-"
    assert effect_text(many) == f"{many.effect:.2f}"


def test_published_figures_stand_beside_the_measured(summary, page):
    rows = {(row.condition, row.figure): row for row in published_rows(summary)}
    accept = rows["maturity", "accept rate"]
    assert accept.verdict.startswith("missed: 0.")
    assert not accept.good
    assert rows["control", "mean accuracy"].verdict == "equal"
    assert len(rows) == 3
    assert accept.verdict in text_of(page)


def test_verdicts():
    interval = Interval(0.67, 0.65, 0.69, 10)
    assert verdict(interval, 0.67, replayed=True) == ("reproduced exactly", True)
    assert verdict(interval, 0.67, replayed=False) == ("equal", True)
    assert verdict(interval, 0.69, replayed=True) == ("within the interval", True)
    assert verdict(interval, 0.7, replayed=True) == ("missed: 0.030 too low", False)
    assert verdict(interval, 0.6475, replayed=True) == ("missed: 0.0225 too high", False)
    assert verdict(Interval(0.0374, 0.03, 0.04, 10), 0.037, replayed=True) == ("reproduced to its digits", True)
    assert verdict(Interval(0.0374, 0.03, 0.04, 10), 0.037, replayed=False) == ("equal to its digits", True)
    assert verdict(Interval(0.04, 0.039, 0.041, 10), 0.0, replayed=True)[1] is False  # 0.0 has one digit only
    assert verdict(Interval(0.5, float("nan"), float("nan"), 1), 0.6, replayed=True) == ("missed: 0.100 too low", False)
    assert verdict(Interval(float("nan"), float("nan"), float("nan"), 0), 0.5, replayed=True) == ("not measured", False)


def test_comparisons_are_paired_by_seed_and_corrected(summary):
    found = {(c.first, c.second): c for c in comparisons(summary)}
    assert set(found) == {("maturity", "single"), ("maturity", "control"), ("single", "control")}
    one = found["maturity", "control"]
    wanted = summary.column("maturity", "mean_accuracy") - summary.column("control", "mean_accuracy")
    assert one.difference.mean == pytest.approx(wanted.mean())
    assert one.difference.n == 3
    assert one.p_holm >= one.p_value
    assert max(c.p_holm for c in found.values()) <= 1


def test_many_conditions_are_compared_with_the_first(summary):
    rows = [{"condition": f"c{i}", "seed": seed, "mean_accuracy": 0.5 + 0.01 * i} for i in range(6) for seed in (1, 2)]
    scenario = SCENARIO.model_copy(update={"conditions": {f"c{i}": {} for i in range(6)}, "reference": {}})
    found = comparisons(Summary(summary.directory, scenario, rows))
    assert [(c.first, c.second) for c in found] == [(f"c{i}", "c0") for i in range(1, 6)]
    assert found[4].difference.mean == pytest.approx(0.05)


def test_number_texts():
    assert (number(0.12345), number(2.0, 1), number(float("nan")), number(None)) == ("0.123", "2.0", "-", "-")
    assert p_text(0.0004) == "< 0.001"
    assert p_text(0.0125) == "0.013"
    assert interval_text(Interval(0.5, 0.4, 0.6, 3), 2) == "0.40 to 0.60"
    assert interval_text(Interval(0.5, float("nan"), float("nan"), 1)) == "-"


def test_unfinished_run_says_what_is_missing(directory, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    for record in (copy / "commits").glob("*control*.json"):
        record.unlink()
    lines = (copy / "summary.csv").read_text().splitlines(keepends=True)
    (copy / "summary.csv").write_text("".join(line for line in lines if not line.startswith("control")))
    text = text_of(write_report(copy).read_text(encoding="utf-8"))
    assert "This run is not finished: 3 of 9 replicates are missing." in text
    assert "6 of 9 replicates" in text


def test_run_without_finished_replicates_is_refused(directory, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    header = (copy / "summary.csv").read_text().splitlines(keepends=True)[0]
    (copy / "summary.csv").write_text(header)
    with pytest.raises(StoreError, match=r"no replicate is finished yet\. `astrosim run .* --resume` goes on with it"):
        write_report(copy)


def test_report_into_a_directory_that_cannot_be_written(directory, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    (copy / "report.html.tmp").mkdir()  # stands where the file is to be written, for root as well
    with pytest.raises(StoreError, match=r"report\.html\.tmp"):
        write_report(copy)


def test_runs_of_a_single_record_seed_and_condition(tmp_path):
    lone = Scenario.model_validate({"name": "lone", "seeds": [1], "learner": "none", "schedule": {"episodes": 1}})
    run_scenario(lone, tmp_path / "lone", workers=1)
    text = text_of(write_report(tmp_path / "lone").read_text(encoding="utf-8"))
    assert "n = 1 seed" in text
    assert "No condition of this run has astrocytes" in text
    assert "No published figures belong to this scenario." in text
    assert "Nobody decides anything in this run" in text
    assert "Paired comparisons" not in text


def test_interventions_are_told_by_condition(tmp_path):
    lesion = {"action": "lesion_astrocytes", "at_episode": 2, "fraction": 0.5}
    scenario = Scenario.model_validate(
        {
            "name": "hurt",
            "seeds": [1],
            "schedule": {"episodes": 4},
            "conditions": {"whole": {}, "hurt": {"interventions": [lesion]}},
        }
    )
    run_scenario(scenario, tmp_path / "hurt", workers=1)
    text = text_of(write_report(tmp_path / "hurt").read_text(encoding="utf-8"))
    assert "hurt: lesion 0.5 of astrocytes, before episode 2" in text
    assert "whole: " not in text
