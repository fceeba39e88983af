"""Regressor: the reward is minus half the mean squared error of the scaled targets."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import validate_data

from astrosim.systems.arrays.estimators.base import AstrocyteEstimator, with_parameters
from astrosim.systems.arrays.trained import TrainedArrays


@with_parameters
class AstrocyteRegressor(RegressorMixin, AstrocyteEstimator):
    """Regressor whose astrocytes keep or revert by minus half the mean squared error of the scaled targets."""

    _numbers = True

    def __sklearn_tags__(self) -> Any:
        """Return scikit-learn's tags: several targets may be learned at once."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _prepared(self, X: Any, y: Any, reset: bool = True) -> tuple[np.ndarray, np.ndarray, int]:  # noqa: N803
        X, y = validate_data(self, X, y, reset=reset, dtype=np.float64, multi_output=True, y_numeric=True)  # noqa: N806
        if reset:
            self._flat = y.ndim == 1
        return X, y.astype(np.float64), 0

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Learn from the rows as one batch, for `stay` trials; sigma, weights and draws go on.

        Centre and scale, of inputs and targets, follow the rows of all calls.

        Parameters
        ----------
        X : array_like, shape (row, input)
        y : array_like, shape (row,) or (row, output)
        sample_weight : array_like, shape (row,), optional

        Returns
        -------
        self
        """
        inputs, targets, _ = self._prepared(X, y, reset=not hasattr(self, "trained_"))
        return self._learn_more(inputs, targets, sample_weight, 0)

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the numbers of each row: float64, shape (row,), or (row, output) as in `fit`."""
        outputs = self._decided(X)
        return outputs[:, 0] if self._flat else outputs

    def _name(self, network: TrainedArrays) -> None:
        self._flat = network.scenario.outputs == 1
