"""A simulation in a few lines of Python: a network, what comes in, what is recorded, for how long (ms)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import xarray

from astrosim.core.errors import AstrosimError
from astrosim.core.rng import stream_key
from astrosim.scenario.words import nearest
from astrosim.systems.spiking.agents import AgentSimulation
from astrosim.systems.spiking.make import currents_of, poisson_of, traces_of, with_tolerance
from astrosim.systems.spiking.models import units
from astrosim.systems.spiking.network.build import steps_in
from astrosim.systems.spiking.network.description import Network, Trains
from astrosim.systems.spiking.records import MEANINGS
from astrosim.systems.spiking.scenario.interventions import Intervention, time_problems
from astrosim.systems.spiking.scenario.sections import CurrentInput, PoissonInput, TraceEntry
from astrosim.systems.spiking.scenario.targets import problems
from astrosim.systems.spiking.simulation import Simulation, Stretch, model_of

MS_PER_S = 1000.0
TOLERANCE = 1e-12  # mV: that of scenarios


class Simulated:
    """A simulation and its records so far.

    Attributes
    ----------
    network : Network
    step_ms : float
    simulation : Simulation or AgentSimulation
        Its arrays, and agents if agents carry it out.
    """

    def __init__(self, network: Network, step_ms: float, simulation: Any, traces: Sequence[Any]) -> None:
        self.network, self.step_ms, self.simulation = network, step_ms, simulation
        self._traces, self._kept = traces, list[Stretch]()

    @property
    def time_ms(self) -> float:
        """Biological time that is done."""
        return float(self.simulation.done * self.step_ms)

    def advance(self, duration_ms: float) -> Simulated:
        """Go on for some time; return itself.

        Raises
        ------
        AstrosimError
            If the time is no whole number of steps.
        """
        if not np.isclose(duration_ms / self.step_ms, round(duration_ms / self.step_ms), rtol=0.0, atol=1e-6):
            raise AstrosimError(
                f"duration_ms: not a multiple of step_ms = {self.step_ms:g} ({duration_ms:g}). Write one."
            )
        self.simulation.advance(steps_in(duration_ms, self.step_ms), self._kept.append)
        return self

    @property
    def spike_nodes(self) -> np.ndarray:
        """Numbers of the neurons that fired: int64, shape (spike,), in the order of `spike_times_ms`."""
        return np.concatenate([np.zeros(0, "i8"), *(one.node for one in self._kept)])

    @property
    def spike_times_ms(self) -> np.ndarray:
        """Ends of the steps in which they fired: float64, shape (spike,)."""
        return self.step_ms * np.concatenate([np.zeros(0, "i8"), *(one.stamp for one in self._kept)])

    def rate_hz(self, *names: str) -> float:
        """Return the mean rate of the neurons that labels, names or populations stand for; of all without any."""
        nodes = _nodes(self.network, names, "rate_hz") if names else np.arange(len(self.network.neurons))
        return float(np.isin(self.spike_nodes, nodes).sum() / max(len(nodes), 1) / self.time_ms * MS_PER_S)

    @property
    def traces(self) -> xarray.Dataset:
        """Variables over time, each with dimensions VARIABLE_time (ms) and VARIABLE_node (labels)."""
        labels, found, known = self.network.labels, {}, units()
        for number, trace in enumerate(self._traces):
            parts = [one.traces[number] for one in self._kept]
            values = np.concatenate([np.zeros((0, len(trace.nodes))), *parts])
            time, node = f"{trace.variable}_time", f"{trace.variable}_node"
            coordinates = {
                time: self.step_ms * trace.every * np.arange(1, len(values) + 1),
                node: [str(labels[one]) for one in trace.nodes],
            }
            about = {"units": known[trace.variable], "long_name": MEANINGS.get(trace.variable, trace.variable)}
            found[trace.variable] = xarray.DataArray(values, coordinates, (time, node), attrs=about)
        return xarray.Dataset(found)


def simulate(
    network: Network,
    duration_ms: float,
    *,
    step_ms: float = 0.1,
    seed: int = 1,
    spikes: Trains | None = None,
    poisson: Iterable[PoissonInput | Mapping[str, Any]] = (),
    currents: Iterable[CurrentInput | Mapping[str, Any]] = (),
    record: Mapping[str, Sequence[str]] | None = None,
    every_ms: float = 1.0,
    leap_ms: float = 0.0,
    tolerance_mv: float = TOLERANCE,
    engine: Literal["kernel", "agents"] = "kernel",
    interventions: Iterable[Intervention | Mapping[str, Any]] = (),
) -> Simulated:
    """Simulate a spiking network.

    Parameters
    ----------
    network : Network
        Of `Populations.network`, `network_from_files` or `network_from_graph`.
    duration_ms, step_ms : float
    seed : int
        Of the Poisson trains.
    spikes : Trains, optional
        Given spikes.
    poisson, currents : iterable of PoissonInput, CurrentInput or mapping
        With the fields of tables [[input.poisson]] and [[input.currents]] of a scenario.
    record : mapping of str to sequence of str, optional
        By variable, labels, names or populations of the nodes whose values are kept.
    every_ms : float
        Time between two samples.
    leap_ms : float
        Longest leap of astrocytes without slow inward currents; 0: each step.
    tolerance_mv : float
        Of adaptive exponential neurons.
    engine : {"kernel", "agents"}
        Both give the same bits.
    interventions : iterable of Intervention or mapping
        With the fields of tables [[interventions]] of a scenario.

    Returns
    -------
    Simulated

    Raises
    ------
    AstrosimError
        If nodes or variables do not exist, or times are not on the grid.
    """
    network = with_tolerance(network, tolerance_mv)
    wanted = [
        TraceEntry(variable=name, nodes=tuple(nodes), every_ms=every_ms) for name, nodes in (record or {}).items()
    ]
    trains = [one if isinstance(one, PoissonInput) else PoissonInput(**one) for one in poisson]
    changes = [one if isinstance(one, CurrentInput) else CurrentInput(**one) for one in currents]
    for field, names in (
        ("record", [name for one in wanted for name in one.nodes]),
        ("poisson", [name for one in trains for name in one.target]),
        ("currents", [name for one in changes for name in one.target]),
    ):
        _nodes(network, names, field)
    traces = traces_of(wanted, network, step_ms)
    for trace in traces:
        models = {model_of(network, node).name: model_of(network, node) for node in trace.nodes}
        if not any(trace.variable in model.recordable for model in models.values()):
            has = "; ".join(f"{name} has {', '.join(model.recordable)}" for name, model in models.items())
            raise AstrosimError(f"record: none of its nodes has {trace.variable}. {has}.")
    simulation = Simulation(
        network,
        step_ms,
        stream_key(seed, "spiking_poisson"),
        spikes,
        poisson_of(trains, network),
        currents_of(changes, network),
        traces,
        steps_in(leap_ms, step_ms),
    )
    simulation.intervene(_planned(interventions, network, step_ms), stream_key(seed, "intervention"))
    whole = AgentSimulation(simulation) if engine == "agents" else simulation
    return Simulated(network, step_ms, whole, traces).advance(duration_ms)


def _planned(
    given: Iterable[Intervention | Mapping[str, Any]], network: Network, step_ms: float
) -> tuple[Intervention, ...]:
    """Interventions that fit a network."""
    items = tuple(one if isinstance(one, Intervention) else Intervention.model_validate(one) for one in given)
    wrong = [f"interventions.{place}.{text}" for place, one in enumerate(items) for text in time_problems(one, step_ms)]
    if wrong := [*wrong, *problems(items, network, step_ms)]:
        raise AstrosimError("\n".join(wrong))
    return items


def _nodes(network: Network, names: Iterable[str], field: str) -> np.ndarray:
    """Node numbers of labels, names and populations."""
    found = [np.zeros(0, "i8")]
    for name in names:
        if name not in network.numbers:
            near = nearest(str(name), [str(one) for one in network.numbers])
            right = f"Did you mean {near!r}?" if near else "Name a node as text, or a population."
            raise AstrosimError(f"{field}: no such node or population ({name!r}). {right}")
        found.append(network.numbers[name])
    return np.concatenate(found)
