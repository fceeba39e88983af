"""Figures of runs on receptive fields."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from astrosim import plot


@pytest.mark.parametrize("names", [["one"], ["one", "two"]])
def test_panels_of_errors_stand_in_the_middle(names):
    counts = np.arange(100).reshape(1, 1, 10, 10).repeat(len(names), axis=0)
    dataset = xr.Dataset(
        {"confusion": (("condition", "seed", "class", "answer"), counts)}, {"condition": names, "seed": [1]}
    )
    figure = plot.field_confusion(dataset, [{"condition": name, "seed": 1} for name in names])
    figure.draw_without_rendering()
    places = [axes.get_position() for axes in figure.axes]
    left, right = min(place.x0 for place in places), max(place.x1 for place in places)
    assert (left + right) / 2 == pytest.approx(0.5, abs=0.06)
    shown = figure.axes[0].images[0].get_array()
    assert np.diag(np.ma.getmaskarray(shown)).all(), "right answers would drown the errors"
    assert shown[3, 4] == 34
    bar = figure.axes[-1]
    assert bar.get_ylabel() == "test images"
    assert all(float(tick).is_integer() for tick in bar.get_yticks())
