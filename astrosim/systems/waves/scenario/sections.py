"""The sections of a wave scenario: every number of a calcium-wave network as a field with default, unit and source.

Source of the defaults: Peterson, "What can astrocytes compute?" ("paper"), its public program ("program"), and trials
past the paper ("measured": what trained best, or at all). "Murray" is Murray 2026. Lengths are in cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from astrosim.rules.choices import EXPLORATION, meanings
from astrosim.scenario.section import Real, Section, as_tuple, quantity
from astrosim.systems.population import sections as population

SHAPES = {"xor": (1, 2), "mnist": (28, 28), "fashion": (28, 28), "digits": (8, 8)}
"""Rows and columns of an input."""
SIZES = {"xor": (4, 4), "mnist": (60_000, 10_000), "fashion": (60_000, 10_000), "digits": (1_297, 500)}
"""Training and test images of the data sets, as `astrosim.datasets` loads them."""
CLASSES = 10  # of every data set but XOR, whose output is one number

UPDATE = population.Turn("per update", "1/update", "Murray ")

When = Literal["both", "training", "evaluation"]
WHEN = "in training and evaluation, or in one of the two"

Defaults = Mapping[tuple[str, str], Mapping[str, str]]
BY_VARIANT: Defaults = {
    ("wave", "described"): {"activation": "tanh", "initial": "unit", "bias": "additive"},  # spec, section 7
    ("wave", "published"): {"activation": "softmax", "initial": "full", "bias": "gain"},  # spec, sections 1 and 2
    ("mlp", "described"): {"activation": "tanh", "initial": "unit", "bias": "additive"},  # assumed: as the wave's
    ("mlp", "published"): {"activation": "softmax", "initial": "full", "bias": "additive"},  # spec, section 2
}
"""Values of a network that follow from (model, variant) where a file says nothing."""


def encodes(scenario: Any) -> bool:
    """Return whether a variational autoencoder makes the features."""
    return scenario.front.rule in ("vae", "covae")


def goes_by_steps(scenario: Any) -> bool:
    """Return whether the network is a chain of wave steps."""
    return scenario.network.model == "wave"


def follows_gradients(scenario: Any) -> bool:
    """Return whether weights follow the gradient of the loss."""
    return scenario.training.rule == "gradient"


def keeps_or_reverts(scenario: Any) -> bool:
    """Return whether astrocytes propose, and keep or revert."""
    return scenario.training.rule == "keep_revert"


class WaveTask(Section):
    """Task: the data set, and its parts."""

    data: Literal["xor", "mnist", "fashion", "digits"] = quantity(
        "digits", "xor; MNIST; Fashion-MNIST; digits: scikit-learn's 8x8 ones, which need no download", "", "paper"
    )
    train: int = quantity(0, "training images used, the first ones; 0: all", "images", "program", ge=0, le=10**7)
    test: int = quantity(0, "test images used, the first ones; 0: all", "images", "program", ge=0, le=10**7)
    validation: int = quantity(
        0, "taken off the end of the training set, to choose settings by", "images", "measured", ge=0, le=10**7
    )


class Front(Section):
    """The neurons before the wave: what makes features of images."""

    rule: Literal["none", "sparse", "gaussian", "vae", "covae"] = quantity(
        "sparse",
        "none; sparse or Gaussian random projection; VAE: fixed (vae) or learned beside (covae)",
        "",
        "program",
    )
    width: int = quantity(
        20,
        "features; with no front the data's own width counts",
        "cells",
        "program",
        ge=1,
        le=10_000,
        read_if=lambda s: s.front.rule != "none",
    )
    standardise: bool = quantity(False, "z-score of each input by the training images' statistics", "1", "measured")
    hidden: int = quantity(400, "hidden units of the VAE", "neurons", "program", ge=1, le=10_000, read_if=encodes)
    epochs: int = quantity(
        10,
        "passes that a fixed VAE trains",
        "passes",
        "measured",
        ge=0,
        le=100_000,
        read_if=lambda s: s.front.rule == "vae",
    )
    learning_rate: Real = quantity(0.001, "of the VAE (Adam)", "1", "program", gt=0, le=10, read_if=encodes)
    batch: int = quantity(128, "images per update of the VAE", "images", "program", ge=1, le=10**6, read_if=encodes)


class WaveNetwork(Section):
    """The network that is trained: a chain of wave steps, or the neuronal MLP beside it."""

    model: Literal["wave", "mlp"] = quantity(
        "wave", "wave: local steps between astrocytes; mlp: neurons", "", "program"
    )
    variant: Literal["described", "published"] = quantity(
        "described", "described: the paper's text; published: its program, quirk by quirk", "", "program"
    )
    steps: str = quantity(
        "gd gd gd gd gd",
        "step letters: s spread, g gather, d slide, and others on grids",
        "",
        "program",
        max_length=2000,
        read_if=goes_by_steps,
    )
    grid: Annotated[tuple[Annotated[int, Field(ge=1, le=10_000)], ...], BeforeValidator(as_tuple)] | None = quantity(
        None, "rows and columns of the input layer; none: a line", "cells", "paper", read_if=goes_by_steps
    )
    reach: int = quantity(3, "cells in reach along an axis, k", "cells", "paper", ge=1, le=101, read_if=goes_by_steps)
    hidden: Annotated[tuple[Annotated[int, Field(ge=1, le=100_000)], ...], BeforeValidator(as_tuple)] = quantity(
        (20,),
        "hidden layers of the MLP",
        "neurons",
        "program",
        max_length=100,
        read_if=lambda s: s.network.model == "mlp",
    )
    activation: Literal["tanh", "elu", "silu", "relu", "softmax", "identity"] = quantity(
        "tanh", "non-linearity; published default: softmax over the layer", "", "measured"
    )
    initial: Literal["unit", "givens", "full", "band", "he", "delta"] = quantity(
        "unit", "initial weights; unit: rows of norm 1 over live taps; published default: full", "", "measured"
    )
    gain: Real = quantity(1.0, "factor on the initial weights", "1", "measured", gt=0, le=1000)
    bias: Literal["none", "additive", "gain"] = quantity(
        "additive", "additive, or the program's gain on each sum; published default: gain", "", "program"
    )

    @model_validator(mode="before")
    @classmethod
    def _by_variant(cls, data: Any) -> Any:
        """What the file leaves out follows from model and variant."""
        return {**network_defaults(data), **data} if isinstance(data, dict) else data


def network_defaults(network: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the values of `BY_VARIANT` for a table of a network; nothing where its model or variant is wrong."""
    chosen = network.get("model", "wave"), network.get("variant", "described")
    return BY_VARIANT.get(chosen, {}) if all(isinstance(part, str) for part in chosen) else {}


class Training(Section):
    """Training of the weights."""

    rule: Literal["gradient", "keep_revert"] = quantity(
        "gradient", "gradient: Adam; keep_revert: the astrocytes perturb, and keep what helped", "", "program; Murray 4"
    )
    learning_rate: Real = quantity(0.004, "of Adam", "1", "program", gt=0, le=10, read_if=follows_gradients)
    decay: Literal["constant", "cosine"] = quantity(
        "constant", "of the learning rate; cosine: to 0 over the run", "", "measured", read_if=follows_gradients
    )


class WaveAstrocytes(Section):
    """The astrocytes that train the wave themselves, under ``training.rule = "keep_revert"``."""

    radius: int = quantity(1, "territory: cells within this Chebyshev distance on the mesh", "cells", ge=0, le=10_000)
    max_active: int = population.most_active(UPDATE)
    threshold: Real = population.first_threshold(UPDATE, ", on the mean |signal| into a territory")
    outcomes: int = population.remembered_outcomes(UPDATE)
    sigma: Real = quantity(0.1, "standard deviation of the Gaussian step", "1", "Murray 4.3", gt=0, le=16)
    limit: Real = quantity(2.0, "weights stay within [-this, this]", "1", "Murray 4.3", gt=0, le=1024)
    window: int = quantity(128, "images that a reward is summed over", "images", ge=1, le=10**6)
    exploration: Literal[*EXPLORATION] = quantity(  # type: ignore[valid-type]
        "maturity", meanings(EXPLORATION), "", "Murray 4.2"
    )
    flat_rate: Real = population.flat_rate(UPDATE)
    initial_rate: Real = population.initial_rate(UPDATE)
    maturity: Real = population.maturity(UPDATE)


class Leak(Section):
    """Calcium that leaks to other cells of the layer after every step."""

    sigma: Real = quantity(0.0, "width of the Gaussian; 0: no leak", "cells", "program", ge=0, le=100)
    reach: int = quantity(
        0,
        "cells on each side; 0: three sigma rounded up, or 1 if attenuated",
        "cells",
        "measured",
        ge=0,
        le=1000,
        read_if=lambda s: s.leak.sigma > 0,
    )
    border: Literal["zero", "reflect", "ring"] = quantity(
        "zero", "what lies beyond the layer's ends", "", "program", read_if=lambda s: s.leak.sigma > 0
    )
    kernel: Literal["normalised", "attenuated"] = quantity(
        "normalised",
        "sum 1; or the program's three taps, whose sum is below 1",
        "",
        "program",
        read_if=lambda s: s.leak.sigma > 0,
    )
    when: When = quantity("both", WHEN, "", "program", read_if=lambda s: s.leak.sigma > 0)


class Noise(Section):
    """Gaussian noise after every step."""

    sigma: Real = quantity(0.0, "standard deviation; 0: none", "1", "program", ge=0, le=100)
    place: Literal["values", "connections"] = quantity(
        "values", "on the cells' values, or on the weights", "", "program", read_if=lambda s: s.noise.sigma > 0
    )
    when: When = quantity("both", WHEN, "", "program", read_if=lambda s: s.noise.sigma > 0)


class Loss(Section):
    """Connections, or whole cells, that drop out."""

    p: Real = quantity(0.0, "probability; 0: none", "1", "program", ge=0, lt=1)
    place: Literal["connections", "units"] = quantity(
        "connections",
        "weights, not rescaled; or units as the program's dropout, rescaled",
        "",
        "program",
        read_if=lambda s: s.loss.p > 0,
    )
    when: When = quantity("both", WHEN, "", "program", read_if=lambda s: s.loss.p > 0)


class WaveSchedule(Section):
    """Length of the training."""

    epochs: int = quantity(10, "epochs, each with a test at its end", "epochs", "measured", ge=1, le=100_000)
    batch: int = quantity(128, "images per update", "images", "program", ge=1, le=10**6, read_if=follows_gradients)
    passes: int = quantity(
        1, "passes over the training images per epoch (XOR: 4)", "passes", "program", ge=1, le=10_000
    )


class WaveRecord(Section):
    """Record plan, beside the figures of every epoch. Nothing here changes a run."""

    weights: bool = quantity(True, "keep the final weights of every replicate")
    collapse: Literal["alarm", "expected"] = quantity(
        "alarm", "networks with one answer to everything: an alarm, or expected because the scenario makes them so"
    )
