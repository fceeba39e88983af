"""The console's summary of wave runs: medians, collapsed runs and published figures, from rows that are known."""

import io
import json
import math
import re

import numpy as np
import pytest
from rich.console import Console
from rich.panel import Panel
from scipy.stats import binom
from wave_rows import ACCURACY, COLLAPSED, DIGITS, SHARE, rows_of, write_run

from astrosim import summary
from astrosim.core.errors import StoreError
from astrosim.scenario import condition_names, resolve, to_toml
from astrosim.statistics.inference import median_interval
from astrosim.summary.verdicts import standing
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.summary import Summary
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show.published import published_figures, shortfalls
from astrosim.systems.waves.show.summary import WaveSummary, fraction


def written(path, accuracy=ACCURACY, collapsed=COLLAPSED, **changes):
    scenario = WaveScenario.model_validate(DIGITS | changes)
    resolved = {name: resolve(scenario, name) for name in condition_names(scenario)}
    return write_run(path / "run", scenario, rows_of(resolved, accuracy, collapsed))


@pytest.fixture(name="found")
def _found(tmp_path):
    return summary.read(written(tmp_path))


def told(found, width=80):
    file = io.StringIO()
    Console(width=width, file=file).print(found.table())
    return file.getvalue()


def cells(text, condition):
    return next(line for line in text.splitlines() if line.startswith(condition + " ")).split()


def test_rows_come_back_typed(found):
    assert isinstance(found, WaveSummary)
    one = found.of("wave_published")[1]
    assert (one["seed"], one["collapsed"], one["updates"]) == (2, True, 3 * 469)
    assert [type(one[name]) for name in ("seed", "collapsed", "data", "test_accuracy")] == [int, bool, str, float]
    assert math.isnan(one["validation_accuracy"])
    assert found.conditions == ["wave", "wave_published", "mlp"]


def test_table_holds_numpys_medians_and_counts(found):
    text = told(found)
    assert max(map(len, text.splitlines())) <= 80
    for condition, values in ACCURACY.items():
        line = cells(text, condition)
        assert line[1] == "6"
        assert float(line[2]) == pytest.approx(np.median(values), abs=5e-5)
        assert line[3] == f"{min(values):.3f}-{max(values):.3f}".replace("0.", ".")
        assert float(line[4]) == pytest.approx(np.mean(values), abs=5e-4)
        low, high = map(float, line[5].split("-"))
        assert 0 <= low < np.mean(values) < high <= 1
        assert line[-3:] == [
            f"{len(COLLAPSED.get(condition, ()))}/6",
            str(found.of(condition)[0]["live_weights"]),
            "0.875",
        ]
    assert cells(text, "wave")[6] == "-"
    assert cells(text, "wave_published")[6] == ".67875"
    assert "solved" not in text


def test_columns_without_anything_are_left_out(tmp_path):
    text = told(summary.read(written(tmp_path, reference={})))
    assert "paper" not in text
    one = told(summary.read(written(tmp_path / "one", {"wave": [0.6]}, {})))
    assert "interval" not in one
    assert cells(one, "wave")[:3] == ["wave", "1", ".6000"]


def test_collapsed_runs_are_loud(found):
    (text,) = found.collapsed_texts()
    assert text.startswith("COLLAPSED: condition wave_published, 2 of 6 networks (seeds 2, 4;")
    assert "median of the other 4 .5100" in text  # of .50 .52 .48 .56
    assert ".1135; best .1135" in text
    panel = found.alarms()[0]
    assert isinstance(panel, Panel)
    assert str(panel.renderable) == text


def test_collapsed_runs_that_the_scenario_expects_are_a_statement(tmp_path):
    conditions = DIGITS["conditions"]
    by_design = conditions["wave_published"] | {"record": {"collapse": "expected"}}
    found = summary.read(written(tmp_path, conditions=conditions | {"wave_published": by_design}, reference={}))
    assert found.collapsed_texts() == []
    (text,) = found.expected_texts()
    assert text.startswith("expected by the scenario: condition wave_published, 2 of 6 networks (seeds 2, 4;")
    assert found.alarms() == [f"Note: {text}"]


def test_many_collapsed_conditions_share_a_warning(tmp_path):
    names = [f"c{i}" for i in range(5)]
    directory = written(
        tmp_path,
        {name: [SHARE] * 6 for name in names},
        {name: {1, 2, 3, 4, 5, 6} for name in names},
        conditions={name: {} for name in names},
        reference={},
    )
    found = summary.read(directory)
    (panel,) = found.alarms()
    lines = str(panel.renderable).splitlines()
    assert lines[0].startswith("COLLAPSED")
    assert lines[1:] == [f"{name}, 6 of 6 networks" for name in names]
    assert len(found.alarm_texts()) == 5


def test_missed_figures_are_noted_with_what_the_run_lacks(found):
    accuracy, *others = found.missed_texts()
    assert "wave_published 0.4900 (published 0.67875)" in accuracy
    assert "mlp" not in accuracy  # .705, whose interval holds .71
    assert accuracy.endswith("this run has 3 of 150 epochs.")
    assert others == []  # 2 of 6 is no contradiction of 3 of 20
    assert found.alarms()[1] == f"Note: {accuracy}"


def test_nothing_to_warn_of(tmp_path):
    found = summary.read(written(tmp_path, {"wave": [0.6, 0.7]}, {}))
    assert found.alarms() == []


def test_everything_as_json(found, tmp_path):
    told_ = found.as_dict(report=tmp_path / "report.html")
    text = json.dumps(told_, allow_nan=False)
    assert json.loads(text)["rows"][0]["validation_accuracy"] is None
    assert told_["cells"] == 18
    assert told_["alarms"] == found.alarm_texts()
    assert told_["report"].endswith("report.html")
    assert found.as_dict()["report"] is None


def test_exclusive_or_counts_what_is_solved(tmp_path):
    directory = written(
        tmp_path,
        {"wave": [1.0, 0.75, 1.0], "mlp": [0.0, 0.0, 0.0]},
        {"mlp": {1, 2, 3}},
        task={"data": "xor"},
        front={"rule": "none"},
        network={"steps": "sdggg"},
        conditions={"wave": {}, "mlp": {"network": {"model": "mlp"}}},
        reference={},
    )
    found = summary.read(directory)
    text = told(found)
    assert cells(text, "wave")[4:6] == ["2/3", "0/3"]
    assert cells(text, "mlp")[4:6] == ["0/3", "3/3"]
    assert "interval" not in text
    assert "one answer to all four rows" in found.collapsed_texts()[0]
    assert "largest class" not in found.collapsed_texts()[0]


def test_kinds_are_told_apart(tmp_path):
    directory = written(tmp_path)
    with pytest.raises(StoreError, match=r"kind wave, not astrocyte"):
        Summary.read(directory)
    (directory / "scenario.toml").write_text(to_toml(Scenario()))
    with pytest.raises(StoreError, match=r"kind astrocyte, not wave\. Use `summary\.read`"):
        WaveSummary.read(directory)


def test_median_interval_covers_as_the_binomial_says():
    for n in (6, 20, 101):
        found = median_interval(np.arange(n)[::-1])
        assert found.median == (n - 1) / 2
        low, high = int(found.low), int(found.high)
        assert binom.cdf(high, n, 0.5) - binom.cdf(low, n, 0.5) >= 0.95
        assert binom.cdf(high - 1, n, 0.5) - binom.cdf(low + 1, n, 0.5) < 0.95
    assert (median_interval(np.arange(20)).low, median_interval(np.arange(20)).high) == (5, 14)
    assert math.isnan(median_interval([1, 2, 3, 4, 5]).low)  # no interval of 95 % before six
    assert median_interval([0.2, math.nan, 0.4]).median == pytest.approx(0.3)
    assert median_interval([]).n == 0


def test_published_figures_beside_the_measured(found):
    rows = {(row.condition, row.figure): row for row in found.published}
    assert len(rows) == 4
    accuracy = rows["wave_published", "test_accuracy"]
    assert accuracy.measured == pytest.approx(0.49)
    assert accuracy.difference == pytest.approx(0.49 - 0.67875)
    assert (accuracy.low, accuracy.high) == (0.098, 0.56)
    assert (accuracy.good, accuracy.shortfalls) == (False, ("3 of 150 epochs",))
    share = rows["wave_published", "collapsed"]
    assert share.measured == pytest.approx(2 / 6)
    assert share.verdict == "within the interval"
    assert (share.low, share.high) == pytest.approx((0.0433, 0.7772), abs=1e-3)  # Clopper and Pearson, 2 of 6
    assert rows["mlp", "collapsed"].verdict == "equal"  # no replay: too short


def test_few_seeds_are_judged_by_their_range(found):
    rows = [row for row in found.rows if row["seed"] <= 3]
    figures = {(f.condition, f.figure): f for f in published_figures(rows, found.resolved)}
    verdict = figures["mlp", "test_accuracy"]
    assert math.isnan(verdict.low)
    assert verdict.verdict == "within the range of the 3 seeds"


def test_standing():
    assert standing(0.5, 0.5, "", True) == ("reproduced exactly", True)
    assert standing(0.5, 0.5, "", False) == ("equal", True)
    assert standing(0.6788, 0.679, "", True) == ("reproduced to its digits", True)
    assert standing(0.6, 0.679, "the interval", True) == ("within the interval", True)
    assert standing(0.6, 0.679, "", True) == ("missed: 0.079 too low", False)
    assert standing(math.nan, 0.679, "", True) == ("not measured", False)


def test_shortfalls_name_all_that_is_missing():
    short = WaveScenario.model_validate(
        {
            "task": {"data": "mnist", "train": 6000, "test": 1000},
            "front": {"rule": "vae", "epochs": 10},
            "schedule": {"epochs": 150},
        }
    )
    assert shortfalls(short) == (
        "6,000 of 60,000 training images",
        "1,000 of 10,000 test images",
        "10 of 500 passes of the VAE",
    )
    assert shortfalls(WaveScenario.model_validate({"task": {"data": "mnist"}, "schedule": {"epochs": 150}})) == ()
    assert shortfalls(WaveScenario()) == ()  # nothing was published on the 8x8 digits


def test_fractions():
    assert [fraction(value) for value in (0.5, 1.0, 0.0, math.nan)] == [".500", "1.000", ".000", "-"]
    assert re.fullmatch(r"\.6788|\.6787", fraction(0.67875, 4))
