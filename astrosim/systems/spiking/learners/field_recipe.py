"""Numbers of learning of images by spiking units over receptive fields (ms, Hz, pA, pixels)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from astrosim.systems.arrays.scenario.schema import geometric, whole_steps
from astrosim.systems.arrays.scenario.sizes import sizes_of
from astrosim.systems.arrays.scenario.task_section import SHAPES, ArrayTask, Sizes

NEURON = {"C_m": 250.0, "tau_m": 10.0, "tau_syn_ex": 5.0, "tau_syn_in": 5.0, "t_ref": 2.0}
"""Parameters of units beside the defaults: measured on digits."""


@dataclass(frozen=True)
class FieldRecipe:
    """Numbers of a run on images.

    Attributes
    ----------
    data : str
        digits, mnist or fashion.
    split : str
        given: the data set's own test images; drawn: by the seed from all images.
    train, validation, test : int
        Images; 0: all training images, none for validation, all of the data set's own test images.
    units, field : int
        Hidden units; pixels, side of each unit's own receptive field.
    step_ms, window_ms, rate_hz : float
        Step, length of a window, rate of a pixel at its largest level.
    levels, phases : int
        Rates between none and the largest; phases of trains, by pixel.
    weight_pa : float
        Current jump of an incoming synapse of weight 1.
    delay_steps : int
    initial : float
        Standard deviation of incoming weights at the start.
    parameters : dict of str to float
        Of the units, by NEST's names.
    incoming, outgoing : float
        Size of a step of an incoming and of an outgoing weight, at sigma = 1.
    sigma, floor, cap, last_cap : float
        At the start, and its bounds; `last_cap`: the cap at the end of the run, 0: as at its start.
    grow, shrink : float
        Logarithms of the factors on sigma after success and failure.
    outward : float
        Probability that a trial changes the outgoing side.
    fraction : float
        Probability of each incoming synapse of a unit to take part in a trial.
    race : float
        Part of the images after which a proposal that has gained nothing is dropped; 1: none is.
    first, last : int
        Images of the first and of the last batch; 0: all training images.
    growth : float
        Part of the run over which batches grow.
    stay : int
        Trials between two refreshes, each with a new batch.
    shift : int
        Pixels by which images are moved at most, afresh in each batch.
    jitter : bool
        Whether each batch draws the phase of each pixel of each image afresh.
    average : float
        What stays of the running mean of the weights at each new batch; 0: there is none.
    trials : int
        Length of the run over which batches grow and the cap falls.
    """

    data: str = "digits"
    split: Literal["given", "drawn"] = "drawn"
    train: int = 0
    validation: int = 0
    test: int = 360
    units: int = 256
    field: int = 4
    step_ms: float = 1.0
    window_ms: float = 40.0
    rate_hz: float = 200.0
    levels: int = 16
    phases: int = 4
    weight_pa: float = 450.0
    delay_steps: int = 1
    initial: float = 0.4
    parameters: dict[str, float] = dataclasses.field(default_factory=lambda: dict(NEURON))
    incoming: float = 0.5
    outgoing: float = 0.1
    sigma: float = 0.3
    floor: float = 0.01
    cap: float = 0.3
    last_cap: float = 0.0
    grow: float = 0.05
    shrink: float = 0.0125
    outward: float = 0.5
    fraction: float = 1.0
    race: float = 1.0
    first: int = 0
    last: int = 0
    growth: float = 0.85
    stay: int = 1000
    shift: int = 0
    jitter: bool = False
    average: float = 0.0
    trials: int = 100_000

    @property
    def steps(self) -> int:
        """Steps of a window."""
        return round(self.window_ms / self.step_ms)

    @property
    def task(self) -> ArrayTask:
        """Data set and its parts."""
        return ArrayTask(data=self.data, split=self.split, train=self.train, validation=self.validation, test=self.test)

    @cached_property
    def sizes(self) -> Sizes:
        """Numbers of images, by part."""
        return sizes_of(self.task)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of an image."""
        return SHAPES[self.data]

    @property
    def stays(self) -> int:
        """Batches of the run."""
        return max(1, self.trials // self.stay)

    @cached_property
    def batch_sizes(self) -> np.ndarray:
        """Images of each batch: int64, shape (batch,), read only."""
        every = self.sizes.train
        first, last = (min(size or every, every) for size in (self.first, self.last))
        return whole_steps(first, last, self.stays, self.growth)

    @cached_property
    def caps(self) -> np.ndarray:
        """Highest sigma during each batch: float64, shape (batch,)."""
        return geometric(self.cap, self.last_cap or self.cap, self.stays, 1.0)
