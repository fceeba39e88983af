"""Threshold networks as a run sees them: each replicate alone, and a store as large as its largest network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from astrosim.runs.replicate import make_replicates
from astrosim.runs.runner import Dimensions, Lengthening, Runner, RunQueries
from astrosim.scenario.relevance import unread
from astrosim.store.variables import Variable
from astrosim.systems.threshold.recording import Recording
from astrosim.systems.threshold.records import RECORDED, variables_of
from astrosim.systems.threshold.scenario.nodes import read_nodes
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.scenario.trial_records import wanted
from astrosim.systems.threshold.sizes import sizes

NUMBERED = ("neuron", "synapse", "astrocyte", "pattern", "bit")  # dimensions labelled 0, 1, 2 ...
UNLABELLED = ("slot", "trial", "event", "gap_junction")


def trials(scenario: Scenario) -> int:
    """Return the trials of a replicate."""
    return scenario.schedule.trials


def dimensions(resolved: Mapping[str, Scenario], seeds: Sequence[int], run_queries: RunQueries) -> Dimensions:
    """Return the shape of the store: as large as the largest network.

    Wiring depends on network and seed, gap junctions on places and seed, all other dimensions on the condition alone.
    """
    replicates = make_replicates(tuple(resolved), seeds)
    wanted: dict[tuple[str, str, int], int] = {}
    for number, replicate in enumerate(replicates):
        own = resolved[replicate.condition]
        places = [own.network, own.astrocytes, own.coupling] if own.coupled else [own.network]
        built = own.system + "".join(part.model_dump_json() for part in places)
        wanted.setdefault(("", built, replicate.seed), number)
        if replicate.column == 0:
            wanted["condition", replicate.condition, 0] = number
    return shape(resolved, run_queries(sizes, [replicates[number] for number in sorted(set(wanted.values()))]))


def shape(resolved: Mapping[str, Scenario], found: Iterable[tuple[Mapping[str, int], str]]) -> Dimensions:
    """Return the shape of the store from the lengths of single replicates.

    Parameters
    ----------
    resolved : mapping of str to Scenario
        By condition, in order.
    found : iterable of (mapping of str to int, str)
        `sizes` of replicates that together show the longest of each dimension.
    """
    longest = {"gap_junction": 0}
    types = set()
    for lengths, weight_type in found:
        types.add(weight_type)
        for dimension, length in lengths.items():
            longest[dimension] = max(length, longest.get(dimension, 0))
    longest["event"] = max(s.most_events for s in resolved.values())
    asked = {name: wanted(s) for name, s in resolved.items()}
    longest["trial"] = max((s.schedule.trials for name, s in resolved.items() if asked[name].decisions), default=0)
    coordinates = {
        "episode": union(s.record_episodes for s in resolved.values()),
        "weight_episode": union(s.weight_episodes for s in resolved.values()),
        **{dimension: np.arange(longest[dimension], dtype="i4") for dimension in NUMBERED},
    }
    if any(own.firing for own in asked.values()):
        coordinates[RECORDED] = union(own.firing for own in asked.values())
    variables = _variables(longest, np.result_type(*types).str[1:], tuple(resolved.values()))
    lengths = {dimension: longest[dimension] for dimension in UNLABELLED}
    return Dimensions(variables, coordinates, lengths, neuron_names(tuple(resolved.values()), longest["neuron"]))


def neuron_names(conditions: Sequence[Scenario], neurons: int) -> dict[str, np.ndarray]:
    """Return the names of neurons by dimension: nothing where no condition's network has any.

    Of shape (neuron,) if all conditions have the same, else (condition, neuron).
    """
    told = [read_nodes(s.network.nodes).names if s.network.nodes else () for s in conditions]
    if not any(told):
        return {}
    names = np.array([[*own, *[""] * (neurons - len(own))] for own in told], dtype=object)
    return {"neuron": names[0] if (names == names[0]).all() else names}


def _variables(longest: Mapping[str, int], weight_type: str, conditions: Sequence[Scenario]) -> tuple[Variable, ...]:
    """Variables of the store; weights as the simulation has them, astrocyte numbers in the smallest type."""
    types = {"weight": weight_type, "active": np.min_scalar_type(-max(longest["astrocyte"], 2)).str[1:]}
    variables = variables_of(conditions)
    return tuple(replace(variable, dtype=types.get(variable.name, variable.dtype)) for variable in variables)


def union(conditions: Iterable[Sequence[int]]) -> np.ndarray:
    """Return ascending union of the episodes, or trials, of several conditions: int64, shape (label,)."""
    return np.array(sorted({label for labels in set(conditions) for label in labels}), dtype="i8")


def length_problem(short: Scenario, long: Scenario) -> str:
    """Say why a run differs from a longer one from the start: a radius that reaches its last value at the end."""
    last = long.chemical.last_radius
    if "chemical.last_radius" in unread(long) or last in (None, long.chemical.radius):
        return ""
    return f"chemical.last_radius: the radius reaches it in the last trial, so a longer run differs at once ({last:g})."


RUNNER = Runner(
    simulate=Recording,
    units=trials,
    cost=trials,
    dimensions=dimensions,
    preload=("astrosim.systems.threshold.runner", "astrosim.systems.threshold.kernel"),
    lengthening=Lengthening("schedule.episodes", length_problem),
)
"""Runner of scenarios with kind = "astrocyte"."""
