"""Moving pictures as files: GIF through Pillow, MP4 through ffmpeg (pictures per second; sizes in inches and dots)."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.animation import FFMpegWriter
from matplotlib.figure import Figure
from PIL import Image

from astrosim.core.errors import AstrosimError
from astrosim.plot.style import PAPER

RESOLUTION = 110  # dots an inch
ENDINGS = (".gif", ".mp4")
COLOURS = 256  # of a GIF
SAMPLED = 8  # pictures that its palette is made from
BARE = ["-pix_fmt", "yuv420p", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-threads", "1"]
"""What ffmpeg is told: colours that every player shows, no date, the same pictures give the same bytes."""


def check_ending(path: Path) -> None:
    """Refuse a file that is no animation, or that could not be written.

    Raises
    ------
    AstrosimError
        If its name ends otherwise than in .gif or .mp4, or an MP4 is wanted and there is no ffmpeg.
    """
    if path.suffix.lower() not in ENDINGS:
        raise AstrosimError(f"--out: no format of animations ({path}). Let it end in {' or '.join(ENDINGS)}.")
    if path.suffix.lower() == ".mp4" and find_ffmpeg() is None:
        raise AstrosimError(
            f"--out: an MP4 needs ffmpeg, which is not there ({path}). "
            "Install it: pip install 'astrosim[view]', or put ffmpeg on the PATH; else let it end in .gif."
        )


def find_ffmpeg() -> str | None:
    """Return the ffmpeg of the package imageio-ffmpeg, else the one on the PATH; None if there is neither."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):  # it is not installed, or came without a program for this machine
        return shutil.which("ffmpeg")


def write_movie[T](figure: Figure, show: Callable[[T], Any], moments: Iterable[T], path: Path, fps: float) -> Path:
    """Write a figure, redrawn for every moment, as a GIF or an MP4, as the path ends; a file is whole or absent.

    Parameters
    ----------
    figure : Figure
    show : callable
        Draws a moment into the figure.
    moments : iterable
    path : Path
    fps : float
        Pictures per second.

    Raises
    ------
    AstrosimError
        See `check_ending`.
    """
    check_ending(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}")
    write = _write_gif if path.suffix.lower() == ".gif" else _write_mp4
    try:
        write(figure, (show(moment) for moment in moments), partial, fps)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _write_mp4(figure: Figure, drawn: Iterable[Any], path: Path, fps: float) -> None:
    with mpl.rc_context({"animation.ffmpeg_path": find_ffmpeg()}):
        writer = FFMpegWriter(fps=fps, codec="h264", extra_args=BARE)  # type: ignore[arg-type]
        with writer.saving(figure, str(path), RESOLUTION):
            for _ in drawn:
                writer.grab_frame(facecolor=PAPER)


def _write_gif(figure: Figure, drawn: Iterable[Any], path: Path, fps: float) -> None:
    """All pictures share one palette, so that no colour changes from one to the next."""
    pictures = [_picture(figure) for _ in drawn]
    some = pictures[:: -(-len(pictures) // SAMPLED)]
    sample = Image.fromarray(np.concatenate([np.asarray(picture) for picture in some]))
    palette = sample.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    first, *others = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures)
    first.save(path, save_all=True, append_images=others, duration=round(1000 / fps), loop=0)


def _picture(figure: Figure) -> Image.Image:
    """The figure as it is drawn now."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=RESOLUTION, facecolor=PAPER)
    return Image.open(buffer).convert("RGB")
