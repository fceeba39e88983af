"""Variables that images and spiking units store, and the tables that an export makes of them: those of all images."""

from __future__ import annotations

from astrosim.systems.arrays.records import IMAGE_VARIABLES as VARIABLES
from astrosim.systems.arrays.records import TABLES as TABLES_OF_ROWS

TABLES = {
    dimensions: name
    for dimensions, name in TABLES_OF_ROWS.items()
    if dimensions in {variable.dims for variable in VARIABLES}
}

__all__ = ["TABLES", "VARIABLES"]
