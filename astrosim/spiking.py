"""Spiking networks in Python: populations, graphs or files to a simulation; the public door of spiking networks."""

from __future__ import annotations

from astrosim.systems.spiking.agents import SpikingAstrocyte, SpikingModel, SpikingNeuron
from astrosim.systems.spiking.learners.field_recipe import FieldRecipe
from astrosim.systems.spiking.learners.fields import FieldLearning
from astrosim.systems.spiking.models import ASTROCYTES, NEURONS
from astrosim.systems.spiking.network.description import Network, Trains
from astrosim.systems.spiking.network.files import network_from_files
from astrosim.systems.spiking.network.graphs import network_from_graph
from astrosim.systems.spiking.network.populations import Population, Populations
from astrosim.systems.spiking.network.sonata import network_from_sonata
from astrosim.systems.spiking.show.neo_block import to_neo
from astrosim.systems.spiking.simulate import Simulated, simulate

__all__ = [
    "ASTROCYTES",
    "NEURONS",
    "FieldLearning",
    "FieldRecipe",
    "Network",
    "Population",
    "Populations",
    "Simulated",
    "SpikingAstrocyte",
    "SpikingModel",
    "SpikingNeuron",
    "Trains",
    "network_from_files",
    "network_from_graph",
    "network_from_sonata",
    "simulate",
    "to_neo",
]
