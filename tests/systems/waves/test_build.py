"""Programs: which operation stands where, how many parameters there are, and how the learning rate falls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from wave_nets import batch, published, wave

from astrosim.core.device import place
from astrosim.runs.replicate import make_replicates
from astrosim.systems.waves import net as nets
from astrosim.systems.waves.build import build_program, leak_weights, learning_rate
from astrosim.systems.waves.net import WaveNet
from astrosim.systems.waves.program import ACTIVATION, KIND, LEAK, NOISE, PRODUCT, SILENCE
from astrosim.systems.waves.runner import RUNNER
from astrosim.systems.waves.scenario.schema import WaveScenario


def kinds(scenario: WaveScenario) -> str:
    """Operations as letters."""
    names = {PRODUCT: "P", ACTIVATION: "A", LEAK: "L", NOISE: "N", SILENCE: "S"}
    return "".join(names[op[KIND]] for op in build_program(scenario).ops)


def test_order_of_a_described_network():
    """A non-linearity after every step but the last; disturbances after it, and on the outputs."""
    assert kinds(wave()) == "PAPAPAP"
    assert kinds(wave(leak={"sigma": 0.5})) == "PALPALPALPL"
    both = wave(noise={"sigma": 0.1}, loss={"p": 0.1, "place": "units"})
    assert kinds(both) == "PANSPANSPANSPNS"


def test_order_of_a_published_network():
    """Softmax after each word but the last; disturbances after every step, before the softmax."""
    assert kinds(published()) == "PPAPP"
    assert kinds(published(leak={"sigma": 0.5, "kernel": "attenuated"})) == "PLPLAPLPL"
    assert kinds(published(noise={"sigma": 0.5})) == "PNPNAPNPN"


def test_disturbed_connections_add_no_operation():
    assert kinds(wave(noise={"sigma": 0.1, "place": "connections"}, loss={"p": 0.2})) == "PAPAPAP"


def test_parameters_are_those_of_the_paper():
    digits = published(front={"rule": "sparse", "width": 20}, network={"steps": "(gd)*5", "variant": "published"})
    program = build_program(digits)
    assert (program.weights, program.biases) == (420, 140)
    mlp = wave(network={"model": "mlp", "hidden": [20], "variant": "published"}, front={"rule": "sparse", "width": 20})
    assert build_program(mlp).parameters == 630


def test_leaks_have_a_weight_a_tap():
    scenario = wave(leak={"sigma": 0.5, "border": "reflect"})
    program = build_program(scenario)
    assert len(program.taps) == program.weights + len(leak_weights(scenario))


def test_the_cosine_falls_from_the_rate_to_nothing():
    scenario = wave(training={"learning_rate": 0.02, "decay": "cosine"})
    rates = [learning_rate(scenario, update) for update in range(scenario.updates)]
    assert rates[0] == 0.02
    assert rates[scenario.updates // 2] == pytest.approx(0.01, rel=0.02)
    assert 0 < rates[-1] < 1e-6
    assert np.all(np.diff(rates) < 0)


def test_wide_layers_go_tap_by_tap_to_the_same_values(monkeypatch):
    scenario = wave(front={"rule": "sparse", "width": 40}, network={"steps": "s d g g*15"})
    features, _ = batch(scenario)
    inputs = torch.from_numpy(features)
    dense = WaveNet(scenario, [1, 2])(inputs)
    monkeypatch.setattr(nets, "DENSE", 0)
    by_taps = WaveNet(scenario, [1, 2])(inputs)
    assert dense.shape == (2, len(features), 10)
    torch.testing.assert_close(by_taps, dense, atol=1e-6, rtol=1e-5)


def test_replicates_may_have_inputs_of_their_own():
    scenario = wave()
    features, _ = batch(scenario)
    net = WaveNet(scenario, [1, 2])
    both = net(torch.from_numpy(np.stack([features, 2 * features])))
    torch.testing.assert_close(both[0], net(torch.from_numpy(features))[0])
    assert not torch.equal(both[1], net(torch.from_numpy(features))[1])


def test_a_missing_gpu_is_told_once(caplog):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    scenario = wave(device="cuda")
    replicates = make_replicates(("default",), (1, 2, 3))
    with caplog.at_level("WARNING", logger="astrosim.systems.waves"):
        jobs = RUNNER.split({"default": scenario}, replicates, 2)
        assert place("cuda").type == "cpu"
        RUNNER.split({"default": wave(device="auto")}, replicates, 2)
    assert [record.message for record in caplog.records] == ["device = 'cuda': no GPU here; the CPU computes."]
    assert [len(job) for job in jobs] == [1, 1, 1]  # on the kernel each stands alone
