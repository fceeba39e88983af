"""Figures are the same bytes whatever the user's matplotlib, theme, backend and locale are, which stay as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.style import library

from astrosim import plot
from astrosim.plot.style import CountLocator, image_bytes

SETTINGS = """
text.usetex: True
font.family: serif
font.size: 20
axes.prop_cycle: cycler('color', ['red'])
axes.grid: True
axes.facecolor: black
axes.formatter.use_locale: True
figure.facecolor: grey
figure.autolayout: True
image.cmap: gray
lines.linestyle: --
svg.fonttype: none
savefig.bbox: tight
legend.loc: lower left
"""
DRAW = """
import hashlib, sys
import matplotlib as mpl
before = dict(mpl.rcParams)
from matplotlib.style import library

from astrosim import plot
from astrosim.plot.style import image_bytes
hits = {"one": __import__("numpy").array([3.0, 1234.5]), "two": __import__("numpy").array([70.0, float("nan")])}
for kind in ("svg", "pdf", "png"):
    figure = plot.solved_curves(hits, {"one": 1e4, "two": 1e4})
    print(hashlib.sha256(image_bytes(figure, kind, 100, "title", "words")).hexdigest())
assert dict(mpl.rcParams) == before
"""


def drawn(**environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", DRAW], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_no_setting_of_the_user_shows(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(SETTINGS)
    plain = drawn(MPLBACKEND="agg")
    assert drawn(MATPLOTLIBRC=str(tmp_path / "matplotlibrc"), MPLBACKEND="svg", LC_ALL="C") == plain


@pytest.mark.parametrize("style", ["dark_background", "ggplot", "seaborn-v0_8-talk"])
def test_no_style_sheet_shows_and_it_stays(style: str) -> None:
    hits, end = {"one": np.array([3.0, 50.0])}, {"one": 100.0}
    plain = image_bytes(plot.solved_curves(hits, end), "svg")
    with mpl.rc_context():
        mpl.rcParams.update(library[style])
        before = dict(mpl.rcParams)
        assert image_bytes(plot.solved_curves(hits, end), "svg") == plain
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("end", [40.0, 2e3, 9e3, 5e6])
def test_logarithmic_axes_have_two_labels(end: float) -> None:
    figure = plot.solved_curves({"one": np.array([end / 3])}, {"one": end})
    figure.draw_without_rendering()
    (axes,) = figure.axes
    low, high = axes.get_xlim()
    labels = [
        text.get_text()
        for text, place in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True)
        if low <= place <= high
    ]
    assert len([label for label in labels if label]) >= 2


@pytest.mark.parametrize("last", [1, 2, 3, 7, 40, 399, 400, 449, 450, 999, 4_000, 9_999, 40_000, 450_000])
@pytest.mark.parametrize("intervals", [2, 3, 4])
def test_axes_of_counts_have_two_whole_ticks(last: int, intervals: int) -> None:
    places = CountLocator(intervals).tick_values(-0.02 * last - 0.5, 1.02 * last + 0.5)
    assert len(places) >= 2
    assert len(places) <= 7
    assert np.array_equal(places, np.round(places))
