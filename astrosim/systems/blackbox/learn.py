"""Learn in this process, without a run directory: environments, functions, and loops that are not ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.runs.replicate import Replicate
from astrosim.statistics.inference import Interval, mean_interval
from astrosim.systems.blackbox.as_run import named, stored
from astrosim.systems.blackbox.kernel.policy import Policy
from astrosim.systems.blackbox.objective import ObjectivePlayer
from astrosim.systems.blackbox.players import environment_player, groups_of
from astrosim.systems.blackbox.protocol import Player
from astrosim.systems.blackbox.recording import Recording
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario, EnvironmentScenario, ObjectiveScenario
from astrosim.systems.blackbox.trained import PlayedNetwork, TrainedPolicy

EXTERNAL = "given in Python"  # name of what no scenario file can name


@dataclass(frozen=True)
class Test:
    """Returns of the test episodes.

    Attributes
    ----------
    returns : ndarray of float64, shape (episode,)
    """

    returns: np.ndarray

    @property
    def mean(self) -> float:
        """Mean return."""
        return float(self.returns.mean())

    @property
    def interval(self) -> Interval:
        """Mean and its 95 % confidence interval, over episodes."""
        return mean_interval(self.returns)


@dataclass(frozen=True)
class Learned:
    """Results of `learn`.

    Attributes
    ----------
    policy : TrainedPolicy
        ``policy(observation)`` gives an action.
    test : Test
    steps : int
        Environment steps, all counted but those of the test.
    history : dict of str to ndarray, shape (record,)
        Steps, mean return on fresh episodes (`fresh_return`) and the other curves of a run.
    row : dict
        The row that a run would write to summary.csv.
    scenario : BlackboxScenario
    """

    policy: TrainedPolicy
    test: Test
    steps: int
    history: dict[str, np.ndarray]
    row: dict[str, Any]
    scenario: BlackboxScenario

    def save(self, path: str | Path) -> Path:
        """Write the policy as NPZ, arrays alone; `TrainedPolicy.load` reads it."""
        return self.policy.save(path)


@dataclass(frozen=True)
class Best:
    """Results of `maximise` and `minimise`.

    Attributes
    ----------
    weights : ndarray of float64, shape (size,)
    reward : float
        Mean value over test keys; of `minimise` the function's own, small value.
    evaluations : int
    history : dict of str to ndarray, shape (record,)
        See `Learned`.
    network : PlayedNetwork or None
        Where a network was learned.
    row : dict
    scenario : BlackboxScenario
    """

    weights: np.ndarray
    reward: float
    evaluations: int
    history: dict[str, np.ndarray]
    network: PlayedNetwork | None
    row: dict[str, Any]
    scenario: BlackboxScenario


def learn(
    environment: Any, steps: int = 300_000, seed: int = 0, out: str | Path | None = None, **fields: Any
) -> Learned:
    """Let astrocytes learn to act in an environment.

    Parameters
    ----------
    environment : str, callable or gymnasium.envs.registration.EnvSpec
        A Gymnasium id, a function that makes an environment, or a spec. An environment itself is refused: it has state.
    steps : int
        Environment steps.
    seed : int
    out : str or Path, optional
        Directory of a run that is made of it, with the same result; the environment then needs a name that others find.
    **fields
        Fields of the scenario by the last part of their path, such as ``episodes=16``.

    Returns
    -------
    Learned

    Raises
    ------
    ScenarioError
        If a field is unknown or wrong.
    AstrosimError, RunError
        If there is no such environment, or it cannot be learned.
    """
    unnamed = {"name": environment if isinstance(environment, str) else EXTERNAL}
    own = unnamed if out is None else named(environment)
    every = max(1, min(steps, max(steps // 30, 1_000)))
    tables: dict[str, Any] = {
        "task": {"environment": own.pop("name"), "allow_code": True, **own},
        "schedule": {"steps": steps},
        "record": {"every": every},
    }
    scenario = EnvironmentScenario.model_validate({"name": "learn", "seeds": [seed], **tables}).changed(fields)
    if out is not None:
        run = stored(scenario, seed, out)
        return Learned(run.trained.policy, Test(run.returns), int(run.row["steps"]), run.history, run.row, scenario)
    player = environment_player(scenario, environment, scenario.task.arguments)
    recording = carried_out(scenario, seed, player)
    _, policy, values, row = finished(recording)
    return Learned(
        policy=player.trained(policy),
        test=Test(values["test_return"]),
        steps=int(row["steps"]),
        history=history_of(recording),
        row=row,
        scenario=scenario,
    )


def maximise(
    function: Callable[..., Any],
    size: int = 0,
    evaluations: int = 20_000,
    seed: int = 0,
    groups: Sequence[Sequence[int]] = (),
    out: str | Path | None = None,
    **fields: Any,
) -> Best:
    """Find weights, or a network, for which a function is large.

    Parameters
    ----------
    function : callable
        Of (weights), (weights, key), (network) or (network, key); returns one number. The key is an int: with equal
        keys the function must give equal values.
    size : int
        Numbers that it takes; 0 for a network, with ``inputs`` and ``outputs`` among the fields.
    evaluations : int
    seed : int
    groups : sequence of sequence of int
        Weights that each astrocyte owns; random ones if left out.
    out : str or Path, optional
        Directory of a run that is made of it, with the same result; the function then needs a name that others find.
    **fields
        Fields of the scenario by the last part of their path, such as ``sigma=0.1``.

    Returns
    -------
    Best

    Raises
    ------
    ScenarioError
        If a field is unknown or wrong.
    RunError
        If the function returns no finite number.
    """
    return _best(function, size, evaluations, seed, groups, fields, True, out)


def minimise(
    function: Callable[..., Any],
    size: int = 0,
    evaluations: int = 20_000,
    seed: int = 0,
    groups: Sequence[Sequence[int]] = (),
    out: str | Path | None = None,
    **fields: Any,
) -> Best:
    """Find weights, or a network, for which a function is small; see `maximise`."""
    return _best(function, size, evaluations, seed, groups, fields, False, out)


def _best(
    function: Callable[..., Any],
    size: int,
    evaluations: int,
    seed: int,
    groups: Sequence[Sequence[int]],
    fields: dict[str, Any],
    maximised: bool,
    out: str | Path | None,
) -> Best:
    if not callable(function):
        raise AstrosimError(f"function: not callable ({type(function).__name__}). Give a function of the weights.")
    name = getattr(function, "__name__", EXTERNAL)
    sizes = {key: fields.pop(key) for key in ("inputs", "outputs") if key in fields}
    known = {"name": EXTERNAL} if out is None else {**named(function), "allow_code": True}
    tables: dict[str, Any] = {
        "task": {"objective": known.pop("name"), "size": size, "maximise": maximised, **sizes, **known},
        "territory": {"groups": [list(group) for group in groups]},
        "schedule": {"evaluations": evaluations},
        "record": {"every": max(1, evaluations // 50)},
    }
    scenario = ObjectiveScenario.model_validate({"name": "objective", "seeds": [seed], **tables}).changed(fields)
    own, sign = groups_of(scenario, seed), 1.0 if maximised else -1.0
    if out is not None:
        return _stored_best(scenario, seed, out, sign)
    worst = scenario.task.on_nan == "worst"
    task = scenario.task
    player = ObjectivePlayer(function, name, own, task.inputs, task.outputs, maximised, worst, task.seconds)
    recording = carried_out(scenario, seed, player)
    _, policy, values, row = finished(recording)
    history = history_of(recording)
    history["fresh_return"] = sign * history["fresh_return"]
    return Best(
        weights=player.weights(policy),
        reward=sign * float(values["test_return"].mean()),
        evaluations=int(row["steps"]),
        history=history,
        network=None if own else PlayedNetwork(policy),
        row=row,
        scenario=scenario,
    )


def _stored_best(scenario: ObjectiveScenario, seed: int, out: str | Path, sign: float) -> Best:
    """The same from a run."""
    run = stored(scenario, seed, out)
    history = run.history | {"fresh_return": sign * run.history["fresh_return"]}
    network = PlayedNetwork(run.trained.network) if scenario.has_network else None
    reward = sign * float(run.returns.mean())
    return Best(run.trained.vector, reward, int(run.row["steps"]), history, network, run.row, scenario)


def carried_out(scenario: BlackboxScenario, seed: int, player: Player | None) -> Recording:
    """Return a replicate whose learning is done."""
    recording = Recording(Replicate("default", seed, 0, 0), scenario, player=player)
    while not recording.finished:
        recording.advance(scenario.budget)
    return recording


def finished(recording: Recording) -> tuple[str, Policy, dict[str, np.ndarray], dict[str, Any]]:
    """Return which weights are judged, their policy, the stored values (of any shape) and the row of a replicate."""
    outcome = recording.outcome()
    return str(outcome.row["judged"]), recording.tested, dict(outcome.values), dict(outcome.row)


def history_of(recording: Recording) -> dict[str, np.ndarray]:
    """Return the curves of a replicate by name, each of shape (record,)."""
    return {name: np.array(curve) for name, curve in recording.curves.items()}
