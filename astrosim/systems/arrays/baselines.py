"""Baselines beside a learner on arrays, by scikit-learn: a constant, a linear model, a perceptron, boosted trees.

Each but the constant tries the same number of settings, the library's own first. They are fitted to the training rows,
compared on the validation rows alone; the best one, as it is, is tested once. Inputs, and for the perceptron targets,
are centred and scaled by the training rows. Scores: share of right labels, or R2, the mean over outputs.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from astrosim.contracts.loading import missing_extra
from astrosim.core.errors import AstrosimError
from astrosim.statistics.tuning import settings_to_try

Part = tuple[np.ndarray, np.ndarray]
"""Inputs (row, input) and targets: labels (row,), or numbers (row,) or (row, output)."""
NAMES = {
    "label": ("majority", "logistic regression", "perceptron", "boosted trees"),
    "number": ("mean", "ridge regression", "perceptron", "boosted trees"),
}
"""Baselines in order, by kind of target."""


@dataclass(frozen=True)
class Baseline:
    """A baseline on a test part.

    Attributes
    ----------
    name : str
    score : float
        On the test rows: share of right labels, or R2.
    seconds : float
        Processor time of fitting the chosen setting, on one thread.
    setting : dict of str to float
        The chosen one; empty for the constant.
    validation : float
        Its score on the validation rows; nan without any.
    tried : int
        Number of settings that were compared.
    """

    name: str
    score: float
    seconds: float
    setting: dict[str, float]
    validation: float
    tried: int


@dataclass(frozen=True)
class _Method:
    """A way to make an estimator from a setting; `ranges` are those of tuning."""

    name: str
    make: Callable[[Mapping[str, float]], Any]
    defaults: Mapping[str, float]
    ranges: Mapping[str, tuple[float, float]]
    whole: tuple[str, ...] = ()

    def settings(self, count: int) -> list[dict[str, float]]:
        if not self.ranges:
            return [{}]
        return settings_to_try(self.defaults, self.ranges, count, dict.fromkeys(self.whole, 1))


STRENGTH = (1e-4, 1e4)
PERCEPTRON = {"hidden_units": (16.0, 256.0), "alpha": (1e-6, 1.0), "learning_rate_init": (3e-4, 3e-2)}
TREES = {"learning_rate": (0.02, 0.5), "max_leaf_nodes": (4.0, 64.0), "l2_regularization": (1e-3, 10.0)}


def _perceptron(kind: Any, seed: int) -> Callable[[Mapping[str, float]], Any]:
    """Return the maker of a perceptron with one hidden layer."""

    def make(setting: Mapping[str, float]) -> Any:
        rest = {name: value for name, value in setting.items() if name != "hidden_units"}
        return kind(hidden_layer_sizes=(int(setting["hidden_units"]),), random_state=seed, **rest)

    return make


def _trees(kind: Any, seed: int) -> Callable[[Mapping[str, float]], Any]:
    """Return the maker of boosted trees."""
    return lambda setting: kind(
        random_state=seed, **(dict(setting) | {"max_leaf_nodes": int(setting["max_leaf_nodes"])})
    )


def _methods(kind: str, outputs: int, seed: int) -> list[_Method]:
    """Return the methods of a kind of target; `outputs` counts the columns of numbers."""
    from sklearn import compose, dummy, ensemble, linear_model, multioutput, neural_network
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    perceptron = {"hidden_units": 100.0, "alpha": 1e-4, "learning_rate_init": 1e-3}  # scikit-learn's defaults
    trees = {"learning_rate": 0.1, "max_leaf_nodes": 31.0, "l2_regularization": 0.0}  # scikit-learn's defaults
    constant, linear, network, ensembles = NAMES[kind]
    if kind == "label":
        networks = _perceptron(neural_network.MLPClassifier, seed)
        boosted = _trees(ensemble.HistGradientBoostingClassifier, seed)
        logistic = linear_model.LogisticRegression
        return [
            _Method(constant, lambda _: dummy.DummyClassifier(strategy="most_frequent"), {}, {}),
            _Method(
                linear,
                lambda setting: make_pipeline(StandardScaler(), logistic(C=setting["C"], max_iter=1000)),
                {"C": 1.0},
                {"C": STRENGTH},
            ),
            _Method(
                network,
                lambda setting: make_pipeline(StandardScaler(), networks(setting)),
                perceptron,
                PERCEPTRON,
                ("hidden_units",),
            ),
            _Method(ensembles, boosted, trees, TREES, ("max_leaf_nodes",)),
        ]
    networks = _perceptron(neural_network.MLPRegressor, seed)
    alone = _trees(ensemble.HistGradientBoostingRegressor, seed)
    ridge = linear_model.Ridge
    scaled = compose.TransformedTargetRegressor
    return [
        _Method(constant, lambda _: dummy.DummyRegressor(strategy="mean"), {}, {}),
        _Method(
            linear,
            lambda setting: make_pipeline(StandardScaler(), ridge(alpha=setting["alpha"])),
            {"alpha": 1.0},
            {"alpha": STRENGTH},
        ),
        _Method(
            network,
            lambda setting: make_pipeline(StandardScaler(), scaled(networks(setting), transformer=StandardScaler())),
            perceptron,
            PERCEPTRON,
            ("hidden_units",),
        ),
        _Method(
            ensembles,
            alone if outputs == 1 else lambda setting: multioutput.MultiOutputRegressor(alone(setting)),
            trees,
            TREES,
            ("max_leaf_nodes",),
        ),
    ]


def _fit(model: Any, part: Part, weights: np.ndarray | None) -> None:
    """Fit a model or a pipeline, whose last step is given the weights of rows."""
    from sklearn.exceptions import ConvergenceWarning

    named = {}
    if weights is not None:
        steps = getattr(model, "steps", None)
        named = {"sample_weight" if steps is None else f"{steps[-1][0]}__sample_weight": weights}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the iterations are a budget as any other
        model.fit(*part, **named)


def _tried(
    method: _Method, train: Part, validation: Part, test: Part, count: int, weights: np.ndarray | None
) -> Baseline:
    """Return a method with the setting that is best on the validation rows, the first of equals."""
    attempts = []
    for setting in method.settings(count):
        model = method.make(setting)
        begin = time.process_time()
        _fit(model, train, weights)
        seconds = time.process_time() - begin
        known = float(model.score(*validation)) if len(validation[0]) else float("nan")
        attempts.append((known, model, setting, seconds))
    score, model, setting, seconds = max(attempts, key=lambda attempt: attempt[0])
    return Baseline(method.name, float(model.score(*test)), seconds, setting, score, len(attempts))


def baselines(
    train: Part,
    validation: Part,
    test: Part,
    kind: str,
    settings: int = 10,
    seed: int = 0,
    weights: np.ndarray | None = None,
) -> list[Baseline]:
    """Return the baselines of one split, tuned on the validation rows and tested once.

    Parameters
    ----------
    train, validation, test : tuple of ndarray
        Inputs, float, shape (row, input), and targets, shape (row,) or, for numbers, (row, output).
    kind : {"label", "number"}
    settings : int
        Number that each method tries, the constant apart; at least 1, and 1 without validation rows.
    seed : int
        Of the perceptron and the trees; 0 to 2^32 - 1.
    weights : ndarray of float64, shape (row,)
        Of the training rows; left out: all alike. Validation and test rows count alike.

    Raises
    ------
    PackageError
        If scikit-learn is not installed; says what to install.
    AstrosimError
        If the kind is none of these, no setting is to be tried, or a part has no rows.
    """
    if kind not in NAMES:
        raise AstrosimError(f"kind: no kind of target ({kind!r}). Write one of {', '.join(NAMES)}.")
    if settings < 1:
        raise AstrosimError(f"settings: at least one must be tried ({settings}). Write 1 or more.")
    parts = {"train": train, "validation": validation, "test": test}
    for name, (inputs, targets) in parts.items():
        optional = name == "validation" and settings == 1
        if (len(inputs) == 0 and not optional) or len(inputs) != len(targets):
            raise AstrosimError(
                f"{name}: inputs and targets of the same rows are wanted ({len(inputs)} and {len(targets)}). Give at "
                "least one row, and a target for each."
            )
    outputs = train[1].shape[1] if np.ndim(train[1]) == 2 else 1
    try:
        from threadpoolctl import threadpool_limits

        methods = _methods(kind, outputs, seed)
    except ModuleNotFoundError as error:
        raise missing_extra(error, "Baselines on arrays need") from error
    with threadpool_limits(limits=1):  # threads that wait would count as processor time
        return [_tried(method, train, validation, test, settings, weights) for method in methods]
