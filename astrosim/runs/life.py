"""Life of a job: its replicates, from where they stand to their commits. Times in seconds of wall clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from astrosim.contracts.loading import missing_extra
from astrosim.contracts.simulation import Lasting, Member, Simulation
from astrosim.runs.checkpoint import ENDS, Checkpoint, CheckpointError
from astrosim.runs.control import Control, Stopped
from astrosim.runs.past import Past
from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Runner
from astrosim.store.files import storage_errors
from astrosim.store.replicates import ReplicateWriter

MISFITS = (KeyError, ValueError, TypeError, IndexError)
"""Errors of a checkpoint that another version wrote."""


@dataclass
class Entry:
    """One replicate of a job, with its files.

    Attributes
    ----------
    replicate : Replicate
    checkpoint : Checkpoint
    writer : ReplicateWriter
    member : Member
    """

    replicate: Replicate
    checkpoint: Checkpoint
    writer: ReplicateWriter
    member: Member


@dataclass
class Course:
    """One simulation of a job.

    Attributes
    ----------
    simulation : Simulation
    entries : list of Entry
        Of its members, in their order.
    rate : float
        Units of work per second, as the latest stretch had it; 0 before the first.
    """

    simulation: Simulation
    entries: list[Entry]
    rate: float = 0.0

    def advance(self, seconds: float) -> None:
        """Carry out a stretch of about `seconds`."""
        simulation = self.simulation
        units = max(1, int(self.rate * seconds)) if self.rate else simulation.first_stretch
        before = simulation.members[0].done
        elapsed = simulation.advance(units)
        if done := simulation.members[0].done - before:
            self.rate = done / max(elapsed, 1e-9)


class Life:
    """A job in motion.

    Parameters
    ----------
    runner : Runner
    directory : Path
        Run directory, its arrays created.
    replicates : sequence of Replicate
    resolved : mapping of str to Experiment
        By condition.
    control : Control
    past : Past or None
        The shorter run that the replicates go on from.
    """

    def __init__(
        self,
        runner: Runner[Any],
        directory: Path,
        replicates: Sequence[Replicate],
        resolved: Mapping[str, Any],
        control: Control,
        past: Past | None = None,
    ) -> None:
        self.past = past
        self.runner, self.directory, self.resolved, self.control = runner, directory, resolved, control
        self.entries = [self._take_up(replicate) for replicate in replicates]
        self.courses = self._courses()
        self.rows: dict[Replicate, dict[str, Any]] = {}
        self._saved = time.monotonic()
        self._report()

    def _take_up(self, replicate: Replicate) -> Entry:
        """Begin a replicate, and go on from its checkpoint or a shorter run's end, if there is one of use."""
        entry = self._begin(replicate)
        try:
            if (found := entry.checkpoint.load()) is not None:
                with _fitting(entry.checkpoint):
                    entry.member.restore(*found)
            elif self.past is not None:
                _prolong(entry, self.past)
        except CheckpointError as error:
            self.control.warn(entry.checkpoint.lost(error))
            return self._begin(replicate)
        return entry

    def _begin(self, replicate: Replicate) -> Entry:
        scenario = self.resolved[replicate.condition]
        writer = ReplicateWriter(self.directory, replicate.row, replicate.column)
        member = self.runner.simulate(replicate, scenario, writer, self.control.data)
        return Entry(replicate, Checkpoint(self.directory, replicate, scenario), writer, member)

    def _courses(self) -> list[Course]:
        of = {id(entry.member): entry for entry in self.entries}
        simulations = self.runner.lockstep([entry.member for entry in self.entries], self.control.data)
        return [Course(one, [of[id(member)] for member in one.members]) for one in simulations]

    def run(self) -> list[dict[str, Any]]:
        """Advance all simulations in turns to their ends, and commit; returns rows in the order of the replicates.

        Raises
        ------
        Stopped
            If asked to; every replicate that is not committed has left a checkpoint.
        """
        while self.courses:
            course = min(self.courses, key=lambda one: (not one.simulation.finished, one.simulation.turn))
            if course.simulation.finished:
                for entry in course.entries:
                    self.rows[entry.replicate] = self._commit(entry)
                self.courses.remove(course)
            else:
                course.advance(self.control.stretch_seconds)
                self._look()
        return [self.rows[entry.replicate] for entry in self.entries]

    def _look(self) -> None:
        """Between stretches: tell how far it is, stop if asked, save if it is time."""
        self._report()
        stopped = self.control.stopped()
        if stopped or time.monotonic() - self._saved >= self.control.checkpoint_seconds:
            self._save()
        if stopped:
            raise Stopped

    def _report(self) -> None:
        self.control.report(sum(entry.member.done for entry in self.entries))

    def _save(self) -> None:
        for entry in self.entries:
            if entry.replicate not in self.rows:
                with storage_errors(self.directory):
                    entry.writer.sync()  # what the facts name must be there after a crash
                entry.checkpoint.save(entry.member.state(), entry.member.facts())
        self._saved = time.monotonic()

    def _commit(self, entry: Entry) -> dict[str, Any]:
        if self.runner.lengthening is not None:
            scenario = self.resolved[entry.replicate.condition]
            Checkpoint(self.directory, entry.replicate, scenario, ENDS).save_end(*cast(Lasting, entry.member).end())
        outcome, writer = entry.member.outcome(), entry.writer
        with storage_errors(self.directory):
            for name, values in outcome.values.items():
                if name in outcome.labels:
                    writer.write_at(name, outcome.labels[name], values)
                else:
                    writer.write(name, values)
            row = writer.commit(entry.replicate.condition, entry.replicate.seed, outcome.row)
        entry.checkpoint.remove()
        return row


@contextlib.contextmanager
def _fitting(checkpoint: Checkpoint) -> Iterator[None]:
    try:
        yield
    except MISFITS as error:
        text = str(error) if type(error) is ValueError else repr(error)
        raise CheckpointError(f"{checkpoint.path}: cannot be taken up ({text})") from error


def _prolong(entry: Entry, past: Past) -> None:
    """Go on from the end of a shorter run, if it was kept."""
    end, member = past.end(entry.replicate), cast(Lasting, entry.member)
    if (found := end.load()) is not None:
        with _fitting(end):
            member.prolong(*found, past.resolved[entry.replicate.condition], past.stored(entry.replicate))


def run_replicates(
    runner: Runner[Any],
    directory: Path,
    replicates: Sequence[Replicate],
    resolved: Mapping[str, Any],
    control: Control,
    past: Past | None = None,
) -> list[dict[str, Any]]:
    """Compute the replicates of a job, or what is left of them, and commit each.

    Parameters
    ----------
    runner : Runner
        Of their system.
    directory : Path
        Run directory, its arrays created.
    replicates : sequence of Replicate
    resolved : mapping of str to Experiment
        By condition.
    control : Control
    past : Past, optional
        The shorter run that they go on from.

    Returns
    -------
    list of dict
        Rows of summary.csv, in the order of `replicates`.

    Raises
    ------
    Stopped
        If `Control.stopped` said so; every replicate that is not committed has left a checkpoint.
    StoreError
        If the directory cannot be written.
    RunError
        If a package is missing that the scenario needs.
    """
    try:
        return Life(runner, directory, replicates, resolved, control, past).run()
    except ModuleNotFoundError as error:  # packages of extras are imported when they are needed
        raise missing_extra(error, "This scenario needs") from error
