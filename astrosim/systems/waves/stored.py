"""Networks that a run has trained, from the weights in its store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from astrosim.core.errors import AstrosimError, StoreError
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.store import open_replicates
from astrosim.systems.waves.learners.learner import KernelNetwork
from astrosim.systems.waves.scenario.schema import WaveScenario

MOST_SEEDS = 8  # seeds that an error lists


def stored_network(directory: str | Path, condition: str, seed: int) -> KernelNetwork:
    """Return the network of one replicate of a run.

    Parameters
    ----------
    directory : str or Path
        Run directory of a wave scenario with ``record.weights = true``.
    condition : str
    seed : int

    Raises
    ------
    AstrosimError
        If there is no such replicate, or it is not done, or its weights were not kept.
    """
    path = Path(directory)
    network = KernelNetwork(_scenario_of(path, condition, seed), seed)
    network.values[:] = _weights(path, condition, seed, len(network.values))
    return network


def _scenario_of(directory: Path, condition: str, seed: int) -> WaveScenario:
    """The resolved scenario of a run's replicate."""
    file = directory / "scenario.toml"
    scenario = load_scenario(file)
    if not isinstance(scenario, WaveScenario):
        raise AstrosimError(f'{file}: kind: no waves ("{scenario.kind}"). Name a run whose kind is "wave".')
    if condition not in condition_names(scenario):
        raise AstrosimError(
            f'{file}: conditions: none is named "{condition}". Write one of {", ".join(condition_names(scenario))}.'
        )
    if seed not in scenario.seeds:
        raise AstrosimError(f"{file}: seeds: {seed} is none of them. Write one of {_some(scenario.seeds)}.")
    resolved = resolve(scenario, condition)
    assert isinstance(resolved, WaveScenario)
    return resolved


def _some(seeds: Sequence[int]) -> str:
    """The first seeds as words."""
    return ", ".join(map(str, seeds[:MOST_SEEDS])) + (", ..." if len(seeds) > MOST_SEEDS else "")


def _weights(directory: Path, condition: str, seed: int, parameters: int) -> np.ndarray:
    """The final parameters of a run's replicate: float32, shape (parameter,)."""
    with open_replicates(directory) as run:
        kept = "weight" in run and run.sizes["parameter"] >= parameters
        found = run["weight"].sel(condition=condition, seed=seed).values[:parameters] if kept else np.full(1, np.nan)
    if np.isnan(found).any():
        raise StoreError(
            f"{directory}: no weights of {condition}, seed {seed}. "
            "Finish the run, with record.weights = true in its scenario."
        )
    return found
