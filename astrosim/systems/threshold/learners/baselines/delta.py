"""Delta rule (Widrow & Hoff 1960), for outputs that are judged by a reward: error of the output x its input.

Only synapses onto outputs learn, in the last cycle; the neurons that send, inputs or hidden ones with their random
initial weights, are features (Rosenblatt 1958). Under ``log_sigmoid`` the error is that of a logistic unit, target less
sigmoid(gain (a - threshold)).
"""

from __future__ import annotations

from astrosim.core.jit import kernel
from astrosim.store.variables import IDLE
from astrosim.systems.threshold.learners.baselines.backpropagation import blame_outputs
from astrosim.systems.threshold.learners.baselines.baseline import ASCENT, Baseline, ascends
from astrosim.systems.threshold.learners.baselines.forward import STEP, pass_through
from astrosim.systems.threshold.learners.baselines.gradient_ascent import assign, clear, climb


@kernel
def update(circuit, numbers, memory, room, weight, trial):
    """Take one step of the synapses onto outputs; returns IDLE, as nothing is decided."""
    clear(room.gradient)
    patterns = circuit.targets.shape[0]
    for p in range(patterns):
        pass_through(circuit, numbers, room, weight, p, STEP)
        blame_outputs(circuit, numbers, room, p)
        assign(circuit, room, 1.0 / patterns)
    climb(numbers, memory, weight, room.gradient, trial)
    return IDLE


LEARNER = Baseline(
    needs_memoryless=True,
    source="Widrow & Hoff 1960",
    reads=ASCENT,
    update=update,
    decided=ascends("error of each output x what it was sent"),
    needs_slope=True,
    onto_outputs=True,
)
