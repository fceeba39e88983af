"""One episode of a twin, played by a policy: the loop that all twins share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from astrosim.core.jit import kernel, phase
from astrosim.core.numpy_loops import Loops
from astrosim.systems.blackbox.environments.twins.rounding import single
from astrosim.systems.blackbox.environments.twins.table import observe, step
from astrosim.systems.blackbox.kernel.actions import act


class Setting(NamedTuple):
    """Environment, action and limit, the same over all episodes.

    Attributes
    ----------
    kind : int
        Number of the twin.
    answer : int
        How outputs become an action; `kernel.actions`.
    low, high : ndarray, shape (component,)
        Bounds of the action; of an index unused.
    max_steps : int
    loops : Loops
        NumPy's functions.
    """

    kind: int
    answer: int
    low: np.ndarray
    high: np.ndarray
    max_steps: int
    loops: Loops


class Workspace(NamedTuple):
    """Arrays of one step, never saved.

    Attributes
    ----------
    state : ndarray, shape (number,)
    observation : ndarray, shape (input,)
    hidden : ndarray, shape (unit,)
    outputs : ndarray, shape (output,)
    action : ndarray, shape (component,)
    """

    state: np.ndarray
    observation: np.ndarray
    hidden: np.ndarray
    outputs: np.ndarray
    action: np.ndarray


@phase
def advance(setting, policy, moments, work, time):
    """Apply one step: observe, act, move on. Writes: work, and moments unless they are empty.

    Returns reward, and whether the episode ends.
    """
    observe(setting.kind, work.state, time, setting.loops, work.observation)
    act(
        policy,
        setting.answer,
        setting.low,
        setting.high,
        work.observation,
        moments,
        work.hidden,
        work.outputs,
        work.action,
    )
    work.action[0] = single(work.action[0])  # Gymnasium's Box is float32
    return step(setting.kind, work.state, time, work.action[0], setting.loops)


@kernel
def play(setting, policy, first, moments, work):
    """Play an episode. Reads: first, the state after the reset. Writes: work, and moments unless they are empty.

    Returns the sum of its rewards, in order, and its steps.
    """
    for i in range(first.size):
        work.state[i] = first[i]
    total, time, ended = 0.0, 0, False
    while not ended and time < setting.max_steps:
        reward, ended = advance(setting, policy, moments, work, time)
        total += reward
        time += 1
    return total, time


@kernel
def trace(setting, policy, first, moments, work, observations, actions, rewards):
    """Play an episode and write its course. Writes: observations (step, input), actions (step, component), rewards
    (step,), work.

    Returns its steps.
    """
    for i in range(first.size):
        work.state[i] = first[i]
    time, ended = 0, False
    while not ended and time < setting.max_steps:
        rewards[time], ended = advance(setting, policy, moments, work, time)
        actions[time, 0] = work.action[0]
        for i in range(work.observation.size):
            observations[time, i] = work.observation[i]
        time += 1
    return time
