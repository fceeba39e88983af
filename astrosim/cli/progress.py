"""Progress of a run on the console: a bar with rate (units/s) and time left, or plain lines off a terminal."""

from __future__ import annotations

import contextlib
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from astrosim.explain.tables import seconds_words
from astrosim.scenario.words import counted

LINE_SECONDS = 5.0  # between plain lines; assumed: a log stays short
PREPARING_SECONDS = 3.0  # without a unit done, before the user is told why; assumed: longer than any start
RATE_SECONDS = 0.5  # over which a rate is measured at least; assumed
STRETCH = 0.01  # of the work, or else a replicate, before the rate's clock starts; assumed: compilation is over by then
PREPARING = (
    "rate and time left follow the first replicate (a first run compiles its loops; autoencoders train beforehand)"
)


class ProgressDisplay:
    """Shows how far a run is; call it with (units done, units in all, replicates done, replicates in all).

    Parameters
    ----------
    console : Console
        A terminal shows a bar; anything else gets a line at most every `LINE_SECONDS`.
    label : str
    unit : str
        What is counted.
    """

    def __init__(self, console: Console, label: str, unit: str = "trials") -> None:
        self.console, self.label, self.unit = console, label, unit
        self._bar: Progress | None = None
        if console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.fields[words]}"),
                TimeElapsedColumn(),
                console=console,
            )
            self._task = self._bar.add_task(label, total=None, words="starting")
        self._start: tuple[float, int, int] | None = None
        self._clock: tuple[float, int] | None = None
        self._next_line = time.monotonic() + LINE_SECONDS
        self._finished = False

    def __enter__(self) -> ProgressDisplay:
        if self._bar:
            with contextlib.suppress(OSError):
                self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            with contextlib.suppress(OSError):
                self._bar.stop()

    def __call__(self, done: int, total: int, replicates_done: int, replicates: int) -> None:
        """Take the state of the run; a terminal that is gone ends no work."""
        words = self.words(done, total, replicates_done, replicates, time.monotonic())
        with contextlib.suppress(OSError):
            self._show(words, done, total, replicates_done == replicates)

    def _show(self, words: str, done: int, total: int, complete: bool) -> None:
        if self._bar:
            self._bar.update(self._task, completed=done, total=total, words=words)
        elif time.monotonic() >= self._next_line or (complete and not self._finished):
            self._next_line = time.monotonic() + LINE_SECONDS
            percent = 100 * done // max(total, 1)
            self._finished = complete
            self.console.print(f"{self.label}: {percent} %, {words}", highlight=False, markup=False, soft_wrap=True)

    def words(self, done: int, total: int, replicates_done: int, replicates: int, now: float) -> str:
        """Return replicates, rate and time left, by what was done since this session's first replicate or hundredth of
        the work.
        """
        text = f"{replicates_done} of {counted(replicates, 'replicate')}"
        if self._start is None or done < self._start[1]:
            self._start, self._clock = (now, done, replicates_done), None
        began, done_before, replicates_before = self._start
        if self._clock is None:
            if replicates_done == replicates_before and done - done_before <= STRETCH * (total - done_before):
                return text if now - began < PREPARING_SECONDS else f"{text}; {PREPARING}"
            self._clock = (now, done)
        elapsed, units = now - self._clock[0], done - self._clock[1]
        if elapsed < RATE_SECONDS or units <= 0:
            return text
        rate = units / elapsed
        left = f", {seconds_words((total - done) / rate)} left" if done < total else ""
        return f"{text}, {rate:,.0f} {self.unit}/s{left}"
