r"""Convergent cross mapping between two series (Sugihara et al. 2012): does one leave its traces in the other?

If B influences A, A's past holds traces of B, and points that are close in A's delay space were close in B: the values
of B can be read off A. Embed A with E delays of lag tau; for each time t take the E + 1 nearest neighbours among L
library points; B(t) is estimated as the mean of B at their times, weighted by exp(-d_i / d_1). The skill rho(L) is the
Pearson correlation of estimate and truth. It *converges* if it rises with L, to a plateau above what surrogates of B
reach. So `cross_map(A, B)` asks for an influence of B on A.

Peterson, "What can astrocytes compute?", proposes the test for astrocytes: if their signal is but a slow, delayed copy
of neuronal drive, both ways converge high; if skill fails, they have dynamics of their own. Cautions: series must be
stationary (`run_series` can take differences); a strong low-pass can lose skill though nothing is added; a driven
astrocyte that computes still cross-maps its driver, so read both ways together.
"""

from __future__ import annotations

from astrosim.statistics.crossmap.convergence import (
    Convergence,
    CrossMap,
    best_dimension,
    both_ways,
    convergence,
    cross_map,
)
from astrosim.statistics.crossmap.series import run_series
from astrosim.statistics.crossmap.surrogates import KINDS, make_surrogates

__all__ = [
    "KINDS",
    "Convergence",
    "CrossMap",
    "best_dimension",
    "both_ways",
    "convergence",
    "cross_map",
    "make_surrogates",
    "run_series",
]
