"""How work in progress is told to stop, and how it tells how far it is. Times in seconds of wall clock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LOGGER = logging.getLogger("astrosim.runs")
CHECKPOINT_SECONDS = 5.0  # assumed: what a crash may cost
STRETCH_SECONDS = 0.2  # assumed: how long Ctrl-C may wait for the loop


@dataclass
class Control:
    """Ties of a job to those who wait for it; nothing here changes what it computes.

    Attributes
    ----------
    stopped : callable
        Says between stretches whether to write checkpoints and stop.
    report : callable
        Takes the units of work done so far (trials, updates), summed over the replicates of the job.
    warn : callable
        Takes a text that the user should see.
    checkpoint_seconds, stretch_seconds : float
        Longest time between checkpoints, and about the time between looks at `stopped`.
    data : Path or None
        Where data sets lie, if the user said so.
    """

    stopped: Callable[[], bool] = lambda: False
    report: Callable[[int], None] = lambda units: None
    warn: Callable[[str], None] = LOGGER.warning
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    stretch_seconds: float = STRETCH_SECONDS
    data: Path | None = None


class Stopped(Exception):  # noqa: N818 (it is no error: it was asked for)
    """The replicates in work have written checkpoints and stopped."""
