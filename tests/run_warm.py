"""Loaded once by the server of processes: all runs that the tests start find their kernels compiled and loaded."""

from __future__ import annotations

from run_helpers import small

from astrosim.runs.trials import warm_up
from astrosim.scenario import WaveScenario, condition_names, resolve
from astrosim.wave.learner import KernelLearner

for name in condition_names(small()):
    warm_up(resolve(small(), name), 0)
KernelLearner([WaveScenario()], [0])
