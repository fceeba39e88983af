"""Wave fronts: the calcium of every cell, layer by layer, as waves pass through trained networks (dimensionless)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from astrosim.core.errors import AstrosimError
from astrosim.plot.style import DIVERGING, columns_at, count_axis, new_figure, styled
from astrosim.systems.waves.agents import WaveModel
from astrosim.systems.waves.inputs import Front, data_of
from astrosim.systems.waves.scenario.schema import WaveScenario
from astrosim.systems.waves.stored import stored_network

BLANK = "#E6E6E6"  # where a layer has no cell
INPUTS = 4  # waves shown side by side
MOST_CONDITIONS = 5  # rows
STRONGEST = 98  # percentile of |calcium| at which the colours end


@styled
def front_map(directory: Path, replicates: Sequence[tuple[str, int]], data: Path | None = None) -> Figure:
    """Draw heat maps, layer by cell, of the first test inputs' waves: one row per network.

    Parameters
    ----------
    directory : Path
        Run directory.
    replicates : sequence of (str, int)
        Condition and seed of each network, whose model is "wave".
    data : Path, optional
        Where MNIST and Fashion-MNIST lie.

    Raises
    ------
    AstrosimError
        If weights were not kept, or the front is an autoencoder, which no run keeps.
    """
    replicates = replicates[:MOST_CONDITIONS]
    figure = new_figure(0.5 + 1.55 * len(replicates))
    grid = figure.subplots(len(replicates), columns_at(INPUTS), squeeze=False)
    for row, (condition, seed) in zip(grid, replicates, strict=True):
        model = WaveModel(stored_network(directory, condition, seed))
        features, labels = first_inputs(model.network.scenario, seed, data)
        waves = [layers_of(model, one) for one in features]
        limit = float(np.nanpercentile(np.abs(np.stack(waves)[:, :, 1:]), STRONGEST)) or 1.0
        for axes, wave, one, label in zip(row, waves, features, labels, strict=False):
            _panel(axes, wave, Normalize(-limit, limit))
            axes.set_title(f"{label}, answer {answer(model, one)}", size=7)
        row[0].set_ylabel(f"{condition}\nseed {seed}\ncell")
        colours = mpl.cm.ScalarMappable(Normalize(-limit, limit), DIVERGING)
        figure.colorbar(colours, ax=list(row), label="calcium", pad=0.01, aspect=14, extend="both")
    for axes in grid[-1]:
        axes.set_xlabel("layer")
    return figure


def first_inputs(scenario: WaveScenario, seed: int, data: Path | None) -> tuple[np.ndarray, list[str]]:
    """Return the first test inputs of a network, float32, shape (image, feature), and what they are.

    Raises
    ------
    AstrosimError
        If the front is an autoencoder: no run keeps it.
    """
    if scenario.front.rule in ("vae", "covae"):
        raise AstrosimError(
            f'front: an autoencoder is not kept with a run ("{scenario.front.rule}"). '
            'Choose a condition whose front is "none", "sparse" or "gaussian".'
        )
    images = data_of(scenario, data)
    features = Front(scenario, seed, images).features(0).test[:INPUTS]
    if scenario.task.data == "xor":
        return features, ["input " + " ".join(f"{value:g}" for value in row) for row in images.test_x[:INPUTS]]
    return features, [f"class {int(label)}" for label in images.test_y[:INPUTS]]


def layers_of(model: WaveModel, features: np.ndarray) -> np.ndarray:
    """Return calcium of a wave: float64, shape (cell of the widest layer, layer); nan where a layer has no cell.

    Layers stand centred; cells of a grid are counted row by row.
    """
    model.respond(features)
    widest = max(map(len, model.layers))
    values = np.full((widest, len(model.layers)), np.nan)
    for number, layer in enumerate(model.layers):
        first = (widest - len(layer)) // 2
        values[first : first + len(layer), number] = [cell.calcium for cell in layer]
    return values


def answer(model: WaveModel, features: np.ndarray) -> str:
    """Return the answer of the outputs to features, float32 of shape (feature,)."""
    outputs = model.respond(features)
    return f"{int(np.argmax(outputs))}" if len(outputs) > 1 else f"{float(outputs[0]):.2f}"


def _panel(axes: Axes, values: np.ndarray, scale: Normalize) -> None:
    colours = mpl.colormaps[DIVERGING].with_extremes(bad=BLANK)
    axes.imshow(np.ma.masked_invalid(values), cmap=colours, norm=scale, aspect="auto", interpolation="nearest")
    axes.set_yticks([])
    count_axis(axes)
    axes.spines[:].set_visible(False)
