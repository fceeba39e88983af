import math

import numpy as np
import pytest

from astrosim.statistics.outputs import constant_output, distinct_outputs
from astrosim.systems.threshold import diagnostics
from astrosim.systems.threshold.diagnostics import SUMMARY_COLUMNS, constant_output_alarm, summary_row
from astrosim.systems.threshold.network.wiring import Wiring
from astrosim.systems.threshold.scenario.schema import Scenario


def test_distinct_outputs():
    assert distinct_outputs(np.zeros((8, 5), np.uint8)) == 1
    assert distinct_outputs(np.array([[0, 1], [1, 0], [0, 1]], np.uint8)) == 2
    assert distinct_outputs(np.array([[0, 1], [1, 0], [0, 1]], np.int8).T[::-1]) == 2  # not contiguous
    assert constant_output(np.ones((2, 3), np.uint8))
    assert not constant_output(np.ones((1, 3), np.uint8))


def test_learned_patterns_need_every_bit():
    accuracy = np.array([[1.0, 0.8, 1.0], [0.0, 0.999, 1.0]])
    assert diagnostics.learned_patterns(accuracy).tolist() == [2, 1]


def test_specialised_is_strictly_more_than_twice_the_mean():
    counts = np.array([[2, 1, 1, 0], [3, 1, 0, 0], [0, 0, 0, 0], [5, 5, 5, 5]])
    assert diagnostics.specialised(counts).tolist() == [False, True, False, False]


def test_dormancy_counts_a_clusters_astrocytes_together():
    activations, cluster = np.array([500, 1, 4, 5, 9]), np.array([0, 0, 1, 1, 2])
    np.testing.assert_allclose(diagnostics.cluster_activity(activations, cluster, 1000), [0.501, 0.009, 0.009])
    assert diagnostics.dormant_clusters(activations, cluster, 1000) == 2
    assert diagnostics.dormant_clusters(activations, cluster, 900) == 0  # 0.01 is not under 1 %


def test_late_degradation():
    assert diagnostics.late_degradation(np.array([0.5, 0.7, 0.65])) == pytest.approx(0.05)
    assert diagnostics.late_degradation(np.array([0.5, 0.7])) == 0.0


def replicate(outputs, accuracy, astrocytes=True):
    """Measured values and static values of two records of one replicate with two clusters of one astrocyte."""
    count = 2 if astrocytes else 0
    measured = {
        "output": np.array([outputs, outputs]),
        "pattern_accuracy": np.array([[1.0] * len(accuracy), accuracy]),
        "mean_abs_weight": np.array([0.3, 0.4]),
        "activations": np.array([[0, 0], [90, 0]])[:, :count],
        "activations_by_pattern": np.array([[[0, 0, 0]] * 2, [[70, 10, 10], [0, 0, 0]]])[:, :count],
    }
    static = {"neuron_x": np.zeros(7), "pre": np.zeros(11, int), "astrocyte_cluster": np.arange(count)}
    return measured, static


WIRING = Wiring(
    np.array([[True, False], [False, True]]),
    np.array([[1, 0], [0, 1], [1, 1]], np.uint8),
    np.array([[1, 0], [0, 1], [1, 1]], np.uint8),
    0.5,
    2.0,
)
TOTALS = {"kept": 30, "reverted": 60, "mean_abs_weight_start": 0.05, "wall_s": 1.5}


def scenario(**fields):
    return Scenario.model_validate({"schedule": {"episodes": 10}, "record": {"weights_at": []}, **fields})


def test_summary_row():
    measured, static = replicate([[1, 0], [0, 1], [0, 1]], [1.0, 1.0, 0.5])
    row = summary_row(scenario(), 7, "maturity", measured, static, WIRING, TOTALS)
    assert tuple(row) == SUMMARY_COLUMNS
    assert all(math.isnan(row.pop(name)) for name in ("passes", "solved_trial", "solved_passes"))
    assert row == {
        "condition": "maturity",
        "seed": 7,
        "engine": "kernel",
        "episodes": 10,
        "trials": 100,
        "kept": 30,
        "reverted": 60,
        "accept_rate": 1 / 3,
        "mean_accuracy": 2.5 / 3,
        "distinct_outputs": 2,
        "constant_output": False,
        "learned_patterns": 2,
        "outputs": "10|01|01",
        "ceiling": 1.0,
        "ceiling_upper": 1.0,
        "ceiling_exact": True,
        "ceiling_synapses": 2,
        "best_constant": 4 / 6,
        "mean_abs_weight_start": 0.05,
        "mean_abs_weight_end": 0.4,
        "dormant_clusters": 1,
        "specialised_astrocytes": 1,
        "late_degradation": pytest.approx(0.5 / 3),
        "neurons": 7,
        "synapses": 11,
        "wall_s": 1.5,
    }


def test_summary_row_without_astrocytes_and_decisions():
    measured, static = replicate([[1, 1]] * 3, [0.5, 0.5, 1.0], astrocytes=False)
    totals = {**TOTALS, "kept": 0, "reverted": 0}
    row = summary_row(scenario(learner="none"), 7, "control", measured, static, WIRING, totals)
    assert math.isnan(row["accept_rate"])
    assert math.isnan(row["dormant_clusters"])
    assert math.isnan(row["specialised_astrocytes"])
    assert row["constant_output"] is True


def test_engine_column_of_the_published_system():
    measured, static = replicate([[1, 0]] * 3, [0.5, 0.5, 1.0])
    row = summary_row(scenario(system="published"), 7, "maturity", measured, static, WIRING, TOTALS)
    assert row["engine"] == "published"


def test_probe_accuracy_is_free_of_rounding_and_of_absent_patterns():
    fifths = np.array([0.4, 0.8, 0.8, 0.8, 0.6, 1.0, 0.8, 1.0])
    assert diagnostics.probe_accuracy(fifths, 5) == 0.775  # their float sum gives 0.7750000000000001
    absent = np.array([[1.0, np.nan, 0.5], [np.nan] * 3])
    np.testing.assert_array_equal(diagnostics.probe_accuracy(absent, 2), [0.75, np.nan])


def rows(condition, constant, kept=5):
    return [
        {
            "condition": condition,
            "seed": seed,
            "constant_output": flag,
            "mean_accuracy": 0.5,
            "kept": kept,
            "reverted": 0,
        }
        for seed, flag in enumerate(constant)
    ]


def test_alarm_is_silent_when_outputs_differ():
    assert constant_output_alarm(rows("maturity", [False, False])) == []


def test_alarm_texts():
    texts = constant_output_alarm(rows("global", [True, False, True]) + rows("control", [True, True], kept=0))
    assert texts == [
        "CONSTANT OUTPUT: condition global: the output is the same vector for every pattern on 2 of 3 seeds "
        "(seeds 0, 2). Their mean accuracy of 0.500 does not come from telling patterns apart.",
        "expected: condition control: the output is the same vector for every pattern on 2 of 2 seeds, "
        "as nobody learns there (mean accuracy 0.500 is the floor).",
    ]


def test_conditions_of_which_the_same_is_to_be_said_share_a_text():
    every = [row for name in ("a", "b", "c") for row in rows(name, [True, True], kept=0)]
    (text,) = constant_output_alarm(every)
    assert text.startswith("expected: condition a and 2 more: the output is the same vector")
    other = rows("d", [True, False], kept=0)
    assert [one.split(":")[1] for one in constant_output_alarm([*every, *other])] == [
        " condition a and 2 more",
        " condition d",
    ]


def test_alarm_believes_the_named_controls():
    (text,) = constant_output_alarm(rows("idle", [True], kept=0), controls=())
    assert text.startswith("CONSTANT OUTPUT: condition idle")
    (text,) = constant_output_alarm(rows("idle", [True] * 12), controls=("idle",))
    assert text.startswith("expected: condition idle")


def test_alarm_of_one_seed_is_in_the_singular():
    (text,) = constant_output_alarm(rows("global", [False, True]))
    assert text.endswith("(seed 1). Its accuracy of 0.500 does not come from telling patterns apart.")


def test_alarm_names_ten_seeds_at_most():
    (text,) = constant_output_alarm(rows("global", [True] * 12))
    assert "(seeds 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...)" in text
