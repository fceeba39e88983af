"""Learning on rows that a Python caller holds, without a run: arrays in, arrays out (own units; rewards: mean per row).

`fit` learns for the trials that a scenario gives, `partial` for the trials of one batch; both are functions of their
arguments alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from astrosim.systems.arrays.data import Batches, Images, Rows, part_of, scaled, weighing, whole_batch
from astrosim.systems.arrays.judge import judge
from astrosim.systems.arrays.kernel.arrays import THRESHOLD, Network
from astrosim.systems.arrays.learners.choice import make_learner
from astrosim.systems.arrays.learners.keep_or_revert import PARAMETERS, KernelLearner, State, make_state
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.scenario.task_section import Sizes
from astrosim.systems.arrays.tables.parts import Scaling, scaling_of
from astrosim.systems.proposals.deciding import KEPT, TRIED

CURVES = ("train_reward", "validation_reward", "validation_score", "accept_rate")


@dataclass
class Moments:
    """Running sums over rows, for a scaling that follows them.

    Attributes
    ----------
    weight : float
        Sum of the rows' weights.
    centre, squares : ndarray of float64, shape (column,)
        Mean, and sum of weighted squared deviations from it.
    """

    weight: float
    centre: np.ndarray
    squares: np.ndarray

    @property
    def scaling(self) -> Scaling:
        """Mean and standard deviation; 1 in place of a deviation of 0."""
        deviation = np.sqrt(self.squares / max(self.weight, np.finfo(float).tiny))
        return Scaling(self.centre.copy(), np.where(deviation > 1e-12 * np.abs(self.centre), deviation, 1.0))

    def add(self, values: np.ndarray, weights: np.ndarray | None) -> None:
        """Add rows, shape (row, column) (Chan, Golub and LeVeque 1983)."""
        share = np.ones(len(values)) if weights is None else weights
        more = float(share.sum())
        total = self.weight + more
        if not more or not values.shape[1]:
            self.weight = total
            return
        mean = (share[:, None] * values).sum(axis=0) / more
        apart = mean - self.centre
        self.squares = self.squares + (share[:, None] * (values - mean) ** 2).sum(axis=0)
        self.squares += apart**2 * (self.weight * more / total)
        self.centre = self.centre + apart * (more / total)
        self.weight = total


@dataclass
class Trained:
    """A network that has learned, as arrays alone; it can be pickled, and go on.

    Attributes
    ----------
    taps : ndarray of int32, shape (unit, synapse)
        Input of each incoming synapse.
    incoming, bias, outgoing, output_bias : ndarray of float32
        Of shape (unit, synapse), (unit,), (unit, output) and (output,), on scaled inputs: the network that answers.
    threshold : bool
        Whether units are threshold units, not ReLU.
    regression : bool
        Whether numbers are learned, not classes.
    scaling, target_scaling : Scaling
        Centre and scale of the inputs, and of the targets (of no column where classes are learned).
    curves : dict of str to ndarray of float64, shape (record,)
        train_reward, validation_reward, validation_score (accuracy or R2) and accept_rate.
    tried, kept : ndarray of int64, shape (astrocyte,)
    arrays : dict of str to ndarray
        State of the learner, to go on from.
    batches : int
        Batches done.
    seed : int
    moments, target_moments : Moments
        Of all rows so far.
    """

    taps: np.ndarray
    incoming: np.ndarray
    bias: np.ndarray
    outgoing: np.ndarray
    output_bias: np.ndarray
    threshold: bool
    regression: bool
    scaling: Scaling
    target_scaling: Scaling
    curves: dict[str, np.ndarray]
    tried: np.ndarray
    kept: np.ndarray
    arrays: dict[str, np.ndarray]
    batches: int
    seed: int
    moments: Moments
    target_moments: Moments
    trials: int = field(default=0)

    def decide(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs: logits of the classes, or numbers in the targets' own units.

        Parameters
        ----------
        inputs : ndarray, shape (row, input)
            In their own units; a missing one (nan) counts as the mean.

        Returns
        -------
        ndarray of float64, shape (row, output)
        """
        rows = self.scaling.applied(np.asarray(inputs, np.float64))
        whole = np.zeros((rows.shape[1], len(self.taps)))
        for unit, taps in enumerate(self.taps):
            whole[taps, unit] = self.incoming[unit]
        sums = rows @ whole + self.bias
        hidden = (sums > 0).astype(np.float64) if self.threshold else np.maximum(sums, 0.0)
        outputs = hidden @ self.outgoing.astype(np.float64) + self.output_bias
        return self.target_scaling.undone(outputs) if self.regression else outputs


def rows_from(inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray | None) -> Rows:
    """Return rows from arrays; targets that are whole numbers are classes from 0, others are numbers to be learned.

    Of shape (row, input); (row,) or (row, output); (row,).
    """
    table, wanted = np.asarray(inputs, np.float64), np.asarray(targets)
    share = None if weights is None else np.asarray(weights, np.float64)
    if wanted.dtype.kind in "iu":
        return Rows(table, wanted.astype(np.int64), np.zeros((len(table), 0)), share)
    numbers = wanted.astype(np.float64).reshape(len(table), -1)
    return Rows(table, np.zeros(len(table), np.int64), numbers, share)


def fit(
    scenario: ArrayScenario,
    inputs: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray | None = None,
    validation: tuple[np.ndarray, ...] | None = None,
    seed: int = 0,
    *,
    classes: int = 0,
    start: Trained | None = None,
) -> Trained:
    """Learn from rows, for the trials of a scenario.

    Parameters
    ----------
    scenario : ArrayScenario
        Resolved, with ``task.data = "memory"``.
    inputs : ndarray of float, shape (row, input)
    targets : ndarray, shape (row,), (row, output)
        Whole numbers: classes from 0; numbers with fractions: to be learned.
    weights : ndarray of float, shape (row,), optional
        Factors on the rows' rewards; rows of weight 0 are left out.
    validation : tuple of ndarray, optional
        Inputs and targets, maybe weights, of rows by which the best record is chosen (``learner.judged = "best"``).
    seed : int
    classes : int
        Number of classes; 0: the largest of `targets` and one more.
    start : Trained, optional
        Network to go on from, with its scaling; its trials are not counted again.

    Returns
    -------
    Trained
    """
    train = weighing(rows_from(inputs, targets, weights))
    held = None if validation is None else rows_from(*validation, *([None] * (3 - len(validation))))
    none = Rows(*(None if array is None else array[:0] for array in train))  # type: ignore[arg-type]
    if start is None:
        parts = scaled(train, none if held is None else held, none)
        state = None
    else:
        own, numbers = start.scaling, start.target_scaling if start.regression else None
        every = [part_of(rows, own, numbers) for rows in (train, held or none, none)]
        parts = Images(every[0], every[1], every[2], own, numbers)
        state = start.arrays
    scenario = scenario.sized(sizes_from(train, held, classes))
    learning = make_state(scenario, seed, parts)
    if state is not None:
        learning.restore(state)
        learning.best_reward[:] = -np.inf
    first = 0 if start is None else start.batches
    learner, batches = make_learner(scenario, seed, learning), Batches(scenario, seed, parts.train)
    valid = whole_batch(scenario, parts.validation) if held is not None else None
    curves: dict[str, list[float]] = {name: [] for name in CURVES}
    before = learning.tally.sum(axis=1)
    each = scenario.record.every // scenario.batches.stay
    for number in range(scenario.stays):
        reward = _stay(learner, batches, scenario, number, first)
        learning.take_mean(scenario.learner.average)
        if (number + 1) % each == 0:
            tally = learning.tally.sum(axis=1)
            tried, kept = (int(n) for n in tally - before)
            before = tally
            verdict = None if valid is None else judge(learning.judged(), valid)
            if verdict is not None:
                learning.note(verdict.reward)
            score = float("nan") if verdict is None else verdict.r2 if scenario.regression else verdict.accuracy
            values = reward, float("nan") if verdict is None else verdict.reward, score, kept / max(tried, 1)
            for name, value in zip(CURVES, values, strict=True):
                curves[name].append(value)
    moments = [_moments(values, train.weights) for values in (train.inputs, train.targets)]
    return _trained(scenario, seed, learning, parts, curves, first + scenario.stays, moments)


def _stay(learner: object, batches: Batches, scenario: ArrayScenario, number: int, first: int) -> float:
    """Carry out the trials of a batch; those of a start come before them in the streams."""
    if first and isinstance(learner, KernelLearner):
        return learner.carry_on(batches.at(number), first + number, float(scenario.caps[number]))
    return float(learner.stay(batches.at(number), first + number))  # type: ignore[attr-defined]


def _moments(values: np.ndarray, weights: np.ndarray | None) -> Moments:
    moments = Moments(0.0, np.zeros(values.shape[1]), np.zeros(values.shape[1]))
    moments.add(np.where(np.isnan(values), scaling_of(values, weights).centre, values), weights)
    return moments


def sizes_from(train: Rows, held: Rows | None, classes: int) -> Sizes:
    """Return the sizes of rows in memory."""
    regression = train.targets.shape[1] > 0
    outputs = train.targets.shape[1] or max(classes, int(train.labels.max()) + 1 if len(train.labels) else 1)
    return Sizes(
        inputs=train.inputs.shape[1],
        outputs=outputs,
        regression=regression,
        train=len(train.labels),
        validation=0 if held is None else len(held.labels),
        test=0,
    )


def partial(
    trained: Trained | None,
    scenario: ArrayScenario,
    inputs: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray | None = None,
    seed: int = 0,
    *,
    classes: int = 0,
) -> Trained:
    """Learn from the rows given as one batch, for ``batches.stay`` trials; all else goes on from where it stood.

    Centre and scale follow all rows so far; weights and biases are changed so that the network's answers stay.

    Parameters
    ----------
    trained : Trained or None
        None at the first call.
    scenario : ArrayScenario
    inputs : ndarray of float, shape (row, input)
    targets : ndarray, shape (row,) or (row, output)
    weights : ndarray of float, shape (row,), optional
    seed : int
        Of the first call; later ones go on with that of `trained`.
    classes : int
        See `fit`.

    Returns
    -------
    Trained
    """
    rows = weighing(rows_from(inputs, targets, weights))
    seed = seed if trained is None else trained.seed
    empty = [Moments(0.0, np.zeros(array.shape[1]), np.zeros(array.shape[1])) for array in (rows.inputs, rows.targets)]
    old = empty if trained is None else [trained.moments, trained.target_moments]
    moments = [Moments(one.weight, one.centre.copy(), one.squares.copy()) for one in old]
    for one, values in zip(moments, (rows.inputs, rows.targets), strict=True):
        one.add(values, rows.weights)
    own, numbers = (one.scaling for one in moments)
    part = part_of(rows, own, numbers if rows.targets.shape[1] else None)
    parts = Images(part, part, part, own, numbers if rows.targets.shape[1] else None)
    scenario = scenario.sized(sizes_from(rows, None, classes))
    state = make_state(scenario, seed, parts)
    number = 0
    if trained is not None:
        state.restore(trained.arrays)
        number = trained.batches
        for weights_of in (state.parameters(), state.mean):
            if weights_of:
                rescale(weights_of, state.net.taps, (trained.scaling, own), (trained.target_scaling, numbers))
    learner = KernelLearner(scenario, seed, state)
    cap = float(scenario.caps[min(number, len(scenario.caps) - 1)])
    reward = learner.carry_on(whole_batch(scenario, part), number, cap)
    state.take_mean(scenario.learner.average)
    curves = {name: [float("nan")] for name in CURVES} | {"train_reward": [reward]}
    if trained is not None:
        curves = {name: [*trained.curves[name], *values] for name, values in curves.items()}
    return _trained(scenario, seed, state, parts, curves, number + 1, moments)


def rescale(
    weights: list[np.ndarray],
    taps: np.ndarray,
    inputs: tuple[Scaling, Scaling],
    targets: tuple[Scaling, Scaling],
) -> None:
    """Change parameters in place so that answers stay while centre and scale go from the first to the second.

    `weights` are of the shapes of `PARAMETERS`, `taps` of shape (unit, synapse).
    """
    incoming, bias, outgoing, output_bias = weights
    was, now = inputs
    moved = ((now.centre - was.centre) / was.scale)[taps].astype(np.float32)
    bias += (moved * incoming).sum(axis=1)
    incoming *= (now.scale / was.scale)[taps].astype(np.float32)
    was, now = targets
    if was.centre.size:
        output_bias[:] = (output_bias * was.scale + was.centre - now.centre) / now.scale
        outgoing *= (was.scale / now.scale).astype(np.float32)


def _trained(
    scenario: ArrayScenario,
    seed: int,
    state: State,
    parts: Images,
    curves: dict[str, list[float]],
    batches: int,
    moments: list[Moments],
) -> Trained:
    net: Network = state.chosen()
    none = np.zeros(0)
    return Trained(
        taps=net.taps.copy(),
        **{name: getattr(net, name).copy() for name in PARAMETERS},
        threshold=net.kind == THRESHOLD,
        regression=scenario.regression,
        scaling=parts.scaling or Scaling(none, none),
        target_scaling=parts.target_scaling or Scaling(none, none),
        curves={name: np.array(values, np.float64) for name, values in curves.items()},
        tried=state.tally[TRIED].copy(),
        kept=state.tally[KEPT].copy(),
        arrays={name: array.copy() for name, array in state.arrays().items()},
        batches=batches,
        seed=seed,
        moments=moments[0],
        target_moments=moments[1],
        trials=batches * scenario.batches.stay,
    )
