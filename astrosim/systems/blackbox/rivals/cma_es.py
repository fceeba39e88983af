"""CMA-ES, covariance matrix adaptation (Hansen & Ostermeier 2001; Hansen 2016), by the package `cmaes`."""

from __future__ import annotations

from typing import Any

from cmaes import CMA

from astrosim.systems.blackbox.rivals.replayed import Replayed


class CmaEs(Replayed):
    """CMA-ES; see `Generations`."""

    def _strategy_class(self) -> Any:
        return CMA
