"""What a Mesa model is called with, `batch_run` included: scenario, condition, other values of fields, and the seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.core.errors import ScenarioError
from astrosim.scenario import load_scenario, resolve
from astrosim.scenario.bundled import find
from astrosim.scenario.choose import changed
from astrosim.scenario.experiment import SEED_LIMIT
from astrosim.systems.threshold.network.topology import Network
from astrosim.systems.threshold.scenario.schema import Scenario

DEFAULT_SEED = 42
SPACES = ("grid", "network")


def chosen_scenario(
    scenario: Scenario | str | Path | None,
    condition: str | None,
    fields: Mapping[str, Any],
    network: Network | None = None,
) -> Scenario:
    """Return the scenario (by default the described system) under a condition, with other values of fields.

    A network takes the place of the scenario's.

    Raises
    ------
    ScenarioError
        If it is no scenario, or has no such condition or field.
    """
    chosen: Any = Scenario() if scenario is None else scenario
    if isinstance(chosen, str | Path):
        chosen = load_scenario(find(str(chosen)))
    if not isinstance(chosen, Scenario):
        what = f"scenario: no scenario of neurons and astrocytes ({type(chosen).__name__})"
        right = "Give a Scenario, its file or name; among the parameters of Mesa's batch_run in a list, [scenario]."
        raise ScenarioError([f"{what}. {right}"])
    chosen = chosen if condition is None else resolve(chosen, condition)
    own = {} if network is None else {f"network.{name}": value for name, value in checked(network).as_fields().items()}
    return changed(chosen, {**own, **fields}) if own or fields else chosen


def checked(network: Any) -> Network:
    """Return a network that is one.

    Raises
    ------
    ScenarioError
        If it is none.
    """
    if not isinstance(network, Network):
        right = "Give a Network, such as Network.from_networkx(graph)."
        raise ScenarioError([f"network: not a network ({type(network).__name__}). {right}"])
    return network


def chosen_seed(seed: Any, rng: Any) -> int:
    """Return the seed that was given as one of the two.

    Raises
    ------
    ScenarioError
        If it is no seed, or two were given.
    """
    if rng is not None and seed not in (DEFAULT_SEED, rng):
        raise ScenarioError([f"seed: another one than rng ({seed!r}, {rng!r}). Give one of them."])
    value = seed if rng is None else rng
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not 0 <= value < SEED_LIMIT:
        batch = (
            " Mesa's batch_run takes seeds as rng=[1, 2, 3]; it empties a parameter `seed`." if value is None else ""
        )
        what = f"seed: not a seed ({value!r:.60})"
        raise ScenarioError([f"{what}. Write a whole number from 0 to {SEED_LIMIT - 1}.{batch}"])
    return int(value)


def checked_space(space: str) -> str:
    """Return the kind of space.

    Raises
    ------
    ScenarioError
        If there is no such kind.
    """
    if space not in SPACES:
        raise ScenarioError([f"space: no such space ({space!r:.60}). Write one of {', '.join(SPACES)}."])
    return space
