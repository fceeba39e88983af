"""Data sets (pixels in [0, 1]): MNIST and Fashion-MNIST by checksum, scikit-learn's 8x8 digits, exclusive or.

`catalogue` knows what the files hold and where they are offered; `files` finds, downloads and verifies them; `idx`
reads their format; `sets` makes arrays.
"""

from __future__ import annotations

from astrosim.datasets.sets import NAMES, DataSet, load

__all__ = ["NAMES", "DataSet", "load"]
