"""Moving pictures as files: GIF through Pillow, MP4 through ffmpeg (pictures a second; sizes in inches and dots)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, PillowWriter
from matplotlib.figure import Figure

from astrosim.errors import AstrosimError
from astrosim.plot.style import PAPER

RESOLUTION = 110  # dots an inch
ENDINGS = (".gif", ".mp4")
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
    """The ffmpeg of the package imageio-ffmpeg, else the one on the PATH; None if there is neither."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):  # it is not installed, or came without a program for this machine
        return shutil.which("ffmpeg")


def write_movie[T](figure: Figure, show: Callable[[T], Any], moments: Iterable[T], path: Path, fps: float) -> Path:
    """Write a figure, drawn anew for every moment, as a GIF or an MP4, as the path ends; a file is whole or absent.

    Parameters
    ----------
    figure : Figure
    show : callable
        Draws a moment into the figure.
    moments : iterable
    path : Path
    fps : float
        Pictures a second.

    Raises
    ------
    AstrosimError
        See `check_ending`.
    """
    check_ending(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}")
    try:
        with mpl.rc_context({"animation.ffmpeg_path": find_ffmpeg() or "ffmpeg"}):
            writer = _writer(path, fps)
            with writer.saving(figure, str(partial), RESOLUTION):
                for moment in moments:
                    show(moment)
                    writer.grab_frame(facecolor=PAPER)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _writer(path: Path, fps: float) -> AbstractMovieWriter:
    if path.suffix.lower() == ".gif":
        return PillowWriter(fps=fps)  # type: ignore[arg-type]
    return FFMpegWriter(fps=fps, codec="h264", extra_args=BARE)  # type: ignore[arg-type]
