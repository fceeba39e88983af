"""A cell of a stored run as a moving picture: which cell, which trials, and whether the replay is what was stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astrosim import summary
from astrosim.contracts.registry import find
from astrosim.core.errors import AstrosimError, StoreError
from astrosim.plot.movie import check_ending
from astrosim.report.figure_of_run import Choice, chosen_rows
from astrosim.scenario import resolve
from astrosim.store import open_run
from astrosim.store.variables import IDLE
from astrosim.systems.images.show.summary import FieldSummary
from astrosim.systems.threshold.figures.animation import MOST_FRAMES, animate_cell, frame_trials
from astrosim.systems.threshold.replay import Frame, Replay
from astrosim.systems.waves.show.summary import WaveSummary

WAVES = "astrosim.systems.waves.show.animation:animate_run"
FRAMES = 120  # assumed: ten seconds


@dataclass(frozen=True)
class Stretch:
    """Trials that are shown; None: the first and the last of the cell, evenly spaced, `FRAMES` pictures.

    Attributes
    ----------
    first, last : int or None
        From 0.
    every : int or None
        Trials from one picture to the next.
    frames : int or None
    """

    first: int | None = None
    last: int | None = None
    every: int | None = None
    frames: int | None = None

    def trials(self, count: int) -> list[int]:
        """The trials of a cell of so many.

        Raises
        ------
        AstrosimError
            If there are no such trials, or too many pictures.
        """
        first, last = self.first or 0, count - 1 if self.last is None else self.last
        for name, value in (("--from", first), ("--to", last)):
            if value >= count:
                raise AstrosimError(f"{name}: after the last trial ({value}). Write 0 to {count - 1}.")
        if last < first:
            raise AstrosimError(f"--to: before --from ({last}). Write at least {first}.")
        if self.every is not None and self.frames is not None:
            raise AstrosimError(f"--every: --frames says already how many ({self.frames}). Leave one of them out.")
        pictures = len(range(first, last + 1, self.every)) if self.every is not None else self.frames or FRAMES
        if pictures > MOST_FRAMES:
            name = "--frames" if self.every is None else "--every"
            raise AstrosimError(f"{name}: too many pictures ({pictures}). At most {MOST_FRAMES} make an animation.")
        return frame_trials(count, pictures, first, last, self.every)


def animate_cell_of(
    directory: Path,
    path: Path,
    condition: str | None = None,
    seed: int | None = None,
    stretch: Stretch | None = None,
    *,
    fps: float = 12.0,
    colour: str = "exploration",
    data: Path | None = None,
) -> None:
    """Write the animation of one cell of a run.

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
    stretch : Stretch, optional
        Of a wave, which has no trials, only the number of pictures.
    fps : float
        Pictures a second.
    colour : str
        Of `astrosim.systems.threshold.figures.animation.COLOURED`.
    data : Path, optional
        Where data sets lie.

    Raises
    ------
    AstrosimError
        If the run, the cell or the trials are not there, the file cannot be written, or the replay differs from what
        was stored.
    """
    check_ending(path)
    stretch, found = stretch or Stretch(), summary.read(directory)
    choice = Choice(None if condition is None else [condition], None if seed is None else [seed])
    rows = chosen_rows(found, choice) if found.rows else []
    if not rows:
        raise StoreError(f"{directory}: no cell is finished yet. `astrosim run {directory} --resume` goes on with it.")
    if isinstance(found, WaveSummary):
        _animate_wave(found, rows, path, stretch, fps, data)
        return
    if isinstance(found, FieldSummary):
        raise AstrosimError(f'{directory}: kind: no moving picture of this kind ("fields"). `astrosim plot` draws it.')
    resolved = {row["condition"]: resolve(found.scenario, row["condition"]) for row in rows}
    rows = [row for row in rows if resolved[row["condition"]].learner != "none"] or rows
    cell = rows[0]["condition"], rows[0]["seed"]
    scenario = resolved[cell[0]]
    trials = stretch.trials(scenario.schedule.trials)
    replay = Replay(scenario, cell[1])
    frames = [replay.show(trial) for trial in trials]
    check_replay(directory, cell, frames)
    animate_cell(replay, frames, path, fps, colour, f"{cell[0]}, seed {cell[1]}")


def check_replay(directory: Path, cell: tuple[str, int], frames: Sequence[Frame]) -> None:
    """Compare frames with the stored decisions of their trials, if the run has kept them.

    Raises
    ------
    StoreError
        If they differ: another version of the program wrote the run.
    """
    with open_run(directory) as run:
        if "decision" not in run:
            return
        stored = run[["decision", "trial_pattern"]].sel(condition=cell[0], seed=cell[1])
        stored = stored.isel(trial=[frame.trial for frame in frames]).load()
    for number, frame in enumerate(frames):
        kept = int(stored["decision"].values[number]), int(stored["trial_pattern"].values[number])
        if kept[0] >= IDLE and kept != (frame.decision, frame.pattern):
            raise StoreError(
                f"{directory}: trial {frame.trial} of {cell[0]}, seed {cell[1]} is not as it was stored. "
                "Use the version of the program that wrote it (provenance.json)."
            )


def _animate_wave(
    found: WaveSummary, rows: list[dict[str, Any]], path: Path, stretch: Stretch, fps: float, data: Path | None
) -> None:
    """The passage of a wave through the first network that passes waves."""
    given = [("--from", stretch.first), ("--to", stretch.last), ("--every", stretch.every)]
    for name, value in given:
        if value is not None:
            raise AstrosimError(f"{name}: a wave has no trials ({value}). Leave it out; --frames goes with waves.")
    cells = [(row["condition"], row["seed"]) for row in rows if row["model"] == "wave"]
    if not cells:
        raise AstrosimError(
            f'--condition: neurons pass no wave ({rows[0]["condition"]}). Choose a condition whose model is "wave".'
        )
    find(WAVES, "Animations of waves need")(found.directory, cells[0], path, stretch.frames or FRAMES, fps, data)
