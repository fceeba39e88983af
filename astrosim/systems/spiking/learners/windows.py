"""Learning over spiking windows in motion, on the compiled engine (trials, steps, pA, uM)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from astrosim.contracts.simulation import copy_arrays, restore_arrays
from astrosim.core.rng import stream_key
from astrosim.rules import choices
from astrosim.rules.choices import chosen
from astrosim.rules.perturbation import grid, grid_limit, step_scale
from astrosim.rules.window import window_size
from astrosim.systems.population import state as population
from astrosim.systems.spiking.kernel import learning, windows
from astrosim.systems.spiking.kernel import trial_arrays as arrays
from astrosim.systems.spiking.kernel.astrocytes import li_rinzel
from astrosim.systems.spiking.kernel.model import LANES, gathered, spread
from astrosim.systems.spiking.kernel.neurons.iaf_psc_exp import IAF_PSC_EXP, THRESHOLD
from astrosim.systems.spiking.learners import circuit
from astrosim.systems.spiking.learners.interventions import Interventions
from astrosim.systems.spiking.learners.recipe import Recipe, check

COUNTERS = ("trials", "kept", "reverted", "idle", "solved")
"""Names of the places of `State.counter`."""


class Rates:
    """Rates of exploration: flat, or none."""

    def __init__(self, rate: float) -> None:
        self.flat_rate, self.initial_rate, self.maturity = rate, 0.0, 1.0
        self.rule = "flat" if rate > 0.0 else "none"


class WindowLearning:
    """Network, astrocytes and task of a recipe, advanced trial by trial.

    Parameters
    ----------
    recipe : Recipe
    seed : int
    network : Clustered, optional
        Drawn by the seed if left out.
    scenario : WindowScenario, optional
        Resolved, whose interventions are planned.

    Attributes
    ----------
    network : Clustered
    territories : Territories
    params, system, learning, workspace
        Tuples of `kernel.learning`; `learning` is the state.
    interventions : Interventions
        They exchange `params`, `system` and `pairs`.

    Raises
    ------
    AstrosimError
        If a number of the recipe is wrong.
    """

    def __init__(
        self, recipe: Recipe, seed: int, network: circuit.Clustered | None = None, scenario: Any = None
    ) -> None:
        check(recipe)
        self.recipe, self.seed = recipe, seed
        self.network = network or circuit.cluster_network(recipe, seed)
        self.territories = circuit.territories(recipe, self.network)
        self.sound = np.ones(self.network.kind.size, bool)
        self.acts = np.ones(len(self.territories), bool)
        self.pairs = circuit.pairs_within(self.territories.position, recipe.astrocytes.reach)
        self.params = make_params(recipe, seed)
        self.learning = self._make_state()
        self.system = self._make_system()
        self.workspace = self._make_workspace()
        self.interventions = Interventions(self, scenario)
        self.refill()

    @property
    def done(self) -> int:
        """Trials done."""
        return int(self.learning.counter[arrays.TRIALS])

    @property
    def solved(self) -> int | None:
        """Trials at which all bits were right first; None: not yet."""
        trials = int(self.learning.counter[arrays.SOLVED])
        return None if trials == arrays.NOT_SOLVED else trials

    @property
    def finished(self) -> bool:
        """Whether no trial is left."""
        return self.done >= self.recipe.trials.most or (self.params.stops and self.solved is not None)

    def advance(self, trials: int) -> arrays.Log:
        """Carry out some trials, fewer if they end before; return their records."""
        log, begun = self._log(trials), self.done
        while self.done - begun < log.decision.size and not (self.params.stops and self.solved is not None):
            if self.interventions.due == self.done:
                self.interventions.act(self)
            part = slice(self.done - begun, min(log.decision.size, self.interventions.due - begun))
            rows = arrays.Log(*(array[part] for array in log))
            learning.advance(self.params, self.system, self.learning, self.workspace, rows)
        return arrays.Log(*(array[: self.done - begun] for array in log))

    def _log(self, trials: int) -> arrays.Log:
        """Room for the records of some trials, those that are left at most."""
        return make_log(max(0, min(trials, self.recipe.trials.most - self.done)), self.params.population.max_active)

    def right_bits(self) -> int:
        """Return the bits that are read as their targets, of all patterns."""
        return int(learning.right_bits(self.params, self.system, self.workspace))

    def outcome(self) -> dict[str, Any]:
        """Return the results so far: arrays by name, of any shape, and numbers."""
        right = self.right_bits()
        standing, own = self.workspace.standing, self.learning
        calcium, ip3, gate = (gathered(own.cells, row, len(self.acts)).copy() for row in li_rinzel.STATES)
        for values in (calcium, ip3, gate):
            values[self.interventions.standing.lesioned["astrocytes"]] = np.nan
        return {
            **dict(zip(COUNTERS, own.counter.tolist(), strict=True)),
            "right_bits": right,
            "readout": standing.readout.copy(),
            "reward": standing.reward.copy(),
            "weight": own.weight.copy(),
            "calcium": calcium,
            "ip3": ip3,
            "h": gate,
            **copy_arrays(own.astrocytes._asdict()),
            "events": own.events.copy(),
            "biological_s": self.done * self.trial_ms / circuit.MS_PER_S,
        }

    @property
    def trial_ms(self) -> float:
        """Biological time of a trial."""
        return trial_time(self.recipe)

    def spikes(self, pattern: int) -> np.ndarray:
        """Return the spikes in the standing window of a pattern: int64, shape (spike, 2), stamp and neuron, ordered."""
        self.right_bits()
        own, standing = self.system.circuit, self.workspace.standing
        given = slice(own.train_first[pattern], own.train_first[pattern + 1])
        free = slice(0, standing.spikes[pattern])
        stamp = np.concatenate([own.train_stamp[given], standing.stamp[pattern, free]])
        neuron = np.concatenate([own.train_neuron[given], standing.neuron[pattern, free]])
        order = np.lexsort((neuron, stamp))
        return np.stack([stamp[order], neuron[order]], axis=1).astype(np.int64)

    def silence(self, what: str, numbers: Iterable[int], silent: bool = True) -> None:
        """Silence some of the "astrocytes" or "neurons", or release them.

        A silenced neuron does not fire, driven or not; a silenced astrocyte does not sense, act or adapt, and its
        calcium relaxes.
        """
        self.interventions.standing.silent[what][list(numbers)] = silent
        self.follow()

    def cut(self, pairs: np.ndarray) -> None:
        """Cut the gap junctions of pairs of astrocytes, int64, shape (pair, 2)."""
        gone = {tuple(sorted(pair)) for pair in np.asarray(pairs).tolist()}
        own = self.interventions
        own.standing.cut |= np.array([tuple(pair) in gone for pair in own.pairs.tolist()], bool)
        self.follow()

    def follow(self) -> None:
        """Follow the interventions in force: all windows are shown again."""
        own = self.interventions
        self.sound[:], self.acts[:] = own.standing.acting("neurons"), own.standing.acting("astrocytes")
        self.pairs, self.recipe = own.pairs_left, own.recipe_now
        params = make_params(self.recipe, self.seed)
        self.params = params._replace(frozen=own.standing.frozen, offset=params.offset + own.standing.offset)
        self.system = self._make_system()
        self.refill()

    def refill(self) -> None:
        """Derive from the state all that follows from it: after weights have changed by other hands, too."""
        room = self.workspace.room
        windows.fill(room.matrix, self.system.circuit, self.learning.weight, self.network.driven)
        own = IAF_PSC_EXP.tiles(len(self.sound), self._values(), self.recipe.windows.step_ms)
        room.cells[:] = own
        places = np.flatnonzero(~self.sound)
        room.cells[places // LANES, THRESHOLD + places % LANES] = np.inf
        for t, cell in enumerate(own):
            for row, place in enumerate(windows.KEPT):
                self.workspace.standing.mark[:, 0, t, row] = cell[place : place + LANES]
        self.workspace.stale[:] = True

    def state(self) -> dict[str, np.ndarray]:
        """Return all that changes, by name: arrays of any shape."""
        calcium = np.stack([gathered(self.learning.cells, row, len(self.acts)) for row in li_rinzel.STATES])
        return copy_arrays(self._changing()) | {"calcium": calcium} | self.interventions.state()

    def restore(self, saved: Mapping[str, np.ndarray]) -> None:
        """Go on from a `state()` of the same recipe and seed: by name, arrays of the same shape.

        Raises
        ------
        ValueError
            If an array is missing or does not fit.
        """
        calcium = np.zeros((len(li_rinzel.STATES), len(self.acts)))
        restore_arrays(self._changing() | {"calcium": calcium}, saved)
        tiles = self.learning.cells.reshape(len(self.learning.cells), -1, LANES)
        for row, values in zip(li_rinzel.STATES, calcium, strict=True):
            spread(tiles, row // LANES, values)
        self.interventions.restore(self, saved)
        self.follow()

    def _changing(self) -> dict[str, np.ndarray]:
        own = self.learning
        return {
            "weight": own.weight,
            **own.astrocytes._asdict(),
            "events": own.events,
            "counter": own.counter,
            "sound": self.sound,
            "acts": self.acts,
        }

    def _values(self) -> dict[str, np.ndarray]:
        """Parameters of neurons: float64, shape (neuron,) each."""
        values = IAF_PSC_EXP.defaults(self.network.kind.size)
        for name, value in self.recipe.network.parameters.items():
            values[name][:] = value
        return values

    def _make_state(self) -> arrays.State:
        own, count = self.recipe.astrocytes, len(self.territories)
        counter = np.zeros(len(COUNTERS), np.int64)
        counter[arrays.SOLVED] = arrays.NOT_SOLVED
        values = li_rinzel.LI_RINZEL.defaults(count)
        for name, value in own.parameters.items():
            values[name][:] = value
        return arrays.State(
            self.network.initial_weight.copy(),
            population.make_state(count, own.threshold, own.memory),
            li_rinzel.LI_RINZEL.tiles(count, values, self.params.leap),
            np.zeros(count, np.int64),
            counter,
        )

    def _make_system(self) -> arrays.System:
        patterns = self.recipe.windows.patterns
        return arrays.System(
            circuit.circuit_of(self.recipe, self.network, self.sound),
            np.array([[int(bit) for bit in target] for _, target in patterns], np.uint8),
            self.territories.synapses.start,
            self.acts,
            np.flatnonzero(self.acts).astype(np.int32),
            circuit.junctions_of(self.recipe.astrocytes, self.pairs, len(self.learning.cells) * LANES),
        )

    def _make_workspace(self) -> arrays.Workspace:
        own, patterns, neurons = self.system.circuit, len(self.system.targets), self.network.kind.size
        astrocytes, synapses = len(self.territories), self.network.post.size
        found = population.make_workspace(astrocytes, self.params.population.max_active)
        found.touched[:] = np.arange(astrocytes)
        shown = window_size(self.recipe.trials.window, patterns)
        tiles = len(own.lanes)
        cells = IAF_PSC_EXP.tiles(neurons, self._values(), self.recipe.windows.step_ms)
        return arrays.Workspace(
            found,
            self.learning.astrocytes._replace(threshold=np.full(astrocytes, arrays.RELATIVE)),
            windows.make_course(patterns, neurons, tiles, own),
            windows.make_course(patterns, neurons, tiles, own),
            windows.make_room(cells, neurons, own),
            np.ones(patterns, bool),
            self.territories.synapses.index.copy(),
            np.zeros(synapses + max(astrocytes, patterns) + 4, np.uint32),
            np.zeros(synapses + 4),
            np.zeros(synapses, bool),
            np.zeros(synapses, np.int32),
            np.zeros(synapses, np.float32),
            np.zeros(synapses, np.float32),
            np.zeros(patterns, np.int64),
            np.zeros(patterns, np.int64),
            np.zeros(shown, np.int64),
            np.arange(patterns, dtype=np.int32),
            np.zeros(shown, np.int64),
            np.zeros(shown),
            np.zeros(shown),
            np.zeros(neurons, np.int64),
            np.zeros(astrocytes),
            np.zeros(astrocytes, bool),
        )


def trial_time(recipe: Recipe) -> float:
    """Return the biological time of a trial: as given, or that of its windows."""
    own = recipe.windows
    return recipe.astrocytes.trial_ms or own.window_ms * window_size(recipe.trials.window, len(own.patterns))


def make_params(recipe: Recipe, seed: int) -> arrays.Params:
    """Return the numbers of a recipe as the kernel takes them."""
    own, trials, time = recipe.astrocytes, recipe.trials, trial_time(recipe)
    rates, spacing = Rates(own.exploration), grid(trials.limit)
    leaps = max(1, int(np.ceil(time / own.leap_ms)))
    columns = li_rinzel.LI_RINZEL.columns
    delta = own.parameters.get("delta_IP3", columns["delta_IP3"].default)
    return arrays.Params(
        keys=np.stack([stream_key(seed, name) for name in arrays.STREAMS]),
        population=population.make_params(own.max_active, own.memory, rates.rule, rates, recipe.adaptation),
        activation=arrays.ACTIVATION[own.activation],
        fraction=trials.fraction,
        scale=np.float32(step_scale(trials.sigma, spacing)),
        spacing=np.float32(spacing),
        limit=grid_limit(trials.limit),
        reward=chosen("decision.reward", choices.REWARDS, trials.reward).number,
        threshold=recipe.windows.threshold_pa,
        gain=trials.gain,
        cap=trials.cap,
        race=trials.race,
        offset=-trials.margin,
        consolidation=chosen("decision.consolidation", choices.CONSOLIDATION, trials.consolidation).number,
        rate=trials.rate,
        window=trials.window,
        leaps=leaps,
        leap=time / leaps,
        sensing=arrays.SENSING[own.sensing],
        drive=own.drive * delta / time,
        stops=trials.stops,
        frozen=False,
    )


def make_log(trials: int, slots: int) -> arrays.Log:
    """Return room for the records of some trials."""
    return arrays.Log(
        np.zeros(trials, np.int16),
        np.zeros(trials, np.int8),
        np.zeros((trials, slots), np.int32),
        np.zeros((trials, slots), np.bool_),
        np.zeros(trials),
    )
