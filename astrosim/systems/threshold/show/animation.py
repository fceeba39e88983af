"""A replicate of a stored run of threshold networks as a moving picture, replayed and held against the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from astrosim.core.errors import AstrosimError, StoreError
from astrosim.report.animation import FRAMES, Look, TrialRange
from astrosim.scenario import resolve
from astrosim.store import open_replicates
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.figures.animation import MOST_FRAMES, animate_replicate, frame_trials
from astrosim.systems.threshold.replay import Frame, Replay
from astrosim.systems.threshold.show.summary import Summary


def animation(found: Summary, rows: list[dict[str, Any]], path: Path, chosen: TrialRange, look: Look) -> None:
    """Write the animation of the first replicate with a learner; see `astrosim.report.animation.animate`."""
    resolved = {row["condition"]: resolve(found.scenario, row["condition"]) for row in rows}
    rows = [row for row in rows if resolved[row["condition"]].learner != "none"] or rows
    place = rows[0]["condition"], rows[0]["seed"]
    scenario = resolved[place[0]]
    trials = chosen_trials(chosen, scenario.schedule.trials)
    replay = Replay(scenario, place[1])
    frames = [replay.show(trial) for trial in trials]
    check_replay(found.directory, place, frames)
    animate_replicate(replay, frames, path, look.fps, look.colour, f"{place[0]}, seed {place[1]}")


def chosen_trials(chosen: TrialRange, count: int) -> list[int]:
    """Return the trials that are shown of a run of `count` trials.

    Raises
    ------
    AstrosimError
        If there are no such trials, or too many pictures.
    """
    first, last = chosen.first or 0, count - 1 if chosen.last is None else chosen.last
    for name, value in (("--from", first), ("--to", last)):
        if value >= count:
            raise AstrosimError(f"{name}: after the last trial ({value}). Write 0 to {count - 1}.")
    if last < first:
        raise AstrosimError(f"--to: before --from ({last}). Write at least {first}.")
    if chosen.every is not None and chosen.frames is not None:
        raise AstrosimError(f"--every: --frames says already how many ({chosen.frames}). Leave one of them out.")
    pictures = len(range(first, last + 1, chosen.every)) if chosen.every is not None else chosen.frames or FRAMES
    if pictures > MOST_FRAMES:
        name = "--frames" if chosen.every is None else "--every"
        raise AstrosimError(f"{name}: too many pictures ({pictures}). At most {MOST_FRAMES} make an animation.")
    return frame_trials(count, pictures, first, last, chosen.every)


def check_replay(directory: Path, replicate: tuple[str, int], frames: Sequence[Frame]) -> None:
    """Compare frames with the stored decisions of their trials, if the run has kept them.

    Raises
    ------
    StoreError
        If they differ: another version of the program wrote the run.
    """
    with open_replicates(directory) as run:
        if "decision" not in run:
            return
        stored = run[["decision", "trial_pattern"]].sel(condition=replicate[0], seed=replicate[1])
        stored = stored.isel(trial=[frame.trial for frame in frames]).load()
    for number, frame in enumerate(frames):
        kept = int(stored["decision"].values[number]), int(stored["trial_pattern"].values[number])
        if kept[0] >= IDLE and kept != (frame.decision, frame.pattern):
            raise StoreError(
                f"{directory}: trial {frame.trial} of {replicate[0]}, seed {replicate[1]} is not as it was stored. "
                "Use the version of the program that wrote it (provenance.json)."
            )
