"""How the hot loops are compiled.

`kernel` compiles without numba's reference counting: a kernel cannot allocate (numba refuses to compile it), and
passing its arrays about costs nothing. On the trial loop that is a factor of five. It is for functions that only read
and write the arrays that they are given.
"""

from __future__ import annotations

from numba import njit

kernel = njit(cache=True, _nrt=False)
