"""Classifier: the reward is the mean log-likelihood of the rows' classes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from astrosim.core.errors import ParameterError
from astrosim.systems.arrays.estimators.base import AstrocyteEstimator, with_parameters
from astrosim.systems.arrays.trained import TrainedArrays


@with_parameters
class AstrocyteClassifier(ClassifierMixin, AstrocyteEstimator):
    """Classifier whose astrocytes keep or revert by the mean log-likelihood of the rows; `classes_` are its classes."""

    def _prepared(self, X: Any, y: Any, reset: bool = True) -> tuple[np.ndarray, np.ndarray, int]:  # noqa: N803
        X, y = validate_data(self, X, y, reset=reset, dtype=np.float64)  # noqa: N806
        check_classification_targets(y)
        labels = column_or_1d(y, warn=True)
        if reset:
            known = getattr(self, "classes_", None) if self.warm_start else None
            classes = np.unique(labels)
            if known is not None and not np.array_equal(known, classes):
                raise ParameterError(
                    f"y: other classes than those of the network ({classes}). Call fit without warm_start."
                )
            self.classes_ = classes
        unknown = np.setdiff1d(labels, self.classes_)
        if unknown.size:
            raise ParameterError(
                f"y: no class of the first call ({unknown[0]}). Name all in classes at the first call."
            )
        return X, np.searchsorted(self.classes_, labels).astype(np.int64), len(self.classes_)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Learn from the rows as one batch, for `stay` trials; sigma, weights and draws go on.

        Centre and scale follow the rows of all calls.

        Parameters
        ----------
        X : array_like, shape (row, input)
        y : array_like, shape (row,)
        classes : array_like, shape (class,)
            All classes; needed at the first call.
        sample_weight : array_like, shape (row,), optional

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            If classes are missing at the first call, or others later.
        """
        first = not hasattr(self, "trained_")
        if first and classes is None:
            raise ParameterError("classes: missing at the first call of partial_fit. Give all classes.")
        if classes is not None:
            given = np.unique(classes)
            if not first and not np.array_equal(given, self.classes_):
                raise ParameterError(f"classes: others than at the first call ({given}). Leave them out.")
            self.classes_ = given
        X, y = validate_data(self, X, y, reset=first, dtype=np.float64)  # noqa: N806
        inputs, targets, count = self._prepared(X, y, reset=False)
        return self._learn_more(inputs, targets, sample_weight, count)

    def decision_function(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return logits, shape (row, class); of two classes their difference, shape (row,)."""
        outputs = self._decided(X)
        return outputs[:, 1] - outputs[:, 0] if outputs.shape[1] == 2 else outputs

    def predict_log_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return log probabilities of the classes: float64, shape (row, class)."""
        outputs = self._decided(X)
        apart = outputs - outputs.max(axis=1, keepdims=True)
        return apart - np.log(np.exp(apart).sum(axis=1, keepdims=True))

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return probabilities of the classes: float64, shape (row, class)."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the class of each row, shape (row,)."""
        chosen = self._decided(X).argmax(axis=1)
        return self.classes_[chosen]

    def _name(self, network: TrainedArrays) -> None:
        self.classes_ = network.class_labels
