"""Figures, from a real small run: what is drawn is what was recorded."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest

from astrosim import plot
from astrosim.plot import style
from astrosim.runs import open_run, run_scenario
from astrosim.scenario import resolve
from astrosim.statistics.inference import Interval
from astrosim.systems.threshold.figures import astrocytes, curves, overview, select, space
from astrosim.systems.threshold.scenario.schema import Scenario

SCENARIO = Scenario.model_validate(
    {
        "name": "figures",
        "seeds": [3, 8, 11],
        "schedule": {"episodes": 40},
        "record": {"every": 13},
        "conditions": {
            "maturity": {},
            "cursor": {"learner": "cursor"},
            "control": {"learner": "none"},
            "short": {"schedule": {"episodes": 20}},
        },
    }
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    directory = tmp_path_factory.mktemp("run") / "figures"
    run_scenario(SCENARIO, directory, workers=1)
    return open_run(directory)


def test_figures_do_not_touch_the_global_state():
    code = "import sys, astrosim.report; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_settings_are_as_before(dataset):
    before = dict(mpl.rcParams)
    plot.learning_curves(dataset)
    assert dict(mpl.rcParams) == before


def test_probes_are_the_recorded_accuracies(dataset):
    probes = select.probes(dataset)
    assert probes.dims == ("condition", "seed", "episode")
    wanted = dataset["pattern_accuracy"].mean("pattern")
    np.testing.assert_allclose(probes.values, wanted.values, atol=1e-12)
    assert np.isnan(probes.sel(condition="short").values).any()


def test_selection_of_conditions_and_seeds(dataset):
    assert select.condition_names(dataset) == ["maturity", "cursor", "control", "short"]
    assert select.with_astrocytes(dataset) == ["maturity", "short"]
    assert select.with_decisions(dataset) == ["maturity", "cursor", "short"]
    assert select.first_seed(dataset, "control") == 3
    last = dataset["pattern_accuracy"].sel(condition="maturity").isel(episode=-1).mean("pattern").values
    assert select.best_seed(dataset, "maturity") == (3, 8, 11)[int(np.argmax(np.round(last, 9)))]
    assert int(dataset["episode"][select.last_record(dataset, "maturity")]) == 39
    assert int(dataset["episode"][select.last_record(dataset, "short")]) == 19


def test_curves_show_means_over_seeds(dataset):
    figure = plot.learning_curves(dataset, {"maturity": 0.7, "control": 0.7})
    probe, binary, soft, accept = figure.axes
    assert [line.get_label() for line in soft.lines] == ["maturity", "cursor", "control", "short"]
    np.testing.assert_allclose(
        binary.lines[0].get_ydata(),
        dataset["mean_binary_reward"].sel(condition="maturity").mean("seed").dropna("episode").values,
    )
    assert soft.lines[3].get_xdata().tolist() == [0, 13, 19]
    assert len(accept.lines) == 3  # nobody decides in control
    assert {text.get_text() for text in probe.texts} == {"ceiling", "chance"}


def test_panels_without_values_are_left_out(dataset):
    figure = plot.learning_curves(dataset.sel(condition=["control"]))
    assert [axes.get_title("left") for axes in figure.axes if axes.axison] == [
        "a   accuracy of the frozen probe",
        "b   matching bits in training",
        "c   soft reward in training",
    ]


def test_running_mean():
    values = np.array([[1.0, 2.0, np.nan, 4.0, 5.0], [np.nan] * 5])
    np.testing.assert_allclose(curves.running_mean(values, 3)[0], [1.0, 1.5, np.nan, 3.0, 4.5])
    assert np.isnan(curves.running_mean(values, 3)[1]).all()
    np.testing.assert_array_equal(curves.running_mean(values, 1), values)


def test_overview_draws_every_seed_and_the_marks():
    figure = plot.accuracy_by_condition(
        {"a": [0.6, 0.7, 0.7], "b": [0.5] * 3},
        {"a": [0.8] * 3, "b": [0.8] * 3},
        {"a": 0.65},
        {"a": Interval(2, 1, 3, 3)},
    )
    (axes,) = figure.axes
    assert sorted(axes.collections[0].get_offsets()[:, 0].tolist()) == [0.6, 0.7, 0.7]
    drawn = {tuple(round(float(x), 9) for x in line.get_xdata()) for line in axes.lines}
    assert {(0.8, 0.8, 0.8), (0.65,), (2,)} <= drawn
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a\nn = 3", "b\nn = 3"]
    assert "published mean" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_equal_values_lie_side_by_side():
    offsets = overview.spread(np.array([0.5, 0.7, 0.5, 0.5]))
    np.testing.assert_allclose(sorted(offsets[[0, 2, 3]]), [-0.09, 0.0, 0.09])
    assert offsets[1] == 0
    many = overview.spread(np.full(200, 0.5))
    assert many.max() == pytest.approx(overview.SPREAD)
    assert len(set(many)) == 200


def test_pattern_map_carries_the_output_vectors(dataset):
    figure = plot.pattern_map(dataset, SCENARIO)
    best, mean = figure.axes[:2]
    seed = select.best_seed(dataset, "maturity")
    output = dataset["output"].sel(condition="maturity", seed=seed).isel(episode=-1).values
    vectors = ["".join(map(str, row)) for row in output]
    assert [text.get_text() for text in best.texts[:8]] == vectors
    wanted = dataset["pattern_accuracy"].sel(condition="maturity").isel(episode=-1).mean("seed").values
    assert [text.get_text() for text in mean.texts[:8]] == [f"{value:.2f}" for value in wanted]
    assert mean.get_xticklabels()[1].get_text() == "P2\n10000\n→ 01010"


def test_astrocyte_curves(dataset):
    figure = plot.astrocyte_curves(dataset, 10)
    assert [axes.get_ylabel() for axes in figure.axes[::3]] == ["maturity, n = 3", "short, n = 3"]
    threshold, rate, active = figure.axes[:3]
    assert [len(axes.lines) for axes in (threshold, rate, active)] == [8, 8, 8]
    np.testing.assert_allclose(
        rate.lines[5].get_ydata(),
        dataset["exploration_rate"].sel(condition="maturity", astrocyte=5).mean("seed").dropna("episode").values,
    )
    (alone,) = plot.astrocyte_curves(dataset.sel(condition=["cursor", "control"]), 10).axes
    assert alone.texts[0].get_text() == "No condition of this run has astrocytes."


def test_activity_between_records():
    counts = np.array([[[4, 0], [-1, -1], [24, 10], [-1, -1]]])  # the second record is another condition's
    found = astrocytes.activity(counts, np.array([0, 2, 4, 9]), 10)
    np.testing.assert_allclose(found[0, [0, 2]], [[0.4, 0.0], [0.5, 0.25]])
    assert np.isnan(found[0, [1, 3]]).all()


def test_activity_by_bin():
    active = np.array([[0, 2], [0, -1], [2, 1], [-1, -1]])
    np.testing.assert_allclose(select.activity_by_bin(active, [0, 2, 4], 3), [[1, 0], [0, 0.5], [0.5, 0.5]])


def test_territories_in_space_are_those_of_the_engine(dataset):
    replicate = dataset.sel(condition="maturity", seed=8)
    for astrocyte, wanted in enumerate(replicate["territory_synapses"].values):
        assert len(space.territory_synapses(replicate, astrocyte, SCENARIO.astrocytes.radius)) == wanted


def test_space_map(dataset):
    axes = plot.space_map(dataset, resolve(SCENARIO, "maturity")).axes[0]
    assert len(axes.patches) == 8  # circles
    assert {"A0", "A7"} <= {text.get_text() for text in axes.texts}
    bare = plot.space_map(dataset.sel(condition=["control"]), resolve(SCENARIO, "control")).axes[0]
    assert not bare.patches
    assert "no astrocytes" in bare.get_title(loc="left")


def test_decision_raster(dataset):
    figure = plot.decision_raster(dataset)
    seed = select.first_seed(dataset, "maturity")
    active = dataset["active"].sel(condition="maturity", seed=seed).isel(trial=slice(0, 150)).values
    points = figure.axes[0].collections[0].get_offsets()
    assert len(points) == (active >= 0).sum()
    assert figure.axes[4].texts[0].get_text() == "cursor, seed 3: no astrocytes"
    (alone,) = plot.decision_raster(dataset.sel(condition=["control"])).axes
    assert "nobody decides anything" in alone.texts[0].get_text()
    (alone,) = plot.decision_raster(dataset.drop_vars("decision")).axes
    assert "was not recorded" in alone.texts[0].get_text()


def test_images_are_repeatable(dataset):
    first, second = (style.image_uri(plot.space_map(dataset, resolve(SCENARIO, "maturity"))) for _ in range(2))
    assert first == second
    assert first.startswith("data:image/svg+xml;base64,")
    assert style.image_uri(plot.space_map(dataset, resolve(SCENARIO, "maturity")), pixels=True).startswith(
        "data:image/png;base64,"
    )


def test_colours_tell_many_conditions_apart():
    marks = style.colours([str(i) for i in range(20)])
    assert len(set(map(str, marks.values()))) == 20
    assert len(style.cluster_colours(np.arange(30))) == 30
