"""A sweep in the report and among the figures, of any kind of runs: responses, interactions, sensitivity, best setting.

Everything goes by one measure, a column of summary.csv; see `astrosim.summary.measures`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from astrosim.explain.sweep import meaning_of, settings_words, unit_of, values_words
from astrosim.plot.response import (
    Bands,
    Factor,
    LinePanel,
    MapPanel,
    response_lines,
    response_maps,
    response_points,
    sensitivity_bars,
)
from astrosim.report.drawing import Drawn, Kind, reported
from astrosim.scenario.words import counted
from astrosim.statistics.inference import CONFIDENCE, mean_band, mean_interval
from astrosim.statistics.sensitivity import LEAST_POINTS, Index, first_order_indices, sobol_indices
from astrosim.store.settings import Parameter
from astrosim.summary import RunSummary
from astrosim.summary.sweep import SweepResults, results_of

MOST_PANELS = 6
MOST_LEVELS = 8  # lines of a panel; the palette has eight colours
OPEN_SETTINGS = 30  # a longer table begins folded
PERCENT = f"{100 * CONFIDENCE:.0f} %"
LIBRARY = "SALib"


def factor_of(results: SweepResults, place: int) -> Factor:
    """Return a swept parameter of a grid as an axis, each value once; of other designs with a value per setting."""
    one = results.settings.parameters[place]
    values = one.values
    if results.is_grid:
        values = np.moveaxis(values.reshape(results.settings.shape), place + 1, 0).reshape(
            results.settings.shape[place + 1], -1
        )[:, 0]
    return Factor(_label(one), tuple(values.tolist()), results.scenario.sweep.axes[one.path].log)


def _label(one: Parameter) -> str:
    return f"{one.path} ({one.unit})" if one.unit not in ("", "1") else one.path


def _bands(results: SweepResults, values: np.ndarray) -> Bands:
    """Means and intervals over the last dimension."""
    found = [mean_interval(row, bounds=results.measure.bounds) for row in values.reshape(-1, values.shape[-1])]
    parts = (np.array([getattr(one, name) for one in found]) for name in ("mean", "low", "high"))
    return Bands(*(part.reshape(values.shape[:-1]) for part in parts))


def _line(results: SweepResults, values: np.ndarray) -> Bands:
    """Means with bands of values of shape (point, seed), as all figures over a line have them."""
    bounds = results.measure.bounds or (-np.inf, np.inf)
    return Bands(*mean_band(values.T, bounds=bounds))


def _over(values: np.ndarray, kept: Sequence[int]) -> np.ndarray:
    """Mean over all factors but some, seed by seed: shape (*kept, seed). Of unfinished settings it is nan."""
    others = tuple(axis for axis in range(values.ndim - 1) if axis not in kept)
    return values.mean(axis=others) if others else values


def _titled(results: SweepResults) -> list[tuple[str, np.ndarray]]:
    """Values of a grid by base condition, shape (parameter, ..., seed)."""
    several = len(results.bases) > 1
    return [(base if several else "", results.grid[row]) for row, base in enumerate(results.bases)]


def _map_panels(results: SweepResults) -> list[MapPanel]:
    pairs = list(combinations(range(len(results.settings.parameters)), 2))
    panels = []
    for row, (title, values) in enumerate(_titled(results)):
        for y, x in pairs:
            best = None
            if len(pairs) == 1 and results.best is not None:
                place = np.unravel_index(results.best.place, results.settings.shape)
                best = (int(place[1]), int(place[2])) if int(place[0]) == row else None
            panels.append(
                MapPanel(
                    title, factor_of(results, x), factor_of(results, y), _bands(results, _over(values, (y, x))), best
                )
            )
    return panels[:MOST_PANELS]


def _response(results: SweepResults) -> Drawn:
    measure, count = results.measure, len(results.settings.parameters)
    seeds = counted(len(results.scenario.seeds), "seed")
    title = f"Response: {measure.words}"
    if not results.is_grid:
        bands = _bands(results, results.values)
        factors = [factor_of(results, place) for place in range(count)]
        figure = response_points(factors, bands, results.settings.bases.tolist(), measure.label)
        return Drawn(
            title, figure, f"One point per setting: mean over {seeds} with its {PERCENT} interval, where known."
        )
    if count == 1:
        lines = {name or measure.words: _line(results, values) for name, values in _titled(results)[:MOST_LEVELS]}
        figure = response_lines([LinePanel("", factor_of(results, 0), lines)], measure.label)
        return Drawn(title, figure, f"Mean over {seeds}; bands: pointwise {PERCENT} intervals of the mean.")
    panels = _map_panels(results)
    whole = len(results.bases) * count * (count - 1) // 2
    words = f"Mean over {seeds} in each cell, ± half the width of its {PERCENT} interval where there is room."
    words += " Each map is a mean over all other swept parameters." if count > 2 else ""
    words += f" The first {len(panels)} of {whole} maps are shown." if whole > len(panels) else ""
    if any(panel.best is not None for panel in panels):
        words += " Outlined: the setting that is best on every second seed."
    return Drawn(title, response_maps(panels, measure.label), words)


def _interaction(results: SweepResults) -> Drawn:
    panels, cut = [], False
    for title, values in _titled(results):
        for one, other in combinations(range(len(results.settings.parameters)), 2):
            for x, level in ((one, other), (other, one)):
                factor, levels = factor_of(results, x), factor_of(results, level)
                means = _over(values, (one, other))
                means = means if level < x else np.swapaxes(means, 0, 1)  # (level, x, seed)
                lines = {
                    f"{results.settings.parameters[level].path} = {word}": _line(results, means[number])
                    for number, word in list(enumerate(levels.words))[:MOST_LEVELS]
                }
                cut |= len(levels.words) > MOST_LEVELS
                panels.append(LinePanel(title, factor, lines))
    shown = panels[: MOST_PANELS // 2 * 2]
    words = (
        f"Lines that are not parallel: the effect of one parameter depends on the other. Means over "
        f"{counted(len(results.scenario.seeds), 'seed')}"
        f"{' and all other swept parameters' if len(results.settings.parameters) > 2 else ''}; bands of at most six "
        f"lines: pointwise {PERCENT} intervals."
    )
    words += f" The first {MOST_LEVELS} levels are drawn." if cut else ""
    words += f" The first {len(shown)} of {len(panels)} panels are shown." if len(shown) < len(panels) else ""
    return Drawn(f"Interaction: {results.measure.words}", response_lines(shown, results.measure.label), words)


def indices_of(results: SweepResults) -> dict[str, tuple[Index, ...]]:
    """Return sensitivity indices by condition of the scenario: of Sobol where the points are arranged for them."""
    sweep, names = results.scenario.sweep, [one.label for one in results.settings.parameters]
    by_base = results.means.reshape(len(results.bases), -1)
    if sweep.design == "sobol":
        return {base: sobol_indices(own, names) for base, own in zip(results.bases, by_base, strict=True)}
    points = np.array(sweep.points)
    return {base: first_order_indices(points, own, names) for base, own in zip(results.bases, by_base, strict=True)}


def _sensitivity(results: SweepResults) -> Drawn:
    found = indices_of(results)
    several = len(found) > 1
    figure = sensitivity_bars(
        [one.label for one in results.settings.parameters],
        {base if several else "": own for base, own in found.items()},
    )
    how = (
        "Sobol indices (Saltelli et al. 2010): the share of the variance over settings that a parameter explains alone "
        "(first order), and with all others together (total order)"
        if results.scenario.sweep.design == "sobol"
        else "First-order indices by RBD-FAST (Tarantola et al. 2006): the share of the variance over settings that a "
        "parameter explains alone"
    )
    return Drawn(
        f"Sensitivity: {results.measure.words}",
        figure,
        f"{how}; through SALib, of means over {counted(len(results.scenario.seeds), 'seed')}, {PERCENT} bootstrap "
        "intervals. What is left of the spread between seeds counts as unexplained.",
    )


def _has_interaction(results: SweepResults) -> bool:
    return results.is_grid and len(results.settings.parameters) > 1


def _has_sensitivity(results: SweepResults) -> bool:
    whole = (
        results.scenario.sweep.random and bool(np.isfinite(results.means).all()) and float(np.ptp(results.means)) > 0
    )
    enough = results.scenario.sweep.design == "sobol" or len(results.scenario.sweep.points) >= LEAST_POINTS
    return whole and enough and importlib.util.find_spec(LIBRARY) is not None


KINDS: dict[str, Kind[SweepResults]] = {
    "response": Kind("a measure over the swept parameters: maps, lines or points", _response, lambda results: True),
    "interaction": Kind(
        "a measure over one swept parameter, a line for each value of another",
        _interaction,
        _has_interaction,
        why="it takes a grid of two parameters or more",
    ),
    "sensitivity": Kind(
        "how much each swept parameter matters: Sobol indices of first, and where they can be had, of total order",
        _sensitivity,
        _has_sensitivity,
        why="it takes a finished sweep of a random design (of a Latin hypercube 40 settings or more) whose settings "
        "differ, and SALib: pip install 'astrosim[sweep]'",
    ),
}


def content(found: RunSummary[Any]) -> dict[str, Any] | None:
    """Return what a report shows of a sweep; None for a run without one."""
    if not found.scenario.sweep.axes:
        return None
    results = results_of(found)
    scenario, best = found.scenario, results.best
    return {
        "words": settings_words(scenario),
        "measure": results.measure.words,
        "axes": [
            (path, values_words(axis), unit_of(scenario, path), meaning_of(scenario, path))
            for path, axis in scenario.sweep.axes.items()
        ],
        "best": best,
        "best_words": "" if best is None else results.setting_words(best.place),
        "labels": [one.label for one in results.settings.parameters],
        "conditions": bool(scenario.conditions),
        "rows": [
            (str(results.settings.bases[place]), _values(results, place), interval)
            for place, interval in enumerate(results.intervals)
        ],
        "open_settings": OPEN_SETTINGS,
        "pictures": reported(KINDS.values(), results),
        "left_out": KINDS["sensitivity"].why if scenario.sweep.random and not _has_sensitivity(results) else "",
    }


def _values(results: SweepResults, place: int) -> list[str]:
    return [Factor("", (one.values.tolist()[place],)).words[0] for one in results.settings.parameters]
