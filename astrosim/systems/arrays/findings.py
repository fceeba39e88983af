"""What is found at the end about a network on a table's test rows: answers, and what each input is good for.

Rewards and scores are dimensionless; outputs are logits, or numbers in the targets' own units.
"""

from __future__ import annotations

import numpy as np

from astrosim.core.rng import stream_key
from astrosim.systems.arrays.beside import beside
from astrosim.systems.arrays.data import Images
from astrosim.systems.arrays.judge import judge
from astrosim.systems.arrays.kernel.arrays import Batch, Network
from astrosim.systems.arrays.kernel.batches import permutation
from astrosim.systems.arrays.scenario.schema import ArrayScenario

REPEATS = 5  # permutations of each input; as scikit-learn's permutation_importance
MOST_INPUTS = 200  # assumed: more bars are read by nobody, and cost time


def findings(scenario: ArrayScenario, seed: int, net: Network, rows: Images, test: Batch) -> dict[str, np.ndarray]:
    """Return variables of the store, of the shape that `records` names: answers, importance, and the baselines'."""
    verdict = judge(net, test)
    found = {"importance": importance(scenario, net, test, verdict.r2 if scenario.regression else verdict.accuracy)}
    found |= beside(scenario, seed, rows)
    if scenario.regression and rows.target_scaling is not None:
        scaling = rows.target_scaling
        return found | {
            "test_output": scaling.undone(verdict.outputs.astype(np.float64)),
            "test_target": scaling.undone(rows.test.targets.astype(np.float64)),
        }
    labels = rows.test.labels
    return found | {
        "confusion": verdict.confusion,
        "test_output": verdict.outputs.astype(np.float64),
        "test_target": labels.astype(np.float64)[:, None],
    }


def importance(scenario: ArrayScenario, net: Network, test: Batch, score: float) -> np.ndarray:
    """Return how much of the score an input carries: what is lost when its values are permuted (Breiman 2001).

    Of shape (input,), float64. Draws: stream `array_importance` of seed 0, trial = repeat.
    """
    inputs = scenario.inputs
    lost = np.full(inputs, np.nan)
    key = stream_key(0, "array_importance")
    orders = [permutation(key, repeat, test.images) for repeat in range(REPEATS)]
    for column in range(min(inputs, MOST_INPUTS)):
        own = test.pixels[:, column].copy()
        line = own.reshape(-1)
        scores = []
        for order in orders:
            moved = line.copy()
            moved[: test.images] = line[: test.images][order]
            test.pixels[:, column] = moved.reshape(own.shape)
            verdict = judge(net, test)
            scores.append(verdict.r2 if scenario.regression else verdict.accuracy)
        test.pixels[:, column] = own
        lost[column] = score - float(np.mean(scores))
    return lost
