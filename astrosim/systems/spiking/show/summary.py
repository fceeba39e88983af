"""Summary of simulations of spiking networks for the console: rates, calcium, and what they cost."""

from __future__ import annotations

import numpy as np
from rich.table import Table

from astrosim.statistics.inference import mean_interval
from astrosim.summary.measures import Measure
from astrosim.summary.rows import UNKNOWN
from astrosim.summary.run_summary import RunSummary
from astrosim.systems.spiking.scenario.schema import SpikingScenario

COUNTS = ("seed", "neurons", "astrocytes", "synapses", "spikes", "events")
TIMES = ("s per\nreplicate", "s per\nbiological s")
COLUMNS = ("n", "rate\n(Hz)", "95 %\ninterval", "spikes", "calcium\n(uM)", "events", *TIMES)


class SpikingSummary(RunSummary[SpikingScenario]):
    """The rows of simulations, beside the scenario that they come from."""

    kind = "spiking"
    counts = COUNTS

    @property
    def measure(self) -> Measure:
        """Mean rate of the neurons."""
        return Measure("rate_hz", "mean rate", "Hz")

    def table(self) -> Table:
        """Return conditions with the mean rate over seeds, calcium, and what it cost."""
        table = Table(title="Simulations", title_justify="left", box=None, pad_edge=False)
        table.padding, table.header_style, table.title_style = (0, 1, 0, 0), "underline", "bold"
        table.add_column("condition", overflow="fold")
        for column in COLUMNS:
            table.add_column(column, justify="right", no_wrap=True)
        for condition in self.conditions:
            table.add_row(*self.cells(condition))
        return table

    def cells(self, condition: str) -> list[str]:
        """Return the cells of a condition: means over seeds."""
        rate, seconds = self.column(condition, "rate_hz"), self.column(condition, "wall_s")
        biological = self.column(condition, "biological_s")
        interval = mean_interval(rate)
        bounds = f"{interval.low:.4g} to {interval.high:.4g}" if np.isfinite(interval.low) else UNKNOWN
        return [
            condition,
            f"{len(rate)}",
            number_text(rate.mean()),
            bounds,
            f"{self.column(condition, 'spikes').mean():,.0f}",
            number_text(self.column(condition, "mean_calcium").mean()),
            f"{self.column(condition, 'events').mean():,.0f}",
            f"{seconds.mean():.3g}",
            f"{(seconds / biological).mean():.3g}",
        ]


def number_text(value: float) -> str:
    """Return a number as a table shows it."""
    return f"{value:.4g}" if np.isfinite(value) else UNKNOWN
