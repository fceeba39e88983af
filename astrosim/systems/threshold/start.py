"""The weights from which a branched run starts: taken from another run, one set per seed, for the same synapses.

A file holds, for each seed, ``weight-SEED`` (float64), ``pre-SEED`` and ``post-SEED`` (int32), all of shape (synapse,).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from astrosim.core.errors import ScenarioError
from astrosim.rules.perturbation import on_grid
from astrosim.scenario.inputs import InputFile
from astrosim.systems.threshold.engines import make_engine
from astrosim.systems.threshold.network.topology import Network
from astrosim.systems.threshold.scenario.schema import Scenario

STATE = "state/"  # what the names of an engine's arrays begin with in a checkpoint


def start_of(scenario: Scenario, seed: int, state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return weights and synapses of a replicate, from the arrays of its end or of a checkpoint.

    Parameters
    ----------
    scenario : Scenario
        Resolved.
    seed : int
    state : mapping of str to ndarray
        By name, arrays of any shape.

    Returns
    -------
    dict of str to ndarray
        ``weight``, float64, ``pre`` and ``post``, int32, each of shape (synapse,).
    """
    engine = make_engine(scenario, seed)
    engine.restore({name.removeprefix(STATE): array for name, array in state.items() if name.startswith(STATE)})
    static = engine.static()
    return {"weight": engine.weights().astype(np.float64), "pre": static["pre"], "post": static["post"]}


def started(network: Network, scenario: Scenario, seed: int) -> Network:
    """Return a network with the weights that its scenario starts from, on the grid of weights.

    Raises
    ------
    ScenarioError
        If the file has no such seed, or the synapses or the limits are others; names the first that differs.
    """
    file = scenario.network.start
    if file is None:
        return network
    held = _arrays(file)
    if f"weight-{seed}" not in held:
        seeds = ", ".join(name.partition("-")[2] for name in held if name.startswith("weight-"))
        raise _problem(file, f"no weights of seed {seed}. Write seeds among {seeds}.")
    weight = held[f"weight-{seed}"]
    if problem := _difference(network, held[f"pre-{seed}"], held[f"post-{seed}"]):
        raise _problem(file, f"seed {seed}: {problem} Keep the network's section as in the run that it comes from.")
    limit = scenario.perturbation.limit
    if (most := float(np.abs(weight).max(initial=0.0))) > limit:
        raise _problem(
            file, f"seed {seed}: a weight beyond perturbation.limit = {limit:g} ({most:g}). Raise the limit."
        )
    return replace(network, initial_weight=on_grid(weight, limit))


def _difference(network: Network, pre: np.ndarray, post: np.ndarray) -> str:
    """Say how the synapses of a network differ from those of a file; empty if they do not."""
    if len(pre) != len(network.pre):
        return f"other synapses ({len(network.pre)} where the weights belong to {len(pre)})."
    apart = np.flatnonzero((pre != network.pre) | (post != network.post))
    if not len(apart):
        return ""
    n = apart[0]
    return (
        f"another wiring (synapse {n}: {network.pre[n]} to {network.post[n]} where the weights belong to one from "
        f"{pre[n]} to {post[n]}; {len(apart)} differ)."
    )


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
