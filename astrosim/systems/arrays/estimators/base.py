"""What both estimators share: astrocytes that learn from rows by one scalar (own units; rewards: mean per row).

The learner is that of `fit`: keep or revert, on the kernel. Source: Murray 2026, section 4, on tables.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from astrosim.core.errors import AstrosimError, ParameterError
from astrosim.runs.trained import load_trained
from astrosim.systems.arrays.estimators.exchange import (
    DistinctRows,
    check_parameters,
    distinct,
    parameters_from,
    parted,
    resumed,
    scenario_tables,
    trained_from,
    write_scenario,
)
from astrosim.systems.arrays.fit import Trained, fit, partial
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.trained import TrainedArrays


class AstrocyteEstimator(BaseEstimator):
    """Astrocytes over hidden units as an estimator of scikit-learn.

    Parameters
    ----------
    units : int
        Hidden units; each is the territory of an astrocyte.
    features : int
        Inputs that a unit hears, drawn at random; 0: all up to 32, else twice the root of their number.
    trials : int
        Proposals of the whole fit, rounded up to whole batches. The budget: `fit` depends on no clock.
    sigma, cap : float
        Step of each astrocyte at the start, and its highest at the start; the cap falls to a third of it.
    l2 : float
        Penalty: half of it times the sum of the squared weights.
    race : float
        A proposal that has gained nothing on this share of the batch is reverted; 1: never.
    batch : int
        Rows of the largest batch; the first is a tenth of it. All rows, if there are fewer.
    stay : int
        Trials on a batch.
    average : float
        Running mean of the weights: what stays of it at each batch; 0: none.
    validation_fraction : float
        Share of the rows that choose the best record, if `early_stopping` and there are at least 50.
    early_stopping : bool
        Keep the network of the record with the best validation reward, not the last one; all trials are done.
    warm_start : bool
        Whether `fit` goes on from the network that is there.
    random_state : int, RandomState or None
        An int gives the same bits on every call; None draws a seed, which `seed_` keeps.
    verbose : bool
        Print a line per record at the end of `fit`.

    Attributes
    ----------
    n_features_in_, n_outputs_ : int
    feature_names_in_ : ndarray of str, shape (input,)
        Where `X` has names.
    taps_ : ndarray of int32, shape (unit, synapse)
        Input of each incoming synapse.
    coefs_ : list of ndarray of float32
        Incoming weights, shape (unit, synapse), on scaled inputs; outgoing ones, shape (unit, output).
    intercepts_ : list of ndarray of float32
        Biases, shape (unit,) and (output,).
    centre_, scale_ : ndarray of float64, shape (input,)
    reward_curve_, validation_scores_ : ndarray of float64, shape (record,)
        Mean reward on the batch; accuracy or R2 on the validation rows, empty without any.
    n_trials_ : int
    accept_rate_ : float
        Proposals that were kept, of all.
    seed_ : int
    """

    trained_: Trained

    def __init__(
        self,
        units: int = 128,
        features: int = 0,
        trials: int = 40_000,
        sigma: float = 0.2,
        cap: float = 0.3,
        l2: float = 0.0,
        race: float = 1.0,
        batch: int = 20_000,
        stay: int = 1_000,
        average: float = 0.9,
        validation_fraction: float = 0.15,
        early_stopping: bool = True,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.units = units
        self.features = features
        self.trials = trials
        self.sigma = sigma
        self.cap = cap
        self.l2 = l2
        self.race = race
        self.batch = batch
        self.stay = stay
        self.average = average
        self.validation_fraction = validation_fraction
        self.early_stopping = early_stopping
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    _numbers = False

    def _scenario(self, held: bool) -> ArrayScenario:
        return ArrayScenario.model_validate(self._tables(held))

    def _tables(self, held: bool) -> dict[str, Any]:
        values = self.get_params(deep=False)
        check_parameters(type(self).__name__, values)
        return scenario_tables(values, held)

    def _seed(self) -> int:
        """Return the seed that `random_state` means."""
        if isinstance(self.random_state, (int, np.integer)) and self.random_state >= 0:
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31))

    def _learn(self, inputs: np.ndarray, targets: np.ndarray, sample_weight: Any, classes: int) -> Self:
        """Learn from rows of the right kinds; classes: 0 where numbers are learned."""
        weights = self._weights(sample_weight, inputs)
        goes_on = self.warm_start and hasattr(self, "trained_")
        seed = self.trained_.seed if goes_on else self._seed()
        self._tables(False)
        rows = distinct(inputs, targets, weights)
        train, held = parted(rows, self.validation_fraction, seed, classes) if self.early_stopping else (rows, None)
        scenario = self._scenario(held is not None)
        start = resumed(self.trained_, held is not None) if goes_on else None
        self._take(fit(scenario, *train, validation=held, seed=seed, classes=classes, start=start))  # type: ignore[arg-type]
        if self.verbose:
            self._tell(scenario.record.every)
        return self

    def _learn_more(self, inputs: np.ndarray, targets: np.ndarray, sample_weight: Any, classes: int) -> Self:
        """Learn from the rows as one batch."""
        weights = self._weights(sample_weight, inputs)
        before = getattr(self, "trained_", None)
        seed = self._seed() if before is None else before.seed
        start = None if before is None else resumed(before, False)
        self._take(partial(start, self._scenario(False), inputs, targets, weights, seed, classes=classes))
        return self

    def _weights(self, sample_weight: Any, inputs: np.ndarray) -> np.ndarray | None:
        if sample_weight is None:
            return None
        if not np.any(np.asarray(sample_weight) != 0):
            raise ParameterError("sample_weight: all weights are zero. Give at least one row a weight.")
        return np.asarray(_check_sample_weight(sample_weight, inputs, dtype=np.float64, ensure_non_negative=True))

    def _take(self, trained: Trained) -> None:
        """Take over what was learned, as arrays."""
        self.trained_ = trained
        self.taps_ = trained.taps
        self.coefs_ = [trained.incoming, trained.outgoing]
        self.intercepts_ = [trained.bias, trained.output_bias]
        self.centre_, self.scale_ = trained.scaling
        self.reward_curve_ = trained.curves["train_reward"]
        scores = trained.curves["validation_score"]
        self.validation_scores_ = scores[~np.isnan(scores)]
        self.n_trials_, self.seed_ = trained.trials, trained.seed
        self.n_outputs_ = len(trained.output_bias) if trained.regression else 1
        tried = int(trained.tried.sum())
        self.accept_rate_ = float(trained.kept.sum() / tried) if tried else float("nan")

    def _tell(self, every: int) -> None:
        curves = self.trained_.curves
        rows = zip(curves["train_reward"], curves["validation_score"], curves["accept_rate"], strict=True)
        for record, (reward, score, accepted) in enumerate(rows, 1):
            held = "" if np.isnan(score) else f", validation {score:.4f}"
            print(f"trial {record * every:>9,}: reward {reward:.5f}{held}, kept {accepted:.1%}")

    def _decided(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the outputs of each row: float64, shape (row, output)."""
        check_is_fitted(self, "trained_")
        return self.trained_.decide(validate_data(self, X, reset=False, dtype=np.float64))

    def _prepared(self, X: Any, y: Any, reset: bool = True) -> tuple[np.ndarray, np.ndarray, int]:  # noqa: N803
        """Return inputs, targets for `fit`, and the number of classes, 0 where numbers are learned."""
        raise NotImplementedError

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Learn for `trials` trials.

        Parameters
        ----------
        X : array_like, shape (row, input)
        y : array_like, shape (row,), or (row, output) where numbers are learned
        sample_weight : array_like, shape (row,), optional
            Factors on the rows' rewards.

        Returns
        -------
        self
        """
        inputs, targets, classes = self._prepared(X, y)
        return self._learn(inputs, targets, sample_weight, classes)

    def to_scenario(
        self,
        path: str | os.PathLike[str],
        X: Any,  # noqa: N803
        y: Any,
        sample_weight: Any = None,
        *,
        test: float | tuple[Any, Any] = 0.2,
    ) -> Path:
        """Write the scenario of which `fit` is one replicate: ``astrosim run PATH`` runs it, with records and report.

        With test rows of their own, and `random_state` an int, the run learns what `fit` learns, bit for bit.

        Parameters
        ----------
        path : path-like
            Of the scenario, ending in .toml; the rows go into an NPZ file beside it.
        X, y, sample_weight : array_like
            As for `fit`.
        test : float or (array_like, array_like)
            Share of the rows that the run is tested on, or rows of their own.

        Returns
        -------
        Path
            Of the scenario.
        """
        inputs, targets, classes = clone(self)._prepared(X, y)
        rows: DistinctRows = distinct(inputs, targets, self._weights(sample_weight, inputs))
        tables = self._tables(self.early_stopping)
        given = isinstance(self.random_state, (int, np.integer)) or not hasattr(self, "seed_")
        tables["seeds"] = [self._seed() if given else self.seed_]
        tables["task"] |= {
            "validation": float(self.validation_fraction) if self.early_stopping else 0.0,
            "kind_of_target": "classes" if classes else "numbers",
        }
        names = np.unique(np.asarray(y)) if classes else None
        return write_scenario(path, tables, rows, rows.targets if names is None else names[rows.targets], test)

    @classmethod
    def from_run(cls, directory: str | os.PathLike[str], condition: str | None = None, seed: int | None = None) -> Self:
        """Return the estimator that a run has trained.

        Parameters
        ----------
        directory : path-like
            Run directory of rows of arrays.
        condition : str, optional
            May be left out where there is one.
        seed : int, optional
            Likewise.

        Raises
        ------
        AstrosimError
            If there is no such replicate, or it has learned something else.
        """
        network = load_trained(Path(directory), condition, seed)
        if not isinstance(network, TrainedArrays) or network.scenario.regression != cls._numbers:
            what = "numbers" if cls._numbers else "classes"
            raise AstrosimError(
                f"{directory}: no run that learns {what} of rows. Name one, or take the other estimator."
            )
        found = cls(**parameters_from(network.scenario, network.held.seed))
        found._take(trained_from(network))
        found.n_features_in_ = network.inputs
        made_up = tuple(f"x{k}" for k in range(network.inputs))  # of rows without names
        if not network.scenario.task.of_images and network.names != made_up:
            found.feature_names_in_ = np.array(network.names, dtype=object)
        found._name(network)
        return found

    def _name(self, network: TrainedArrays) -> None:
        """Take over names of classes."""


def with_parameters[T: type](kind: T) -> T:
    """Add parameters and attributes to the docstring of an estimator, where `help` looks for them."""
    kind.__doc__ = f"{kind.__doc__}\n{(AstrocyteEstimator.__doc__ or '').partition(chr(10))[2]}"
    return kind
