"""The kernel writes within its arrays: small networks, with numba's bounds checks on, in a process of their own."""

import os
import subprocess
import sys

import pytest
from places import TESTS

CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from replicates import CONDITIONS, scenario
from astrosim.systems.threshold.kernel import KernelEngine
for name, fields in CONDITIONS.items():
    for network in ({"clusters": 1, "regular": 1}, {"clusters": 2, "regular": 3}, {"clusters": 3}):
        for per_cluster in (1, 5):
            s = scenario(**fields, network=network, astrocytes={"per_cluster": per_cluster, "max_active": 2})
            for seed in range(4):
                engine = KernelEngine(s, seed)
                engine.advance(300)
                engine.advance(10, measure=True)
print("within")
"""


WAVES = """
import sys
import numpy as np
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/systems/waves"]
from test_kernel import CASES
from wave_nets import batch, wave
from astrosim.systems.waves.learners.learner import Stretch
from astrosim.systems.waves.learners.choose import make_learner
kept = {"training": {"rule": "keep_revert"}}
for scenario in [*CASES.values(), wave(**kept), wave(**kept, astrocytes={"radius": 30})]:
    images = 2 * scenario.images_per_update + 3
    features, labels = batch(scenario, images)
    learner = make_learner([scenario], [1])
    stretch = Stretch(0, 0, 3, [np.arange(images, dtype=np.int32)])
    learner.advance([features], (labels % 2).astype("f4"), stretch)
    learner.evaluate([features], labels % 2, 0, images)
print("within")
"""


@pytest.mark.full
def test_the_wave_kernel_stays_within_its_arrays(tmp_path):
    assert_within(WAVES, tmp_path)


@pytest.mark.full
def test_the_kernel_stays_within_its_arrays(tmp_path):
    assert_within(CODE, tmp_path)


def assert_within(code, tmp_path):
    """Run code with bounds checks on, compiled again."""
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", code, str(TESTS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "within\n"), done.stderr[-2000:]
