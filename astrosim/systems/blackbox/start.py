"""The weights from which a branched run starts: taken from another run, one set per seed, in place of a birth.

A file holds, for each seed, the arrays of a policy (``incoming-SEED`` and so on, float64), the sums over its
observations (``observed_count-SEED``, ``observed_total-SEED``, ``observed_squares-SEED``), by which steps are sized,
and ``groups-SEED``, the numbers that astrocytes own where there is no network (int64).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from astrosim.core.errors import ScenarioError
from astrosim.scenario.inputs import InputFile
from astrosim.systems.blackbox.learners.state import State
from astrosim.systems.blackbox.network import WEIGHTS
from astrosim.systems.blackbox.players import groups_of
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario

OBSERVED = ("observed_count", "observed_total", "observed_squares")
GROUPS = "groups"
REMEDY = "Keep task and network as in the run that it comes from."


def start_of(scenario: BlackboxScenario, seed: int, state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what a branch starts from: arrays of a replicate's end or of a checkpoint, each of its own shape."""
    return {**{name: state[name] for name in (*WEIGHTS, *OBSERVED)}, GROUPS: _owned(scenario, seed)}


def started(scenario: BlackboxScenario, seed: int, state: State) -> bool:
    """Let a state begin at the weights that its scenario names; returns whether it names any.

    Raises
    ------
    ScenarioError
        If the file has no such seed, or belongs to another network or other territories.
    """
    file = scenario.network.start
    if file is None:
        return False
    held, own = _arrays(file), state.arrays()
    if f"{GROUPS}-{seed}" not in held:
        seeds = ", ".join(name.partition("-")[2] for name in held if name.startswith(GROUPS))
        raise _problem(file, f"no weights of seed {seed}. Write seeds among {seeds or 'none'}.")
    for name in (*WEIGHTS, *OBSERVED):
        given = held[f"{name}-{seed}"]
        if given.shape != own[name].shape:
            shapes = f"{own[name].shape} where the weights belong to {given.shape}"
            raise _problem(file, f"seed {seed}: another network ({name}: {shapes}). {REMEDY}")
    if not np.array_equal(held[f"{GROUPS}-{seed}"], _owned(scenario, seed)):
        raise _problem(file, f"seed {seed}: astrocytes own other numbers. {REMEDY}")
    state.restore({**own, **{name: held[f"{name}-{seed}"] for name in (*WEIGHTS, *OBSERVED)}})
    state.restart()
    return True


def _owned(scenario: BlackboxScenario, seed: int) -> np.ndarray:
    """Numbers that astrocytes own, each group behind its size: int64; nothing where there is a network."""
    groups = groups_of(scenario, seed)
    return np.array([value for group in groups for value in (len(group), *group)], np.int64)


def _problem(file: InputFile, text: str) -> ScenarioError:
    return ScenarioError([f"{file.name}: network.start: {text}"])


@lru_cache(maxsize=4)
def _arrays(file: InputFile) -> dict[str, np.ndarray]:
    """Read the arrays of a file of weights."""
    try:
        with np.load(io.BytesIO(file.content()), allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (ValueError, OSError, EOFError) as error:
        raise _problem(file, f"no file of weights ({error}). Write one with `astrosim run --from DIR`.") from None
