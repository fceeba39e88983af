"""Own classes of astrocytes that several tests share, and scenarios that name them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from replicates import CONDITIONS, scenario

from astrosim.systems.threshold.scenario.schema import Scenario

IMPORTS = "import numpy as np\nfrom numba import njit\nfrom astrosim import Astrocyte\n"
OWN_FORMULAS = f"""{IMPORTS}
class Own(Astrocyte):
    @staticmethod
    @njit
    def score_of(total, size):
        return total / (total + size) if size > 0 else 0.0

    @staticmethod
    @njit
    def exploration_rate_of(rule, activations, flat_rate, initial_rate, maturity):
        return 0.0 if rule == 0 else initial_rate / (1.0 + activations / 100.0) ** 2

    @staticmethod
    @njit
    def step_of(gaussian, scale, spacing):
        return np.rint(abs(gaussian) * gaussian * scale) * spacing

    @staticmethod
    @njit
    def adapted(threshold, rate, step, upper, lower, floor, ceiling):
        return min(max(threshold + step * (0.3 - rate), floor), ceiling)
"""
SAME_FORMULAS = f"""{IMPORTS}
class Same(Astrocyte):
    score_of = staticmethod(njit(error_model="numpy")(Astrocyte.score_of.py_func))
    exploration_rate_of = staticmethod(njit(error_model="numpy")(Astrocyte.exploration_rate_of.py_func))
    step_of = staticmethod(njit(error_model="numpy")(Astrocyte.step_of.py_func))
    adapted = staticmethod(njit(error_model="numpy")(Astrocyte.adapted.py_func))
"""
PYTHON = f"""{IMPORTS}
class Patient(Astrocyte):
    \"\"\"Explores only after some failures in a row, and knows the scores of its last trials.\"\"\"

    state_names = ("failures", "scores", "warm")
    failures, warm = 0, False

    def __init__(self, model, index):
        super().__init__(model, index)
        self.scores = np.zeros(3)

    def sense(self):
        super().sense()
        self.scores = np.roll(self.scores, 1)
        self.scores[0] = self.score
        self.score = float(self.scores.mean())

    def remember(self, pattern, kept, explored):
        super().remember(pattern, kept, explored)
        self.failures = 0 if kept else self.failures + 1
        self.warm = self.failures > 2

    def explores(self, trial):
        return self.warm and super().explores(trial)
"""


def own(folder: Path, text: str, name: str, **fields: Any) -> Scenario:
    """A scenario whose astrocytes are a class of a module with this text."""
    file = folder / "own.py"
    file.write_text(text)
    return scenario(agents={"astrocyte": f"own:{name}", "file": str(file)}, **fields)


def write(folder: Path, module: str, text: str = "") -> Path:
    """A module `own`, and a scenario beside it."""
    (folder / "own.py").write_text(module)
    path = folder / "s.toml"
    path.write_text(f'name = "s"\nseeds = [3, 8]\nschedule.episodes = 30\nrecord.every = 9\n{text}')
    return path


COUPLED = {"coupling": {"graph": "distance", "reach": 11.0, "gain": 2.0, "relay": True, "relay_threshold": 0.05}}
LEARNING = {name: fields for name, fields in CONDITIONS.items() if "learner" not in fields} | {"coupled": COUPLED}
