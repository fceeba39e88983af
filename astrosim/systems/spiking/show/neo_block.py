"""Simulations as blocks of Neo (Garcia et al. 2014, Frontiers in Neuroinformatics 8:10), which Elephant reads.

A block holds a segment per replicate; a segment holds a spike train per neuron (ms) and a signal per recorded variable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from xarray import Dataset

from astrosim.contracts.loading import missing_extra
from astrosim.core.errors import AstrosimError
from astrosim.export.replicates import committed
from astrosim.scenario import load_run, resolve
from astrosim.store import open_replicates
from astrosim.store.layout import name_of
from astrosim.systems.spiking.make import network_of
from astrosim.systems.spiking.network.description import Network, Nodes
from astrosim.systems.spiking.records import TRACES, node_of, time_of
from astrosim.systems.spiking.simulate import Simulated

NEEDS = "Blocks of Neo need"


class Replicate(NamedTuple):
    """Records of a replicate.

    Attributes
    ----------
    about : mapping
        Annotations of its segment.
    network : Network
    node : ndarray of int, shape (spike,)
    time : ndarray of float, shape (spike,)
        ms.
    until : float
        ms; end of the simulation.
    traces : mapping of str to (ndarray, ndarray, list of str)
        By variable: times in ms, shape (sample,); values, shape (sample, node); labels of the nodes.
    spikes : bool
        Whether spikes were recorded.
    """

    about: Mapping[str, Any]
    network: Network
    node: np.ndarray
    time: np.ndarray
    until: float
    traces: Mapping[str, tuple[np.ndarray, np.ndarray, list[str]]]
    spikes: bool = True


def to_neo(source: Simulated | str | Path, condition: str | None = None, seed: int | None = None) -> Any:
    """Return a simulation, or a run of simulations, as a ``neo.Block``.

    Parameters
    ----------
    source : Simulated, str or Path
        Of `simulate`, or a run directory.
    condition : str, optional
        Of a run directory; all if left out.
    seed : int, optional
        Of a run directory; all if left out.

    Returns
    -------
    neo.Block
        A segment per replicate (annotations ``condition`` and ``seed``). Each holds a ``SpikeTrain`` per neuron (ms;
        annotations ``node``, ``population``, ``model``), of silent ones, too, and an ``AnalogSignal`` per recorded
        variable, of shape (sample, node), with its unit and the array annotation ``node``.

    Raises
    ------
    PackageError
        If Neo is not installed.
    AstrosimError
        If a run has no such replicate, or is no simulation of a spiking network.
    """
    if isinstance(source, Simulated):
        return _block([_of_simulated(source)], "simulation")
    scenario: Any = load_run(source)
    if scenario.family != "spiking":
        raise AstrosimError(f"{source}: no simulation of a spiking network ({scenario.family}). Name another run.")
    chosen = [
        one
        for one in replicates(open_replicates(source), scenario)
        if condition in (None, one.about["condition"]) and seed in (None, one.about["seed"])
    ]
    if not chosen:
        raise AstrosimError(f"{source}: no such finished replicate ({condition}, {seed}). Its report lists them.")
    return _block(chosen, scenario.name)


def write_neo(dataset: Dataset, scenario: Any, path: Path) -> None:
    """Write all finished replicates of a run as a NIX file, which needs nixio beside Neo.

    Raises
    ------
    PackageError
        If Neo or nixio is not installed.
    """
    try:
        import nixio  # noqa: F401  (Neo asks for it only when it writes)
        from neo.io import NixIO
    except ModuleNotFoundError as error:
        raise missing_extra(error, NEEDS) from error
    with NixIO(str(path), "ow") as file:
        file.write_block(_block(list(replicates(dataset, scenario)), scenario.name))


def replicates(dataset: Dataset, scenario: Any) -> Iterator[Replicate]:
    """Return the records of each finished replicate, one after the other."""
    for row, column in committed(dataset):
        own = dataset.isel(condition=row, seed=column)
        condition, seed = str(own["condition"].values), int(own["seed"].values)
        resolved = resolve(scenario, condition)
        step, count = resolved.schedule.step_ms, int(own["spike_count"])
        recorded = "spike_node" in own
        yield Replicate(
            {"condition": condition, "seed": seed},
            network_of(resolved, seed),
            own["spike_node"].values[:count] if recorded else np.zeros(0, int),
            own["spike_step"].values[:count] * step if recorded else np.zeros(0),
            resolved.steps * step,
            {
                name: (own[time_of(name)].values, own[name].values, own[name_of(node_of(name))].values.tolist())
                for name in TRACES
                if name in own
            },
            recorded,
        )


def _of_simulated(run: Simulated) -> Replicate:
    traces = run.traces
    found = {
        str(name): (traces[time_of(str(name))].values, own.values, traces[node_of(str(name))].values.tolist())
        for name, own in traces.items()
    }
    return Replicate({}, run.network, run.spike_nodes, run.spike_times_ms, run.time_ms, found)


def _block(shown: list[Replicate], name: str) -> Any:
    try:
        import neo
    except ModuleNotFoundError as error:
        raise missing_extra(error, NEEDS) from error
    block = neo.Block(name=name, description="spiking network, simulated by astrosim")
    for one in shown:
        segment = neo.Segment(name=", ".join(f"{key} {value}" for key, value in one.about.items()), **one.about)
        segment.spiketrains.extend(list(_trains(neo, one)))  # Neo drops those of a generator
        segment.analogsignals.extend(list(_signals(neo, one)))
        block.segments.append(segment)
    return block


def _trains(neo: Any, one: Replicate) -> Iterator[Any]:
    """Spike trains of all neurons."""
    neurons = one.network.neurons
    order = np.argsort(one.node, kind="stable")
    times = np.split(one.time[order], np.searchsorted(one.node[order], np.arange(1, len(neurons))))
    for place in range(len(neurons) if one.spikes else 0):
        about = _about(neurons, place)
        yield neo.SpikeTrain(times[place], units="ms", t_start=0.0, t_stop=one.until, name=about["node"], **about)


def _about(nodes: Nodes, place: int) -> dict[str, str]:
    """Annotations of a node."""
    population = str(nodes.population[place]) if len(nodes.population) else ""
    return {"node": str(nodes.label[place]), "population": population, "model": str(nodes.model[place])}


def _signals(neo: Any, one: Replicate) -> Iterator[Any]:
    """Signals of all recorded variables that have samples."""
    from quantities import ms as period  # comes with Neo

    for name, (time, values, labels) in one.traces.items():
        has = ~np.isnan(values).all(axis=0)  # nodes without the variable have no signal
        if len(time) and has.any():
            unit = TRACES[name].unit
            yield neo.AnalogSignal(
                values[:, has],
                units="dimensionless" if unit == "1" else unit,
                t_start=time[0] * period,
                sampling_period=time[0] * period,  # samples lie at 1, 2, 3 ... periods
                name=name,
                description=TRACES[name].long_name,
                array_annotations={"node": np.array([str(label) for label in labels])[has]},
            )
