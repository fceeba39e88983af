"""Small pictures of what a scenario is about, drawn without running it: its network, mesh, task or function."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from astrosim import AstrosimError, build_network, build_territories
from astrosim.plot.palette import FILLS, MUTED, PALETTE, SEQUENTIAL
from astrosim.store.variables import NEURON_KINDS

SIZE = (4.0, 2.6)  # inches, of all pictures, so that cards are alike
DPI = 110  # assumed: sharp enough at the width of a card
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
    """Neurons by kind, territories, and a part of the synapses; the published program has others."""
    if scenario.system != "described" or scenario.network.layout != "lattice":
        return False
    network = build_network(scenario, scenario.seeds[0])
    (x, y), axes = network.position.T, _bare(figure)
    _lines(axes, x, y, network.pre, network.post)
    for name, colour in FILLS.items():
        own = network.kind == NEURON_KINDS.index(name)
        axes.scatter(x[own], y[own], s=12, color=colour, zorder=3, linewidths=0)
    for centre in build_territories(scenario, network).position:
        axes.add_patch(Circle(centre, scenario.astrocytes.radius, fill=False, color=PALETTE[0], alpha=0.6, lw=0.8))
    axes.autoscale_view()
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
    """Nodes by population, at their places or, without, in a circle; a part of the synapses."""
    from astrosim.systems.spiking.scenario.populations import network_of

    network = network_of(scenario, scenario.seeds[0])
    count = len(network.neurons)
    angle = 2 * np.pi * np.arange(count) / count
    placed = len(network.neurons.x) == count and bool(np.isfinite(network.neurons.x).all())
    x, y = (network.neurons.x, network.neurons.y) if placed else (np.cos(angle), np.sin(angle))
    axes = _bare(figure)
    own = (network.connections.pre < count) & (network.connections.post < count)
    _lines(axes, x, y, network.connections.pre[own], network.connections.post[own])
    axes.scatter(x, y, s=10, color=PALETTE[0], zorder=3, linewidths=0)


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
    (first, x), (second, y) = columns[:2]
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
}
