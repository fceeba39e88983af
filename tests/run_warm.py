"""Loaded once by the server of processes: all runs that the tests start find their kernels compiled and loaded."""

from __future__ import annotations

import gc

from run_helpers import small

import astrosim.systems.threshold.diagnostics  # noqa: F401 -- imported by each run at its first result
from astrosim.scenario import condition_names, resolve
from astrosim.systems.threshold.recording import warm_up
from astrosim.systems.waves.learners.learner import KernelLearner
from astrosim.systems.waves.scenario.schema import WaveScenario

for name in condition_names(small()):
    warm_up(resolve(small(), name), 0)
KernelLearner([WaveScenario()], [0])
gc.freeze()  # what is loaded is shared with all runs, as long as none of them looks through it
