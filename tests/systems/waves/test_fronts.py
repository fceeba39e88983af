"""Front ends: random projections and z-scores against closed forms, the autoencoder against a written-out formula."""

from __future__ import annotations

import math
from itertools import chain

import numpy as np
import pytest
import torch

from astrosim.datasets import load
from astrosim.systems.waves.draws import generator
from astrosim.systems.waves.fronts import CHUNK, gaussian_projection, project, sparse_projection, standardise
from astrosim.systems.waves.vae import Layers, Vae, cross_entropy, divergence

SEEDS = range(20)
ALPHA = 4.0  # standard deviations: two-sided, 6e-5
LARGE_SEED = 2**64 - 1


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def images() -> np.ndarray:
    """Grey values as MNIST has them: k / 255, four in five 0."""
    random = np.random.default_rng(5)
    grey = random.integers(1, 256, (CHUNK + 300, 784)) * (random.random((CHUNK + 300, 784)) < 0.2)
    return (grey / 255).astype(np.float32)


def test_sparse_weights_are_the_published_ones():
    drawn = np.stack([sparse_projection(784, 20, seed).matrix for seed in SEEDS])
    value = math.sqrt(28 / 20)
    assert np.unique(np.abs(drawn)) == pytest.approx([0, value], abs=1e-15)
    for sign in (1, -1):
        share, expected = np.mean(drawn == sign * np.abs(drawn).max()), 1 / 56
        assert abs(share - expected) < ALPHA * math.sqrt(expected * (1 - expected) / drawn.size)


def test_sparse_weights_are_scikit_learns_for_the_seed():
    from sklearn.random_projection import SparseRandomProjection

    for inputs, width, seed in ((784, 20, 7), (64, 12, 2**32 - 1)):
        theirs = SparseRandomProjection(width, random_state=seed).fit(np.zeros((1, inputs))).components_.toarray()
        assert np.abs(sparse_projection(inputs, width, seed).matrix - theirs.T).max() < 1e-15


def test_gaussian_weights_have_mean_nought_and_variance_one_in_width():
    drawn = np.stack([gaussian_projection(784, 20, seed).matrix for seed in SEEDS])
    n = drawn.size
    assert abs(drawn.mean()) < ALPHA * math.sqrt(1 / 20 / n)
    assert abs(drawn.var() * 20 - 1) < ALPHA * math.sqrt(2 / n)
    assert abs((drawn**4).mean() * 400 - 3) < ALPHA * math.sqrt(96 / n)


@pytest.mark.parametrize("rule", [sparse_projection, gaussian_projection])
def test_every_seed_has_a_projection_of_its_own(rule):
    seeds = (0, 1, 2**32, 2**32 + 1, LARGE_SEED)
    drawn = [rule(64, 10, seed).weights for seed in seeds]
    for i, first in enumerate(drawn):
        assert (rule(64, 10, seeds[i]).weights == first).all()
        assert all((first != other).any() for other in drawn[:i])


@pytest.mark.parametrize("rule", [sparse_projection, gaussian_projection])
def test_features_are_the_matrix_product(images, rule):
    projection = rule(784, 20, 3)
    features = project(images, projection)
    assert (features.dtype, features.shape) == (np.float32, (len(images), 20))
    exact = images.astype(np.longdouble) @ projection.matrix.astype(np.longdouble)
    assert np.abs(features - exact).max() < 2e-6


def test_sparse_features_are_the_same_bits_in_any_order(images):
    projection = sparse_projection(784, 20, 3)
    features = project(images, projection)
    order = np.random.default_rng(1).permutation(784)
    shuffled = type(projection)(projection.weights[order], projection.scale)
    assert (project(images[:, order], shuffled) == features).all()
    assert (project(images[5:77], projection) == features[5:77]).all()


def test_scores_use_the_training_statistics(images):
    training, test = images[:300, :30].copy(), images[300:500, :30].copy()
    training[:, 4] = np.float32(0.1)
    training[0, 9] += 3
    scored, scored_test = standardise(training, test)
    assert scored.dtype == scored_test.dtype == np.float32
    rest = np.delete(np.arange(30), 4)
    assert np.abs(scored[:, rest].mean(axis=0)).max() < 1e-6
    assert np.abs(scored[:, rest].std(axis=0) - 1).max() < 1e-6
    kept = training[:, rest].astype(float)
    expected = (test[:, rest] - kept.mean(axis=0)) / kept.std(axis=0)
    assert np.abs(scored_test[:, rest] - expected).max() < 1e-5
    assert (scored[:, 4] == 0).all()
    assert (scored_test[:, 4] == 0).all()


def test_scores_of_many_rows_are_those_of_one_pass(images):
    (scored,) = standardise(images[:, :7])
    values = images[:, :7].astype(np.float64)
    assert np.abs(scored - (values - values.mean(axis=0)) / values.std(axis=0)).max() < 1e-5


def tiny(seeds=(3,), **changes) -> Vae:
    return Vae(seeds, **{"features": 6, "hidden": 5, "width": 2, "batch": 4} | changes)


def parameters(vae: Vae, replicate: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of each layer, float64."""
    return [
        (weights[replicate].numpy().astype(float), biases[replicate, 0].numpy().astype(float))
        for weights, biases in zip(vae.weights, vae.biases, strict=True)
    ]


def written_out(layers, batch, noise) -> float:
    """Loss of a batch by the definition, image by image and unit by unit."""
    total = 0.0
    for x, eps in zip(batch.astype(float), noise.astype(float), strict=True):
        hidden = np.maximum(x @ layers[0][0] + layers[0][1], 0)
        latent = hidden @ layers[1][0] + layers[1][1]
        mu, variance = latent[: len(eps)], np.exp(latent[len(eps) :])
        code = mu + eps * np.sqrt(variance)
        shown = np.maximum(code @ layers[2][0] + layers[2][1], 0)
        seen = 1 / (1 + np.exp(-(shown @ layers[3][0] + layers[3][1])))
        total -= sum(p * math.log(q) + (1 - p) * math.log(1 - q) for p, q in zip(x, seen, strict=True))
        total += sum((m * m + v - 1 - math.log(v)) / 2 for m, v in zip(mu, variance, strict=True))
    return total


@pytest.fixture
def batch() -> tuple[np.ndarray, np.ndarray]:
    """Pixels (replicate, n, 6) and noise (replicate, n, 2)."""
    random = np.random.default_rng(8)
    return random.random((2, 4, 6)).astype(np.float32), random.standard_normal((2, 4, 2)).astype(np.float32)


def test_the_loss_is_the_written_out_formula(batch):
    vae = tiny((3, 4))
    loss = vae.differentiate(*map(torch.from_numpy, batch)).numpy()
    expected = [written_out(parameters(vae, i), batch[0][i], batch[1][i]) for i in range(2)]
    assert loss == pytest.approx(expected, rel=1e-6)


def test_the_gradients_are_those_of_finite_differences(batch):
    vae = tiny((3, 4))
    vae.differentiate(*map(torch.from_numpy, batch))
    step, checked = 1e-5, 0
    for replicate in range(2):
        layers = parameters(vae, replicate)
        pairs = zip(vae.weight_gradients, vae.bias_gradients, strict=True)
        for arrays, gradients in zip(layers, pairs, strict=True):
            for array, gradient in zip(arrays, gradients, strict=True):
                flat, found = array.reshape(-1), gradient[replicate].reshape(-1).numpy()
                for k in range(len(flat)):
                    held = flat[k]
                    sides = []
                    for sign in (1, -1):
                        flat[k] = held + sign * step
                        sides.append(written_out(layers, batch[0][replicate], batch[1][replicate]))
                    flat[k] = held
                    assert found[k] == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-5, abs=1e-5)
                    checked += 1
    assert checked == vae.values.numel() == 2 * (7 * 5 + 6 * 4 + 3 * 5 + 6 * 6)


def test_the_gradients_are_autograds(batch):
    vae = tiny((3, 4))
    pixels, noise = map(torch.from_numpy, batch)
    vae.differentiate(pixels, noise)
    found = vae.values.grad.clone()
    values = vae.values.detach().clone().requires_grad_()
    weights, biases = vae.layers.views(values)
    seen = torch.relu(torch.baddbmm(biases[0], pixels, weights[0]))
    mu, log_variance = torch.baddbmm(biases[1], seen, weights[1]).split(2, dim=2)
    code = mu + noise * torch.exp(log_variance / 2)
    logits = torch.baddbmm(biases[3], torch.relu(torch.baddbmm(biases[2], code, weights[2])), weights[3])
    (cross_entropy(logits, pixels) + divergence(mu, log_variance)).sum().backward()
    assert torch.allclose(found, values.grad, rtol=1e-5, atol=1e-6)


def test_the_divergence_is_that_of_normal_distributions():
    assert divergence(torch.zeros(1, 3, 2), torch.zeros(1, 3, 2)).item() == 0
    mu, log_variance = torch.tensor([[[0.5, -2.0]]]), torch.tensor([[[math.log(4.0), math.log(0.25)]]])
    closed = 0.5 * (0.25 + 4 - 1 - math.log(4)) + 0.5 * (4 + 0.25 - 1 + math.log(4))
    assert divergence(mu, log_variance).item() == pytest.approx(closed, rel=1e-6)
    normal = torch.distributions.Normal(mu, torch.exp(log_variance / 2))
    theirs = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).sum().item()
    assert divergence(mu, log_variance).item() == pytest.approx(theirs, rel=1e-6)


def test_an_update_is_adams():
    vae = tiny(learning_rate=0.01)
    pixels = np.random.default_rng(2).random((4, 6)).astype(np.float32)
    before = vae.values.numpy().copy()
    vae.train_epoch(pixels)
    moved = vae.values.numpy() - before
    steep = np.abs(vae.values.grad.numpy()) > 1e-3
    assert np.allclose(moved[steep], -0.01 * np.sign(vae.values.grad.numpy()[steep]), rtol=1e-3)


def test_first_values_are_uniform_within_the_rule_and_biases_have_their_own():
    layers = Layers(1, ((784, 400), (400, 40)))
    weights, biases = layers.views(layers.joined([layers.initial(5)]))
    for values, inputs in ((weights[0], 784), (weights[1], 400), (biases[0], 784)):
        scaled = values.double().numpy().ravel() * math.sqrt(inputs)
        assert np.abs(scaled).max() <= 1 + 1e-6
        assert abs(scaled.mean()) < ALPHA / math.sqrt(3 * scaled.size)
        assert abs(scaled.var() - 1 / 3) < ALPHA * math.sqrt(4 / 45 / scaled.size)
    other, _ = layers.views(layers.joined([layers.initial(6)]))
    assert (other[0] != weights[0]).float().mean() > 0.99


def test_layers_of_one_shape_begin_differently():
    layers = Layers(1, ((3, 4), (3, 4)))
    weights, _ = layers.views(layers.joined([layers.initial(5)]))
    assert (weights[0] != weights[1]).all()


def test_replicates_are_kept_apart_in_the_flat_array():
    layers = Layers(2, ((3, 2), (2, 4)))
    first, second = torch.arange(20.0), 100 + torch.arange(20.0)
    flat = layers.joined([first, second])
    assert (layers.separate(flat, 0) == first).all()
    assert (layers.separate(flat, 1) == second).all()
    weights, biases = layers.views(flat)
    assert weights[0][1].tolist() == [[100, 101], [102, 103], [104, 105]]
    assert biases[1][0].tolist() == [[16, 17, 18, 19]]


def digits() -> np.ndarray:
    return load("digits").train_x[:500]


def small(seeds=(3,)) -> Vae:
    return Vae(seeds, features=64, hidden=32, width=6)


def test_an_autoencoder_depends_on_its_seed_alone():
    pixels = digits()
    runs = []
    for seed in (3, 4, 3):
        torch.manual_seed(len(runs))
        vae = small((seed,))
        losses = [vae.train_epoch(pixels)[0] for _ in range(2)]
        runs.append((losses, vae.values.numpy().copy(), vae.encode(pixels, "test", 0).numpy()))
    for again, first in zip(runs[2], runs[0], strict=True):
        assert np.array_equal(again, first)
    assert all(not np.array_equal(other, first) for other, first in zip(runs[1], runs[0], strict=True))


def test_replicates_that_train_together_are_those_that_train_alone():
    pixels = digits()
    together = small((3, 4, 5))
    losses = [together.train_epoch(pixels) for _ in range(2)]
    codes = together.encode(pixels, "test", 1)
    assert codes.shape == (3, 500, 6)
    for i, seed in enumerate((3, 4, 5)):
        alone = small((seed,))
        assert [alone.train_epoch(pixels)[0] for _ in range(2)] == pytest.approx([loss[i] for loss in losses], rel=1e-5)
        assert torch.allclose(alone.encode(pixels, "test", 1)[0], codes[i], atol=1e-4)
        assert np.abs(alone.state()["parameters"] - together.state(i)["parameters"]).max() < 1e-4


def test_going_on_from_a_state_gives_the_same_bits():
    pixels = digits()
    whole = small()
    for _ in range(2):
        whole.train_epoch(pixels)
    state = {name: array.copy() for name, array in whole.state().items()}
    expected = [whole.train_epoch(pixels)[0] for _ in range(2)]
    resumed = small()
    resumed.restore([state])
    assert resumed.epoch == 2
    assert [resumed.train_epoch(pixels)[0] for _ in range(2)] == expected
    assert set(state) == {"parameters", "first_moment", "second_moment", "updates", "epoch"}
    for name, array in whole.state().items():
        assert array.tobytes() == resumed.state()[name].tobytes()
    assert whole.state()["updates"] == 4 * 4


def test_a_state_before_the_first_pass_and_one_of_several_replicates():
    pixels = digits()
    fresh, straight = small((9,)), small((3,))
    fresh.seeds = (3,)
    fresh.restore([small((3,)).state()])
    assert fresh.train_epoch(pixels) == straight.train_epoch(pixels)
    pair, again = small((3, 4)), small((3, 4))
    pair.train_epoch(pixels)
    again.restore([pair.state(0), pair.state(1)])
    assert (again.train_epoch(pixels) == pair.train_epoch(pixels)).all()


def test_reconstruction_improves_over_epochs():
    held = load("digits")
    vae = Vae((3,), features=64, hidden=32, width=6, learning_rate=0.01)
    before = vae.loss(held.test_x, "loss", 0)[0]
    trained = [vae.train_epoch(held.train_x)[0] for _ in range(30)]
    after = vae.loss(held.test_x, "loss", 30)[0]
    assert trained[0] > trained[4] > trained[14] > trained[29]
    assert before == pytest.approx(64 * math.log(2), rel=0.05)
    means = np.clip(held.train_x.mean(axis=0), 1e-3, 1 - 1e-3)
    constant = -(held.test_x * np.log(means) + (1 - held.test_x) * np.log(1 - means)).sum(axis=1).mean()
    assert after < constant < before


def test_codes_are_sampled_in_training_and_test():
    pixels = digits()
    vae = small()
    vae.train_epoch(pixels)
    mean, deviation = vae.moments(pixels)
    codes = [vae.encode(pixels, purpose, epoch) for purpose, epoch in (("test", 0), ("test", 1), ("classifier", 0))]
    scores = [((code - mean) / deviation).numpy() for code in codes]
    n = scores[0].size
    for score in scores:
        assert abs(score.mean()) < ALPHA / math.sqrt(n)
        assert abs(score.var() - 1) < ALPHA * math.sqrt(2 / n)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert abs((scores[i] * scores[j]).mean()) < ALPHA / math.sqrt(n)
    assert torch.equal(vae.sample(mean, deviation, "test", 1), codes[1])
    assert not codes[0].requires_grad


def test_order_and_noise_are_the_seeds_for_every_pass(monkeypatch):
    pixels = np.arange(10, dtype=np.float32)[:, None].repeat(6, axis=1) / 10
    vae = tiny(batch=4)
    seen: list[tuple[list[float], np.ndarray]] = []

    def note(batch, noise):
        seen.append((batch[0, :, 0].tolist(), noise[0].numpy()))
        return torch.zeros(1)

    monkeypatch.setattr(vae, "differentiate", note)
    vae.train_epoch(pixels)
    vae.train_epoch(pixels)
    assert [len(order) for order, _ in seen] == [4, 4, 2] * 2
    for epoch in range(2):
        orders, noises = zip(*seen[3 * epoch : 3 * epoch + 3], strict=True)
        assert [*chain(*orders)] == pixels[generator(3, "vae_order", epoch).permutation(10), 0].tolist()
        normal = generator(3, "vae_training", epoch).standard_normal((10, 2), dtype=np.float32)
        assert (np.concatenate(noises) == normal).all()


def test_losses_are_means_of_an_image():
    pixels = np.random.default_rng(2).random((4, 6)).astype(np.float32)
    vae = tiny()
    layers = parameters(vae)
    noise = generator(3, "vae_loss", 7).standard_normal((4, 2), dtype=np.float32)
    assert vae.loss(pixels, "loss", 7) == pytest.approx(written_out(layers, pixels, noise) / 4, rel=1e-6)
    order = generator(3, "vae_order", 0).permutation(4)
    noise = generator(3, "vae_training", 0).standard_normal((4, 2), dtype=np.float32)
    assert vae.train_epoch(pixels) == pytest.approx(written_out(layers, pixels[order], noise) / 4, rel=1e-6)


def test_no_images_have_no_codes():
    assert tiny((3, 4)).encode(np.zeros((0, 6), np.float32), "validation", 0).shape == (2, 0, 2)


def test_draws_are_named():
    first = generator(1, "mine:a", 2, 3).random(4)
    assert (generator(1, "mine:a", 2, 3).random(4) == first).all()
    for other in (
        generator(2, "mine:a", 2, 3),
        generator(1, "mine:b", 2, 3),
        generator(1, "mine:a", 3, 2),
        generator(1, "mine:a", 2),
    ):
        assert (other.random(4) != first).all()
    assert generator(LARGE_SEED, "mine:a").bit_generator.state["bit_generator"] == "Philox"
