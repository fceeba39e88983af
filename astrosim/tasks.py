"""Learn from one number: environments, any function, ask and tell; the public door of own tasks."""

from __future__ import annotations

from astrosim.systems.blackbox.asking import Asker
from astrosim.systems.blackbox.functions import patches, sphere
from astrosim.systems.blackbox.learn import Best, Learned, learn, maximise, minimise
from astrosim.systems.blackbox.protocol import Episode, Player, TaskCard
from astrosim.systems.blackbox.trained import PlayedNetwork, TrainedPolicy

__all__ = [
    "Asker",
    "Best",
    "Episode",
    "Learned",
    "PlayedNetwork",
    "Player",
    "TaskCard",
    "TrainedPolicy",
    "learn",
    "maximise",
    "minimise",
    "patches",
    "sphere",
]
