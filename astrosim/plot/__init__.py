"""Figures a paper would print, from the dataset of `open_run`; every function returns a matplotlib Figure."""

from __future__ import annotations

from astrosim.plot.classes import wave_classes
from astrosim.plot.solving import solved_curves
from astrosim.systems.images.figures.learning import field_accuracy, field_astrocytes, field_confusion, field_curves
from astrosim.systems.threshold.figures.astrocytes import astrocyte_curves
from astrosim.systems.threshold.figures.budget import accuracy_by_passes
from astrosim.systems.threshold.figures.calcium import calcium_curves
from astrosim.systems.threshold.figures.curves import learning_curves
from astrosim.systems.threshold.figures.events import read_events
from astrosim.systems.threshold.figures.overview import accuracy_by_condition
from astrosim.systems.threshold.figures.patterns import pattern_map
from astrosim.systems.threshold.figures.raster import decision_raster
from astrosim.systems.threshold.figures.space import space_map
from astrosim.systems.threshold.figures.weights import weight_map
from astrosim.systems.waves.figures.mesh import mesh_map
from astrosim.systems.waves.figures.sweeps import find_sweeps, wave_sweep
from astrosim.systems.waves.figures.training import wave_curves, wave_solved
from astrosim.systems.waves.figures.waves import wave_accuracy, wave_gaps

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
