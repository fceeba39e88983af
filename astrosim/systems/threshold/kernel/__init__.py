"""The fused trial loop of the described system, in the order of its phases."""

from astrosim.systems.threshold.kernel.engine import KernelEngine

__all__ = ["KernelEngine"]
