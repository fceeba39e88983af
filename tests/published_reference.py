"""The published system once more, word for word from its specification: eager, sequential, in plain Python.

It draws every number in order and perturbs every eligible synapse before it looks at the reward. Only the network's
construction (checked against the golden topology) and the elementary functions are shared with the package.
"""

from __future__ import annotations

import math

from astrosim.systems.published.kernel import fdlibm
from astrosim.systems.published.kernel.network import build_network

MASK = 0xFFFFFFFF
PATTERNS = ("00000", "10000", "01000", "00100", "00010", "00001", "11000", "00110")
TARGETS = ("10101", "01010", "11001", "00110", "10011", "01100", "00101", "11010")


class SequentialMulberry:
    """The generator by its definition: one addition of doubles a draw."""

    def __init__(self, state: float) -> None:
        self.state = state

    def counter(self) -> int:
        self.state += 1831565813.0
        return int(self.state) % 2**32

    def draw(self) -> float:
        s = self.counter()
        t = (s ^ (s >> 15)) * (s | 1) & MASK
        t ^= (t + (t ^ (t >> 7)) * (t | 61)) & MASK
        return (t ^ (t >> 14)) / 2**32


class Reference:
    """One replicate; `trial()` carries out one trial and returns (pattern, decision, active astrocytes)."""

    def __init__(self, seed: int, learner: str, sensing: str, exploration: str, generator: float | None = None) -> None:
        self.net = build_network(seed)
        self.learner, self.sensing, self.exploration = learner, sensing, exploration
        self.random = SequentialMulberry(self.net.generator if generator is None else generator)
        self.weight = [float(w) for w in self.net.weight]
        self.pre, self.post = self.net.pre.tolist(), self.net.post.tolist()
        self.label = self.net.label.tolist()
        self.memory = [False] * 70
        self.threshold = [0.5] * 8
        self.window: list[list[int]] = [[] for _ in range(8)]
        self.activations, self.successes, self.explorations = [0] * 8, [0] * 8, [0] * 8
        self.trials = 0
        self.low, self.high = self.net.position.min(axis=0), self.net.position.max(axis=0)
        self.cursor = ((self.low + self.high) / 2).tolist()

    def forward(self, pattern: int) -> tuple[list[float], list[bool]]:
        fired = [k < 5 and PATTERNS[pattern][k] == "1" for k in range(70)]
        total = [0.0] * 70
        for j, k in enumerate(self.pre):
            if fired[k]:
                total[self.post[j]] += self.weight[j]
        for k in range(70):
            if self.net.kind[k] != 0:
                fired[k] = total[self.label[k]] > 0.5
        return total, fired

    def soft(self, pattern: int, total: list[float]) -> float:
        reward = 0.0
        for o in range(5):
            sign = 1.0 if TARGETS[pattern][o] == "1" else -1.0
            reward += 1.0 / (1.0 + fdlibm.exp(-sign * (total[5 + o] - 0.5)))
        return reward / 5

    def score(self, a: int) -> float:
        if self.sensing == "firing":
            own = self.net.territory_labels[a]
            return sum(self.memory[label] for label in own) / len(own)
        total = 0.0
        for j in self.net.territory_synapses[a]:
            total += abs(self.weight[j]) if self.memory[self.pre[j]] else 0.0
        return total / len(self.net.territory_synapses[a])

    def rate(self, a: int) -> float:
        return {"none": 0.0, "flat": 0.01, "maturity": 0.30 / (1 + self.activations[a] / 2000)}[self.exploration]

    def activate(self) -> list[tuple[int, bool]]:
        scores = [self.score(a) for a in range(8)]
        order = sorted(range(8), key=lambda a: -scores[a])
        active = []
        for a in order:
            if scores[a] > self.threshold[a]:
                active.append((a, False))
            elif self.exploration != "none" and self.random.draw() < self.rate(a):
                active.append((a, True))
        return (active or [(order[0], False)])[:3]

    def move(self) -> list[int]:
        jumps = self.random.draw() < 0.05
        for d in range(3):
            u = self.random.draw()
            if jumps:
                self.cursor[d] = float(self.low[d] + u * (self.high[d] - self.low[d]))
            else:
                moved = self.cursor[d] + (u - 0.5) * 2 * 1.5
                self.cursor[d] = float(max(self.low[d], min(self.high[d], moved)))
        flag = [False] * 70
        for k in range(70):
            flag[self.label[k]] = math.dist(self.net.position[k], self.cursor) <= 2.0
        return [j for j in range(len(self.pre)) if flag[self.pre[j]] or flag[self.post[j]]]

    def attempt(self, pattern: int, eligible: list[int]) -> bool:
        total, fired = self.forward(pattern)
        before, old = self.soft(pattern, total), list(self.weight)
        for j in eligible:
            u1, u2 = self.random.draw(), self.random.draw()
            gauss = math.sqrt(-2.0 * fdlibm.log(u1 + 1e-12)) * fdlibm.cos(2 * math.pi * u2)
            self.weight[j] = max(-2.0, min(2.0, self.weight[j] + 0.1 * gauss))
        total, fired_after = self.forward(pattern)
        kept = self.soft(pattern, total) > before
        if not kept:
            self.weight = old
        for k, fires in enumerate(fired_after if kept else fired):
            self.memory[self.label[k]] = fires
        return kept

    def trial(self) -> tuple[int, int, list[int]]:
        pattern = int(self.random.draw() * 8)
        if self.trials % 10 == 0:
            self.memory = [k < 5 and PATTERNS[pattern][k] == "1" for k in range(70)]
        self.trials += 1
        if self.learner == "cursor":
            eligible = self.move()
            return pattern, int(self.attempt(pattern, eligible)) if eligible else -1, []
        active = self.activate()
        union: dict[int, None] = {}
        for a, _ in active:
            union.update(dict.fromkeys(self.net.territory_synapses[a].tolist()))
        kept = self.attempt(pattern, list(union))
        for a, explored in active:
            self.window[a] = [*self.window[a], int(kept)][-20:]
            self.activations[a] += 1
            self.successes[a] += kept
            self.explorations[a] += explored
        if self.trials % 50 == 0:
            self.adapt()
        return pattern, int(kept), [a for a, _ in active]

    def adapt(self) -> None:
        for a, window in enumerate(self.window):
            if window and sum(window) / len(window) > 0.15:
                self.threshold[a] = max(0.1, self.threshold[a] - 0.01)
            elif window and sum(window) / len(window) < 0.05:
                self.threshold[a] = min(0.9, self.threshold[a] + 0.01)


def golden_engine(condition: str, seed: int, episodes: int = 500):
    """The engine of a published condition."""
    from astrosim.systems.published.engine import PublishedEngine
    from astrosim.systems.threshold.scenario.schema import Scenario

    learner, sensing, exploration = CONDITIONS[condition]
    scenario = Scenario.model_validate(
        {
            "system": "published",
            "learner": learner,
            "sensing": {"rule": sensing},
            "exploration": {"rule": exploration},
            "schedule": {"episodes": episodes},
        }
    )
    return PublishedEngine(scenario, seed)


CONDITIONS = {
    "baseline": ("astrocytes", "firing", "none"),
    "traffic": ("astrocytes", "traffic", "none"),
    "epsilon": ("astrocytes", "firing", "flat"),
    "maturity": ("astrocytes", "firing", "maturity"),
    "cursor": ("cursor", "firing", "none"),
    "control": ("none", "firing", "none"),
}
