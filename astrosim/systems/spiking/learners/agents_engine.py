"""Learning over windows carried out by agents: the phases of a trial, one after the other (trials, steps, pA, uM)."""

from __future__ import annotations

import numpy as np

from astrosim.rules import adaptation, consolidation, decision, perturbation, reward, scope, window
from astrosim.store.variables import IDLE, KEPT, NOBODY, REVERTED
from astrosim.systems.spiking.kernel import junctions as gap_junctions
from astrosim.systems.spiking.kernel import trial_arrays as arrays
from astrosim.systems.spiking.kernel.astrocytes import li_rinzel
from astrosim.systems.spiking.kernel.learning import shortened
from astrosim.systems.spiking.kernel.model import GAP, LANES
from astrosim.systems.spiking.learners.agents import WindowAstrocyte, WindowModel
from astrosim.systems.spiking.learners.windows import WindowLearning


class AgentsLearning(WindowLearning):
    """Learning over windows carried out by agents; parameters and results as of `WindowLearning`."""

    model: WindowModel

    def advance(self, trials: int) -> arrays.Log:
        """Carry out some trials, fewer if they end before; return their records."""
        if not hasattr(self, "model"):
            self.model = WindowModel(self)
        log = self._log(trials)
        done = 0
        while done < log.decision.size and not (self.params.stops and self.solved is not None):
            if self.interventions.due == self.done:
                self.model.intervene()
            self._trial(log, done)
            done += 1
        return arrays.Log(*(array[:done] for array in log))

    def right_bits(self) -> int:
        """Return the bits that are read as their targets, of all patterns."""
        if hasattr(self, "model"):
            self._refresh(range(len(self.system.targets)))
        return super().right_bits()

    def _trial(self, log: arrays.Log, row: int) -> None:
        """Walk the phases of a trial."""
        trial, counter = self.done, self.learning.counter
        before = self._present(trial)
        active = self._activate(trial)
        kept = self._try(trial, [agent for agent, _ in active], before) if active else False
        if self.params.activation != arrays.RANDOM:
            self._live()
        counter[arrays.TRIALS] += 1
        counter[arrays.STOOD if kept else (arrays.FELL if active else arrays.RESTED)] += 1
        for agent, explored in active:
            agent.remember(kept, explored)
        if not self.params.frozen and adaptation.is_due(self.done, self.params.population.interval):
            for agent in self.model.astrocytes:
                agent.adapt()
        self._record(log, row, active, kept)
        self._look(kept)

    def _present(self, trial: int) -> float:
        """Draw the patterns of a trial, show those whose window is not up to date; return their mean reward."""
        own = self.workspace
        window.draw_window(self.params.keys[arrays.ORDER], trial, own.shown, own.patterns, own.partner)
        self._refresh(own.shown)
        return float(reward.mean_reward(own.standing.reward[own.shown]))

    def _refresh(self, patterns: object) -> None:
        for pattern in patterns:  # type: ignore[attr-defined]
            if self.workspace.stale[pattern]:
                self._stand(pattern, self.model.show(pattern), self.model.spikes)

    def _stand(self, pattern: int, readout: np.ndarray, spikes: list[tuple[int, int]]) -> None:
        """Take a window for the standing one."""
        standing = self.workspace.standing
        standing.readout[pattern], standing.spikes[pattern] = readout, len(spikes)
        standing.reward[pattern] = self.model.rewarded(pattern, readout)
        for k, (stamp, neuron) in enumerate(spikes):
            standing.stamp[pattern, k], standing.neuron[pattern, k] = stamp, neuron
        self.workspace.stale[pattern] = False

    def _activate(self, trial: int) -> list[tuple[WindowAstrocyte, bool]]:
        """Active astrocytes in score order, and whether they explore."""
        p, every = self.params, self.model.astrocytes
        if p.frozen:
            return []
        able = [agent for agent in every if not agent.silenced]
        most = p.population.max_active
        if p.activation == arrays.RANDOM:
            deck, count = self.system.acting.copy(), min(most, len(able))
            scope.sample(p.keys[arrays.ASTROCYTE], trial, count, deck, np.zeros(count + 4, np.uint32))
            return [(every[a], False) for a in deck[:count]]
        for agent in every:
            self.learning.astrocytes.score[agent.index] = agent.score
        able.sort(key=lambda agent: (-agent.score, agent.index))
        chosen = [(agent, not agent.is_above_threshold()) for agent in able]
        chosen = [(agent, below) for agent, below in chosen if not below or agent.explores(trial)][:most]
        if chosen or p.activation == arrays.STRICT:
            return chosen
        return [(agent, False) for agent in able[:1]]

    def _try(self, trial: int, active: list[WindowAstrocyte], before: float) -> bool:
        """Perturb, show the windows again, and keep or revert."""
        weight, steps = self.learning.weight, dict[int, np.float32]()
        for k, agent in enumerate(active):
            drawn = agent.sample(trial * self.params.population.max_active + k, len(active))
            steps = {**drawn, **steps}
        old = {s: weight[s] for s in steps}
        for s, size in steps.items():
            weight[s] = perturbation.stepped(weight[s], size, self.params.limit)
        shown = {int(pattern): (self.model.show(pattern), self.model.spikes) for pattern in self.workspace.shown}
        after = np.array([self.model.rewarded(pattern, readout) for pattern, (readout, _) in shown.items()])
        rewarded = float(reward.mean_reward(after))
        kept = bool(decision.keeps(rewarded, before, self.params.offset))
        if kept:
            self.workspace.stale[:] = True
            share = consolidation.share_kept(self.params.consolidation, self.params.rate, rewarded, before)
            if share < 1.0:
                for s, value in old.items():
                    p = self.params
                    weight[s] = shortened(value, weight[s], share, p.spacing, p.limit)
            else:
                for pattern, (readout, spikes) in shown.items():
                    self._stand(pattern, readout, spikes)
            self._refresh(shown)
        else:
            for s, value in old.items():
                weight[s] = value
        return kept

    def _live(self) -> None:
        """Let IP3 flow in by the traffic of the shown windows, and calcium live for the time of a trial."""
        own, every, cells = self.system, self.model.astrocytes, self.learning.cells
        spikes = self._counted()
        inflow = [agent.sense(spikes) for agent in every]
        above = [agent.calcium > agent.threshold for agent in every]
        for _ in range(self.params.leaps):
            cells[:, GAP : GAP + LANES] = 0.0
            if own.junctions.rule != gap_junctions.NONE:
                gap_junctions.gather(cells, 0, li_rinzel.IP3, own.junctions.level)
                gap_junctions.inflow(cells, 0, GAP, own.junctions)
            for agent, flow in zip(every, inflow, strict=True):
                agent.flow(flow)
            for agent in every:
                agent.live()
        for agent in every:
            self.learning.events[agent.index] += agent.calcium > agent.threshold and not above[agent.index]

    def _counted(self) -> np.ndarray:
        """Spikes of each neuron in the shown windows: int64, shape (neuron,)."""
        own, standing = self.system.circuit, self.workspace.standing
        spikes = np.zeros(self.network.kind.size, np.int64)
        for pattern in self.workspace.shown:
            np.add.at(spikes, own.train_neuron[own.train_first[pattern] : own.train_first[pattern + 1]], 1)
            np.add.at(spikes, standing.neuron[pattern, : standing.spikes[pattern]], 1)
        return spikes

    def _record(self, log: arrays.Log, row: int, active: list[tuple[WindowAstrocyte, bool]], kept: bool) -> None:
        shown = self.workspace.shown
        log.pattern[row], log.active[row] = shown[0], NOBODY
        log.decision[row] = KEPT if kept else (REVERTED if active else IDLE)
        log.reward[row] = reward.mean_reward(self.workspace.standing.reward[shown])
        for k, (agent, explored) in enumerate(active):
            log.active[row, k], log.explored[row, k] = agent.index, explored

    def _look(self, kept: bool) -> None:
        """Note the number of trials if all bits are right for the first time."""
        whole = self.workspace.shown.size == len(self.system.targets)
        due = kept if whole else self.done % self.params.population.interval == 0
        if due and self.solved is None and self.right_bits() == self.system.targets.size:
            self.learning.counter[arrays.SOLVED] = self.done
