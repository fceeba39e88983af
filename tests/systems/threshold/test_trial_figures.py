"""Figures of single trials, from a real small run: what is drawn is what was recorded."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from typer.testing import CliRunner

from astrosim import open_run, plot
from astrosim.cli import app
from astrosim.plot.palette import FILLS
from astrosim.runs import run_scenario
from astrosim.store.variables import KEPT, REVERTED
from astrosim.systems.threshold.figures import firing
from astrosim.systems.threshold.figures.events import read_events
from astrosim.systems.threshold.figures.raster import KEPT_COLOUR, OPENING, REVERTED_COLOUR
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.show.pictures import KINDS

SCENARIO = Scenario.model_validate(
    {
        "name": "figures",
        "seeds": [3],
        "schedule": {"episodes": 40},
        "record": {"every": 13, "trials": True, "firing": True},
        "conditions": {
            "maturity": {"interventions": [{"action": "lesion_astrocytes", "which": [1], "at_trial": 60}]},
            "cursor": {"learner": "cursor", "record": {"firing_trials": [100, 390], "firing_every": 10}},
            "neurons": {"learner": "neurons"},
            "unasked": {"record": {"trials": False, "firing": False}},
        },
    }
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    place = tmp_path_factory.mktemp("run") / "figures"
    run_scenario(SCENARIO, place, workers=1)
    return place


@pytest.fixture(scope="module")
def dataset(directory):
    return open_run(directory)


def lines(axes, colour):
    """Numbers of vertical lines of a colour."""
    return sum(
        len(one.get_segments())
        for one in axes.collections
        if hasattr(one, "get_segments") and tuple(one.get_color()[0]) == to_rgba(colour)
    )


def test_reward_trace(dataset):
    events = read_events(dataset, {name: SCENARIO.model_copy(update=own_of(name)) for name in SCENARIO.conditions})
    figure = plot.reward_trace(dataset, events)
    assert len(figure.axes) == 4 * 3
    own = dataset.sel(condition="maturity", seed=3)
    head = own.decision.values[:OPENING]
    for axes in (figure.axes[0], figure.axes[2]):
        assert lines(axes, KEPT_COLOUR) == (head == KEPT).sum()
        assert lines(axes, REVERTED_COLOUR) == (head == REVERTED).sum()
        assert [line.get_xdata()[0] for line in axes.lines if line.get_gid() == "event"] == [59.5]
    standing = own.reward_after.where(own.decision == KEPT, own.reward_before).values
    (stairs,) = figure.axes[1].patches
    np.testing.assert_allclose(stairs.get_data().values, standing.reshape(200, 2).mean(axis=1), rtol=1e-12)
    assert [text.get_text() for text in figure.axes[10].texts] == ["nothing is perturbed"]
    (alone,) = plot.reward_trace(dataset.sel(condition=["unasked"])).axes
    assert "record.trials" in alone.texts[0].get_text()


def own_of(name):
    return {"interventions": Scenario.model_validate(SCENARIO.conditions[name]).interventions}


def test_firing_raster(dataset, monkeypatch):
    figure = plot.firing_raster(dataset)
    own = dataset.sel(condition="maturity", seed=3)
    kind = own.neuron_kind.values
    order = np.argsort(kind, kind="stable")
    fired = own.firing.values[:, order]
    meshes = [axes.collections[0].get_array() for axes in figure.axes[:2]]
    assert np.array_equal(np.asarray(meshes[0]) > 0, fired[:OPENING].T == 1)
    assert np.array_equal(np.asarray(meshes[0]).max(axis=1)[fired[:OPENING].any(axis=0)] - 1,
                          kind[order][fired[:OPENING].any(axis=0)])  # fmt: skip
    np.testing.assert_allclose(np.asarray(meshes[1]), fired.reshape(200, 2, -1).mean(axis=1).T)
    outputs = next(p for p in figure.axes[3].patches if p.get_edgecolor() == to_rgba(FILLS["output"]))
    expected = own.firing.values[:, kind == 1].reshape(200, 2, -1).mean(axis=(1, 2))
    np.testing.assert_allclose(outputs.get_data().values, expected)
    cursor = figure.axes[4]
    assert cursor.get_xlim() == (99.5, 389.5)
    assert cursor.collections[0].get_array().shape[1] == 29
    (alone,) = plot.firing_raster(dataset.sel(condition=["unasked"])).axes
    assert "record.firing" in alone.texts[0].get_text()

    monkeypatch.setattr(firing, "MOST_ROWS", 20)
    coarse = plot.firing_raster(dataset.sel(condition=["maturity"]))
    rows = np.asarray(coarse.axes[1].collections[0].get_array())
    assert rows.shape[0] <= 20 + 4
    np.testing.assert_allclose(rows[0], np.asarray(meshes[1])[: -(-len(kind) // 20)].mean(axis=0))


def test_plot_has_them_where_they_are_recorded(directory, tmp_path):
    run = CliRunner().invoke(app, ["plot", str(directory), "firing", "--out", str(tmp_path / "firing.png")])
    assert run.exit_code == 0, run.output
    assert (tmp_path / "firing.png").stat().st_size > 10_000
    missing = CliRunner().invoke(app, ["plot", str(directory), "rewards", "--condition", "unasked"])
    assert missing.exit_code == 2
    assert "they are kept where record.trials is on" in " ".join(missing.output.split())
    assert KINDS["rewards"].reported
    assert KINDS["firing"].reported
