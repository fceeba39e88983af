"""Life of a job: its replicates, from where they stand to their commits. Times in seconds of wall clock."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from astrosim.contracts.loading import missing_extra
from astrosim.contracts.simulation import Lasting, Simulation
from astrosim.core.errors import FULL
from astrosim.runs.block_files import BlockFiles
from astrosim.runs.checkpoint import CheckpointError, fitting, lost
from astrosim.runs.control import Control, Stopped
from astrosim.runs.failures import COMMON, Failure
from astrosim.runs.keeping import Entry, Keeping, OwnFiles
from astrosim.runs.past import Past
from astrosim.runs.replicate import Replicate
from astrosim.runs.runner import Runner
from astrosim.runs.work import Work, WorkResult
from astrosim.store.files import storage_errors


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


def keeping_of(directory: Path, work: Work, resolved: Mapping[str, Any], control: Control) -> Keeping:
    """Return the files of a job: of each replicate its own, or those of its block."""
    block = work.blocks[0]
    if block.alone:
        return OwnFiles(directory, resolved)
    return BlockFiles(directory, block, resolved, control.warn)


class Life:
    """A job in motion.

    Parameters
    ----------
    runner : Runner
    directory : Path
        Run directory, its arrays created.
    work : Work
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
        work: Work,
        resolved: Mapping[str, Any],
        control: Control,
        past: Past | None = None,
    ) -> None:
        self.past = past
        self.runner, self.directory, self.resolved, self.control = runner, directory, resolved, control
        self.keeping = keeping_of(directory, work, resolved, control)
        self.parts = deque(work.parts)
        self.courses: list[Course] = []
        self.failures: list[Failure] = []
        known = [one for one in work.replicates if one.cell in self.keeping.rows()]
        self._units = sum(runner.units(resolved[one.condition]) for one in known)  # of the parts that are over
        self._saved = time.monotonic()

    def run(self) -> WorkResult:
        """Carry out part by part, and commit.

        Raises
        ------
        Stopped
            If asked to; every replicate that is not committed has left a checkpoint.
        """
        while self.parts:
            self._carry_out(self.parts.popleft())
            if self.parts:
                self._look([])
        self.keeping.close()
        return WorkResult(dict(self.keeping.rows()), self.failures)

    def _carry_out(self, replicates: Sequence[Replicate]) -> None:
        """Advance the simulations of a part in turns to their ends."""
        known = self.keeping.rows()
        begun = [self._begin(replicate) for replicate in replicates if replicate.cell not in known]
        entries = [entry for entry in begun if entry is not None]
        with self._sparing([entry.replicate for entry in entries]):
            self.courses = self._courses(entries)
        self._report(entries)
        while self.courses:
            course = min(self.courses, key=lambda one: (not one.simulation.finished, one.simulation.turn))
            with self._sparing([entry.replicate for entry in course.entries], course):
                if course.simulation.finished:
                    self._take_in(course)
                else:
                    course.advance(self.control.stretch_seconds)
            if self.courses:  # what is finished is committed, also when a stop comes
                self._look(entries)
        self._units += sum(entry.member.done for entry in entries if entry.replicate.cell in self.keeping.rows())

    @contextlib.contextmanager
    def _sparing(self, replicates: Sequence[Replicate], course: Course | None = None) -> Iterator[None]:
        """Let an error cost the replicates in which it arises, and no others.

        Of several that train together each is tried alone, from its latest checkpoint.
        """
        try:
            yield
        except COMMON:
            raise
        except Exception as error:
            self._refuse_common(error)
            if course is not None:
                self.courses.remove(course)
            if len(replicates) == 1:
                self.failures.append(Failure.of(replicates[0], error))
                self.keeping.drop(replicates[0])
            else:
                self.parts.extend((replicate,) for replicate in replicates)

    def _refuse_common(self, error: Exception) -> None:
        """Raise an error that all replicates would meet: no room, no package."""
        if isinstance(error, ModuleNotFoundError):
            known = missing_extra(error, "This scenario needs")  # extras' packages are imported when they are needed
            if known is not error:
                raise known from error
        if isinstance(error, OSError) and (error.errno in FULL or self._is_own(error)):
            with storage_errors(self.directory):
                raise error

    def _is_own(self, error: OSError) -> bool:
        """Return whether an error is one of a file of the run directory."""
        return error.filename is not None and self.directory in Path(os.fsdecode(error.filename)).parents

    def _begin(self, replicate: Replicate) -> Entry | None:
        """Take a replicate up; None if that fails."""
        entry = None
        with self._sparing([replicate]):
            entry = self._take_up(replicate)
        return entry

    def _take_up(self, replicate: Replicate) -> Entry:
        """Begin a replicate, and go on from its checkpoint or a shorter run's end, if there is one of use."""
        entry = self._begun(replicate)
        try:
            if (found := self.keeping.load(replicate, entry.writer)) is not None:
                with fitting(self.keeping.checkpoint(replicate)):
                    entry.member.restore(*found)
            elif self.past is not None:
                self.past.prolong(replicate, cast(Lasting, entry.member))
        except CheckpointError as error:
            self.control.warn(lost(replicate, error))
            return self._begun(replicate)
        return entry

    def _begun(self, replicate: Replicate) -> Entry:
        writer = self.keeping.writer(replicate)
        scenario = self.resolved[replicate.condition]
        return Entry(replicate, writer, self.runner.simulate(replicate, scenario, writer, self.control.data))

    def _courses(self, entries: Sequence[Entry]) -> list[Course]:
        of = {id(entry.member): entry for entry in entries}
        simulations = self.runner.lockstep([entry.member for entry in entries], self.control.data) if entries else ()
        return [Course(one, [of[id(member)] for member in one.members]) for one in simulations]

    def _take_in(self, course: Course) -> None:
        """Take in the results of a simulation that is finished."""
        for entry in course.entries:
            if entry.replicate.cell not in self.keeping.rows():
                if self.runner.lengthening is not None:
                    self.keeping.keep_end(entry.replicate, *cast(Lasting, entry.member).end())
                self.keeping.finish(entry, entry.member.outcome())
        self.courses.remove(course)

    def _look(self, entries: Sequence[Entry]) -> None:
        """Between stretches: tell how far it is, stop if asked, save if it is time."""
        self._report(entries)
        stopped = self.control.stopped()
        if stopped or time.monotonic() - self._saved >= self.control.checkpoint_seconds:
            self.keeping.save([entry for course in self.courses for entry in course.entries])
            self._saved = time.monotonic()
        if stopped:
            raise Stopped

    def _report(self, entries: Sequence[Entry]) -> None:
        self.control.report(self._units + sum(entry.member.done for entry in entries))


def carry_out(
    runner: Runner[Any],
    directory: Path,
    work: Work,
    resolved: Mapping[str, Any],
    control: Control,
    past: Past | None = None,
) -> WorkResult:
    """Compute the replicates of a job, or what is left of them, and commit them.

    An error of a single replicate is kept, and the others go on.

    Parameters
    ----------
    runner : Runner
        Of their system.
    directory : Path
        Run directory, its arrays created.
    work : Work
    resolved : mapping of str to Experiment
        By condition.
    control : Control
    past : Past, optional
        The shorter run that they go on from.

    Returns
    -------
    WorkResult

    Raises
    ------
    Stopped
        If `Control.stopped` said so; every replicate that is not committed has left a checkpoint.
    StoreError
        If the directory cannot be written.
    ScenarioError, DataError, PackageError
        If something is missing or wrong that all replicates need.
    """
    return Life(runner, directory, work, resolved, control, past).run()
