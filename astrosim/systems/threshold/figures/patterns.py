"""Per-pattern accuracy of the frozen network, with the output vectors written in and the targets beside (1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from xarray import Dataset

from astrosim.plot.legends import counted
from astrosim.plot.style import NARROW, SEQUENTIAL, new_figure, present_width, say, styled
from astrosim.plot.timeline import note
from astrosim.systems.threshold.diagnostics import output_vectors
from astrosim.systems.threshold.figures.events import Events, task_changed
from astrosim.systems.threshold.figures.select import best_seed, condition_names, counts, last_record
from astrosim.systems.threshold.scenario.schema import Scenario

WRITTEN_PATTERNS = 16  # patterns; beyond, vectors would not be readable
WRITTEN_BITS = 12  # bits; as above
TITLE = "a   best seed of each condition, with its output vectors"
LETTER = 0.07  # inches; a letter of a vector, with room around it
PLANE = 0.6  # of the figure's width; assumed: what the patterns take beside names and scale
LIGHT_BELOW = 0.55  # accuracy below which the colour is dark and its text light


@styled
def pattern_map(dataset: Dataset, scenario: Scenario, events: Events = (), episode: int | None = None) -> Figure:
    """Draw accuracy by pattern: the best seed of each condition with its output vectors, and the mean over seeds.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    scenario : Scenario
        Its task labels the patterns; conditions with another number of patterns are shown as far as they fit.
    events : sequence of Event, optional
        Of `astrosim.systems.threshold.figures.events.read_events`; they are told below.
    episode : int, optional
        The moment, if it is not the end of the run: it is said below.
    """
    names = [name for name in condition_names(dataset) if best_seed(dataset, name) is not None]
    figure = new_figure(1.6 + 0.62 * max(len(names), 1))
    if not names:
        say(figure.subplots(), "No replicate of this run is finished yet.")
        return figure
    top, bottom = figure.subplots(2, 1, sharex=True)
    best = [_best(dataset, name) for name in names]
    seeds = [f"{name} (seed {best_seed(dataset, name)})" for name in names]
    image = _heat(top, np.array([a for a, _ in best]), seeds, [vectors for _, vectors in best])
    means = np.array([_mean(dataset, name) for name in names])
    rows = counted(names, counts(dataset))
    _heat(bottom, means, rows, [[f"{value:.2f}" for value in row] for row in means])
    top.set_title("a   best seed, output vectors" if present_width() < NARROW else TITLE)
    bottom.set_title("b   mean over seeds")
    _label_patterns(bottom, scenario, means.shape[1], task_changed(events, names))
    figure.colorbar(image, ax=[top, bottom], label="matching bits", shrink=0.8, pad=0.015)
    note(figure, events, names, episode)
    return figure


def _best(dataset: Dataset, condition: str) -> tuple[np.ndarray, list[str]]:
    """Accuracies and output vectors by pattern of a condition's best seed."""
    replicate = dataset[["pattern_accuracy", "output"]].sel(condition=condition, seed=best_seed(dataset, condition))
    replicate = replicate.isel(episode=last_record(dataset, condition))
    output = replicate["output"].values
    return replicate["pattern_accuracy"].values, output_vectors(output[:, (output >= 0).any(axis=0)])


def _mean(dataset: Dataset, condition: str) -> np.ndarray:
    """Mean over the finished seeds, by pattern."""
    last = dataset["pattern_accuracy"].sel(condition=condition).isel(episode=last_record(dataset, condition)).values
    return last[np.isfinite(last).any(axis=1)].mean(axis=0)


def _heat(axes: Axes, values: np.ndarray, rows: list[str], texts: list[list[str]]) -> AxesImage:
    image = axes.imshow(values, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    room = PLANE * present_width() / values.shape[1]
    longest = max(len(text) for row in texts for text in row)
    if values.shape[1] <= WRITTEN_PATTERNS and longest <= WRITTEN_BITS and longest * LETTER <= room:
        for i, j in np.ndindex(values.shape):
            if np.isfinite(values[i, j]):
                colour = "white" if values[i, j] < LIGHT_BELOW else "black"
                axes.text(j, i, texts[i][j], ha="center", va="center", color=colour, size=7, family="DejaVu Sans Mono")
    return image


def _label_patterns(axes: Axes, scenario: Scenario, count: int, changed: bool) -> None:
    """Inputs and targets below the patterns, unless conditions have come to have other ones."""
    pairs = scenario.task.patterns
    if changed:
        axes.set_xticks(range(count), [f"P{i}" for i in range(1, count + 1)])
        axes.set_xlabel("pattern of the present task")
    elif count <= WRITTEN_PATTERNS and count == len(pairs) and _have_room(pairs):
        labels = [f"P{i}\n{given}\n→ {wanted}" for i, (given, wanted) in enumerate(pairs, start=1)]
        axes.set_xticks(range(count), labels, size=6.5)
    else:
        axes.set_xlabel("pattern")


def _have_room(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether inputs and targets can be written below."""
    longest = max(map(len, pairs[0]))
    return longest <= WRITTEN_BITS and (longest + 2) * LETTER <= PLANE * present_width() / len(pairs)
