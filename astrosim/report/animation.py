"""A replicate of a stored run as a moving picture, or played again: which one, and which of its trials."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astrosim import summary
from astrosim.contracts.registry import find_system
from astrosim.core.errors import AstrosimError, StoreError
from astrosim.plot.movie import check_ending
from astrosim.report.figure_of_run import Choice, chosen_rows
from astrosim.summary import RunSummary

FRAMES = 120  # assumed: ten seconds


@dataclass(frozen=True)
class TrialRange:
    """Trials that are shown; None: the first and the last of the run, evenly spaced, `FRAMES` pictures.

    Attributes
    ----------
    first, last : int or None
        From 0.
    every : int or None
        Trials from one picture to the next.
    frames : int or None
    episode : int or None
        Test episode, where the trials are its steps; None: the one of median return.
    """

    first: int | None = None
    last: int | None = None
    every: int | None = None
    frames: int | None = None
    episode: int | None = None


@dataclass(frozen=True)
class Look:
    """Look of an animation.

    Attributes
    ----------
    fps : float
        Pictures per second.
    colour : str
        The quantity that colours territories.
    data : Path or None
        Where data sets lie.
    """

    fps: float = 12.0
    colour: str = "exploration"
    data: Path | None = None


def animate(
    directory: Path,
    path: Path,
    condition: str | None = None,
    seed: int | None = None,
    trials: TrialRange | None = None,
    look: Look | None = None,
) -> None:
    """Write the animation of one replicate of a run.

    Parameters
    ----------
    directory : Path
        Run directory.
    path : Path
        Ends in .gif or .mp4.
    condition : str, optional
        The first one that has a wave or a learner if left out.
    seed : int, optional
        The first finished one if left out.
    trials : TrialRange, optional
        Of a wave, which has no trials, only the number of pictures.
    look : Look, optional

    Raises
    ------
    AstrosimError
        If the run, the replicate or the trials are not there, its system has no animation, the file cannot be written,
        or the replay differs from the store.
    StoreError
        If no replicate is finished.
    """
    check_ending(path)
    found = summary.read(directory)
    system = find_system(found.scenario.family)
    if not system.has("animation"):
        raise AstrosimError(f"{directory}: {system.refusal('animation')}")
    if trials is not None and trials.episode is not None and not system.has("play"):
        raise AstrosimError(f"--episode: only environments have test episodes ({trials.episode}). Leave it out.")
    rows = finished_rows(found, condition, seed)
    system.part("animation")(found, rows, path, trials or TrialRange(), look or Look())


def play(
    directory: Path,
    condition: str | None = None,
    seed: int | None = None,
    episode: int | None = None,
    window: bool = True,
) -> list[str]:
    """Play a test episode of a run again, in the environment's own window if there is a screen.

    Parameters
    ----------
    directory : Path
        Run directory.
    condition, seed, episode : optional
        By default the first condition in which astrocytes learn, the seed of median test mean, the episode of median
        return.
    window : bool

    Returns
    -------
    list of str
        Sentences: the episode with its return, and whether it was shown.

    Raises
    ------
    AstrosimError
        If the run or the episode is not there, its system has no episodes, or the replay differs from the store.
    """
    found = summary.read(directory)
    system = find_system(found.scenario.family)
    if not system.has("play"):
        raise AstrosimError(
            f"{directory}: only environments have episodes to play (system {system.name}). `astrosim report "
            f"{directory}` shows such runs."
        )
    sentences: list[str] = system.part("play")(found, finished_rows(found, condition, seed), episode, window)
    return sentences


def finished_rows(found: RunSummary[Any], condition: str | None, seed: int | None) -> list[dict[str, Any]]:
    """Return the rows of a condition and a seed, or of all.

    Raises
    ------
    AstrosimError
        If they are not there.
    StoreError
        If no replicate is finished.
    """
    directory = found.directory
    choice = Choice(None if condition is None else [condition], None if seed is None else [seed])
    rows = chosen_rows(found, choice) if found.rows else []
    if not rows:
        raise StoreError(
            f"{directory}: no replicate is finished yet. `astrosim run {directory} --resume` goes on with it."
        )
    return rows
