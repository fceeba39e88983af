"""Figures a paper would print, from the dataset of `open_run`; every function returns a matplotlib Figure."""

from __future__ import annotations

from astrosim.plot.astrocytes import astrocyte_curves
from astrosim.plot.budget import accuracy_by_passes
from astrosim.plot.calcium import calcium_curves
from astrosim.plot.classes import wave_classes
from astrosim.plot.curves import learning_curves
from astrosim.plot.events import read_events
from astrosim.plot.fields import field_accuracy, field_astrocytes, field_confusion, field_curves
from astrosim.plot.mesh import mesh_map
from astrosim.plot.overview import accuracy_by_condition
from astrosim.plot.patterns import pattern_map
from astrosim.plot.raster import decision_raster
from astrosim.plot.solving import solved_curves
from astrosim.plot.space import space_map
from astrosim.plot.sweeps import find_sweeps, wave_sweep
from astrosim.plot.training import wave_curves, wave_solved
from astrosim.plot.waves import wave_accuracy, wave_gaps
from astrosim.plot.weights import weight_map

__all__ = [
    "accuracy_by_condition",
    "accuracy_by_passes",
    "astrocyte_curves",
    "calcium_curves",
    "decision_raster",
    "field_accuracy",
    "field_astrocytes",
    "field_confusion",
    "field_curves",
    "find_sweeps",
    "learning_curves",
    "mesh_map",
    "pattern_map",
    "read_events",
    "solved_curves",
    "space_map",
    "wave_accuracy",
    "wave_classes",
    "wave_curves",
    "wave_gaps",
    "wave_solved",
    "wave_sweep",
    "weight_map",
]
