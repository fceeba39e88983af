"""The sections of a scenario of images and spiking units: every number with default, unit and source.

Sources: "measured": what learned best on validation images; sections of Murray 2026. Lengths are in pixels.
"""

from __future__ import annotations

from typing import Any, Literal

from astrosim.scenario.section import Real, Section, quantity
from astrosim.systems.arrays.scenario.sections import Batches
from astrosim.systems.spiking.learners.field_recipe import NEURON


class ImageTask(Section):
    """Images, their parts, and how they are shown."""

    data: Literal["digits", "mnist", "fashion"] = quantity(
        "digits", "digits: scikit-learn's 8x8 ones, no download; mnist, fashion: 28x28", ""
    )
    split: Literal["given", "drawn"] = quantity(
        "given", "given: the set's own test images; drawn: by the seed from all images, task.test of them", ""
    )
    train: int = quantity(0, "training images used, the first ones; 0: all", "images", ge=0, le=10**6)
    test: int = quantity(0, "test images, 0: all", "images", ge=0, le=10**6)
    validation: int = quantity(
        0, "taken off the end of the training images, to choose settings by", "images", ge=0, le=10**6
    )
    step_ms: Real = quantity(1.0, "step of the grid", "ms", "measured", gt=0, le=20)
    window_ms: Real = quantity(40.0, "for which an image is shown, from rest", "ms", "measured", gt=0, le=1000)
    rate_hz: Real = quantity(
        200.0, "of the regular train of a pixel at its largest level, and of the tonic input", "Hz", "measured",
        gt=0, le=10_000,
    )  # fmt: skip
    levels: int = quantity(16, "rates between none and the largest", "levels", "measured", ge=1, le=255)
    phases: int = quantity(4, "phases of trains, by the number of the pixel", "phases", "measured", ge=1, le=255)

    @property
    def of_images(self) -> bool:
        """Whether the rows are images of a known data set."""
        return True


class ImageNetwork(Section):
    """Spiking units, each over its own square of the image and under a tonic input; readouts linear in their spikes."""

    units: int = quantity(256, "hidden units, iaf_psc_exp", "neurons", "measured", ge=1, le=100_000)
    field: int = quantity(4, "side of a unit's square receptive field", "pixels", "measured", ge=1, le=28)
    weight_pa: Real = quantity(450.0, "current jump of an incoming synapse of weight 1", "pA", "S1", gt=0, le=1e6)
    delay_ms: Real = quantity(1.0, "of incoming synapses: a multiple of the step", "ms", "measured", gt=0, le=100)
    initial_weight: Real = quantity(
        0.4,
        "standard deviation of incoming weights at the start; outgoing ones begin at 0",
        "1",
        "measured",
        ge=0,
        le=10,
    )
    parameters: dict[str, Any] = quantity(dict(NEURON), "of iaf_psc_exp, by NEST's names", "", "measured")

    @property
    def connections(self) -> str:
        """Wiring, as networks on images name it."""
        return "fields"


class ImagePerturbation(Section):
    """Random steps of weights; standard deviations are sigma times the size of each sort of synapse."""

    sigma: Real = quantity(0.3, "of each astrocyte at the start", "1", "measured", gt=0, le=100)
    floor: Real = quantity(0.01, "sigma is never below", "1", "measured", gt=0, le=100)
    cap: Real = quantity(0.3, "sigma never exceeds this at the start of the run", "1", "measured", gt=0, le=100)
    last_cap: Real = quantity(
        0.0, "nor this at its end, in geometric steps between; 0: the cap stays", "1", "measured", ge=0, le=100
    )
    grow: Real = quantity(0.05, "sigma times exp(this) after a kept proposal", "1", "measured", ge=0, le=10)
    shrink: Real = quantity(0.0125, "sigma times exp(-this) after a reverted one", "1", "measured", ge=0, le=10)
    incoming: Real = quantity(0.5, "size of a step of an incoming weight at sigma = 1", "1", "measured", ge=0, le=100)
    outgoing: Real = quantity(0.1, "size of a step of an outgoing weight at sigma = 1", "1", "measured", ge=0, le=100)
    outward: Real = quantity(
        0.5, "share of the trials on outgoing synapses; the others: incoming ones, with the tonic one", "1", "measured",
        ge=0, le=1,
    )  # fmt: skip
    fraction: Real = quantity(
        1.0, "probability of each incoming synapse of the unit to be perturbed", "1", "measured", gt=0, le=1
    )


class ImageDecision(Section):
    """Keep or revert, by the mean over the batch of log softmax of the right class."""

    race: Real = quantity(
        1.0, "a proposal that has gained nothing on this share of the batch is reverted at once; 1: never", "1",
        "measured", gt=0, le=1,
    )  # fmt: skip


class ImageBatches(Batches):
    """The images that proposals are judged on: one batch for `stay` trials, before and after each change."""

    jitter: bool = quantity(False, "each batch draws the phase of each pixel of each image afresh")


class ImageLearner(Section):
    """Learner: an astrocyte for each unit."""

    rule: Literal["astrocytes"] = quantity("astrocytes", "keep or revert by territories", "", "Murray 4")
    average: Real = quantity(
        0.0, "running mean of the weights: what stays of it at each new batch; 0: none", "1", "measured", ge=0, lt=1
    )

    @property
    def judged(self) -> str:
        """Network that is tested: the last one."""
        return "last"


class ImageSchedule(Section):
    """Length of a run."""

    trials: int = quantity(60_000, "evaluations of a batch", "trials", "measured", ge=1, le=10**10)


class ImageRecord(Section):
    """Record plan. Nothing here changes a run."""

    every: int = quantity(5_000, "trials between two records, whole batches", "trials", ge=1, le=10**10)
    weights: bool = quantity(True, "keep the final parameters")

    @property
    def baselines(self) -> int:
        """Settings of scikit-learn's baselines: those are of tables alone."""
        return 0
