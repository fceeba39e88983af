"""Models of neurons, astrocytes and synapses, by name: a file each in `kernel`, found here."""

from __future__ import annotations

from astrosim.systems.spiking.kernel.arrays import GLIOTRANSMISSION, STATIC, TSODYKS, TSODYKS2
from astrosim.systems.spiking.kernel.astrocytes.gchi import GCHI
from astrosim.systems.spiking.kernel.astrocytes.li_rinzel import LI_RINZEL
from astrosim.systems.spiking.kernel.model import Model, Parameter
from astrosim.systems.spiking.kernel.neurons.aeif_cond_alpha import AEIF_COND_ALPHA
from astrosim.systems.spiking.kernel.neurons.iaf_psc_alpha import IAF_PSC_ALPHA
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import IAF_PSC_EXP
from astrosim.systems.spiking.kernel.neurons.parrot_neuron import PARROT_NEURON
from astrosim.systems.spiking.kernel.synapses import gliotransmission, tsodyks

NEURONS: dict[str, Model] = {
    model.name: model for model in (IAF_PSC_EXP, IAF_PSC_ALPHA, AEIF_COND_ALPHA, PARROT_NEURON)
}
"""Neuron models in the order of their places."""
ASTROCYTES: dict[str, Model] = {model.name: model for model in (LI_RINZEL, GCHI)}
"""Astrocyte models in the order of their places."""
SYNAPSES = {"static": STATIC, "tsodyks": TSODYKS, "tsodyks2": TSODYKS2, "gliotransmission": GLIOTRANSMISSION}
"""Numbers of synapse models."""
ALIASES = {
    "aeif_cond_alpha_astro": "aeif_cond_alpha",
    "astrocyte_lr_1994": "li_rinzel",
    "tsodyks_synapse": "tsodyks",
    "tsodyks2_synapse": "tsodyks2",
    "static_synapse": "static",
}
"""Names of the same models in NEST."""
SYNAPSE_PARAMETERS: dict[int, tuple[Parameter, ...]] = {
    TSODYKS: tsodyks.PARAMETERS,
    TSODYKS2: tsodyks.PARAMETERS,
    GLIOTRANSMISSION: gliotransmission.PARAMETERS,
}
"""Parameters of synapses with short-term plasticity, by model, in the order of compiled code."""
PLASTICITY = {one.name: one for own in SYNAPSE_PARAMETERS.values() for one in own}
"""All of them by name."""


def own_name(name: str) -> str:
    """Return a model's name here: NEST's is taken, too."""
    return ALIASES.get(name, name)


def units() -> dict[str, str]:
    """Return units of all variables that can be recorded, by name."""
    return {
        name: one.unit for model in (*NEURONS.values(), *ASTROCYTES.values()) for name, one in model.recordable.items()
    }
