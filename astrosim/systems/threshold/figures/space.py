"""The network in its plane: neurons, astrocytes with their territories, the synapses of one of them (units)."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from xarray import Dataset

from astrosim.contracts.plan import Standing
from astrosim.plot.legends import legend_above
from astrosim.plot.palette import FILLS
from astrosim.plot.style import DIVERGING, PAPER, cluster_colours, new_figure, say, styled
from astrosim.plot.timeline import INK, note
from astrosim.store.variables import NEURON_KINDS
from astrosim.systems.threshold.figures.events import Events, of_replicate
from astrosim.systems.threshold.figures.select import best_seed, with_astrocytes
from astrosim.systems.threshold.records import BY_TRIAL
from astrosim.systems.threshold.replay import standing_after
from astrosim.systems.threshold.scenario.schema import Scenario

DRAWN_SYNAPSES = 600  # lines; beyond, every k-th in order of |weight| is drawn
DRAWN_TERRITORIES = 400  # circles at most
MARKERS = {"input": ">", "output": "s", "modulatory": "D", "regular": "o", "tonic": "^"}
HALO = [withStroke(linewidth=2, foreground=PAPER)]  # keeps names readable on top of synapses
MOST_NAMES = 40  # written beside neurons; assumed: more cover the network
SHAPES = (1.8, 5.0)  # inches; lowest and highest figure
HOLLOW: dict[str, Any] = {"facecolors": PAPER, "edgecolors": INK, "linewidths": 0.8}


@styled
def space_map(dataset: Dataset, scenario: Scenario, events: Events = (), episode: int | None = None) -> Figure:
    """Draw neurons by kind, astrocytes with circles of the radius, and the most active one's synapses by final
    weight.

    The best seed of the first condition with astrocytes (else of the first condition) is shown.

    Parameters
    ----------
    dataset : Dataset
        Of `open_run`.
    scenario : Scenario
        Resolved for that condition (`shown`); gives the radius.
    events : sequence of Event, optional
        Of `figures.events.read_events`; they are told below, and whom they have silenced or lesioned is drawn hollow or
        crossed.
    episode : int, optional
        The moment, if it is not the end of the run: it is said below.
    """
    condition, seed = shown(dataset)
    if seed is None:
        figure = new_figure(SHAPES[0])
        say(figure.subplots(), "No replicate of this run is finished yet.")
        return figure
    replicate = dataset.drop_vars([name for name in BY_TRIAL if name in dataset])
    replicate = replicate.sel(condition=condition, seed=seed).load()
    placed = np.isfinite(replicate["neuron_x"].values)
    x, y = replicate["neuron_x"].values[placed], replicate["neuron_y"].values[placed]
    figure = new_figure(_height(x, y))
    axes = figure.subplots()
    astrocyte = _most_active(replicate)
    happened = of_replicate(events, condition, seed)
    standing = standing_after(scenario, seed, [(e.trial, e.number) for e in happened]) if happened else None
    _synapses(figure, axes, replicate, scenario, astrocyte)
    if astrocyte is not None:
        _territories(axes, replicate, scenario.astrocytes.radius, astrocyte, standing)
        _gap_junctions(axes, replicate, standing)
    _neurons(axes, replicate, x, y, placed)
    _names(axes, replicate)
    if standing is not None:
        _silent(axes, np.column_stack([x, y]), replicate["neuron_kind"].values[placed], standing)
        _silent_legend(axes, standing)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel("x (units)")
    axes.set_ylabel("y (units)")
    axes.set_title(f"{condition}, seed {seed}" + ("" if astrocyte is not None else ", no astrocytes"))
    legend_above(figure, *axes.get_legend_handles_labels(), columns=5)
    note(figure, happened, [condition], episode)
    return figure


def shown(dataset: Dataset) -> tuple[str, int | None]:
    """Return condition and seed that the map shows."""
    names = with_astrocytes(dataset) or [str(dataset["condition"].values[0])]
    return names[0], best_seed(dataset, names[0])


def territory_synapses(replicate: Dataset, astrocyte: int, radius: float) -> np.ndarray:
    """Return synapses with a neuron of an astrocyte's cluster within the radius (units): int64, shape (synapse,)."""
    dx = replicate["neuron_x"].values - replicate["astrocyte_x"].values[astrocyte]
    dy = replicate["neuron_y"].values - replicate["astrocyte_y"].values[astrocyte]
    own = replicate["neuron_cluster"].values == replicate["astrocyte_cluster"].values[astrocyte]
    inside = own & (np.hypot(dx, dy) <= radius)
    pre, post = replicate["pre"].values, replicate["post"].values
    return np.flatnonzero((pre >= 0) & (inside[pre] | inside[post]))


def _height(x: np.ndarray, y: np.ndarray) -> float:
    """Inches that keep the plane's shape, within reason."""
    shape = (np.ptp(y) + 2) / (np.ptp(x) + 2)
    return float(np.clip(5.4 * shape + 0.9, *SHAPES))


def _most_active(replicate: Dataset) -> int | None:
    """Astrocyte with most activations at the end; None where there are none."""
    if replicate.sizes.get("astrocyte", 0) == 0 or not np.isfinite(replicate["astrocyte_x"].values).any():
        return None
    return int(np.argmax(replicate["activations"].values.max(axis=0)))


def _synapses(figure: Figure, axes: Axes, replicate: Dataset, scenario: Scenario, astrocyte: int | None) -> None:
    weights = replicate["weight"].values
    kept = np.flatnonzero(np.isfinite(weights).any(axis=1))
    if astrocyte is None or not len(kept):
        return
    weight = weights[kept[-1]]
    chosen = territory_synapses(replicate, astrocyte, scenario.astrocytes.radius)
    chosen = chosen[np.argsort(np.abs(weight[chosen]), kind="stable")]
    chosen = chosen[:: -(-len(chosen) // DRAWN_SYNAPSES) or 1]
    ends = np.stack(
        [
            np.column_stack([replicate["neuron_x"].values[n], replicate["neuron_y"].values[n]])
            for n in (replicate["pre"].values[chosen], replicate["post"].values[chosen])
        ],
        axis=1,
    )
    limit = scenario.perturbation.limit
    lines = LineCollection(list(ends), cmap=DIVERGING, norm=Normalize(-limit, limit), linewidths=0.45, alpha=0.7)
    lines.set_array(weight[chosen])
    lines.set_rasterized(True)
    axes.add_collection(lines)
    figure.colorbar(lines, ax=axes, label="weight", shrink=0.7, pad=0.01)


def _territories(axes: Axes, replicate: Dataset, radius: float, marked: int, standing: Standing | None) -> None:
    cluster = replicate["astrocyte_cluster"].values
    marks = cluster_colours(cluster[cluster >= 0])
    present = np.flatnonzero(cluster >= 0)
    places = np.column_stack([replicate["astrocyte_x"].values, replicate["astrocyte_y"].values])
    acts = np.ones(len(places), bool)
    if standing is not None:
        acts[: len(standing.silent["astrocytes"])] = standing.acting("astrocytes")
    for a in present[:: -(-len(present) // DRAWN_TERRITORIES)]:
        edge: dict[str, Any] = {"linewidth": 1.8 if a == marked else 0.8, "edgecolor": marks[int(cluster[a])]}
        edge |= {} if acts[a] else {"linestyle": (0, (1, 2))}
        axes.add_patch(Circle(tuple(places[a]), radius, facecolor="none", zorder=2, **edge))
        if len(present) <= 40:
            axes.annotate(
                f"A{a}", places[a], xytext=(4, 4), textcoords="offset points", size=7, zorder=6, path_effects=HALO
            )
    able, unable = present[acts[present]], present[~acts[present]]
    if len(able):
        axes.scatter(
            places[able, 0], places[able, 1], marker="*", s=60, color="black", label="astrocyte", zorder=5, linewidth=0
        )
    if len(unable):
        words: dict[str, Any] = {} if len(able) else {"label": "astrocyte"}
        x, y = places[unable].T
        axes.scatter(x, y, marker="*", s=60, zorder=5, gid="silent", **HOLLOW, **words)
        lesioned = unable[standing.lesioned["astrocytes"][unable]] if standing is not None else unable
        _cross(axes, places[lesioned], 1.6)


def _gap_junctions(axes: Axes, replicate: Dataset, standing: Standing | None) -> None:
    """Lines between coupled astrocytes; dotted where interventions have cut them."""
    if "gap_junction_from" not in replicate:
        return
    pairs = np.column_stack([replicate["gap_junction_from"].values, replicate["gap_junction_to"].values])
    pairs = pairs[pairs[:, 0] >= 0]
    places = np.column_stack([replicate["astrocyte_x"].values, replicate["astrocyte_y"].values])
    cut = np.zeros(len(pairs), bool) if standing is None else standing.cut
    lines = LineCollection(
        list(places[pairs]), colors="black", linewidths=1.0, linestyles=["dotted" if one else "solid" for one in cut]
    )
    lines.set(zorder=4.8, gid="gap_junctions")
    axes.add_collection(lines)
    for style, of, word in (("solid", ~cut, "gap junction"), ("dotted", cut, "gap junction, cut")):
        if of.any():
            axes.plot([], [], color="black", linewidth=1.0, linestyle=style, label=word)


def _silent(axes: Axes, places: np.ndarray, kind: np.ndarray, standing: Standing) -> None:
    """Neurons that are silent, over their filled marks: hollow; those that are lesioned: crossed."""
    silent = ~standing.acting("neurons")
    size = 26 if len(places) <= 400 else max(1.0, 26 * 400 / len(places))
    for number, name in enumerate(NEURON_KINDS):
        of = silent & (kind == number)
        if of.any():
            look: dict[str, Any] = {"facecolors": PAPER, "edgecolors": FILLS[name], "linewidths": 0.8, "gid": "silent"}
            axes.scatter(places[of, 0], places[of, 1], s=size, marker=MARKERS[name], zorder=4.2, **look)
    _cross(axes, places[standing.lesioned["neurons"]], 1.0)


def _silent_legend(axes: Axes, standing: Standing) -> None:
    """What hollow and crossed marks mean, as far as there are any."""
    if any((silent & ~standing.lesioned[what]).any() for what, silent in standing.silent.items()):
        axes.scatter([], [], s=26, label="silenced", **HOLLOW)
    if any(lesioned.any() for lesioned in standing.lesioned.values()):
        axes.scatter([], [], s=34, marker="x", color=INK, linewidths=0.9, label="lesioned")


def _cross(axes: Axes, places: np.ndarray, scale: float) -> None:
    """Cross out what is lesioned."""
    if len(places):
        axes.scatter(
            places[:, 0], places[:, 1], s=34 * scale, marker="x", color=INK, linewidths=0.9, zorder=5.5, gid="lesioned"
        )


def _names(axes: Axes, replicate: Dataset) -> None:
    """Write the names of inputs and outputs beside them, where neurons have names and these are few."""
    if "neuron_name" not in replicate.coords:
        return
    ends = np.isin(replicate["neuron_kind"].values, [NEURON_KINDS.index(name) for name in ("input", "output")])
    named = np.flatnonzero(ends & (replicate["neuron_name"].values != ""))
    for n in named if len(named) <= MOST_NAMES else ():
        place = float(replicate["neuron_x"].values[n]), float(replicate["neuron_y"].values[n])
        text = str(replicate["neuron_name"].values[n]).replace("$", r"\$")
        axes.annotate(text, place, (3, 3), textcoords="offset points", size=6, color=INK, zorder=6, gid="name")


def _neurons(axes: Axes, replicate: Dataset, x: np.ndarray, y: np.ndarray, placed: np.ndarray) -> None:
    kind = replicate["neuron_kind"].values[placed]
    size = 26 if len(x) <= 400 else max(1.0, 26 * 400 / len(x))
    for number, name in enumerate(NEURON_KINDS):
        of = kind == number
        if of.any():
            axes.scatter(
                x[of],
                y[of],
                s=size,
                marker=MARKERS[name],
                color=FILLS[name],
                edgecolor="white",
                linewidth=0.4 if len(x) <= 400 else 0,
                label=f"{name} neuron",
                zorder=4,
                rasterized=len(x) > 2000,
            )
