"""The geometry of calcium-wave networks, without torch: steps, chains, what reaches what, what it costs."""

from astrosim.systems.waves.mesh.chain import Chain, ChainError, check_output, parse
from astrosim.systems.waves.mesh.steps import Step, make_step

__all__ = ["Chain", "ChainError", "Step", "check_output", "make_step", "parse"]
