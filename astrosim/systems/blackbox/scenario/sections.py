"""The sections of a scenario with an environment or an objective: every number with default, unit and source.

Source of the defaults: Murray 2026 ("Murray"), and trials on other seeds ("measured"). A trial is one proposal, played
on the items of the present batch.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from astrosim.scenario.inputs import InputFile
from astrosim.scenario.section import Real, Section, as_tuple, complain, quantity, short

KEEPING = ("astrocytes", "random_mask", "one_plus_one")
"""Learners by keep or revert."""
Rule = Literal[
    "astrocytes",
    "random_mask",
    "one_plus_one",
    "cma_es",
    "sep_cma_es",
    "openai_es",
    "pgpe",
    "snes",
    "ars",
]


def keeps_or_reverts(scenario: Any) -> bool:
    """Return whether the learner proposes, and keeps or reverts."""
    return scenario.learner.rule in KEEPING


def is_rival(scenario: Any) -> bool:
    """Return whether the learner samples whole networks and follows their returns."""
    return scenario.learner.rule not in KEEPING


def has_units(scenario: Any) -> bool:
    """Return whether weights are those of a network."""
    return bool(scenario.has_network)


def is_born(scenario: Any) -> bool:
    """Return whether the first network is the best of random ones, not that of another run."""
    return scenario.network.start is None


def owns_territories(scenario: Any) -> bool:
    """Return whether weights belong to territories."""
    return scenario.learner.rule in ("astrocytes", "random_mask")


def races(scenario: Any) -> bool:
    """Return whether a proposal can be given up before its last episode."""
    return bool(scenario.decision.episodes > 1 and keeps_or_reverts(scenario))


TASKS = ("data", "environment", "objective")
"""Fields of which a task has one."""


def the_only_task(data: Any, own: str) -> Any:
    """Return the tables of a task, which names nothing but its own field to be learned.

    Raises
    ------
    ValueError
        If it names two.
    """
    others = [name for name in TASKS if name != own and isinstance(data, dict) and name in data]
    complain([f"{name}: a second task beside {own} ({short(data[name])}). Leave one of them out." for name in others])
    return data


class EnvironmentTask(Section):
    """Task: an environment, played in episodes."""

    environment: str = quantity(
        "", "a Gymnasium id, or 'module:Class' or 'module:function' of your own", "", min_length=1, max_length=200
    )
    module: InputFile | None = quantity(None, "the module's file; found if it lies beside the scenario", "")
    arguments: dict[str, Any] = quantity({}, "keyword arguments of the environment", "")
    max_steps: int = quantity(0, "longest episode; 0: the limit of the id", "steps", ge=0, le=10**7)
    action: Literal["auto", "argmax", "tanh", "clip"] = quantity(
        "auto",
        "argmax: of discrete actions; tanh: middle + half the range * tanh(output); clip: the output, cut off",
        "",
    )
    threshold: Real | Literal["auto", "none"] = quantity(
        "auto", "mean return from which the task counts as solved; auto: that of the id", "return"
    )
    replay: Literal["exact", "fresh", "inexact"] = quantity(
        "exact",
        "exact: equal seeds give equal episodes, which is checked; fresh: in a new environment each; inexact: without",
        "",
    )
    on_nan: Literal["stop", "worst"] = quantity("stop", "a return that is no number: stop, or revert the trial", "")
    seconds: Real = quantity(
        0.0, "longest wall-clock time of an episode; a longer one ends the run; 0: no limit", "s", ge=0, le=10**6
    )
    on_error: Literal["stop", "revert"] = quantity("stop", "an environment that raises: stop, or revert the trial", "")
    allow_code: bool = quantity(False, "run the code of a named module")

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, data: Any) -> Any:
        return the_only_task(data, "environment")


class ObjectiveTask(Section):
    """Task: a function that gives one number."""

    objective: str = quantity(
        "", "'module:function': of (weights), (weights, key), (network) or (network, key)", "", min_length=1,
        max_length=200,
    )  # fmt: skip
    module: InputFile | None = quantity(None, "the module's file; found if it lies beside the scenario", "")
    size: int = quantity(0, "numbers that are learned; 0: those of a network", "weights", ge=0, le=10**7)
    inputs: int = quantity(0, "of a network", "neurons", ge=0, le=10**6, read_if=has_units)
    outputs: int = quantity(0, "of a network", "neurons", ge=0, le=10**6, read_if=has_units)
    maximise: bool = quantity(True, "larger is better")
    threshold: Real | Literal["none"] = quantity("none", "value from which the task counts as solved", "return")
    replay: Literal["exact", "inexact"] = quantity(
        "exact", "exact: equal weights and keys give equal values, which is checked; inexact: without that", ""
    )
    on_nan: Literal["stop", "worst"] = quantity("stop", "a value that is no number: stop, or revert the trial", "")
    seconds: Real = quantity(
        0.0, "longest wall-clock time of an evaluation; a longer one ends the run; 0: no limit", "s", ge=0, le=10**6
    )
    allow_code: bool = quantity(False, "run the code of the named module")

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, data: Any) -> Any:
        return the_only_task(data, "objective")


class PolicyNetwork(Section):
    """Network from observations to outputs."""

    units: int = quantity(
        16, "hidden units, H; 0 with a direct path: a linear policy", "neurons", "measured", ge=0, le=100_000,
        read_if=has_units,
    )  # fmt: skip
    features: int = quantity(
        0,
        "inputs that a unit hears, drawn at random; 0: all of up to 32, else 2 sqrt(n)",
        "inputs",
        "measured",
        ge=0,
        le=10**6,
        read_if=has_units,
    )
    response: Literal["tanh", "relu"] = quantity("tanh", "of the hidden units", "", "measured", read_if=has_units)
    direct: bool = quantity(
        False, "inputs also reach the outputs directly, by synapses of an astrocyte of their own", read_if=has_units
    )
    gain: Real = quantity(1.0, "first incoming weights, in spreads of their inputs", "1", "measured", ge=0, le=1000)
    bias: Real = quantity(
        1.0, "first biases, and scale of their steps", "1", "measured", ge=0, le=1000, read_if=has_units
    )
    output: Real = quantity(
        1.0, "first outgoing weights, and scale of their steps", "1", "measured", gt=0, le=10**6, read_if=has_units
    )
    start: InputFile | None = quantity(
        None, "weights of another run, one set per seed, in place of a birth; `astrosim run --from DIR` writes it", ""
    )


class PolicyTerritory(Section):
    """Territory of an astrocyte."""

    units: int = quantity(1, "hidden units", "neurons", "measured", ge=1, le=100_000, read_if=has_units)
    size: int = quantity(
        0,
        "weights without a network: how many, drawn at random; 0: about sqrt(size)",
        "weights",
        ge=0,
        le=10**6,
        read_if=lambda s: not s.has_network and not s.territory.groups,
    )
    groups: Annotated[tuple[Annotated[tuple[int, ...], BeforeValidator(as_tuple)], ...], BeforeValidator(as_tuple)] = (
        quantity(
            (), "weights without a network: those of each astrocyte, by number", "", read_if=lambda s: not s.has_network
        )
    )


class PolicyPerturbation(Section):
    """Perturbation: standard deviations are sigma times the scale of each sort of synapse."""

    together: int = quantity(
        16,
        "astrocytes that propose in one trial as one proposal, each on one side of its units",
        "astrocytes",
        "measured",
        ge=1,
        le=100_000,
        read_if=lambda s: s.learner.rule != "one_plus_one",
    )
    sigma: Real = quantity(0.4, "of each astrocyte at the start", "1", "measured", gt=0, le=1000)
    cap: Real = quantity(100.0, "sigma never exceeds this", "1", ge=0, le=10**6, read_if=keeps_or_reverts)
    grow: Real = quantity(0.0, "sigma times exp(this) after a kept proposal", "1", "measured", ge=0, le=10)
    shrink: Real = quantity(0.0, "sigma times exp(-this) after a reverted one", "1", "measured", ge=0, le=10)
    outward: Real = quantity(
        0.5, "share of the proposals on outgoing synapses; the others: incoming ones and bias", "1", "measured", ge=0,
        le=1, read_if=has_units,
    )  # fmt: skip
    fraction: Real = quantity(
        1.0, "probability of each incoming synapse of a territory to be perturbed", "1", gt=0, le=1,
        read_if=lambda s: s.learner.rule != "random_mask",
    )  # fmt: skip
    output_bias: Real = quantity(
        0.1, "steps of the outputs' biases, in network.output", "1", "measured", ge=0, le=1000, read_if=has_units
    )


class ObjectivePerturbation(PolicyPerturbation):
    """Perturbation of an objective: sigma follows success, so that it can converge."""

    together: int = quantity(
        1, "astrocytes that propose in one trial as one proposal", "astrocytes", "measured", ge=1, le=100_000
    )
    grow: Real = quantity(0.2, "sigma times exp(this) after a kept proposal", "1", "measured", ge=0, le=10)
    shrink: Real = quantity(0.05, "sigma times exp(-this) after a reverted one", "1", "measured", ge=0, le=10)


class EpisodeDecision(Section):
    """The scalar by which a proposal is kept or reverted: the mean return over the items of a batch."""

    episodes: int = quantity(
        8, "items of a batch, E: the same before and after each change", "episodes", "measured", ge=1, le=10**6
    )
    stay: int = quantity(
        10, "trials that a batch stays, M; then fresh items", "trials", "measured", ge=1, le=10**7,
        read_if=keeps_or_reverts,
    )  # fmt: skip
    race: Real = quantity(
        0.25, "a proposal that is behind after this share of the batch is given up; 1: never", "1", "measured", gt=0,
        le=1, read_if=races,
    )  # fmt: skip
    accept: Literal["strict", "drift"] = quantity(
        "strict", "strict: kept if the return rose; drift: or stayed as it was", "", "Murray 4.5",
        read_if=keeps_or_reverts,
    )  # fmt: skip


class ObjectiveDecision(EpisodeDecision):
    """The scalar of an objective: its mean over the keys of a batch."""

    episodes: int = quantity(1, "keys of a batch", "keys", ge=1, le=10**6)
    stay: int = quantity(
        100, "trials that a batch stays; then fresh keys", "trials", ge=1, le=10**7, read_if=keeps_or_reverts
    )


class Birth(Section):
    """First network: the best of some random ones, raced on the same episodes."""

    networks: int = quantity(64, "random networks; at most 30 % of the budget", "networks", "measured", ge=1, le=10**6)
    warm: int = quantity(
        4,
        "episodes of random networks that give the first spread of the inputs",
        "episodes",
        "measured",
        ge=0,
        le=10**4,
    )


class ObjectiveBirth(Birth):
    """First weights of an objective: zeros, and the best of them and some random ones."""

    networks: int = quantity(
        1, "the first is all zeros, the others random; at most 30 % of the budget", "networks", ge=1, le=10**6
    )
    warm: int = quantity(
        0, "networks alone: evaluations that give the first spread of the inputs", "evaluations", ge=0, le=10**4
    )


class PolicyLearner(Section):
    """Learner. All share network, first weights, scaling of inputs, and budget."""

    rule: Rule = quantity(
        "astrocytes", "astrocytes; random_mask: as many synapses anywhere; (1+1)-ES; or a rival", "", "Murray 4"
    )
    average: Real = quantity(
        0.9, "running mean of the weights: what stays of it at each new batch", "1", "measured", ge=0, lt=1,
        read_if=keeps_or_reverts,
    )  # fmt: skip
    population: int = quantity(
        0, "networks per generation; 0: the rival's own", "networks", ge=0, le=10**6, read_if=is_rival
    )
    spread: Real = quantity(0.0, "sigma of the rival's networks; 0: its own", "1", ge=0, le=10**6, read_if=is_rival)
    rate: Real = quantity(
        0.0, "learning rate; 0: the rival's own", "1", ge=0, le=1000,
        read_if=lambda s: s.learner.rule in ("openai_es", "pgpe", "snes", "ars"),
    )  # fmt: skip
    sigma_rate: Real = quantity(
        0.0, "learning rate of the spread; 0: the rival's own", "1", ge=0, le=1000,
        read_if=lambda s: s.learner.rule in ("pgpe", "snes"),
    )  # fmt: skip
    top: Real = quantity(
        0.0, "best share of the pairs that ARS follows; 0: its own", "1", ge=0, le=1,
        read_if=lambda s: s.learner.rule == "ars",
    )  # fmt: skip


class StepSchedule(Section):
    """Length of a run."""

    steps: int = quantity(300_000, "environment steps, all counted but those of the test", "steps", ge=1, le=10**12)
    stop_at: Real | Literal["none", "threshold"] = quantity(
        "none",
        "stop learning when two batches of fresh episodes in a row reach this mean; threshold: the task's",
        "return",
    )


class EvaluationSchedule(Section):
    """Length of a run."""

    evaluations: int = quantity(
        20_000, "evaluations of the function, all counted but those of the test", "evaluations", ge=1, le=10**12
    )
    stop_at: Real | Literal["none", "threshold"] = quantity(
        "none", "stop learning when two batches in a row reach this mean; threshold: the task's", "return"
    )


class EpisodeRecord(Section):
    """Record plan, and the test. Nothing but `validation` changes a run."""

    every: int = quantity(10_000, "between two records", "steps", ge=1, le=10**12)
    test: int = quantity(100, "episodes at the end, on items of their own", "episodes", ge=1, le=10**6)
    validation: int = quantity(
        20,
        "episodes by which the best of last, mean and recorded weights is chosen at the end, "
        "fewer if they would take over 10 % of the budget; 0: the last",
        "episodes",
        "measured",
        ge=0,
        le=10**6,
    )
    weights: bool = quantity(True, "keep the final weights")


class ObjectiveRecord(EpisodeRecord):
    """Record plan, and the test."""

    every: int = quantity(1_000, "between two records", "evaluations", ge=1, le=10**12)
    test: int = quantity(1, "evaluations at the end, on keys of their own", "evaluations", ge=1, le=10**6)
    validation: int = quantity(
        0, "evaluations by which the best weights are chosen at the end; 0: the last", "evaluations", ge=0, le=10**6
    )
