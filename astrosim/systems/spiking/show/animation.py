"""A simulation of a spiking network as a moving picture in slow motion: spikes and calcium over space (steps, ms)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from xarray import Dataset

from astrosim.core.errors import AstrosimError
from astrosim.report.animation import FRAMES, Look, TrialRange
from astrosim.store import open_replicates
from astrosim.store.layout import name_of
from astrosim.systems.spiking.figures.animation import Moving, animate_spikes
from astrosim.systems.spiking.make import network_of
from astrosim.systems.spiking.network.description import Network, Nodes
from astrosim.systems.spiking.records import node_of, time_of
from astrosim.systems.spiking.show.summary import SpikingSummary

MOST_PICTURES = 2_000  # of a moving picture; more fill the memory
CALCIUM = "Ca_astro"


def animation(found: SpikingSummary, rows: list[dict[str, Any]], path: Path, chosen: TrialRange, look: Look) -> None:
    """Write the first of the chosen replicates; see `astrosim.report.animation`: its trials are steps of the grid.

    Raises
    ------
    AstrosimError
        If places, spikes or the calcium of an astrocyte are missing, or there are no such steps.
    """
    condition, seed = rows[0]["condition"], rows[0]["seed"]
    scenario = found.resolved[condition]
    with open_replicates(found.directory) as dataset:
        own = dataset.sel(condition=condition, seed=seed).load()
    moving = moving_of(own, network_of(scenario, seed), scenario.schedule.step_ms)
    times = np.array(shown_steps(chosen, scenario.steps)) * scenario.schedule.step_ms
    between = times[1] - times[0] if len(times) > 1 else 0.0
    title = f"{condition}, seed {seed}: {look.fps * between:.3g} ms per second of film"
    animate_spikes(moving, times, path, look.fps, title)


def moving_of(own: Dataset, network: Network, step: float) -> Moving:
    """Return the records of a replicate that can be set in motion.

    Raises
    ------
    AstrosimError
        If places, spikes or the calcium of an astrocyte are missing.
    """
    neurons, astrocytes = places_of(network.neurons), places_of(network.astrocytes)
    for name, places in (("neurons", neurons), ("astrocytes", astrocytes)):
        if without := int(np.isnan(places).any(axis=1).sum()):
            raise AstrosimError(
                f"network.{name}: without places ({without} of {len(places)}). Give populations a width, or "
                "files columns x and y, and run again."
            )
    if len(neurons) and "spike_node" not in own:
        raise AstrosimError("record.spikes: not recorded (false). Write true, and run again.")
    labels = own[name_of(node_of(CALCIUM))].values.tolist() if CALCIUM in own else []
    known = {str(label): place for place, label in enumerate(labels)}
    wanted = [known[label] for label in network.astrocytes.label if label in known]
    if len(wanted) < len(astrocytes):
        raise AstrosimError(
            f"record.traces: {CALCIUM} not of all astrocytes ({len(wanted)} of {len(astrocytes)}). "
            "Name all of them, or their populations, and run again."
        )
    count = int(own["spike_count"]) if len(neurons) else 0
    return Moving(
        neurons,
        astrocytes,
        network.neurons.population if len(network.neurons.population) else np.full(len(neurons), "", object),
        own["spike_node"].values[:count] if count else np.zeros(0, int),
        own["spike_step"].values[:count] * step if count else np.zeros(0),
        own[time_of(CALCIUM)].values if wanted else np.zeros(0),
        own[CALCIUM].values[:, wanted] if wanted else np.zeros((0, 0)),
    )


def places_of(nodes: Nodes) -> np.ndarray:
    """Return the places of nodes, nan where there is none: float64, shape (node, 2)."""
    if not len(nodes.x) or not len(nodes.y):
        return np.full((len(nodes), 2), np.nan)
    return np.stack([nodes.x, nodes.y], axis=1)


def shown_steps(wanted: TrialRange, steps: int) -> list[int]:
    """Return the steps after which a picture is taken, evenly spaced: by default from the start (0) to the end.

    Raises
    ------
    AstrosimError
        If there are no such steps, or too many pictures.
    """
    first, last = wanted.first or 0, steps if wanted.last is None else wanted.last
    for name, value in (("--from", first), ("--to", last)):
        if value > steps:
            raise AstrosimError(f"{name}: after the last step ({value}). Write 0 to {steps}.")
    if last < first:
        raise AstrosimError(f"--to: before --from ({last}). Write at least {first}.")
    if wanted.every is not None and wanted.frames is not None:
        raise AstrosimError(f"--every: --frames says already how many ({wanted.frames}). Leave one of them out.")
    every = wanted.every or max(1, -(-(last - first) // max((wanted.frames or FRAMES) - 1, 1)))
    shown = list(range(first, last + 1, every))
    if len(shown) > MOST_PICTURES:
        name = "--frames" if wanted.every is None else "--every"
        raise AstrosimError(f"{name}: too many pictures ({len(shown)}). At most {MOST_PICTURES} make an animation.")
    return shown
