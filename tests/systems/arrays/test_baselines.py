"""Baselines on arrays: scikit-learn called directly, tuning by validation rows alone, weights, errors."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from astrosim.core.errors import AstrosimError, PackageError
from astrosim.statistics.tuning import settings_to_try
from astrosim.systems.arrays.baselines import Baseline, Part, baselines

Split = tuple[Part, Part, Part]


def split(inputs: np.ndarray, targets: np.ndarray) -> Split:
    """60, 20 and 20 % of the rows."""
    order = np.random.default_rng(7).permutation(len(inputs))
    cuts = np.split(order, [6 * len(order) // 10, 8 * len(order) // 10])
    first, second, third = ((inputs[rows], targets[rows]) for rows in cuts)
    return first, second, third


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """The same sums, and no waiting for each other, in scikit-learn called directly."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="module")
def cancer() -> Split:
    return split(*load_breast_cancer(return_X_y=True))


@pytest.fixture(scope="module")
def diabetes() -> Split:
    return split(*load_diabetes(return_X_y=True))


def named(found: list[Baseline]) -> dict[str, Baseline]:
    return {one.name: one for one in found}


def scaled(parts: Split) -> Split:
    by = StandardScaler().fit(parts[0][0])
    first, second, third = ((by.transform(inputs), targets) for inputs, targets in parts)
    return first, second, third


def test_one_setting_on_labels_is_scikit_learns_own(cancer):
    found = named(baselines(*cancer, "label", settings=1, seed=3))
    train, _, test = cancer
    majority = np.bincount(train[1]).argmax()
    assert found["majority"].score == (test[1] == majority).mean()
    near, _, far = scaled(cancer)
    assert found["logistic regression"].score == LogisticRegression(max_iter=1000).fit(*near).score(*far)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert found["perceptron"].score == MLPClassifier(random_state=3).fit(*near).score(*far)
    assert found["boosted trees"].score == HistGradientBoostingClassifier(random_state=3).fit(*train).score(*test)
    assert list(found) == ["majority", "logistic regression", "perceptron", "boosted trees"]
    assert all(one.score > 0.9 > found["majority"].score for one in list(found.values())[1:])


def test_one_setting_on_numbers_is_scikit_learns_own(diabetes):
    found = named(baselines(*diabetes, "number", settings=1, seed=3))
    train, _, test = diabetes
    rest = ((test[1] - test[1].mean()) ** 2).sum()
    assert found["mean"].score == pytest.approx(1.0 - ((test[1] - train[1].mean()) ** 2).sum() / rest, rel=1e-12)
    near, _, far = scaled(diabetes)
    assert found["ridge regression"].score == pytest.approx(Ridge().fit(*near).score(*far), rel=1e-12)
    mean, spread = train[1].mean(), train[1].std()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = MLPRegressor(random_state=3).fit(near[0], (near[1] - mean) / spread)
    left = ((test[1] - mean - spread * network.predict(far[0])) ** 2).sum()
    assert found["perceptron"].score == pytest.approx(1.0 - left / rest, rel=1e-9)
    assert found["boosted trees"].score == HistGradientBoostingRegressor(random_state=3).fit(*train).score(*test)
    assert list(found) == ["mean", "ridge regression", "perceptron", "boosted trees"]
    assert found["ridge regression"].score > 0.3


def test_strength_is_chosen_by_the_validation_rows_alone(diabetes):
    train, validation, test = diabetes
    (ridge,) = (one for one in baselines(*diabetes, "number", settings=5) if one.name == "ridge regression")
    strengths = [setting["alpha"] for setting in settings_to_try({"alpha": 1.0}, {"alpha": (1e-4, 1e4)}, 5)]
    near, middle, far = scaled(diabetes)
    models = [Ridge(alpha=alpha).fit(*near) for alpha in strengths]
    scores = [model.score(*middle) for model in models]
    best = int(np.argmax(scores))
    assert np.ptp(scores) > 0.01
    assert (ridge.setting, ridge.tried) == ({"alpha": strengths[best]}, 5)
    assert ridge.validation == pytest.approx(scores[best], rel=1e-12)
    assert ridge.score == pytest.approx(models[best].score(*far), rel=1e-12)
    worse = test[0], np.random.default_rng(1).permutation(test[1])
    other = named(baselines(train, validation, worse, "number", settings=5))["ridge regression"]
    assert (other.setting, other.validation) == (ridge.setting, ridge.validation)
    assert other.score < 0.0 < ridge.score


def test_every_method_tries_as_many_settings_and_a_seed_gives_the_same_scores(cancer):
    small = tuple((inputs[:80], targets[:80]) for inputs, targets in cancer)
    found, other = (baselines(*small, "label", settings=3, seed=1) for _ in range(2))
    assert [one.tried for one in found] == [1, 3, 3, 3]
    assert [(one.score, one.setting) for one in found] == [(one.score, one.setting) for one in other]
    assert all(one.seconds > 0.0 for one in found)


def test_a_row_of_weight_two_counts_as_two_rows(diabetes):
    train, validation, test = ((inputs[:60], targets[:60]) for inputs, targets in diabetes)
    weights = np.where(np.arange(60) < 20, 2.0, 1.0)
    twice = tuple(np.concatenate((values, values[:20])) for values in train)
    found = named(baselines(train, validation, test, "number", settings=1, weights=weights))
    other = named(baselines(twice, validation, test, "number", settings=1))
    plain = named(baselines(train, validation, test, "number", settings=1))
    assert found["mean"].score == pytest.approx(other["mean"].score, rel=1e-12)
    assert found["ridge regression"].score == pytest.approx(other["ridge regression"].score, abs=0.01)  # scaled alike
    for name in plain:
        assert found[name].score != plain[name].score


def test_several_numbers_per_row(diabetes):
    both = tuple((inputs[:90], np.stack((targets[:90], -targets[:90]), axis=1)) for inputs, targets in diabetes)
    one = tuple((inputs[:90], targets[:90]) for inputs, targets in diabetes)
    found, single = (named(baselines(*parts, "number", settings=1)) for parts in (both, one))
    for name in ("mean", "ridge regression", "boosted trees"):
        assert found[name].score == pytest.approx(single[name].score, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"kind": "class"}, "kind: no kind of target ('class'). Write one of label, number."),
        ({"settings": 0}, "settings: at least one must be tried (0). Write 1 or more."),
        (
            {"validation": (np.zeros((0, 30)), np.zeros(0))},
            "validation: inputs and targets of the same rows are wanted",
        ),
        ({"test": (np.zeros((3, 30)), np.zeros(2))}, "test: inputs and targets of the same rows are wanted (3 and 2)."),
    ],
)
def test_errors_name_the_remedy(cancer, change, text):
    given = dict(zip(("train", "validation", "test"), cancer, strict=True)) | {"kind": "label"} | change
    with pytest.raises(AstrosimError, match="^" + re.escape(text)):
        baselines(**given)


def test_without_scikit_learn_the_extra_is_named(cancer, monkeypatch):
    for module in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    text = "Baselines on arrays need sklearn, which is not installed. Install it: pip install 'astrosim[tasks]'"
    with pytest.raises(PackageError, match="^" + re.escape(text)):
        baselines(*cancer, "label")


def test_settings_spread_over_the_logarithm_behind_the_defaults():
    tried = settings_to_try({"a": 1.0, "n": 10.0, "b": 5.0}, {"a": (1e-3, 1e3), "n": (4.0, 64.0)}, 64, {"n": 2})
    assert tried[0] == {"a": 1.0, "n": 10.0, "b": 5.0}
    assert tried[:8] == settings_to_try(
        {"a": 1.0, "n": 10.0, "b": 5.0}, {"a": (1e-3, 1e3), "n": (4.0, 64.0)}, 8, {"n": 2}
    )
    values = np.array([list(setting.values()) for setting in tried[1:]])
    logarithms = np.log10(values[:, 0])
    assert np.histogram(logarithms, 6, (-3, 3))[0].tolist() == pytest.approx([10.5] * 6, abs=1.5)
    assert (values[:, 1] % 2 == 0).all()
    assert values[:, 1].min() >= 4.0
    assert values[:, 1].max() <= 64.0
    assert (values[:, 2] == 5.0).all()
    assert len({tuple(row) for row in values}) == 63
    with pytest.raises(ValueError, match=r"\(0\)\. Write 1 or more"):
        settings_to_try({}, {}, 0)
    with pytest.raises(ValueError, match=r"no range above 0 \(a\)"):
        settings_to_try({"a": 1.0}, {"a": (0.0, 1.0)}, 2)
