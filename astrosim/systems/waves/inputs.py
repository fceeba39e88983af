"""What a replicate learns from: its features of every epoch, its labels, and the order in which they come.

Features are float32, shape (image, feature). Those of a projection are made once; a fixed autoencoder draws new codes
every epoch; one that learns beside the network makes one pass more before each epoch. Spec, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosim.datasets import DataSet, load
from astrosim.rules.choices import chosen
from astrosim.systems.waves.draws import generator
from astrosim.systems.waves.fronts import gaussian_projection, project, sparse_projection, standardise
from astrosim.systems.waves.scenario.schema import WaveScenario

if TYPE_CHECKING:
    from astrosim.systems.waves.vae import Vae


@dataclass(frozen=True, eq=False)
class Features:
    """Features of one epoch: float32, shape (image, feature)."""

    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray


def data_of(scenario: WaveScenario, folder: Path | None) -> DataSet:
    """Return the images and labels of a resolved scenario."""
    task = scenario.task
    if task.data == "xor":
        return load("xor")
    return load(task.data, folder, scenario.training_images, scenario.test_images, task.validation)


def order_of(seed: int, images: int, number: int) -> np.ndarray:
    """Order of the images in a pass, counted over the whole run: int32, shape (image,)."""
    return generator(seed, "wave_order", number).permutation(images).astype(np.int32)


@lru_cache(maxsize=2)
def _projected(rule: str, width: int, scaled: bool, seed: int, data: DataSet) -> Features:
    """Features that no epoch changes; the latest are kept for the next condition of the same seed."""
    parts = [data.train_x, data.valid_x, data.test_x]
    if rule != "none":
        draw = chosen("front.rule", {"sparse": sparse_projection, "gaussian": gaussian_projection}, rule)
        projection = draw(data.features, width, seed)
        parts = [project(part, projection) for part in parts]
    return Features(*(standardise(*parts) if scaled else parts))


class Front:
    """The front end of one seed; replicates that share seed, task and front share it.

    Parameters
    ----------
    scenario : WaveScenario
        Resolved.
    seed : int
    data : DataSet
    """

    def __init__(self, scenario: WaveScenario, seed: int, data: DataSet) -> None:
        self.rule, self.seed, self.data = scenario.front, seed, data
        self.vae: Vae | None = None
        self._epoch = -1
        self._features: Features | None = None
        self._moments: dict[str, Any] = {}
        if self.rule.rule in ("vae", "covae"):
            from astrosim.core.device import place
            from astrosim.systems.waves.vae import Vae

            front, device = scenario.front, place(scenario.device)
            sizes = data.features, front.hidden, front.width
            self.vae = Vae([seed], *sizes, front.learning_rate, front.batch, device)

    def passes_before(self, epoch: int) -> int:
        """Return passes that the autoencoder must have made when an epoch (from 0) begins."""
        if self.vae is None:
            return 0
        return epoch + 1 if self.rule.rule == "covae" else self.rule.epochs

    def behind(self, epoch: int) -> bool:
        """Return whether the autoencoder has passes to make before an epoch."""
        return self.vae is not None and self.vae.epoch < self.passes_before(epoch)

    def learn(self) -> None:
        """Train the autoencoder for one pass."""
        assert self.vae is not None
        self.vae.train_epoch(self.data.train_x)

    def features(self, epoch: int) -> Features:
        """Return features of an epoch, from 0; the autoencoder must not be `behind`."""
        if self.vae is None:
            rule = self.rule
            width = 0 if rule.rule == "none" else rule.width
            return _projected(rule.rule, width, rule.standardise, self.seed, self.data)
        if self._epoch != epoch:
            self._epoch, self._features = epoch, self._codes(epoch)
        assert self._features is not None
        return self._features

    def _codes(self, epoch: int) -> Features:
        assert self.vae is not None
        named = {"classifier": self.data.train_x, "validation": self.data.valid_x, "test": self.data.test_x}
        codes = [self._sampled(purpose, images, epoch) for purpose, images in named.items()]
        return Features(*(standardise(*codes) if self.rule.standardise else codes))

    def _sampled(self, purpose: str, images: np.ndarray, epoch: int) -> np.ndarray:
        """New codes of some images; an autoencoder that learns no more is asked for their distribution once."""
        assert self.vae is not None
        if not len(images):
            return np.zeros((0, self.rule.width), np.float32)
        if purpose not in self._moments or self.rule.rule == "covae":
            self._moments[purpose] = self.vae.moments(images)
        mean, deviation = self._moments[purpose]
        return self.vae.sample(mean, deviation, purpose, epoch)[0].cpu().numpy()

    def state(self) -> dict[str, np.ndarray]:
        """Return the arrays of a checkpoint, of the shape that `Vae.state` names; empty if nothing was learned."""
        return {} if self.vae is None else self.vae.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()`."""
        if self.vae is not None and state:
            self.vae.restore([state])
            self._epoch = -1
            self._moments.clear()
