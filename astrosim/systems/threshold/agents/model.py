"""The readable engine: a Mesa model whose agents carry out each phase of a trial.

One Mesa time unit is one trial: Mesa's heartbeat event calls `AstroModel.step`, which walks
`astrosim.core.phases.PHASES`.
From the same seed it gives the same bits as the kernel. Murray 2026, section 4.
"""

from __future__ import annotations

from math import nan
from pathlib import Path
from typing import Any, ClassVar, Literal

import mesa
import numpy as np
from mesa.discrete_space import Cell, DiscreteSpace, OrthogonalMooreGrid
from mesa.time import Event, Priority

from astrosim.contracts.plan import NEVER
from astrosim.core.jit_substitution import specialised
from astrosim.core.phases import PHASES, Phase
from astrosim.core.rng import DECISION, PART, PATTERN, PERTURBATION, SELECTION, uniforms
from astrosim.rules import (
    adaptation,
    consolidation,
    coupling,
    decision,
    perturbation,
    reward,
    scope,
    selection,
    window,
)
from astrosim.store.variables import IDLE, KEPT, NOBODY, REVERTED, Decisions
from astrosim.systems.population.wiring import INPUT, TONIC
from astrosim.systems.threshold.agents.agents import Astrocyte, Cursor, Neuron
from astrosim.systems.threshold.agents.closed import ClosedModel
from astrosim.systems.threshold.agents.forward import ForwardPasses
from astrosim.systems.threshold.agents.model_arguments import checked_space, chosen_scenario, chosen_seed
from astrosim.systems.threshold.agents.trial_state import Arrival, Trial
from astrosim.systems.threshold.custom import astrocyte_class, exchanged_formulas
from astrosim.systems.threshold.network import eligibility
from astrosim.systems.threshold.network.state import ASTROCYTES, CURSOR, FIRED, NOT_SOLVED, TRIALS
from astrosim.systems.threshold.network.state import KEPT as KEPT_TRIALS
from astrosim.systems.threshold.network.state import REVERTED as REVERTED_TRIALS
from astrosim.systems.threshold.network.topology import Network
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.threshold.simulation import TOTALS

BETWEEN = 0.5  # trials; a trial is one tick of Mesa's clock, and an intervention comes half a tick before it


class AstroModel(ClosedModel, mesa.Model, ForwardPasses):
    """Neurons and astrocytes on a 2-D Mesa grid.

    Mesa's `time` counts the trials that this object has carried out, `trial` all trials of the replicate, also those
    before a restored checkpoint. `running` holds until the scenario's last trial.

    Parameters
    ----------
    scenario : Scenario, str or Path, optional
        Or the file, or the name of a bundled scenario; the described system's defaults if left out.
    seed : int
    rng : int, optional
        The seed, as Mesa calls it.
    condition : str, optional
        A condition of the scenario; without it, the scenario as it is outside its conditions.
    network : Network, optional
        In place of the scenario's, such as one of `Network.from_networkx`.
    space : {"grid", "network"}
        What the agents stand on: a grid, or a Mesa network with a cell a neuron, connected by the synapses; there
        astrocytes and the cursor stand in the cell of the nearest neuron. No result depends on it.
    fields : keyword arguments
        Other values of fields of the scenario, by dotted path, or by last part where that is clear: ``sigma=0.2``.

    Attributes
    ----------
    space : mesa.discrete_space.DiscreteSpace
    grid : mesa.discrete_space.OrthogonalMooreGrid or None
        Cells of edge `network.cell_size`; agents keep their exact positions.
    datacollector : mesa.DataCollector or None
        Collects after each recorded episode (`record.every`, and the last): accuracy, and the rate of acceptance so
        far; put another in its place.
    neurons : list of Neuron
    astrocytes : list of Astrocyte
    cursor : Cursor or None
    fired : ndarray of bool, shape (neuron,)
        Who fired in the last pass that stands.
    arrivals : dict of (int, int) to (Arrival, mesa.time.Event)
        Calcium waves under way, by trial and astrocyte.
    """

    kind_of_neuron: ClassVar[type] = Neuron
    phases: ClassVar[tuple[Phase, ...]] = PHASES

    def __init__(
        self,
        scenario: Scenario | str | Path | None = None,
        seed: int = 42,
        *,
        rng: int | None = None,
        condition: str | None = None,
        network: Network | None = None,
        space: Literal["grid", "network"] = "grid",
        **fields: Any,
    ) -> None:
        seed = chosen_seed(seed, rng)
        # Mesa hands the positional arguments on to the simulation.
        super().__init__(chosen_scenario(scenario, condition, fields, network), seed, rng=seed)  # type: ignore[call-arg]
        self.box = self.kernel_network.low, self.kernel_network.high
        self.grid = self._make_grid() if checked_space(space) == "grid" else None
        self.space: DiscreteSpace = self.network.to_mesa(random=self.random) if self.grid is None else self.grid
        self.fired = np.zeros(self.network.kind.size, bool)
        self.neurons = [self.kind_of_neuron(self, n) for n in range(self.network.kind.size)]
        kind = astrocyte_class(self.resolved_scenario) if len(self.territories) else Astrocyte
        self.astrocytes = [kind(self, a) for a in range(len(self.territories))]
        self._perturb_weights = specialised(perturbation.perturb, exchanged_formulas(kind))
        self.cursor = Cursor(self) if self.params.learner == CURSOR else None
        self._driven = np.isin(self.network.kind, (INPUT, TONIC))
        self._phases = [getattr(self, "_" + phase.name.replace(" ", "_")) for phase in self.phases]
        self._trial = Trial(0)
        self._decisions = self._log(0)
        self._row = 0
        self._pending: Event | None = None
        self.arrivals: dict[tuple[int, int], tuple[Arrival, Event]] = {}
        self._begin_events()
        self._recorded = frozenset(self.resolved_scenario.record_episodes)
        reporters = {"accuracy": AstroModel.accuracy, "accept_rate": AstroModel.accept_rate}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def _make_grid(self) -> OrthogonalMooreGrid:
        cells = np.floor((self.box[1] - self.box[0]) / self.resolved_scenario.network.cell_size).astype(int) + 1
        return OrthogonalMooreGrid(tuple(cells.tolist()), random=self.random)

    def accept_rate(self) -> float:
        """Return kept / (kept + reverted) so far; nan before the first decision."""
        kept, reverted = self.learning.counter[[KEPT_TRIALS, REVERTED_TRIALS]].tolist()
        return kept / (kept + reverted) if kept + reverted else nan

    def cell_of(self, neuron: int) -> Cell:
        """Return the cell of the space that a neuron stands in."""
        return self.space[neuron] if self.grid is None else self.cell_at(self.network.position[neuron])

    def cell_at(self, position: np.ndarray) -> Cell:
        """Return the cell of the space for a position (float64, shape (2,), units)."""
        if self.grid is None:
            return self.space.find_nearest_cell(position)
        x, y = ((position - self.box[0]) // self.resolved_scenario.network.cell_size).astype(int)
        return self.grid[(int(x), int(y))]

    def advance(self, trials: int, measure: bool = False) -> Decisions:
        """Carry out trials; see `Engine.advance`. Measuring costs nothing here and is always done."""
        self._decisions, self._row = self._log(trials), 0
        self._totals = dict.fromkeys(TOTALS, 0.0)
        if self.tracer is not None:
            self.tracer.begin(self.trial)
        if trials:
            self.run_for(trials)
        return self._decisions

    def step(self) -> None:
        """Carry out one trial: all its phases in order."""
        self._trial = Trial(self.trial)
        for phase, carry_out in zip(self.phases, self._phases, strict=True):
            carry_out()
            self.after_phase(phase.name)
        self.running = self.trial < self.resolved_scenario.schedule.trials
        episode, rest = divmod(self.trial, self.params.trials_per_episode)
        if rest == 0 and episode - 1 in self._recorded and self.datacollector is not None:
            self.datacollector.collect(self)

    def exploration_rates(self) -> np.ndarray:
        """Present exploration rate of each astrocyte, a trial: float64, shape (astrocyte,)."""
        return np.array([astrocyte.exploration_rate for astrocyte in self.astrocytes], dtype=np.float64)

    def state(self) -> dict[str, np.ndarray]:
        """Return a copy of all that changes, with what own astrocytes keep: by name, arrays of any shape."""
        own = {f"{a.index}/{name}": value for a in self.astrocytes for name, value in a.state().items()}
        return super().state() | own

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same scenario and seed: by name, arrays of any shape."""
        super().restore(state)
        for a in self.astrocytes:
            prefix = f"{a.index}/"
            a.restore({key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)})
        self.fired[:] = False
        self.fired[self.learning.fired[: self.learning.counter[FIRED]]] = True
        self._begin_events()
        self.running = self.trial < self.resolved_scenario.schedule.trials

    def _begin_events(self) -> None:
        """Put what is to come on Mesa's event list: the next intervention, and all waves under way."""
        for event in [self._pending, *(event for _, event in self.arrivals.values())]:
            if event is not None:
                event.cancel()
        self._pending = None
        self.arrivals.clear()
        self._origin = self.time - self.trial
        self._schedule_intervention(self.trial)
        slots = len(self.learning.arriving)
        for slot, astrocyte in np.argwhere(self.learning.arriving > 0.0).tolist():
            self.schedule_arrival(self.trial + (slot - self.trial) % slots, astrocyte)

    def _time_before(self, trial: int) -> float:
        """Mesa's time just before a trial, between two of its ticks."""
        return self._origin + trial + BETWEEN

    def _schedule_intervention(self, start: int) -> None:
        """Schedule the first trial from `start` on with an intervention."""
        trial = self.interventions.due(start)
        if trial != NEVER:
            at = self._time_before(trial)
            self._pending = self.schedule_event(self._intervene, at=at, priority=Priority.HIGH)

    def _intervene(self) -> None:
        """Apply the interventions before the present trial, Mesa's event; then schedule the next one."""
        self.interventions.act(self, self.trial)
        self._schedule_intervention(self.trial + 1)

    def schedule_arrival(self, trial: int, astrocyte: int) -> None:
        """Schedule that waves reach an astrocyte before a trial, after the interventions; once is enough."""
        if (trial, astrocyte) not in self.arrivals:
            arrival = Arrival(self.astrocytes[astrocyte], trial)
            event = self.schedule_event(arrival.land, at=self._time_before(trial))
            self.arrivals[trial, astrocyte] = arrival, event

    def _present(self) -> None:
        trial = self._trial
        patterns = np.arange(len(self.kernel_network.patterns), dtype=np.int32)
        trial.window = np.empty(window.window_size(self.params.decision.window, patterns.size), np.int64)
        room = np.empty(trial.window.size + 3, np.uint32)
        window.draw_window(self.params.keys[PATTERN], trial.number, trial.window, patterns, room)
        if trial.number % self.params.trials_per_episode == 0:
            self.fired[:] = self._clamped(trial.window[0])

    def _sense(self) -> None:
        if self.params.coupled:
            for astrocyte in self.astrocytes:
                astrocyte.integrate()
        if self.params.learner == ASTROCYTES and selection.goes_by_score(self.params.selection):
            for astrocyte in self.astrocytes:
                astrocyte.sense()

    def _activate(self) -> None:
        if self.params.learner != ASTROCYTES:
            return
        trial = self._trial
        able = [astrocyte for astrocyte in self.astrocytes if not astrocyte.silenced]
        if not selection.goes_by_score(self.params.selection):
            trial.active = self._drawn(able)
            trial.explored = [False] * len(trial.active)
            return
        ranked = sorted(able, key=lambda a: (-a.score, a.index))
        for astrocyte in ranked:
            if len(trial.active) == self.params.population.max_active:
                break
            chosen = astrocyte.is_above_threshold()
            if chosen or astrocyte.explores(trial.number):
                trial.active.append(astrocyte)
                trial.explored.append(not chosen)
        if ranked and not trial.active:
            trial.active, trial.explored = [ranked[0]], [False]
        if self.params.coupled:
            for astrocyte, explored in zip(trial.active, trial.explored, strict=True):
                if coupling.sends(astrocyte.is_above_threshold(), explored):
                    astrocyte.send(trial.number)

    def _drawn(self, able: list[Astrocyte]) -> list[Astrocyte]:
        """Draw the astrocytes that act in a trial, at random."""
        count, deck = min(self.params.population.max_active, len(able)), np.arange(len(able), dtype=np.int32)
        scope.sample(self.params.keys[SELECTION], self._trial.number, count, deck, np.empty(count + 3, np.uint32))
        return [able[number] for number in deck[:count]]

    def _evaluate_before(self) -> None:
        self._trial.fired_before, self._trial.outputs_before = self._passes()

    def _perturb(self) -> None:
        trial = self._trial
        trial.snapshot = self.learning.weight.copy()
        if trial.active:
            if self.params.perturbation.scope == scope.TERRITORY:
                trial.eligible = self._perturb_territories()
            else:
                trial.eligible = self._perturb_anywhere()
        elif self.cursor is not None and self.params.learner == CURSOR:
            self.cursor.move(trial.number)
            synapses = self.cursor.synapses()
            self.cursor.perturb(trial.number, synapses)
            trial.eligible, trial.idle = synapses.size, synapses.size == 0
        else:
            trial.idle = True

    def perturb(self, trial: int, synapses: np.ndarray, share: float = 1.0) -> None:
        """Add the random steps of a trial, or a share of each, to the weights of synapses.

        Parameters
        ----------
        trial : int
            From 0.
        synapses : ndarray of int32, shape (synapse,)
            Numbers, each once.
        share : float
            Factor of each step, 1.
        """
        self._trial.steps.append(synapses)
        r, key = self.params.perturbation, self.params.keys[PERTURBATION]
        scale = r.scale
        if r.adapt_sigma and self._trial.active:
            active = np.array([astrocyte.index for astrocyte in self._trial.active])
            scale = np.float32(perturbation.step_scale(perturbation.mean_sigma(self.learning.sigma, active), r.spacing))
        scale = np.float32(float(scale) * share)
        if r.fraction < 1.0:
            drawn = np.empty(synapses.size)
            uniforms(self.params.keys[PART], trial, synapses.astype(np.int64), drawn)
            synapses = synapses[perturbation.takes_part(drawn, r.fraction)]
        self._perturb_weights(self.learning.weight, synapses, key, trial, scale, r.spacing, r.limit)

    def _perturb_territories(self) -> int:
        """Each active astrocyte perturbs what no other has perturbed yet; returns the number of synapses."""
        done = np.zeros(self.network.post.size, bool)
        for astrocyte in self._trial.active:
            mine = astrocyte.synapses[~done[astrocyte.synapses]]
            astrocyte.perturb(self._trial.number, mine)
            done[mine] = True
        return int(done.sum())

    def _perturb_anywhere(self) -> int:
        """Perturb synapses regardless of place: the ablations of the update scope."""
        union = np.unique(np.concatenate([a.synapses for a in self._trial.active]))
        synapses = eligibility.anywhere(self.kernel_network, self.params, self._trial.number, union.size)
        self.perturb(self._trial.number, synapses)
        return synapses.size

    def _evaluate_after(self) -> None:
        if self.learning.passes.size and not self._trial.idle:
            self._evaluate_one_by_one()
        else:
            self._trial.fired_after, self._trial.outputs_after = self._passes()

    def _decide(self) -> None:
        trial, r = self._trial, self.params.decision
        after, before = (self.window_reward(outputs) for outputs in (trial.outputs_after, trial.outputs_before))
        trial.compared = before, trial.best if trial.lost else after
        key = self.params.keys[DECISION]
        stands = decision.stands(r.accept, after, before, r.offset, r.temperature, key, trial.number)
        trial.kept = bool(stands) and not (trial.idle or trial.lost)
        share = consolidation.share_kept(r.consolidation, r.rate, after, before)
        if not trial.kept or share < 1.0:
            self.learning.weight[:] = trial.snapshot
        if trial.kept and share < 1.0:
            self._consolidate(share)
        self.fired[:] = trial.fired_after if trial.kept else trial.fired_before
        self.learning.counter[TRIALS] += 1
        self.learning.counter[KEPT_TRIALS] += trial.kept
        self.learning.counter[REVERTED_TRIALS] += not (trial.kept or trial.idle)
        if trial.kept:
            self._note_solution()

    def _note_solution(self) -> None:
        """Whether every bit of every pattern is right for the first time."""
        solved = self.learning.solved
        if solved.size and solved[0] == NOT_SOLVED and self.accuracy() == 1.0:
            solved[:] = self.trial, self.learning.passes[0]

    def _consolidate(self, share: float) -> None:
        """Take a part of the steps of the trial alone; what stands is what passes then give."""
        trial = self._trial
        steps, trial.steps = trial.steps, []
        for synapses in steps:
            self.perturb(trial.number, synapses, share)
        trial.fired_after, trial.outputs_after = self._passes()

    def _adapt(self) -> None:
        trial = self._trial
        for astrocyte, explored in zip(trial.active, trial.explored, strict=True):
            astrocyte.remember(trial.window, trial.kept, explored)
        if self.params.learner == ASTROCYTES and adaptation.is_due(self.trial, self.params.population.interval):
            for astrocyte in self.astrocytes:
                astrocyte.adapt()

    def _record(self) -> None:
        trial, state = self._trial, self.learning
        fired = np.flatnonzero(self.fired)
        state.fired[: fired.size] = fired
        state.counter[FIRED] = fired.size
        standing = trial.outputs_after if trial.kept else trial.outputs_before
        self._totals["binary"] += reward.mean_reward(self._rewards(standing, reward.BINARY))
        self._totals["soft"] += reward.mean_reward(self._rewards(standing, reward.SOFT))
        self._totals["kept"] += trial.kept
        self._totals["reverted"] += not (trial.kept or trial.idle)
        self._totals["eligible"] += trial.eligible
        if self.tracer is not None:
            self.tracer.note(trial.number, *trial.rewards, trial.eligible, self.fired)
        if self._row < self._decisions.pattern.size:
            self._decisions.pattern[self._row] = trial.pattern
            self._decisions.decision[self._row] = KEPT if trial.kept else (IDLE if trial.idle else REVERTED)
            self._decisions.active[self._row] = NOBODY
            self._decisions.active[self._row, : len(trial.active)] = [a.index for a in trial.active]
            self._row += 1
