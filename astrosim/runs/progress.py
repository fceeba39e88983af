"""Progress of a run: a bar with rate (units/s) and time left, in a terminal or a notebook, or plain lines elsewhere."""

from __future__ import annotations

import contextlib
import html
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from types import TracebackType
from typing import Any

from rich import progress as rich_progress
from rich.console import Console

from astrosim.scenario.words import counted, seconds_words

LINE_SECONDS = 5.0  # between plain lines; assumed: a log stays short
PREPARING_SECONDS = 3.0  # without a unit done, before the user is told why; assumed: longer than any start
RATE_SECONDS = 0.5  # over which a rate is measured at least; assumed
NOTEBOOK_SECONDS = 0.25  # between changes of a notebook's bar; assumed: the browser keeps up
STRETCH = 0.01  # of the work, or else a replicate, before the rate's clock starts; assumed: compilation is over by then
PREPARING = (
    "rate and time left follow the first replicate (a first run compiles its loops; autoencoders train beforehand)"
)

Progress = Callable[[int, int, int, int], None]
"""Takes (units done, units in all, replicates done, replicates in all)."""


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
        self._bar: rich_progress.Progress | None = None
        if console.is_terminal:
            self._bar = rich_progress.Progress(
                rich_progress.TextColumn("{task.description}"),
                rich_progress.BarColumn(),
                rich_progress.TaskProgressColumn(),
                rich_progress.TextColumn("{task.fields[words]}"),
                rich_progress.TimeElapsedColumn(),
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


class NotebookDisplay(ProgressDisplay):
    """The same in a notebook: one output that changes, so that a saved notebook does not grow.

    Parameters
    ----------
    label : str
    unit : str
        What is counted.
    """

    def __init__(self, label: str, unit: str = "trials") -> None:
        super().__init__(Console(quiet=True), label, unit)
        self._output: Any = None
        self._next_look = 0.0

    def _show(self, words: str, done: int, total: int, complete: bool) -> None:
        if time.monotonic() < self._next_look and not complete:
            return
        self._next_look = time.monotonic() + NOTEBOOK_SECONDS
        shown = import_module("IPython.display")
        bar = shown.HTML(
            f'{html.escape(self.label)} <progress value="{done}" max="{max(total, 1)}"></progress> '
            f"{100 * done // max(total, 1)} % {html.escape(words)}"
        )
        if self._output is None:
            self._output = shown.display(bar, display_id=True)
        else:
            self._output.update(bar)


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


@contextlib.contextmanager
def shown(progress: bool | Progress | None, label: str, unit: str) -> Iterator[Progress]:
    """Return who is told how far a run is.

    Parameters
    ----------
    progress : bool, callable or None
        The callable itself; True for a bar, or lines where there is no terminal; False for nothing. None: a bar in
        notebooks and terminals, nothing elsewhere.
    label : str
        Name of the run.
    unit : str
        What is counted.
    """
    if callable(progress):
        yield progress
    elif progress is False or (progress is None and not (in_notebook() or sys.stderr.isatty())):
        yield lambda *counts: None
    else:
        with (
            NotebookDisplay(label, unit) if in_notebook() else ProgressDisplay(Console(stderr=True), label, unit) as one
        ):
            yield one
