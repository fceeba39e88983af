"""The canvas component: a widget that takes frames as bytes, and tells what the page says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from astrosim.plot.palette import DIVERGING, SEQUENTIAL

ASSETS = Path(__file__).parent / "assets"
PARTS = (
    "frame.js",
    "keys.js",
    "scrub.js",
    "capture.js",
    "tools.js",
    "space.js",
    "tissue.js",
    "plots.js",
    "band.js",
    "base.js",
    "hand.js",
    "running.js",
    "policy.js",
    "rows.js",
    "waves.js",
    "spiking.js",
    "film.js",
    "learning.js",
    "pair.js",
    "stage.js",
)
"""One module, in this order."""
SHADES = 256  # of a colour map


class Stage(anywidget.AnyWidget):
    """Space, curves and the table of patterns; frames come as messages, what is only a matter of taste as traits."""

    _esm = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in PARTS)
    _css = (ASSETS / "stage.css").read_text(encoding="utf-8")
    colour = traitlets.Unicode("threshold").tag(sync=True)
    mine = traitlets.Bool(True).tag(sync=True)
    eligible = traitlets.Bool(True).tag(sync=True)
    all = traitlets.Bool(False).tag(sync=True)

    def show(self, frame: bytes) -> None:
        """Send a frame."""
        self.send({"frame": True}, [frame])

    def listen(self, hear: Callable[[dict[str, Any]], None]) -> None:
        """Call `hear` with every message of the page."""
        self.on_msg(lambda _widget, content, _buffers: hear(content))


def colour_maps() -> dict[str, np.ndarray]:
    """Return the sequential and the diverging map: uint8, shape (shade, 3)."""
    import matplotlib as mpl

    steps = np.linspace(0.0, 1.0, SHADES)
    maps = {"sequential": SEQUENTIAL, "diverging": DIVERGING}
    return {role: np.round(mpl.colormaps[name](steps)[:, :3] * 255).astype(np.uint8) for role, name in maps.items()}
