"""Summary of a run of images and spiking units for the console: as of all networks on images (fractions)."""

from __future__ import annotations

from astrosim.systems.arrays.show.summary import ArraySummary


class ImageSummary(ArraySummary):
    """The rows of a run, beside the scenario that they come from."""

    kind = "spiking"
