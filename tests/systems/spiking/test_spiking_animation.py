"""`astrosim animate` of spiking networks: lights and colours are the records', refusals say what to record."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image
from spiking_figure_runs import TABLES
from typer.testing import CliRunner

from astrosim import open_run, run
from astrosim.cli import app
from astrosim.core.errors import AstrosimError
from astrosim.plot.palette import SEQUENTIAL
from astrosim.report.animation import TrialRange
from astrosim.systems.spiking.figures.animation import BODY, SPIKE, TAIL, Moving, SpikeScene
from astrosim.systems.spiking.make import network_of
from astrosim.systems.spiking.scenario.schema import SpikingScenario
from astrosim.systems.spiking.show.animation import moving_of, shown_steps

ONE = {"seeds": [1], "conditions": {}}


def made(folder: Path, **changes: Any) -> Path:
    run(SpikingScenario.model_validate(TABLES | ONE | changes), folder / "run", workers=1)
    return folder / "run"


def few(times: np.ndarray) -> tuple[Moving, SpikeScene]:
    """Two neurons, of which the first fires at 10 and 30 ms; two astrocytes."""
    moving = Moving(
        np.array([[0.0, 0.0], [10.0, 5.0]]),
        np.array([[2.0, 2.0], [8.0, 8.0]]),
        np.array(["E", "I"], object),
        np.array([0, 0]),
        np.array([10.0, 30.0]),
        np.array([5.0, 15.0, 40.0]),
        np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]),
    )
    return moving, SpikeScene(moving, times, "t")


def test_a_neuron_shines_as_it_fires_and_fades():
    _, scene = few(np.arange(0.0, 45.0, 5.0))
    assert scene.light(5.0).tolist() == [0.0, 0.0]
    assert scene.light(10.0).tolist() == [1.0, 0.0]
    assert scene.light(20.0).tolist() == [TAIL**2, 0.0]
    assert scene.light(30.0).tolist() == [1.0, 0.0]
    scene.show(10.0)
    assert scene.bodies.get_sizes().tolist() == [SPIKE, BODY]
    assert scene.space.get_title() == "t\n10.0 ms"


def test_astrocytes_are_coloured_by_their_last_sample():
    moving, scene = few(np.arange(0.0, 45.0, 5.0))
    for time, sample in ((0.0, 0), (14.0, 0), (15.0, 1), (39.0, 1), (40.0, 2)):
        scene.show(time)
        assert scene.glia.get_array().tolist() == moving.calcium[sample].tolist()
    scene.figure.draw_without_rendering()
    wanted = mpl.colormaps[SEQUENTIAL](scene.scale(moving.calcium[2]))
    np.testing.assert_array_equal(scene.glia.get_facecolors(), wanted)


def test_records_of_a_run_are_those_shown(tmp_path: Path):
    directory = made(tmp_path)
    scenario = SpikingScenario.model_validate(TABLES | ONE)
    own = open_run(directory).isel(condition=0, seed=0)
    moving = moving_of(own, network_of(scenario, 1), 0.1)
    assert len(moving.node) == int(own.spike_count) > 0
    np.testing.assert_array_equal(moving.calcium, own.Ca_astro.values)
    assert moving.neurons.shape == (6, 2)
    assert ((moving.neurons >= 0.0) & (moving.neurons <= 50.0)).all()
    done = CliRunner().invoke(app, ["animate", str(directory), "--frames", "6", "--out", str(tmp_path / "a.gif")])
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'a.gif'}\n")
    with Image.open(tmp_path / "a.gif") as film:
        assert film.n_frames == 6


def test_steps_are_chosen():
    assert shown_steps(TrialRange(frames=6), 500) == [0, 100, 200, 300, 400, 500]
    assert shown_steps(TrialRange(100, 130, 10), 500) == [100, 110, 120, 130]
    assert np.unique(np.diff(shown_steps(TrialRange(), 100_000))).tolist() == [841]  # 120 pictures at most, as even
    assert shown_steps(TrialRange(), 3) == [0, 1, 2, 3]
    for wanted, text in (
        (TrialRange(last=501), r"--to: after the last step \(501\)\. Write 0 to 500\."),
        (TrialRange(30, 20), r"--to: before --from \(20\)"),
        (TrialRange(every=2, frames=3), r"--every: --frames says already how many"),
    ):
        with pytest.raises(AstrosimError, match=text):
            shown_steps(wanted, 500)
    with pytest.raises(AstrosimError, match=r"too many pictures \(5001\)"):
        shown_steps(TrialRange(every=1), 5000)


def placeless() -> dict[str, Any]:
    network = deepcopy(TABLES["network"])
    network["populations"][0].pop("width")
    return {"network": network}


TRACES = TABLES["record"]["traces"]
FEW = [{"variable": "Ca_astro", "nodes": ["a:0", "a:3"]}]
AGAIN = "and run again."
MISSING = {
    "places": (
        placeless(),
        "network.neurons: without places (4 of 6). Give populations a width, or files columns x and y, ",
    ),
    "spikes": ({"record": {"spikes": False, "traces": TRACES}}, "record.spikes: not recorded (false). Write true, "),
    "calcium": (
        {"record": {"traces": FEW}},
        "record.traces: Ca_astro not of all astrocytes (2 of 10). Name all of them, or their populations, ",
    ),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_told(name: str, tmp_path: Path):
    changes, text = MISSING[name]
    done = CliRunner().invoke(app, ["animate", str(made(tmp_path, **changes))])
    assert (done.exit_code, done.stderr) == (2, f"{text}{AGAIN}\n")
