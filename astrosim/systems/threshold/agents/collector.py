"""Mesa's data collector, with the last step among those that `batch_run` reports."""

from __future__ import annotations

import mesa


class Collector(mesa.DataCollector):
    """Data collector that also knows the last step, recorded or not: Mesa's `batch_run` reports it."""

    def attach(self, model: mesa.Model) -> None:
        """Take a model whose last step is collected when the steps are asked for."""
        self._model: mesa.Model | None = model

    @property
    def _collection_steps(self) -> list[float]:
        """Times of collection, the present one included: Mesa's name."""
        model = getattr(self, "_model", None)
        if model is not None and not self._busy and self._times[-1:] != [model.time]:
            self.collect(model)
        return self._times

    @_collection_steps.setter
    def _collection_steps(self, times: list[float]) -> None:
        self._times = times
        self._busy = False

    def collect(self, model: mesa.Model) -> None:
        """Collect all data of a model."""
        self._busy = True
        try:
            super().collect(model)
        finally:
            self._busy = False


def attached(collector: mesa.DataCollector | None, model: mesa.Model) -> mesa.DataCollector | None:
    """Return a collector that knows the last step of a model; one of Mesa's own class becomes such a one."""
    if collector is not None and type(collector) is mesa.DataCollector:
        times = vars(collector).pop("_collection_steps")
        collector.__class__ = Collector
        vars(collector).update(_times=times, _busy=False)
    if isinstance(collector, Collector):
        collector.attach(model)
    return collector
