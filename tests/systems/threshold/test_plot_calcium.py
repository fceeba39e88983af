"""The figure of calcium and recruitment, and gap junctions in the map: what is drawn equals what is stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from run_helpers import small

from astrosim import plot
from astrosim.runs import run_scenario
from astrosim.scenario import resolve
from astrosim.store import open_run
from astrosim.systems.threshold.figures.calcium import coupled_conditions, recruited_share
from astrosim.systems.threshold.replay import Replay
from astrosim.systems.threshold.scenario.schema import Scenario

CUT = {"action": "cut_gap_junctions", "which": [0], "at_episode": 30}
CONDITIONS = {
    "alone": {},
    "coupled": {"coupling": {"graph": "nearest", "neighbours": 2, "gain": 0.2}},
    "cut": {"coupling": {"graph": "nearest", "neighbours": 2, "gain": 0.2}, "interventions": [CUT]},
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return small(conditions=CONDITIONS)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, scenario: Scenario) -> Path:
    directory = tmp_path_factory.mktemp("calcium") / "run"
    run_scenario(scenario, directory, workers=1)
    return directory


def test_the_share_is_that_of_what_came_since_the_last_record() -> None:
    active = np.array([[[2, 2], [6, 4], [6, 4], [-1, -1]]])
    recruited = np.array([[[1, 0], [2, 2], [2, 2], [-1, -1]]])
    share = recruited_share(recruited, active)
    assert share.tolist()[0][:2] == [0.25, 0.5]
    assert np.isnan(share[0, 2:]).all()  # nobody was active; nothing is recorded


def test_lines_are_means_over_seeds_of_the_coupled_conditions(directory: Path) -> None:
    dataset = open_run(directory)
    assert coupled_conditions(dataset) == ["coupled", "cut"]
    calcium, recruited = plot.calcium_curves(dataset).axes
    for name, line in zip(("coupled", "cut"), calcium.lines, strict=True):
        assert line.get_label() == name
        stored = dataset["calcium"].sel(condition=name)
        assert np.array_equal(line.get_xdata(), dataset["episode"].values)
        assert np.allclose(line.get_ydata(), stored.mean(("seed", "astrocyte")).values, rtol=1e-12)
    coupled = dataset.sel(condition="coupled")
    total = {n: coupled[n].sum("astrocyte").values for n in ("recruitments", "activations")}
    last = (total["recruitments"][:, -1] - total["recruitments"][:, -2]) / np.diff(total["activations"])[:, -1]
    assert recruited.lines[0].get_ydata()[-1] == pytest.approx(last.mean(), rel=1e-12)


def test_the_map_draws_each_gap_junction_and_dots_those_that_are_cut(directory: Path, scenario: Scenario) -> None:
    dataset = open_run(directory)
    part = dataset.sel(condition=["cut"], seed=[scenario.seeds[0]])
    resolved = {name: resolve(scenario, name) for name in CONDITIONS}
    figure = plot.space_map(part, resolved["cut"], plot.read_events(part, resolved))
    (lines,) = (drawn for drawn in figure.axes[0].collections if drawn.get_gid() == "gap_junctions")
    junctions = Replay(resolved["cut"], scenario.seeds[0]).engine.gap_junctions
    assert np.allclose(lines.get_segments(), junctions.position[junctions.edge])
    dotted = [style[1] is not None for style in lines.get_linestyle()]
    assert dotted == (junctions.edge == 0).any(axis=1).tolist()
    assert any(dotted)
    assert not all(dotted)


def test_a_replayed_frame_has_the_calcium_that_was_stored(directory: Path, scenario: Scenario) -> None:
    dataset = open_run(directory)
    last = scenario.schedule.trials - 1
    for name in ("alone", "coupled"):
        frame = Replay(resolve(scenario, name), scenario.seeds[0]).show(last)
        stored = dataset["calcium"].sel(condition=name, seed=scenario.seeds[0]).isel(episode=-1).values
        assert np.array_equal(frame.calcium, stored if name == "coupled" else np.zeros_like(stored))
