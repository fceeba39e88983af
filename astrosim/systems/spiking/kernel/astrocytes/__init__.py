"""Astrocyte models, a file each: parameters, constants of a step, state, and the step itself (ms, uM)."""
