"""The kernel of wave networks against PyTorch: outputs, gradients, updates; and against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from wave_nets import batch, grid, published, wave

from astrosim.systems.waves.kernel import loop
from astrosim.systems.waves.learners.learner import KernelLearner, KernelNetwork, Stretch, read_only
from astrosim.systems.waves.net import WaveNet
from astrosim.systems.waves.scenario.schema import WaveScenario

LEAK = {"leak": {"sigma": 0.7}}
CASES = {
    "tanh": wave(),
    "elu": wave(network={"steps": "gd gd", "activation": "elu"}),
    "silu": wave(network={"steps": "sgd gd g", "activation": "silu"}, front={"rule": "sparse", "width": 14}),
    "relu": wave(network={"steps": "gd gd", "activation": "relu"}),
    "identity": wave(network={"steps": "gd gd", "activation": "identity"}),
    "softmax": wave(network={"steps": "gd gd", "activation": "softmax"}),
    "reach 5": wave(network={"steps": "gd", "reach": 5}),
    "reach 4": wave(network={"steps": "ggdsgg", "reach": 4}, front={"rule": "sparse", "width": 19}),
    "no bias": wave(network={"steps": "gd gd", "bias": "none"}),
    "grid": grid(),
    "published": published(),
    "published mlp": wave(network={"model": "mlp", "variant": "published", "hidden": [20]}),
    "two hidden layers": wave(network={"model": "mlp", "hidden": [9, 7], "activation": "elu"}),
    "leak": wave(**LEAK),
    "reflected leak": wave(leak={"sigma": 0.7, "border": "reflect", "reach": 4}),
    "leak on a grid": grid(**LEAK),
    "attenuated leak": published(leak={"sigma": 0.5, "kernel": "attenuated"}),
    "noise": wave(noise={"sigma": 0.3}),
    "published noise": published(noise={"sigma": 0.3}),
    "noise on connections": wave(noise={"sigma": 0.3, "place": "connections"}),
    "lost connections": wave(loss={"p": 0.3}),
    "lost gains": published(loss={"p": 0.3}),
    "lost units": published(loss={"p": 0.3, "place": "units", "when": "training"}),
    "all at once": wave(leak={"sigma": 0.7}, noise={"sigma": 0.1}, loss={"p": 0.2, "place": "units"}),
    "xor": WaveScenario.model_validate(
        {"task": {"data": "xor"}, "front": {"rule": "none"}, "network": {"steps": "s d s d g g g"}}
    ),
}
SEED, UPDATE = 1000, 5


@pytest.fixture(params=CASES)
def scenario(request: pytest.FixtureRequest) -> WaveScenario:
    return CASES[request.param]


def labelled(scenario: WaveScenario) -> tuple[np.ndarray, np.ndarray]:
    """A batch; XOR's targets are numbers."""
    features, labels = batch(scenario, scenario.images_per_update)
    return features, labels % 2 if scenario.task.data == "xor" else labels


def kernel_gradient(network: KernelNetwork, features: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean loss of a training batch and its gradient."""
    images = len(features)
    network.scratch.values[: features.shape[1], :images] = features.T
    chosen = np.arange(images, dtype=np.int32)
    arguments = network.program, network.replicate, network.values, network.scratch
    loss = loop.gradient(*arguments, chosen, labels.astype("f4"), UPDATE)
    return loss / images, network.scratch.slopes.copy()


def torch_gradient(net: WaveNet, features: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """The same from autograd, in double precision."""
    net = net.double().train()
    loss = net.losses(net(torch.from_numpy(features.astype("f8")), UPDATE), torch.from_numpy(labels)[None]).mean()
    loss.backward()
    return float(loss.detach()), net.values.grad[0].numpy()


def test_loss_and_gradient_are_those_of_autograd(scenario):
    features, labels = labelled(scenario)
    loss, slopes = kernel_gradient(KernelNetwork(scenario, SEED), features, labels)
    wanted, reference = torch_gradient(WaveNet(scenario, [SEED]), features, labels)
    assert loss == pytest.approx(wanted, abs=3e-7)
    assert np.abs(reference).max() > 1e-6
    np.testing.assert_allclose(slopes, reference, rtol=2e-4, atol=2e-6 * max(1, np.abs(reference).max()))


def test_the_gradient_is_that_of_finite_differences(scenario):
    """Central differences of autograd's loss in double precision, at twelve parameters drawn beforehand."""
    features, labels = labelled(scenario)
    _, slopes = kernel_gradient(KernelNetwork(scenario, SEED), features, labels)
    net, h = WaveNet(scenario, [SEED]).double().train(), 1e-5
    inputs, wanted = torch.from_numpy(features.astype("f8")), torch.from_numpy(labels)[None]

    def loss_at(parameter: int, shift: float) -> float:
        with torch.no_grad():
            net.values[0, parameter] += shift
            loss = float(net.losses(net(inputs, UPDATE), wanted).mean())
            net.values[0, parameter] -= shift
        return loss

    for parameter in np.random.default_rng(3).choice(len(slopes), 12, replace=False):
        difference = (loss_at(parameter, h) - loss_at(parameter, -h)) / (2 * h)
        assert slopes[parameter] == pytest.approx(difference, rel=1e-3, abs=3e-6)


def test_outputs_without_learning_are_torchs(scenario):
    features, labels = labelled(scenario)
    network, net = KernelNetwork(scenario, SEED), WaveNet(scenario, [SEED]).eval()
    verdict = network.judge(features, labels, trial=9, keep=len(features))
    with torch.no_grad():
        outputs = net(torch.from_numpy(features), 9)[0].numpy()
    np.testing.assert_allclose(verdict.outputs, outputs, atol=2e-6)


def test_twenty_updates_are_those_of_torchs_adam(scenario):
    features, labels = labelled(scenario)
    images = scenario.images_per_update
    learner, net = KernelLearner([scenario], [SEED]), WaveNet(scenario, [SEED]).train()
    adam = torch.optim.Adam([net.values], lr=scenario.training.learning_rate)
    order = np.arange(images, dtype=np.int32)
    for update in range(20):
        learner.advance([features], labels.astype("f4"), Stretch(update, 0, 1, [order]))
        adam.zero_grad()
        net.losses(net(torch.from_numpy(features), update), torch.from_numpy(labels)[None]).mean().backward()
        adam.step()
    start = KernelNetwork(scenario, SEED).values
    moved = np.abs(learner.parameters(0) - start)
    assert moved.max() > 0.01
    # Adam divides by the gradient's size: where that is near nothing, rounding decides the direction of a step.
    apart = np.abs(learner.parameters(0) - net.values[0].detach().numpy())
    assert np.mean(apart < 2e-5) > 0.97


def test_the_draws_of_a_pass_are_addressed():
    """Another update, other draws; the same update, the same bits; training and evaluation differ."""
    scenario = CASES["noise"]
    features, labels = labelled(scenario)
    network = KernelNetwork(scenario, SEED)
    outputs = [network.judge(features, labels, trial, keep=5).outputs for trial in (3, 3, 4)]
    assert np.array_equal(outputs[0], outputs[1])
    assert not np.array_equal(outputs[0], outputs[2])


def test_noise_is_normal_and_loss_has_its_share():
    """Two-sided, alpha 1e-6 a statement: mean, variance, and share of lost connections."""
    from astrosim.systems.waves.kernel.draws import row_draws

    key = np.array([1, 2], np.uint32)
    normal = row_draws(key, 0, np.arange(200), 1001, True).astype("f8")
    uniform = row_draws(key, 0, np.arange(200), 1001, False).astype("f8")
    n, z = normal.size, 4.9
    assert abs(normal.mean()) < z / np.sqrt(n)
    assert abs(normal.var() - 1) < z * np.sqrt(2 / n)
    assert abs((uniform < 0.3).mean() - 0.3) < z * np.sqrt(0.21 / n)
    assert uniform.min() >= 0
    assert uniform.max() < 1


def test_a_lost_connection_carries_nothing_and_learns_nothing():
    scenario = wave(loss={"p": 0.5})
    features, labels = labelled(scenario)
    network = KernelNetwork(scenario, SEED)
    _, slopes = kernel_gradient(network, features, labels)
    lost = network.scratch.factor == 0
    assert 0.3 < lost.mean() < 0.7
    assert np.all(slopes[: network.program.weights][lost] == 0)
    assert np.all(network.scratch.effective[: network.program.weights][lost] == 0)


def test_read_only_views_share_memory():
    array = np.arange(6.0).reshape(2, 3)
    view = read_only(array)
    assert not view.flags.writeable
    assert np.shares_memory(view, array)
    assert array.flags.writeable


def test_a_replicate_is_the_same_whatever_trains_beside_it():
    """Bit for bit, on the kernel."""
    scenario = wave(noise={"sigma": 0.1})
    features, labels = batch(scenario, 240)
    order = np.random.default_rng(0).permutation(240).astype(np.int32)
    alone = KernelLearner([scenario], [5])
    beside = KernelLearner([scenario] * 3, [4, 5, 6])
    for learner, count in ((alone, 1), (beside, 3)):
        losses = learner.advance([features] * count, labels.astype("f4"), Stretch(0, 0, 10, [order] * count))
        assert losses.shape == (count, 10)
    assert np.array_equal(alone.parameters(0), beside.parameters(1))
    assert not np.array_equal(beside.parameters(0), beside.parameters(1))


def test_the_last_batch_of_a_pass_may_be_short():
    """Ten images in batches of four: three updates, the last with two images, as torch has it."""
    scenario = wave(schedule={"batch": 4})
    features, labels = batch(scenario, 10)
    learner, net = KernelLearner([scenario], [SEED]), WaveNet(scenario, [SEED]).train()
    losses = learner.advance([features], labels.astype("f4"), Stretch(0, 0, 3, [np.arange(10, dtype=np.int32)]))
    adam = torch.optim.Adam([net.values], lr=scenario.training.learning_rate)
    for number, begin in enumerate((0, 4, 8)):
        adam.zero_grad()
        part = slice(begin, begin + 4)
        loss = net.losses(net(torch.from_numpy(features[part])), torch.from_numpy(labels[part])[None]).mean()
        assert losses[0, number] == pytest.approx(float(loss.detach()), abs=2e-6)
        loss.backward()
        adam.step()
