"""The episode of a run that its report shows: which one, its course, and its moving picture."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from PIL import Image

from astrosim.plot.style import PAPER
from astrosim.systems.blackbox.protocol import Trace
from astrosim.systems.blackbox.replay import Replay, StoredTest, median_place
from astrosim.systems.blackbox.scenario.schema import BlackboxScenario

MOST_FRAMES = 300  # of the report's moving picture
MOST_BYTES = 2_000_000  # of it as GIF
WIDTH = 720  # dots
SHAPE = 2.5  # of it: width over height; frames stand in its middle
FPS = 25.0  # pictures per second
COLOURS = 64  # of the GIF; drawings of environments have few
SMALLER = 0.7  # frames and width, each time it is too large
LEAST_WIDTH = 200  # dots


def median_row(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the row of median test mean among the finished runs of a condition."""
    return rows[median_place(np.array([row["test_mean"] for row in rows]))]


@dataclass(frozen=True)
class Shown:
    """An episode that was played again.

    Attributes
    ----------
    replay : Replay
    number : int
        Of the test episodes.
    reward : float
        Its return, now.
    trace : Trace
    """

    replay: Replay
    number: int
    reward: float
    trace: Trace

    @classmethod
    def of(cls, replay: Replay, number: int) -> Shown:
        """Play a test episode again; see `Replay.play` for its check."""
        return cls(replay, number, replay.play(number).reward, replay.trace(number))

    @property
    def tested(self) -> StoredTest:
        """Its replicate's test."""
        return self.replay.tested

    @property
    def check(self) -> str:
        """Its return beside the stored one, in words."""
        stored = self.tested.returns[self.number]
        return "as it was stored" if self.reward == stored else f"{stored:.6g} in the run, whose replays are not exact"

    @property
    def words(self) -> str:
        """Condition, seed, and the episode among those of the test."""
        tested = self.tested
        middle = " of median return" if self.number == tested.median else ""
        return (
            f"{tested.condition}, seed {tested.seed}, test episode {self.number}{middle} (n = {len(tested.returns)}; "
            f"its seed {tested.items[self.number]}): return {self.reward:.6g} in "
            f"{len(self.trace.rewards):,} steps, {self.check}"
        )


def shown_episode(scenario: BlackboxScenario, tested: StoredTest) -> Shown:
    """Play the test episode of median return; its return is checked.

    Raises
    ------
    AstrosimError
        If the task has no episodes, or cannot be made here.
    StoreError
        If the replay differs from the store.
    """
    replay = Replay(scenario, tested)
    return Shown.of(replay, replay.tested.median)


def constant_action(trace: Trace) -> bool:
    """Return whether an episode of several steps took one action only."""
    return len(trace.actions) > 1 and bool((trace.actions == trace.actions[0]).all())


def spaced(frames: Iterable[np.ndarray], steps: int, most: int) -> Iterator[np.ndarray]:
    """Yield about evenly spaced frames of an episode, at most `most`, arrays of shape (row, column, 3)."""
    yield from islice(frames, 0, None, max(1, -(-steps // most)))


def moving(shown: Shown) -> bytes | None:
    """Return the episode as a GIF of at most `MOST_FRAMES` pictures and `MOST_BYTES`; None if it cannot be drawn."""
    steps, most, width = len(shown.trace.rewards), MOST_FRAMES, WIDTH
    frames = shown.replay.player.frames(shown.replay.policy, int(shown.tested.items[shown.number]))
    pictures = [Image.fromarray(frame) for frame in spaced(frames, steps, most)]
    while pictures and width >= LEAST_WIDTH:
        data = gif(pictures, width, FPS)
        if len(data) <= MOST_BYTES:
            return data
        most, width = int(most * SMALLER), int(width * SMALLER)
        pictures = pictures[:: -(-len(pictures) // most)]
    return None


def gif(pictures: list[Image.Image], width: int, fps: float) -> bytes:
    """Return pictures as a GIF of some width (dots), each in the middle of a page; all share one palette."""
    sized = [_on_page(picture, width) for picture in pictures]
    some = sized[:: -(-len(sized) // 8)]
    sample = Image.fromarray(np.concatenate([np.asarray(picture) for picture in some]))
    palette = sample.quantize(COLOURS, dither=Image.Dither.NONE)
    first, *others = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in sized)
    buffer = io.BytesIO()
    first.save(buffer, "gif", save_all=True, append_images=others, duration=round(1000 / fps), loop=0)
    return buffer.getvalue()


def _on_page(picture: Image.Image, width: int) -> Image.Image:
    page = Image.new("RGB", (width, round(width / SHAPE)), PAPER)
    shrink = min(page.width / picture.width, page.height / picture.height)
    size = round(picture.width * shrink), round(picture.height * shrink)
    page.paste(picture.resize(size, Image.Resampling.LANCZOS), ((page.width - size[0]) // 2, 0))
    return page


def uri(data: bytes) -> str:
    """Return a GIF as a data URI."""
    return "data:image/gif;base64," + base64.b64encode(data).decode()
