"""A trained wave as Mesa agents: the kernel's outputs bit for bit, exact times, local events, views, pictures."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
import torch
from PIL import Image

from astrosim.core.errors import AstrosimError, StoreError
from astrosim.plot.style import DIVERGING
from astrosim.runs import run_scenario
from astrosim.systems.waves.agents import WaveModel
from astrosim.systems.waves.learners.learner import KernelNetwork
from astrosim.systems.waves.mesh.graph import weight_matrices
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.show.animation import BLANK, TAIL, Scene, animate_wave

LINE = {"network": {"steps": "gd gd gd gd gd"}}
GRID = {"front": {"rule": "none"}, "network": {"grid": [8, 8], "steps": "U GGGG", "activation": "elu"}}
PUBLISHED = {"network": {"variant": "published"}}
NETWORKS = {
    "line": LINE,
    "grid": GRID,
    "silu": {"network": {"steps": "s g gd gd gd gd gd", "activation": "silu", "bias": "none"}},
    "published": PUBLISHED,
    "leak": GRID | {"leak": {"sigma": 0.7}},
    "attenuated": PUBLISHED | {"leak": {"sigma": 0.5, "kernel": "attenuated"}},
    "leak in training": LINE | {"leak": {"sigma": 0.7, "when": "training"}},
    "noise": LINE | {"noise": {"sigma": 0.3}},
    "connections": LINE | {"noise": {"sigma": 0.3, "place": "connections"}, "loss": {"p": 0.2}},
    "units": LINE | {"loss": {"p": 0.3, "place": "units"}},
}


def model_of(data: dict, seed: int = 3) -> WaveModel:
    network = KernelNetwork(WaveScenario.model_validate(data), seed)
    network.values[:] += np.random.default_rng(seed).normal(0, 0.2, len(network.values)).astype(np.float32)
    return WaveModel(network)


def image_of(model: WaveModel, number: int = 0) -> np.ndarray:
    return np.random.default_rng(number).normal(size=model.network.program.inputs).astype(np.float32)


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_are_the_kernels_to_the_last_bit(name):
    model = model_of(NETWORKS[name])
    for number in range(3):
        image = image_of(model, number)
        expected = model.network.judge(image[None], np.zeros(1), trial=number, keep=1).outputs[0]
        assert np.array_equal(model.respond(image, trial=number), expected)
        assert model.arrived
    assert np.ptp(expected) > 0


def test_outputs_are_torchs_within_a_millionth():
    model = model_of(GRID)
    chain = model.network.scenario.chain()
    matrices = weight_matrices(chain, model.parameters[: chain.live_weights])
    biases = np.split(model.parameters[chain.live_weights :].astype(float), np.cumsum(chain.widths[1:])[:-1])
    for number in range(5):
        values = torch.tensor(image_of(model, number), dtype=torch.float64)
        for step, (matrix, bias) in enumerate(zip(matrices, biases, strict=True)):
            values = torch.tensor(matrix) @ values + torch.tensor(bias)
            values = torch.nn.functional.elu(values) if step < len(matrices) - 1 else values
        # agents compute in float32, as the network was trained
        assert model.respond(image_of(model, number)) == pytest.approx(values.numpy(), rel=1e-6, abs=1e-6)


def test_a_wave_takes_one_unit_of_time_a_step():
    model = model_of(LINE)
    model.present(image_of(model))
    for step in range(11):
        assert [a.reached for a in model.astrocytes] == [a.layer < step for a in model.astrocytes]
        model.run_for(1) if step else model.run_until(0.5)
        reached = [a for a in model.astrocytes if a.reached]
        assert {a.layer for a in reached} == set(range(step + 1))
    assert [event.time for event in model.log] == [a.layer for a in model.astrocytes]
    assert sorted(event.cell for event in model.log) == list(range(len(model.astrocytes)))


def test_travel_time_is_steps_times_that_of_a_step():
    network = model_of(LINE).network
    assert WaveModel(network).travel_ms == 10 * 10.0
    model = WaveModel(network, step_ms=2.5)
    model.respond(image_of(model))
    assert model.travel_ms == model.elapsed_ms == 25.0
    assert not isinstance(model.time, float) or model.time.is_integer()


def test_agents_hear_the_cells_of_their_taps_and_no_others():
    model = model_of(GRID)
    for step, before, layer in zip(
        model.network.scenario.chain().steps, model.layers[:-1], model.layers[1:], strict=True
    ):
        heard = np.array([[a in b.heard for a in before] for b in layer])
        assert np.array_equal(heard, step.mask)
        assert np.array_equal(np.array([[b in a.listeners for a in before] for b in layer]), step.mask)


def test_a_wave_from_one_cell_reaches_only_who_can_hear_it():
    model = model_of(LINE)
    model.present(image_of(model))
    model.run_until(0.5)
    model.layers[3][0].expect()
    model.run_until(1.5)
    assert [a.place[1] for a in model.layers[3] if a.reached] == [0]
    assert [event.cell for event in model.log if model.astrocytes[event.cell].layer == 3] == [20 + 18 + 18]
    assert not any(a.reached for a in model.layers[2])


def test_layers_stand_side_by_side_on_the_grid():
    model = model_of(LINE)
    assert model.grid.dimensions == (11, 20)
    assert [a.cell.coordinate for a in model.layers[1][:2]] == [(1, 18), (1, 17)]
    model = model_of(GRID)
    assert model.grid.dimensions == (8 + 5 * 10 + 5, 8)
    assert [a.cell.coordinate for a in model.layers[0]][:9] == [*((x, 7) for x in range(8)), (0, 6)]
    assert model.layers[5][9].cell.coordinate == (62, 3)
    assert all(a.cell.agents == [a] for a in model.astrocytes)


def test_attributes_read_and_write_through_to_the_network():
    model = model_of(GRID)
    image = image_of(model)
    before = model.respond(image)
    astrocyte = model.layers[5][4]
    assert astrocyte.calcium == before[4]
    assert astrocyte.weights.base is not None
    astrocyte.weights = np.zeros(len(astrocyte.heard))
    after = model.respond(image)
    assert after[4] == np.float32(astrocyte.bias)
    assert np.flatnonzero(after != before).tolist() == [4]
    assert np.array_equal(model.network.judge(image[None], np.zeros(1), keep=1).outputs[0], after)
    model.values[0] = 7.0
    assert model.layers[0][0].calcium == 7.0
    model.layers[0][0].calcium = 8.0
    assert model.values[0, 0] == 8.0


def test_mesas_data_collector_sees_the_wave_pass():
    model = model_of(LINE)
    model.respond(image_of(model))
    shares = model.datacollector.get_model_vars_dataframe()["reached"].to_numpy()
    assert shares == pytest.approx(np.cumsum(model.network.scenario.widths) / len(model.astrocytes))
    calcium = model.datacollector.get_agent_vars_dataframe()["calcium"].xs(10, level="Step")
    assert calcium.to_numpy()[-10:] == pytest.approx(model.outputs)


def test_one_wave_at_a_time_and_of_the_right_width():
    model = model_of(LINE)
    with pytest.raises(AstrosimError, match=r"shape \(19,\)\. This network has \(20,\) inputs"):
        model.present(np.zeros(19))
    model.present(image_of(model))
    model.run_for(9)
    with pytest.raises(AstrosimError, match=r"a wave is on its way \(until time 10, now 9\)"):
        model.present(image_of(model))
    model.run_for(1)
    model.present(image_of(model))


def test_neurons_pass_no_wave():
    network = KernelNetwork(WaveScenario.model_validate({"network": {"model": "mlp"}}), 1)
    with pytest.raises(AstrosimError, match="neurons pass no wave"):
        WaveModel(network)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("waves") / "run"
    scenario = {
        "name": "small",
        "seeds": [4, 9],
        "schedule": {"epochs": 1},
        **LINE,
        "conditions": {"wave": {}, "lost": {"record": {"weights": False}}},
    }
    run_scenario(WaveScenario.model_validate(scenario), directory, workers=1)
    return directory


def test_a_stored_network_comes_to_life(run):
    model = WaveModel.from_run(run, "wave", 9)
    other = WaveModel.from_run(run, "wave", 4)
    fresh = KernelNetwork(model.network.scenario, 9)
    assert model.network.seed == 9
    assert not np.array_equal(model.parameters, other.parameters)
    assert not np.array_equal(model.parameters, fresh.values)
    image = image_of(model)
    assert np.array_equal(model.respond(image), model.network.judge(image[None], np.zeros(1), keep=1).outputs[0])


@pytest.mark.parametrize(
    ("condition", "seed", "error", "text"),
    [
        ("waves", 9, AstrosimError, 'conditions: none is named "waves". Write one of wave, lost.'),
        ("wave", 5, AstrosimError, "seeds: 5 is none of them. Write one of 4, 9."),
        ("lost", 9, StoreError, "no weights of lost, seed 9"),
    ],
)
def test_what_a_run_does_not_hold_is_said(run, condition, seed, error, text):
    with pytest.raises(error, match=text):
        WaveModel.from_run(run, condition, seed)


def test_a_picture_shows_calcium_where_the_wave_has_been():
    model = model_of(LINE)
    model.respond(image_of(model))
    scene = Scene(model)
    scene.show(3.5)
    shown = scene.cells.get_facecolor()
    limit = np.percentile(np.abs([a.calcium for layer in model.layers[1:-1] for a in layer]), 98)
    for astrocyte in model.astrocytes:
        share = (astrocyte.calcium + limit) / (2 * limit)
        colour = mpl.colormaps[DIVERGING](share) if astrocyte.layer <= 3 else mpl.colors.to_rgba(BLANK)
        assert shown[astrocyte.index] == pytest.approx(colour, abs=0.01)
    lines = np.array(scene.taps.get_segments())
    assert len(lines) == sum(len(a.heard) for a in model.layers[4])
    assert lines[:, :, 0] == pytest.approx(np.tile([3.5 - TAIL, 3.5], (len(lines), 1)))
    signals = np.concatenate([a.weights * [b.calcium for b in a.heard] for a in model.layers[4]])
    assert np.asarray(scene.taps.get_array()) == pytest.approx(signals, rel=1e-6)
    assert len(scene.answer.get_paths()) == 0
    scene.show(10)
    assert len(scene.answer.get_paths()) == 1
    assert scene.clock.get_text() == f"100 ms, answer {model.outputs.argmax()}"


def test_an_animation_has_a_frame_for_every_moment(tmp_path):
    model = model_of({"front": {"width": 12}, "network": {"steps": "gd"}})
    model.respond(image_of(model))
    with Image.open(animate_wave(model, tmp_path / "wave.gif", frames_per_step=2)) as picture:
        assert picture.n_frames >= 2 * 2 + 1
        picture.seek(0)
        first = np.asarray(picture.convert("L"), int)
        picture.seek(picture.n_frames - 1)
        assert (np.abs(np.asarray(picture.convert("L"), int) - first) > 30).mean() > 0.01


def test_nothing_is_drawn_before_a_wave_has_set_out():
    with pytest.raises(AstrosimError, match="no wave has set out"):
        Scene(model_of(LINE))
