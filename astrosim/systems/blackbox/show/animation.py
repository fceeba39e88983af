"""A test episode of a stored run as a moving picture, and played on the screen; both held against the store."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.report.animation import FRAMES, Look, TrialRange
from astrosim.systems.blackbox.figures.playing import animate_episode, episode_scene
from astrosim.systems.blackbox.replay import Replay, StoredTest
from astrosim.systems.blackbox.show.names import input_names, is_discrete, output_names
from astrosim.systems.blackbox.show.played import Shown, median_row
from astrosim.systems.blackbox.show.summary import BlackboxSummary

MOST_PICTURES = 2_000  # of a moving picture; more fill the memory


def chosen(found: BlackboxSummary, rows: list[dict[str, Any]], episode: int | None) -> Shown:
    """Play a test episode again: of the first condition in which astrocytes learn, by default the median ones.

    Parameters
    ----------
    found : BlackboxSummary
    rows : list of dict
        Of the chosen conditions and seeds.
    episode : int or None
        Of the test; None: the one of median return.

    Raises
    ------
    AstrosimError
        If there is no such episode, or it cannot be played.
    StoreError
        If the replay differs from the store.
    """
    own = [row for row in rows if row["learner"] == "astrocytes"] or rows
    row = median_row([one for one in own if one["condition"] == own[0]["condition"]])
    replay = Replay(found.scenario, StoredTest.read(found.directory, row["condition"], row["seed"]))
    return Shown.of(replay, replay.tested.checked(episode))


def animation(
    found: BlackboxSummary, rows: list[dict[str, Any]], path: Path, chosen_steps: TrialRange, look: Look
) -> None:
    """Write a test episode; see `astrosim.report.animation.animate`: its trials are the steps of the episode."""
    shown = chosen(found, rows, chosen_steps.episode)
    replay = shown.replay
    steps = shown_steps(chosen_steps, len(shown.trace.rewards))
    pictures = drawn_steps(shown, steps)
    card = replay.player.card
    names = input_names(card.name, card.inputs), output_names(card)
    title = f"{replay.tested.condition}, seed {replay.tested.seed}, test episode {shown.number}"
    scene = episode_scene(shown.trace, pictures, names, is_discrete(card), title)
    animate_episode(scene, steps, path, look.fps)
    replay.close()


def shown_steps(wanted: TrialRange, length: int) -> list[int]:
    """Return the steps, from 0, that are shown of an episode.

    Raises
    ------
    AstrosimError
        If there are no such steps, or too many pictures.
    """
    first, last = wanted.first or 0, length - 1 if wanted.last is None else wanted.last
    for name, value in (("--from", first), ("--to", last)):
        if value >= length:
            raise AstrosimError(f"{name}: after the last step of the episode ({value}). Write 0 to {length - 1}.")
    if last < first:
        raise AstrosimError(f"--to: before --from ({last}). Write at least {first}.")
    if wanted.every is not None and wanted.frames is not None:
        raise AstrosimError(f"--every: --frames says already how many ({wanted.frames}). Leave one of them out.")
    if wanted.every is not None:
        steps = list(range(first, last + 1, wanted.every))
    else:
        steps = np.unique(np.linspace(first, last, wanted.frames or FRAMES).round().astype(int)).tolist()
    if len(steps) > MOST_PICTURES:
        name = "--frames" if wanted.every is None else "--every"
        raise AstrosimError(f"{name}: too many pictures ({len(steps)}). At most {MOST_PICTURES} make an animation.")
    return steps


def drawn_steps(shown: Shown, steps: list[int]) -> dict[int, np.ndarray]:
    """Return the environment's own pictures of some steps, arrays of shape (row, column, 3); none if it draws none."""
    wanted, found = set(steps), {}
    frames = shown.replay.player.frames(shown.replay.policy, int(shown.tested.items[shown.number]))
    for step, frame in zip(count(), frames, strict=False):
        if step in wanted:
            found[step] = frame
    return found if len(found) == len(wanted) else {}


def play(found: BlackboxSummary, rows: list[dict[str, Any]], episode: int | None, window: bool) -> list[str]:
    """Play a test episode again; see `astrosim.report.animation.play`."""
    shown = chosen(found, rows, episode)
    sentences = [shown.words]
    item = int(shown.tested.items[shown.number])
    if window and not shown.replay.player.watch(shown.replay.policy, item):
        tested, allowed = shown.tested, " --allow-code" if shown.replay.scenario.own_code else ""
        sentences.append(
            f"No window of {shown.replay.player.card.name} can be opened here. `astrosim animate {found.directory} "
            f"--condition {tested.condition} --seed {tested.seed} --episode {shown.number}{allowed}` writes a picture."
        )
    shown.replay.close()
    return sentences
