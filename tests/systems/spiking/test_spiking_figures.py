"""Figures of spiking networks: what is drawn is what was recorded, legends cover no data, settings do not matter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from spiking_figure_runs import TABLES

from astrosim import open_run, run
from astrosim.core.errors import AstrosimError
from astrosim.plot.style import image_bytes
from astrosim.report.figure_of_run import Choice, show
from astrosim.systems.spiking.figures.raster import Raster, bin_edges, raster
from astrosim.systems.spiking.figures.rates import rates
from astrosim.systems.spiking.figures.traces import END, Course, traces
from astrosim.systems.spiking.scenario.schema import SpikingScenario


@pytest.fixture(scope="session")
def shown_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("spiking") / "shown"
    run(SpikingScenario.model_validate(TABLES), directory, workers=1)
    return directory


def test_rates_of_populations_are_counts_over_neurons_and_bins():
    time = np.array([1.0, 2.0, 3.0, 12.0, 19.9])
    population = np.array(["a", "a", "b"], object)
    figure = raster([Raster("t", np.array([0, 1, 2, 2, 0]), time, population, 20.0)])
    edges = bin_edges(20.0)
    assert edges.tolist() == [0.0, 5.0, 10.0, 15.0, 20.0]
    first, second = (patch.get_data() for patch in figure.axes[1].patches)
    assert first.values.tolist() == [200.0, 0.0, 0.0, 100.0]  # 2 spikes, 2 neurons, 5 ms
    assert second.values.tolist() == [200.0, 0.0, 200.0, 0.0]
    drawn = [line.get_xdata().tolist() for line in figure.axes[0].lines]
    assert drawn == [[1.0, 2.0, 19.9], [3.0, 12.0]]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]


def test_bins_of_long_and_short_runs():
    assert len(bin_edges(1e5)) == 201
    assert bin_edges(2.0).tolist() == [0.0, 2.0]


def test_many_nodes_are_a_median_and_a_band():
    values = np.arange(22.0).reshape(2, 11)
    course = Course(np.array([1.0, 2.0]), values, [f"a:{n}" for n in range(11)], "uM")
    axes = traces({"one": {"Ca_astro": course}}).axes[0]
    (line,) = axes.lines
    assert line.get_ydata().tolist() == [5.0, 16.0]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (1.0, 20.0)


def test_nodes_without_a_variable_are_left_out(shown_run: Path):
    material = show(shown_run).material
    row = material.rows(1)[0]
    values = material.dataset.V_m.copy()
    values[..., 1] = np.nan
    without = replace(material, dataset=material.dataset.assign(V_m=values)).course(row, "V_m")
    assert list(without.labels) == ["0"]
    assert without.values.shape == (50, 1)


def test_neurons_of_a_long_run_are_shown_at_its_end():
    time = np.arange(1.0, 20_001.0)
    fast = Course(time, time[:, None], ["0"], "mV", fast=True)
    slow = fast._replace(fast=False, labels=["a:0"], unit="uM")
    upper, lower = traces({"one": {"V_m": fast, "Ca_astro": slow}}).axes
    assert upper.get_xlim() == (20_000.0 - END, 20_000.0)
    assert lower.get_xlim() == (0.0, 20_000.0)
    assert len(upper.lines[0].get_xdata()) == END
    assert (upper.get_xlabel(), lower.get_xlabel()) == ("time (ms)", "time (s)")
    lower.figure.draw_without_rendering()
    assert {"0", "10", "20"} <= {label.get_text() for label in lower.get_xticklabels()}


def test_means_carry_intervals_from_three_seeds_on():
    figure = rates({"rate": {"two": np.array([1.0, 3.0]), "three": np.array([1.0, 2.0, 3.0])}}, {"rate": {"two": 5.0}})
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["two\nn = 2", "three\nn = 3"]
    bars = [len(container[2]) for container in axes.containers]
    assert bars == [0, 1]
    ends = axes.containers[1][2][0].get_segments()[0][:, 0]
    # Student's t of three: 4.303 / sqrt(3)
    np.testing.assert_allclose(ends, [2 - 2.4841, 2 + 2.4841], atol=1e-3)
    assert "published mean" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_figures_of_a_run_show_its_records(shown_run: Path):
    found = show(shown_run)
    assert list(found.kinds) == ["raster", "rates", "traces", "portrait"]
    dataset = open_run(shown_run)
    drawn = found.draw("raster").figure
    assert [axes.get_title(loc="left") for axes in drawn.axes[::2]] == ["loose, seed 1", "strong, seed 1"]
    for axes, condition in zip(drawn.axes[::2], ("loose", "strong"), strict=True):
        count = int(dataset.spike_count.sel(condition=condition, seed=1))
        assert sum(len(line.get_xdata()) for line in axes.lines) == count > 0
    panels = found.draw("traces").figure.axes
    kept = dataset.V_m.sel(condition="strong", seed=1).values
    np.testing.assert_array_equal(np.stack([line.get_ydata() for line in panels[1].lines], axis=1), kept)
    captions = {name: found.draw(name).caption for name in found.kinds}
    assert "The first seed of each condition" in captions["traces"]
    assert "the first 8 of 10 recorded astrocytes" in captions["portrait"]
    assert "bins of 5 ms" in captions["raster"]


def test_legends_cover_no_data(shown_run: Path):
    found = show(shown_run)
    for name in found.kinds:
        figure = found.draw(name).figure
        figure.canvas.draw()
        legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
        for legend in filter(None, legends):
            box = legend.get_window_extent()
            assert not any(box.overlaps(axes.get_window_extent()) for axes in figure.axes), name
            assert figure.bbox.padded(1.0).x1 >= box.x1, name


def test_settings_of_the_user_do_not_show(shown_run: Path):
    found = show(shown_run, Choice(conditions=["strong"], seeds=[2]))
    for name in found.kinds:
        before = image_bytes(found.draw(name).figure, "png", 60)
        with mpl.rc_context({"lines.linewidth": 9.0, "axes.facecolor": "red", "font.size": 20}):
            assert image_bytes(found.draw(name).figure, "png", 60) == before, name


def test_one_replicate_has_no_comparison(shown_run: Path):
    found = show(shown_run, Choice(conditions=["strong"], seeds=[2]))
    assert found.draw("raster").caption.startswith("Condition strong, seed 2")
    with pytest.raises(AstrosimError, match=r"\(rates\): a point per seed needs more than one replicate\. It has"):
        found.draw("rates")
