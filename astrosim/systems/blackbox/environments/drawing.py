"""Pictures of an environment, drawn by itself where it can: an environment of its own, in the mode `rgb_array`."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

from astrosim.core.errors import AstrosimError
from astrosim.systems.blackbox.environments.finding import Maker, library

MODE, WINDOW = "rgb_array", "human"


def has_screen() -> bool:
    """Return whether a window can be opened here."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def drawable(maker: Maker, environment: Any, mode: str = MODE) -> Any | None:
    """Return a new environment that draws itself; None if it has no such mode.

    Parameters
    ----------
    maker : Maker
    environment : gymnasium.Env
        Made before, without drawing.
    mode : str
        `MODE`, or `WINDOW` for its own window.
    """
    if mode not in (getattr(environment, "metadata", None) or {}).get("render_modes", ()):
        return None
    if not has_screen():
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # pygame looks for a screen, even where it needs none
    try:
        made = maker(render_mode=mode)
    except AstrosimError:
        return None
    if getattr(made, "render_mode", None) != mode:
        made.close()
        return None
    return made


def picture(environment: Any) -> np.ndarray | None:
    """Return a frame, uint8, shape (row, column, 3); None if it cannot be drawn, e.g. without pygame."""
    try:
        frame = environment.render()
    except (ImportError, library().error.DependencyNotInstalled):
        return None
    frame = np.asarray(frame)
    return frame if frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3 else None
