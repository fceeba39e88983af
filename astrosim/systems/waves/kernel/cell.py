"""Passes of a single image in pieces: what one cell does at a time, by the very code of a whole pass."""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.systems.waves.kernel.loop import place_leaks
from astrosim.systems.waves.kernel.passes import effective_weights, forward
from astrosim.systems.waves.program import EVALUATION


@kernel
def prepare(program, replicate, parameters, scratch, trial):
    """Prepare the effective weights for an evaluation. Writes: scratch.effective, scratch.factor."""
    place_leaks(program, replicate, scratch)
    effective_weights(program, replicate, parameters, scratch, replicate.keys[3], trial, EVALUATION)


@kernel
def carry_out(program, replicate, parameters, scratch, trial):
    """Carry out the operations of a part of a network, for one image. Writes: scratch.values, drawn."""
    forward(program, replicate, parameters, scratch, replicate.keys[2], trial, EVALUATION, 1)
