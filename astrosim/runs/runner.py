"""The runner: carries out the replicates of any system, by the functions that the system names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosim.contracts.registry import find_system
from astrosim.contracts.simulation import Simulation
from astrosim.runs.replicate import Replicate
from astrosim.scenario.sweep.parameters import settings_of
from astrosim.store.layout import Layout
from astrosim.store.variables import Variable

if TYPE_CHECKING:
    from astrosim.scenario import Experiment

Query = Callable[[Any, int], Any]
"""Asked of a resolved scenario and a seed in a worker process: a function of a module, so that it can be sent there."""

RunQueries = Callable[[Query, Sequence[Replicate]], list[Any]]
"""Puts a query to replicates, several at once if there are several workers; answers in the order of the replicates."""

Jobs = list[tuple[Replicate, ...]]


@dataclass(frozen=True)
class Dimensions:
    """Shape of a system's part of the store; see `astrosim.store.layout.Layout`."""

    variables: tuple[Variable, ...]
    coordinates: Mapping[str, np.ndarray]
    lengths: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, np.ndarray] = field(default_factory=dict)


def each_alone(resolved: Mapping[str, Any], replicates: Sequence[Replicate], workers: int) -> Jobs:
    """Return a job for every replicate."""
    return [(replicate,) for replicate in replicates]


def unchanged(members: Sequence[Any], data: Path | None) -> Sequence[Simulation]:
    """Return replicates of a job as simulations of their own."""
    return members


def warn_of_devices(scenarios: Iterable[Any]) -> None:
    """Warn if a scenario asks for a GPU and there is none."""
    devices = {scenario.device for scenario in scenarios}
    if devices - {"cpu"}:
        from astrosim.core.device import warn_of_missing_gpu

        warn_of_missing_gpu(devices)


def no_sources(scenario: Any) -> dict[str, Any]:
    """Return nothing: a scenario reads no data of its own."""
    return {}


def no_problem(short: Any, long: Any) -> str:
    """Return an empty text: a run's length enters nothing but its end."""
    return ""


@dataclass(frozen=True)
class Lengthening:
    """Way in which the finished replicates of a system go on for longer; see `astrosim.contracts.simulation.Lasting`.

    Attributes
    ----------
    field : str
        The field that is raised, dotted.
    problem : callable
        Takes the resolved scenario of the run and the longer one; returns why the longer run differs from the shorter
        from the start, led by the field that makes it so; empty if it does not.
    """

    field: str
    problem: Callable[[Any, Any], str] = no_problem


@dataclass(frozen=True)
class Runner[S: Experiment]:
    """Functions by which the replicates of one system are carried out; workers get copies.

    Attributes
    ----------
    simulate : callable
        Takes a replicate, its resolved scenario, a `ReplicateWriter` and the place of data sets (Path or None); returns
        the replicate before its first unit of work, a `Member`. Sees to it that code is compiled.
    units : callable
        Units of work (trials, updates) of a resolved scenario.
    cost : callable
        Work of a resolved scenario, in any unit: the longest jobs begin first.
    dimensions : callable
        Takes the resolved scenarios by condition, the seeds and a `RunQueries`; returns the shape of the store.
    jobs : callable
        Takes the resolved scenarios by condition, replicates and the number of workers; returns those that share a job.
        Results must not depend on it: an interrupted run that goes on may be cut otherwise.
    lockstep : callable
        Takes the members of a job, each as far as its checkpoint, and the place of data sets; returns simulations, each
        member in one.
    preload : tuple of str
        Modules that worker processes need; loaded once for all of them.
    packages : tuple of str
        Distributions that the system uses beyond the package's own; their versions are kept in provenance.json.
    sources : callable
        Takes the scenario; returns what it reads, for provenance.json.
    lengthening : Lengthening or None
        How finished replicates go on for longer; None if they cannot.
    """

    simulate: Callable[..., Any]
    units: Callable[[S], int]
    cost: Callable[[S], float]
    dimensions: Callable[[Mapping[str, S], Sequence[int], RunQueries], Dimensions]
    jobs: Callable[[Mapping[str, S], Sequence[Replicate], int], Jobs] = each_alone
    lockstep: Callable[[Sequence[Any], Path | None], Sequence[Simulation]] = unchanged
    preload: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    sources: Callable[[S], Mapping[str, Any]] = no_sources
    lengthening: Lengthening | None = None

    def split(self, resolved: Mapping[str, S], replicates: Sequence[Replicate], workers: int) -> Jobs:
        """Return the jobs of some replicates, the longest first: no worker shall be left alone with a long one.

        Of equal ones, neighbours share a seed.
        """

        def order(job: tuple[Replicate, ...]) -> tuple[float, int, int]:
            return -sum(self.cost(resolved[one.condition]) for one in job), job[0].column, job[0].row

        return sorted(self.jobs(resolved, replicates, workers), key=order)

    def layout(self, scenario: S, resolved: Mapping[str, S], run_queries: RunQueries) -> Layout:
        """Return the arrays of the store of a whole experiment."""
        shape = self.dimensions(resolved, scenario.seeds, run_queries)
        return Layout(
            title=scenario.title or scenario.name,
            conditions=tuple(resolved),
            seeds=scenario.seeds,
            variables=shape.variables,
            coordinates=shape.coordinates,
            lengths=shape.lengths,
            names=shape.names,
            settings=settings_of(scenario),
        )


def find_runner(family: str) -> Runner[Any]:
    """Return the runner of a system, by its name in the registry.

    Raises
    ------
    RunError
        If what it needs is not installed; says what to install.
    AstrosimError
        If there is no such system.
    """
    runner: Runner[Any] = find_system(family).part("runner")
    return runner
