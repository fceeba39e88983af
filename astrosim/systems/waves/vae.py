"""Variational autoencoders as front ends (Kingma and Welling 2014): pixels to {mu, log variance} of a code, and back.

Encoder and decoder have one hidden layer (ReLU) each. The loss of an image is binary cross entropy, summed over pixels,
plus the divergence of N(mu, sigma^2) from N(0, 1), summed over the code (nats). Adam minimises its sum over a batch.
Gradients are written out: nothing that comes out of an autoencoder leads back into it, so no classifier can change it.

All draws are named by (seed, epoch): on one CPU thread an autoencoder is the same bits whether it was stopped or not.
Several replicates train in one call, which pays on a GPU only; on a CPU one at a time is as fast, and its bits then
cannot depend on others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from astrosim.systems.waves.draws import generator

CHUNK = 2000  # images encoded at a time; assumed: some MB of hidden values


class Vae:
    """One variational autoencoder per seed.

    Parameters
    ----------
    seeds : sequence of int
        A replicate each, 0 to 2^64 - 1.
    features : int
        Pixels per image.
    hidden : int
        Hidden units of the encoder and of the decoder.
    width : int
        Length of the code.
    learning_rate : float
        Of Adam.
    batch : int
        Images an update.
    device : str or torch.device

    Attributes
    ----------
    epoch : int
        Passes made so far.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        features: int = 784,
        hidden: int = 400,
        width: int = 20,
        learning_rate: float = 1e-3,
        batch: int = 128,
        device: str | torch.device = "cpu",
    ) -> None:
        self.seeds = tuple(seeds)
        self.width = width
        self.batch = batch
        self.epoch = 0
        self.layers = Layers(
            len(self.seeds), ((features, hidden), (hidden, 2 * width), (width, hidden), (hidden, features))
        )
        drawn = [self.layers.initial(seed) for seed in self.seeds]
        self.values = self.layers.joined(drawn).to(device)
        self.values.grad = torch.zeros_like(self.values)
        self.weights, self.biases = self.layers.views(self.values)
        self.weight_gradients, self.bias_gradients = self.layers.views(self.values.grad)
        self.optimiser = torch.optim.Adam([self.values], lr=learning_rate, fused=True)

    @property
    def device(self) -> torch.device:
        """Where the autoencoders live."""
        return self.values.device

    def train_epoch(self, images: np.ndarray | Tensor) -> np.ndarray:
        """Return one pass over all images, each replicate in an order of its own.

        Parameters
        ----------
        images : ndarray or Tensor of float32, shape (n, features), in [0, 1]

        Returns
        -------
        ndarray of float64, shape (replicate,)
            Mean loss of an image while training (nats).
        """
        pixels = as_tensor(images, self.device)
        n = len(pixels)
        order = torch.from_numpy(self._draw("vae_order", self.epoch, lambda random: random.permutation(n))).to(
            self.device
        )
        noise = self._noise("vae_training", self.epoch, n)
        total = torch.zeros(len(self.seeds), dtype=torch.float64, device=self.device)
        for rows in parts(n, self.batch):
            chosen = order[:, rows]
            batch = pixels.index_select(0, chosen.reshape(-1)).view(*chosen.shape, -1)
            total += self.differentiate(batch, noise[:, rows])
            self.optimiser.step()
        self.epoch += 1
        return total.cpu().numpy() / n

    def differentiate(self, batch: Tensor, noise: Tensor) -> Tensor:
        """Write the gradients of the batch's loss and return the loss.

        Parameters
        ----------
        batch : Tensor of float32, shape (replicate, n, features)
        noise : Tensor of float32, shape (replicate, n, width)
            Standard normal.

        Returns
        -------
        Tensor of float32, shape (replicate,)
            Summed over the batch (nats).
        """
        seen, mu, log_variance = self._encoded(batch)
        deviation = torch.exp(0.5 * log_variance)
        code = torch.addcmul(mu, noise, deviation)
        shown, logits = self._decoded(code)
        loss = divergence(mu, log_variance) + cross_entropy(logits, batch)

        by_logits = torch.sigmoid(logits).sub_(batch)
        by_code = self._back(2, code, self._back(3, shown, by_logits) * (shown > 0))
        by_log_variance = 0.5 * (by_code * noise * deviation + deviation.square() - 1.0)
        by_seen = self._back(1, seen, torch.cat((by_code + mu, by_log_variance), dim=2)) * (seen > 0)
        self._gradients(0, batch, by_seen)
        return loss

    def loss(self, images: np.ndarray | Tensor, purpose: str, epoch: int) -> np.ndarray:
        """Return mean loss of an image, the code sampled: float64, shape (replicate,). Parameters as of `encode`."""
        pixels = as_tensor(images, self.device)
        noise = self._noise(f"vae_{purpose}", epoch, len(pixels))
        total = torch.zeros(len(self.seeds), dtype=torch.float64, device=self.device)
        for rows in parts(len(pixels), CHUNK):
            batch = self._shared(pixels[rows])
            _, mu, log_variance = self._encoded(batch)
            code = torch.addcmul(mu, noise[:, rows], torch.exp(0.5 * log_variance))
            total += divergence(mu, log_variance) + cross_entropy(self._decoded(code)[1], batch)
        return total.cpu().numpy() / len(pixels)

    def encode(self, images: np.ndarray | Tensor, purpose: str, epoch: int) -> Tensor:
        """Return sampled codes, mu + sigma times noise that (seed, purpose, epoch) name.

        Parameters
        ----------
        images : ndarray or Tensor of float32, shape (n, features), in [0, 1]
        purpose : str
            What the codes are for, e.g. "classifier" or "test": each has its own noise.
        epoch : int

        Returns
        -------
        Tensor of float32, shape (replicate, n, width), on the autoencoders' device
        """
        return self.sample(*self.moments(images), purpose, epoch)

    def moments(self, images: np.ndarray | Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and standard deviation of the codes: float32, shape (replicate, n, width); a fixed encoder's
        once.
        """
        pixels = as_tensor(images, self.device)
        encoded = [self._encoded(self._shared(pixels[rows])) for rows in parts(len(pixels), CHUNK)]
        return (
            torch.cat([mu for _, mu, _ in encoded], dim=1),
            torch.cat([torch.exp(0.5 * log_variance) for _, _, log_variance in encoded], dim=1),
        )

    def sample(self, mean: Tensor, deviation: Tensor, purpose: str, epoch: int) -> Tensor:
        """Return codes drawn from `moments`; parameters and result as of `encode`."""
        return torch.addcmul(mean, self._noise(f"vae_{purpose}", epoch, mean.shape[1]), deviation)

    def state(self, replicate: int = 0) -> dict[str, np.ndarray]:
        """Return the state of a replicate for a checkpoint.

        Returns
        -------
        dict of str to ndarray
            ``parameters``, ``first_moment`` and ``second_moment`` (Adam's): float32, shape (parameter,); ``updates``
            and ``epoch``: int64, shape ().
        """
        adam = self.optimiser.state.get(self.values, {})
        zero = torch.zeros_like(self.values)
        parts_of = {
            "parameters": self.values,
            "first_moment": adam.get("exp_avg", zero),
            "second_moment": adam.get("exp_avg_sq", zero),
        }
        arrays = {name: self.layers.separate(flat, replicate).cpu().numpy() for name, flat in parts_of.items()}
        return arrays | {"updates": np.array(int(adam.get("step", 0))), "epoch": np.array(self.epoch)}

    def restore(self, states: Sequence[Mapping[str, np.ndarray]]) -> None:
        """Go on from the arrays that `state` gave, one mapping per replicate, all of the same epoch.

        Parameters
        ----------
        states : sequence of mappings
            In the order of the seeds; each array of the shape that `state` names.
        """

        def joined(name: str) -> Tensor:
            return self.layers.joined([torch.tensor(state[name]) for state in states]).to(self.device)

        self.epoch = int(states[0]["epoch"])
        self.values.copy_(joined("parameters"))
        updates = torch.tensor(float(states[0]["updates"]), device=self.device)
        moments = {"exp_avg": joined("first_moment"), "exp_avg_sq": joined("second_moment")}
        self.optimiser.state[self.values] = {"step": updates, **moments}

    def _shared(self, batch: Tensor) -> Tensor:
        """The same images for every replicate."""
        return batch.expand(len(self.seeds), *batch.shape)

    def _forward(self, layer: int, values: Tensor) -> Tensor:
        """Values of a layer's units, before any non-linearity."""
        return torch.baddbmm(self.biases[layer], values, self.weights[layer])

    def _encoded(self, batch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The encoder's hidden values, mean and log variance."""
        seen = torch.relu_(self._forward(0, batch))
        mu, log_variance = self._forward(1, seen).split(self.width, dim=2)
        return seen, mu, log_variance

    def _decoded(self, code: Tensor) -> tuple[Tensor, Tensor]:
        """The decoder's hidden values and the logits of pixels."""
        shown = torch.relu_(self._forward(2, code))
        return shown, self._forward(3, shown)

    def _gradients(self, layer: int, inputs: Tensor, by_outputs: Tensor) -> None:
        """Gradients of a layer's weights and biases."""
        torch.bmm(inputs.transpose(1, 2), by_outputs, out=self.weight_gradients[layer])
        torch.sum(by_outputs, dim=1, keepdim=True, out=self.bias_gradients[layer])

    def _back(self, layer: int, inputs: Tensor, by_outputs: Tensor) -> Tensor:
        """Write a layer's gradients; the derivative by its inputs."""
        self._gradients(layer, inputs, by_outputs)
        return torch.bmm(by_outputs, self.weights[layer].transpose(1, 2))

    def _draw(self, stream: str, epoch: int, draw: Callable[[np.random.Generator], np.ndarray]) -> np.ndarray:
        """What every seed draws from its own generator: first axis replicate."""
        return np.stack([draw(generator(seed, stream, epoch)) for seed in self.seeds])

    def _noise(self, stream: str, epoch: int, n: int) -> Tensor:
        """Standard normal numbers: float32, shape (replicate, n, width)."""
        drawn = self._draw(stream, epoch, lambda random: random.standard_normal((n, self.width), dtype=np.float32))
        return torch.from_numpy(drawn).to(self.device)


class Layers:
    """Where weights (replicate, in, out) and biases (replicate, 1, out) lie in one flat array: block after block.

    Parameters
    ----------
    replicates : int
    sizes : sequence of (int, int)
        Inputs and outputs of each layer.
    """

    def __init__(self, replicates: int, sizes: Sequence[tuple[int, int]]) -> None:
        self.replicates = replicates
        self.sizes = tuple(sizes)
        self.shapes = tuple(shape for inputs, outputs in self.sizes for shape in ((inputs, outputs), (1, outputs)))

    def initial(self, seed: int) -> Tensor:
        """Return a replicate's first values, uniform within +-1 / sqrt(inputs) as in PyTorch: float32, shape
        (parameter,).
        """
        drawn = []
        for layer, (inputs, outputs) in enumerate(self.sizes):
            bound = inputs**-0.5
            drawn.append(generator(seed, "vae_initial", layer).uniform(-bound, bound, (inputs + 1) * outputs))
        return torch.from_numpy(np.concatenate(drawn).astype(np.float32))

    def blocks(self, flat: Tensor) -> Iterator[Tensor]:
        """Return all weights and biases by turns, as views of shape (replicate, ...)."""
        start = 0
        for shape in self.shapes:
            size = self.replicates * shape[0] * shape[1]
            yield flat[start : start + size].view(self.replicates, *shape)
            start += size

    def views(self, flat: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return weights and biases of each layer."""
        blocks = list(self.blocks(flat))
        return blocks[::2], blocks[1::2]

    def joined(self, replicates: Sequence[Tensor]) -> Tensor:
        """Return one flat array of all replicates from one of each."""
        sizes = [rows * columns for rows, columns in self.shapes]
        return torch.cat([block.reshape(-1) for block in torch.stack(list(replicates)).split(sizes, dim=1)])

    def separate(self, flat: Tensor, replicate: int) -> Tensor:
        """Return one replicate's part of a flat array, copied."""
        return torch.cat([block[replicate].reshape(-1) for block in self.blocks(flat)])


def divergence(mu: Tensor, log_variance: Tensor) -> Tensor:
    """Return the Kullback-Leibler divergence of N(mu, sigma^2) from N(0, 1), summed over images and code (nats):
    (replicate,).
    """
    return -0.5 * (1.0 + log_variance - mu.square() - log_variance.exp()).sum(dim=(1, 2))


def cross_entropy(logits: Tensor, batch: Tensor) -> Tensor:
    """Return binary cross entropy of pixels, summed over images and pixels (nats): (replicate,)."""
    return functional.softplus(logits).sum(dim=(1, 2)) - torch.sum(logits * batch, dim=(1, 2))


def parts(n: int, size: int) -> Iterator[slice]:
    """Return consecutive rows, `size` at a time; of none, one empty part."""
    return (slice(start, start + size) for start in range(0, max(n, 1), size))


def as_tensor(images: np.ndarray | Tensor, device: torch.device) -> Tensor:
    """Return images of any shape on a device; a read-only array is shared unless it must move."""
    if isinstance(images, Tensor):
        return images.to(device)
    return torch.from_dlpack(images).to(device)
