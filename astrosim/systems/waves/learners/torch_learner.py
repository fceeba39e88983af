"""Replicates that learn together by PyTorch's autograd and Adam, on a GPU where there is one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from astrosim.core.device import place
from astrosim.systems.waves.kernel.losses import TOLERANCE
from astrosim.systems.waves.learners.learner import Stretch, Verdict, evaluation_batch, rates_of
from astrosim.systems.waves.net import WaveNet
from astrosim.systems.waves.program import LIKELIHOOD
from astrosim.systems.waves.scenario.schema import WaveScenario


class TorchLearner:
    """Gradient descent in torch, all replicates in one batch; see `astrosim.systems.waves.learners.learner.Learner`.

    Parameters
    ----------
    scenarios : sequence of WaveScenario
        Resolved, one per replicate, alike but for strengths of leak, noise and loss.
    seeds : sequence of int
    """

    def __init__(self, scenarios: Sequence[WaveScenario], seeds: Sequence[int]) -> None:
        self.scenario = scenarios[0]
        self.device = place(self.scenario.device)
        self.net = WaveNet(scenarios, seeds).to(self.device)
        self.adam = torch.optim.Adam([self.net.values], fused=True)
        self.net.values.grad = torch.zeros_like(self.net.values)
        self.adam.step()  # makes the moments; a gradient of 0 moves nothing
        self.moments = self.adam.state[self.net.values]
        self.moments["step"].zero_()
        self._held: tuple[tuple[int, ...], Tensor] = ((), torch.zeros(0))

    def _on_device(self, features: Sequence[np.ndarray]) -> Tensor:
        """Features of all replicates, shape (replicate, image, feature); the latest stay on the device."""
        names = tuple(id(own) for own in features)
        if self._held[0] != names:
            self._held = (names, torch.from_numpy(np.stack(features)).to(self.device))
            self._features = features  # kept alive, so that no other array takes its identity
        return self._held[1]

    def advance(self, features: Sequence[np.ndarray], labels: np.ndarray, stretch: Stretch) -> np.ndarray:
        """Carry out updates; returns mean losses, float64, shape (replicate, update); see `Learner`."""
        inputs, batch = self._on_device(features), self.scenario.images_per_update
        wanted = torch.from_numpy(labels).to(self.device)
        orders = torch.from_numpy(np.stack(stretch.orders).astype(np.int64)).to(self.device)
        rows = torch.arange(len(features), device=self.device)[:, None]
        losses = torch.zeros(len(features), stretch.batches, device=self.device)
        self.net.train()
        for number, rate in enumerate(rates_of(self.scenario, stretch)):
            begin = (stretch.batch + number) * batch
            chosen = orders[:, begin : begin + batch]
            outputs = self.net(inputs[rows, chosen], stretch.update + number)
            mean = self.net.losses(outputs, wanted[chosen]).mean(dim=1)
            self.adam.param_groups[0]["lr"] = rate
            self.adam.zero_grad(set_to_none=True)
            mean.sum().backward()
            self.adam.step()
            losses[:, number] = mean.detach()
        return losses.cpu().numpy().astype(np.float64)

    @torch.no_grad()
    def evaluate(self, features: Sequence[np.ndarray], labels: np.ndarray, trial: int, keep: int = 0) -> list[Verdict]:
        """Judge every replicate: features of shape (image, feature) each; see `Learner.evaluate`."""
        self.net.eval()
        outputs, batch = [], evaluation_batch(self.scenario)
        for number, begin in enumerate(range(0, len(labels), batch)):
            part = np.stack([own[begin : begin + batch] for own in features])
            outputs.append(self.net(torch.from_numpy(part).to(self.device), trial + number))
        found = torch.cat(outputs, dim=1)
        wanted = torch.tensor(labels, device=self.device).expand(len(features), -1)
        losses = self.net.losses(found, wanted).mean(dim=1)
        return [
            self._verdict(own.cpu(), wanted[0].cpu(), float(loss), keep)
            for own, loss in zip(found, losses, strict=True)
        ]

    def _verdict(self, outputs: Tensor, labels: Tensor, loss: float, keep: int) -> Verdict:
        if self.net.program.loss == LIKELIHOOD:
            said = outputs.argmax(dim=1)
            right, counts = (said == labels), torch.bincount(said, minlength=self.net.program.outputs).numpy()
        else:
            right, counts = (outputs[:, 0].abs() - labels).abs() < TOLERANCE, np.zeros(0, np.int64)
        return Verdict(loss, float(right.double().mean()), counts, outputs[:keep].numpy())

    def parameters(self, replicate: int) -> np.ndarray:
        """Return a copy of a replicate's parameters: float32, shape (parameter,)."""
        return self.net.values[replicate].detach().cpu().numpy().copy()

    def state(self, replicate: int) -> dict[str, np.ndarray]:
        """Return copies of a replicate's parameters and the moments of Adam.

        ``parameters``, ``first`` and ``second`` are float32, shape (parameter,); ``updates`` is int64, shape ().
        """
        return {
            "parameters": self.parameters(replicate),
            "first": self.moments["exp_avg"][replicate].cpu().numpy().copy(),
            "second": self.moments["exp_avg_sq"][replicate].cpu().numpy().copy(),
            "updates": np.array(int(self.moments["step"])),
        }

    @torch.no_grad()
    def restore(self, replicate: int, state: dict[str, np.ndarray]) -> None:
        """Continue a replicate from a `state()`: arrays of the same shape and type."""
        self.net.values[replicate] = torch.from_numpy(state["parameters"]).to(self.device)
        self.moments["exp_avg"][replicate] = torch.from_numpy(state["first"]).to(self.device)
        self.moments["exp_avg_sq"][replicate] = torch.from_numpy(state["second"]).to(self.device)
        self.moments["step"].fill_(float(state["updates"]))
