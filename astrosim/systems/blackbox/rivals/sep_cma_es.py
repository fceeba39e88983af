"""Separable CMA-ES (Ros & Hansen 2008), whose covariance matrix is diagonal, by the package `cmaes`."""

from __future__ import annotations

from typing import Any

from cmaes import SepCMA

from astrosim.systems.blackbox.rivals.replayed import Replayed


class SepCmaEs(Replayed):
    """Separable CMA-ES; see `Generations`."""

    def _strategy_class(self) -> Any:
        return SepCMA
