"""Small pictures of what a scenario is about, drawn without running it: its network, mesh, task or function."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from astrosim import AstrosimError, build_network, build_territories
from astrosim.plot.palette import FILLS, MUTED, PALETTE, SEQUENTIAL
from astrosim.store.variables import NEURON_KINDS

SIZE = (4.0, 2.6)  # inches, of all pictures, so that cards are alike
DPI = 110  # assumed: sharp enough at the width of a card
FEW = 10  # nodes that are drawn large; values of a column that are too few for an axis
MOST_FIELDS = 40  # units whose fields are drawn; assumed: more hide each other
MOST_LINES = 1500  # synapses that are drawn; assumed: more are a grey plane


def picture_of(scenario: Any) -> bytes | None:
    """Return a picture of a resolved scenario as PNG; None if there is nothing to draw, or a package is missing."""
    figure = Figure(SIZE, layout="constrained")
    try:
        drawn = DRAWN.get(scenario.family, _nothing)(scenario, figure)
    except (AstrosimError, ImportError, OSError):
        return None
    return None if drawn is False else _png(drawn if isinstance(drawn, Figure) else figure)


def _png(figure: Figure) -> bytes:
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=DPI, metadata={"Software": None})
    return held.getvalue()


def _nothing(scenario: Any, figure: Figure) -> bool:
    return False


def _bare(figure: Figure) -> Axes:
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal")
    return axes


def _threshold(scenario: Any, figure: Figure) -> bool:
    """Neurons by kind, territories, and a part of the synapses; of the published program, what it is said to reach."""
    if scenario.system == "published":
        return _published(scenario, figure)
    if scenario.network.layout != "lattice":
        return False
    network = build_network(scenario, scenario.seeds[0])
    _lattice(figure, network, build_territories(scenario, network), scenario.astrocytes.radius)
    return True


def _lattice(figure: Figure, network: Any, territories: Any, radius: float) -> Axes:
    """Clusters in the plane: neurons by kind, territories as circles, a part of the synapses."""
    (x, y), axes = network.position.T, _bare(figure)
    _lines(axes, x, y, network.pre, network.post)
    for name, colour in FILLS.items():
        own = network.kind == NEURON_KINDS.index(name)
        axes.scatter(x[own], y[own], s=12, color=colour, zorder=3, linewidths=0)
    for centre in territories.position:
        axes.add_patch(Circle(centre, radius, fill=False, color=PALETTE[0], alpha=0.6, lw=0.8))
    axes.autoscale_view()
    return axes


def _published(scenario: Any, figure: Figure) -> bool:
    """Published figures of the conditions: accuracy, or where there is none the accept rate; chance is .5."""
    every = scenario.reference
    name = next((one for one in ("accuracy", "accept_rate") if any(one in own for own in every.values())), "")
    known = {condition: own[name] for condition, own in every.items() if name in own}
    if not known:
        return False
    axes = figure.subplots()
    axes.barh(list(known), list(known.values()), color=PALETTE[0], height=0.6)
    if name == "accuracy":
        axes.axvline(0.5, color=MUTED, lw=0.8, linestyle=":")
    axes.set(xlim=(0.0, 1.0), xlabel=f"published {name.replace('_', ' ')}", ylim=(max(len(known), 4) - 0.5, -0.5))
    axes.spines[["top", "right"]].set_visible(False)
    return True


def _lines(axes: Axes, x: np.ndarray, y: np.ndarray, pre: np.ndarray, post: np.ndarray) -> None:
    """Synapses as thin lines, evenly chosen where there are many."""
    chosen = slice(None, None, 1 + len(pre) // MOST_LINES)
    axes.plot([x[pre[chosen]], x[post[chosen]]], [y[pre[chosen]], y[post[chosen]]], color=MUTED, alpha=0.08, lw=0.5)


def _wave(scenario: Any, figure: Figure) -> Figure | bool:
    """The mesh; neurons alone have none."""
    if scenario.network.model != "wave":
        return False
    from astrosim.plot import mesh_map

    return mesh_map(scenario.chain())


def _spiking(scenario: Any, figure: Figure) -> None:
    """Neurons and astrocytes at their places or, without, in a circle; connections and gap junctions, or a part."""
    from astrosim.systems.spiking.scenario.populations import network_of

    network = network_of(scenario, scenario.seeds[0])
    count, astrocytes = len(network.neurons), len(network.astrocytes)
    angle = 2 * np.pi * (0.25 + np.arange(count + astrocytes) / (count + astrocytes))
    placed = not astrocytes and len(network.neurons.x) == count and bool(np.isfinite(network.neurons.x).all())
    x, y = (network.neurons.x, network.neurons.y) if placed else (np.cos(angle), np.sin(angle))
    axes, few = _bare(figure), count + astrocytes <= FEW
    pre, post = network.connections.pre, network.connections.post
    if few:
        axes.plot([x[pre], x[post]], [y[pre], y[post]], color=MUTED, lw=1.0)
    else:
        _lines(axes, x, y, pre, post)
    joined = count + network.coupling.pairs.T
    axes.plot(x[joined], y[joined], color=PALETTE[1], lw=1.5)
    for first, last, colour, mark in ((0, count, PALETTE[0], "o"), (count, count + astrocytes, PALETTE[1], "*")):
        own = slice(first, last)
        axes.scatter(x[own], y[own], s=160 if few else 10, color=colour, marker=mark, zorder=3, linewidths=0)
    if few:
        axes.set(xlim=(-2.2, 2.2), ylim=(-1.5, 1.5))


def _windows(scenario: Any, figure: Figure) -> None:
    """The clusters of a spiking network that learns, with its gap junctions."""
    from astrosim.systems.spiking.learners.circuit import cluster_network, territories

    network = cluster_network(scenario.recipe, scenario.seeds[0])
    _lattice(figure, network, territories(scenario.recipe, network), scenario.recipe.astrocytes.radius)


def _fields(scenario: Any, figure: Figure) -> None:
    """Fields of a part of the units on the plane of an image."""
    from astrosim.systems.spiking.learners.fields import make_net

    recipe = scenario.recipe
    rows, columns = recipe.shape
    taps = make_net(replace(recipe, units=min(recipe.units, MOST_FIELDS)), scenario.seeds[0], 1).taps
    axes = _bare(figure)
    axes.add_patch(Rectangle((0, 0), columns, rows, fill=False, color=MUTED, lw=1.0))
    for row, column in zip(*np.divmod(taps.min(axis=1), columns), strict=True):
        axes.add_patch(Rectangle((column, row), recipe.field, recipe.field, color=PALETTE[0], alpha=0.15, lw=0))
    axes.set(xlim=(-0.5, columns + 0.5), ylim=(rows + 0.5, -0.5))


def _environment(scenario: Any, figure: Figure) -> bool:
    """The first frame of an episode, drawn by the environment itself."""
    import gymnasium

    if ":" in scenario.task.environment:
        return False
    try:
        environment = gymnasium.make(scenario.task.environment, render_mode="rgb_array")
    except gymnasium.error.Error:
        return False
    environment.reset(seed=0)
    _bare(figure).imshow(np.asarray(environment.render()))
    environment.close()
    return True


def _objective(scenario: Any, figure: Figure) -> bool:
    """The function over two of its numbers, all others as they are where it is best."""
    from astrosim import tasks

    name = scenario.task.objective.rpartition(":")[2]
    if name not in ("sphere", "patches"):
        return False
    centre, width = (1.0, 1.5) if name == "patches" else (3.0, 2.0)
    line = np.linspace(centre - width, centre + width, 60)
    others = np.full(scenario.task.size - 2, centre)
    values = [[getattr(tasks, name)(np.r_[a, b, others]) for a in line] for b in line]
    _bare(figure).contourf(line, line, -np.log1p(-np.array(values)), levels=20, cmap=SEQUENTIAL)
    return True


def _arrays(scenario: Any, figure: Figure) -> bool:
    """Rows of a table by two of their columns, coloured by what is learned."""
    if scenario.task.of_images:
        return False
    from astrosim.systems.arrays.tables.sources import read

    raw = read(scenario.task)
    columns = [(one.name, one.values) for one in (*raw.columns, *raw.answers) if one.values.dtype.kind in "fiu"]
    name = scenario.task.target
    answer = next((values for known, values in columns if known == name), columns[-1][1])
    drawn = [one for one in columns if len(np.unique(one[1])) > FEW and one[0] != name]
    (first, x), (second, y) = (drawn if len(drawn) > 1 else columns)[:2]
    axes = figure.subplots()
    axes.scatter(x, y, c=answer, s=8, cmap=SEQUENTIAL, linewidths=0)
    axes.set(xlabel=first, ylabel=second, xticks=[], yticks=[])
    axes.spines[["top", "right"]].set_visible(False)
    return True


DRAWN: dict[str, Callable[[Any, Figure], Any]] = {
    "astrocyte": _threshold,
    "wave": _wave,
    "task": _arrays,
    "environment": _environment,
    "objective": _objective,
    "spiking": _spiking,
    "spiking_learning": _windows,
    "spiking_images": _fields,
}
