"""Branches: a new run that starts from the weights of another, finished or as far as its checkpoints."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.contracts.registry import find_system
from astrosim.core.errors import ScenarioError
from astrosim.runs.checkpoint import CheckpointError
from astrosim.runs.directory import SCENARIO
from astrosim.runs.kept import kept
from astrosim.scenario import Experiment, condition_names, load_scenario, resolve
from astrosim.scenario.choose import changed
from astrosim.scenario.inputs import InputFile
from astrosim.store.files import sha256, write_durably
from astrosim.store.remote import is_address, local_copy, run_lies_at, without_secrets

FILE = "start.npz"
FORM = "Write DIR, DIR:CONDITION or DIR:CONDITION:SEED."


@dataclass(frozen=True)
class Source:
    """Run, condition and seeds that a branch starts from.

    Attributes
    ----------
    place : str
        Directory or address (URL), without secrets.
    directory : Path
        Of this machine.
    condition : str
    seeds : tuple of int
    scenario : Experiment
        Resolved for the condition.
    """

    place: str
    directory: Path
    condition: str
    seeds: tuple[int, ...]
    scenario: Any


def source_of(text: str) -> Source:
    """Return the source that a text names: DIR, DIR:CONDITION or DIR:CONDITION:SEED; DIR may be an address (URL).

    Raises
    ------
    ScenarioError
        If there is no such run, condition or seed.
    StoreError
        If an address cannot be reached, or something is damaged there.
    """
    place, condition, seed = _parts(text)
    directory = local_copy(place)
    scenario = load_scenario(directory / SCENARIO)
    names = condition_names(scenario)
    if condition not in (*names, "") or (not condition and len(names) > 1):
        raise ScenarioError([f"--from: condition: none of this run's ({condition or 'none named'}). {_of(names)}"])
    if seed and (not seed.isdecimal() or int(seed) not in scenario.seeds):
        raise ScenarioError([f"--from: seed: none of this run's ({seed}). {_of(scenario.seeds)}"])
    chosen = condition or names[0]
    shown = without_secrets(place) if is_address(place) else str(directory.absolute())
    return Source(shown, directory, chosen, (int(seed),) if seed else scenario.seeds, resolve(scenario, chosen))


def _of(names: Any) -> str:
    return f"Write one of {', '.join(map(str, names))}: {FORM[6:]}"


def _parts(text: str) -> tuple[str, str, str]:
    """Directory or address, condition and seed; the last two empty where they are not named."""
    for count in range(3):
        place, *rest = text.rsplit(":", count) if count else (text,)
        if run_lies_at(place):
            condition, seed = (*rest, "", "")[:2]
            return place, condition, seed
    raise ScenarioError([f"--from: no such run ({without_secrets(text)}). {FORM}"])


def branched[S: Experiment](scenario: S, text: str, folder: Path) -> tuple[S, dict[str, Any]]:
    """Return a scenario that starts from the weights of a run, and the facts about them.

    Parameters
    ----------
    scenario : Experiment
        Of the new run.
    text : str
        See `source_of`.
    folder : Path
        Where the file of weights is written; the new run takes it into its directory.

    Returns
    -------
    Experiment
    dict
        Run, condition, seeds, the checksum of its scenario and of the file, and whether each replicate had ended.

    Raises
    ------
    ScenarioError
        If there is no such run, or nothing to start from.
    AstrosimError
        If systems of its kind do not branch.
    """
    source = source_of(text)
    if source.scenario.family != scenario.family:
        raise ScenarioError(
            [f"--from: kind: another one ({source.scenario.family}). Branch from a run of {scenario.family}."]
        )
    if missing := [seed for seed in scenario.seeds if seed not in source.seeds]:
        known = ",".join(map(str, source.seeds))
        raise ScenarioError([f"--from: seeds: that run has none of {missing[0]} ({text}). Write --seeds {known}."])
    start = find_system(scenario.family).part("start")
    arrays: dict[str, np.ndarray] = {}
    ended = []
    for seed in source.seeds:
        state, over = _state(source, seed)
        arrays |= {f"{name}-{seed}": values for name, values in start(source.scenario, seed, state).items()}
        ended.append(over)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_durably(folder / FILE, buffer.getvalue())
    facts = {
        "run": source.place,
        "condition": source.condition,
        "seeds": list(source.seeds),
        "ended": ended,
        "scenario_sha256": sha256((source.directory / SCENARIO).read_bytes()),
        "start_sha256": sha256(buffer.getvalue()),
    }
    new = changed(scenario, {"network.start": InputFile.of(str(folder / FILE))})
    system = find_system(new.family)
    check = system.part("start_check" if system.has("start_check") else "engine")
    for name in condition_names(new):
        check(resolve(new, name), new.seeds[0])  # the first seed tells what does not fit
    return new, facts


def _state(source: Source, seed: int) -> tuple[dict[str, np.ndarray], bool]:
    """Arrays of a replicate's end, or else of its checkpoint; and whether it had ended."""
    try:
        found = kept(source.directory, source.condition, seed, source.scenario)
    except CheckpointError as error:
        raise ScenarioError([f"--from: {error}. Branch from another run."]) from error
    if found is not None:
        return found
    raise ScenarioError(
        [
            f"--from: neither the end nor a checkpoint of condition {source.condition}, seed {seed} was kept "
            f"({source.place}). Run it again with this version, or branch from another run."
        ]
    )
