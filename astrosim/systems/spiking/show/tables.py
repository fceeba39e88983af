"""Tables of the report on simulations: published figures beside the measured ones (Hz, uM)."""

from __future__ import annotations

from astrosim.report.tables import PublishedRow, interval_text
from astrosim.statistics.inference import mean_interval
from astrosim.summary.verdicts import standing
from astrosim.systems.spiking.show.summary import SpikingSummary, number_text

NAMES = {"rate_hz": "rate (Hz)", "mean_calcium": "calcium at the end (uM)"}
"""Figures by column of summary.csv."""


def published_rows(summary: SpikingSummary) -> list[PublishedRow]:
    """Return published rates and calcium beside the measured ones.

    A published figure is mostly that of one network; so it is held against the range over seeds, too.
    """
    rows = []
    for condition, figures in summary.reference.items():
        for name, value in figures.items() if condition in summary.conditions else ():
            own = summary.column(condition, name)
            measured = mean_interval(own)
            held = "the interval" if measured.holds(value) else ""
            within = held or ("the range over seeds" if own.min() <= value <= own.max() else "")
            text, good = standing(measured.mean, value, within, replayed=False)
            rows.append(
                PublishedRow(
                    condition,
                    NAMES[name],
                    f"{value:g}",
                    number_text(measured.mean),
                    interval_text(measured),
                    f"{measured.mean - value:+.4g}",
                    text,
                    good,
                )
            )
    return rows
