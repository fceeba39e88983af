"""Estimators for scikit-learn: its own checks, its own tools, the same bits, and over to a run and back."""

from __future__ import annotations

import copy
import io
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from places import ROOT
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_wine
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import astrosim
from astrosim.core.errors import AstrosimError, ParameterError
from astrosim.runs import run_scenario
from astrosim.scenario import load_scenario
from astrosim.sklearn import AstrocyteClassifier, AstrocyteRegressor
from astrosim.systems.arrays.estimators.exchange import distinct, sorting_keys

QUICK: dict[str, Any] = {"units": 16, "trials": 2_000, "stay": 100, "random_state": 3}
OPTIONAL = {"check_array_api_input"}  # scikit-learn itself passes over it unless SCIPY_ARRAY_API is set


@pytest.fixture(scope="module")
def wine() -> list[np.ndarray]:
    return train_test_split(*load_wine(return_X_y=True), random_state=0, stratify=load_wine().target)


@pytest.fixture(scope="module")
def diabetes() -> list[np.ndarray]:
    return train_test_split(*load_diabetes(return_X_y=True), random_state=0)


def learned(estimator: Any) -> bytes:
    """All bytes of what an estimator has learned."""
    arrays = [*estimator.coefs_, *estimator.intercepts_, estimator.taps_, estimator.centre_, estimator.scale_]
    return b"".join(array.tobytes() for array in arrays)


@pytest.mark.parametrize("kind", [AstrocyteClassifier, AstrocyteRegressor])
def test_scikit_learn_finds_nothing(kind):
    results = check_estimator(kind(), on_fail=None, on_skip=None)
    assert len(results) > 50
    assert {one["check_name"]: one["exception"] for one in results if one["status"] == "failed"} == {}
    assert {one["check_name"] for one in results if one["status"] != "passed"} <= OPTIONAL


def test_classes_are_learned_by_one_scalar(wine):
    train, test, labels, wanted = wine
    model = AstrocyteClassifier(random_state=0).fit(train, labels)
    assert model.score(test, wanted) >= 0.93
    assert (model.n_features_in_, model.n_outputs_, model.n_trials_) == (13, 1, 40_000)
    assert model.reward_curve_[-1] > model.reward_curve_[0]
    assert len(model.validation_scores_) == len(model.reward_curve_) == 20
    assert 0 < model.accept_rate_ < 1
    shares = model.predict_proba(test)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_array_equal(model.classes_[shares.argmax(axis=1)], model.predict(test))
    np.testing.assert_allclose(np.log(shares), model.predict_log_proba(test))
    two = AstrocyteClassifier(**QUICK).fit(train, labels == 0)
    decided = two.decision_function(test)
    assert decided.shape == (len(test),)
    np.testing.assert_array_equal(two.predict(test), decided > 0)
    np.testing.assert_allclose(two.predict_proba(test)[:, 1], 1 / (1 + np.exp(-decided)))


def test_numbers_are_learned_in_their_own_units(diabetes):
    train, test, wanted, right = diabetes
    model = AstrocyteRegressor(random_state=0).fit(train, wanted)
    assert model.score(test, right) > 0.25
    both = AstrocyteRegressor(**QUICK).fit(train, np.column_stack([wanted, -1000 * wanted]))
    found = both.predict(test)
    assert both.n_outputs_ == 2
    assert found.shape == (len(test), 2)
    assert np.corrcoef(found[:, 0], found[:, 1])[0, 1] < -0.9
    assert AstrocyteRegressor(**QUICK).fit(train, wanted[:, None]).predict(test).shape == (len(test), 1)


def test_the_same_seed_gives_the_same_bits_whatever_the_order_and_repetition_of_rows(wine):
    train, _, labels, _ = wine
    first = learned(AstrocyteClassifier(**QUICK).fit(train, labels))
    assert learned(AstrocyteClassifier(**QUICK).fit(train, labels)) == first
    assert learned(AstrocyteClassifier(**QUICK).fit(train[::-1], labels[::-1])) == first
    assert learned(AstrocyteClassifier(**QUICK | {"random_state": 4}).fit(train, labels)) != first
    twice = np.arange(len(train)) % 2 + 1
    repeated = AstrocyteClassifier(**QUICK).fit(np.repeat(train, twice, axis=0), np.repeat(labels, twice))
    weighted = AstrocyteClassifier(**QUICK).fit(train, labels, sample_weight=twice)
    assert learned(repeated) == learned(weighted) != first
    left_out = AstrocyteClassifier(**QUICK).fit(train, labels, sample_weight=twice - 1)
    assert learned(left_out) == learned(AstrocyteClassifier(**QUICK).fit(train[twice == 2], labels[twice == 2]))


def test_a_drawn_seed_is_kept(wine):
    train, _, labels, _ = wine
    model = AstrocyteClassifier(**QUICK | {"random_state": None}).fit(train, labels)
    again = AstrocyteClassifier(**QUICK | {"random_state": model.seed_}).fit(train, labels)
    assert learned(model) == learned(again)


CODE = """
import sys
import numpy as np
from sklearn.datasets import load_wine
from astrosim.sklearn import AstrocyteClassifier
model = AstrocyteClassifier(units=16, trials=2_000, stay=100, random_state=3).fit(*load_wine(return_X_y=True))
sys.stdout.buffer.write(b"".join(a.tobytes() for a in [*model.coefs_, *model.intercepts_]))
"""


@pytest.mark.full
def test_threads_and_processes_do_not_matter():
    found = []
    for threads in ("1", "2"):
        environment = {"OMP_NUM_THREADS": threads, "NUMBA_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, check=True)
        found.append(done.stdout)
    here = AstrocyteClassifier(**QUICK).fit(*load_wine(return_X_y=True))
    assert found[0] == found[1] == b"".join(a.tobytes() for a in [*here.coefs_, *here.intercepts_])


def test_scaling_the_rows_before_changes_nothing(wine):
    train, test, labels, _ = wine
    plain = AstrocyteClassifier(**QUICK).fit(train, labels)
    scaled = make_pipeline(StandardScaler(), AstrocyteClassifier(**QUICK)).fit(train, labels)
    for one, other in zip(plain.coefs_ + plain.intercepts_, scaled[-1].coefs_ + scaled[-1].intercepts_, strict=True):
        assert one.tobytes() == other.tobytes()
    np.testing.assert_allclose(scaled.predict_proba(test), plain.predict_proba(test), rtol=1e-6)


def test_keys_sort_as_rows_of_numbers_do():
    table = np.random.default_rng(0).choice([-2.5, -1e-300, -0.0, 0.0, 3.0, 1e9], (200, 3))
    order = np.argsort(sorting_keys(table), kind="stable")
    np.testing.assert_array_equal(order, np.lexsort(table.T[::-1]))


def test_the_tools_of_scikit_learn_work(wine, diabetes):
    train, test, labels, _ = wine
    search = GridSearchCV(AstrocyteClassifier(**QUICK), {"units": [2, 16]}, n_jobs=2, cv=3).fit(train, labels)
    assert search.best_params_ == {"units": 16}
    alone = AstrocyteClassifier(**QUICK).fit(train, labels)
    assert learned(search.best_estimator_) == learned(alone)
    assert cross_val_score(AstrocyteRegressor(**QUICK), diabetes[0], diabetes[2], cv=3).mean() > 0.2
    for other in (pickle.loads(pickle.dumps(alone)), copy.deepcopy(alone), _through_joblib(alone)):
        assert learned(other) == learned(alone)
        np.testing.assert_array_equal(other.predict_proba(test), alone.predict_proba(test))
        assert other.partial_fit(train, labels).n_trials_ == alone.n_trials_ + 100
    blank = clone(alone).set_params(units=8)
    assert not hasattr(blank, "coefs_")
    assert blank.get_params()["units"] == 8
    assert len(blank.fit(train, labels).taps_) == 8


def _through_joblib(estimator: Any) -> Any:
    room = io.BytesIO()
    joblib.dump(estimator, room)
    room.seek(0)
    return joblib.load(room)


def test_a_pickle_holds_arrays_and_plain_values(wine):
    import pickletools

    text = pickle.dumps(AstrocyteClassifier(**QUICK).fit(wine[0], wine[2]))
    names = {str(arg) for op, arg, _ in pickletools.genops(text) if "UNICODE" in op.name}
    assert {name for name in names if name.startswith(("numba", "llvmlite"))} == set()


def test_learning_goes_on_batch_by_batch(wine):
    train, test, labels, wanted = wine
    model = AstrocyteClassifier(units=32, stay=500, random_state=0)
    for batch in range(20):
        rows = slice(batch % 2, None, 2)
        model.partial_fit(train[rows], labels[rows], classes=[0, 1, 2])
    assert model.n_trials_ == 10_000
    assert model.score(test, wanted) > 0.9
    np.testing.assert_allclose(model.centre_, train.mean(axis=0))  # the halves alternate: both equally often
    np.testing.assert_allclose(model.scale_, train.std(axis=0))
    halves = AstrocyteClassifier(units=32, stay=500, random_state=0)
    halves.partial_fit(train[::2], labels[::2], classes=[0, 1, 2]).partial_fit(train[1::2], labels[1::2])
    more = pickle.loads(pickle.dumps(halves))
    for one in (halves, more):
        one.partial_fit(train, labels)
    assert learned(halves) == learned(more)


def test_a_warm_start_goes_on(wine):
    train, _, labels, _ = wine
    model = AstrocyteClassifier(**QUICK, warm_start=True).fit(train, labels)
    reward = model.reward_curve_[-1]
    model.fit(train, labels)
    assert model.n_trials_ == 4_000
    assert model.reward_curve_[0] > reward - 0.05
    assert model.reward_curve_[-1] > reward


def test_learning_goes_on_from_the_network_that_answers(wine):
    train, _, labels, _ = wine
    model = AstrocyteClassifier(**QUICK | {"units": 32, "trials": 4_000}).fit(train, labels)
    score = model.score(train, labels)
    model.set_params(stay=1).partial_fit(train, labels)  # a single trial, of which at most one unit is changed
    assert (model.coefs_[1] != 0).any()
    assert model.score(train, labels) >= score - 0.03
    warm = model.set_params(warm_start=True, stay=100).fit(train, labels)
    assert warm.score(train, labels) >= score - 0.03
    assert len(warm.validation_scores_) == 20


def test_names_of_columns_and_classes_are_kept():
    wine = load_wine(as_frame=True)
    names = np.array(["b", "c", "a"])[wine.target]
    model = AstrocyteClassifier(**QUICK).fit(wine.data, names)
    assert list(model.feature_names_in_) == list(wine.data.columns)
    assert list(model.classes_) == ["a", "b", "c"]
    assert (model.predict(wine.data) == names).mean() > 0.9


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "units": ({"units": 0}, r"AstrocyteClassifier: units: out of range \(0\)\. Give a whole number from 1 to 100000\."),
    "trials": ({"trials": 1.5}, r"trials: out of range \(1\.5\)\. Give a whole number"),
    "sigma": ({"sigma": -1.0}, r"sigma: out of range \(-1\.0\)\. Give a number"),
    "race": ({"race": 2}, r"race: out of range \(2\)"),
    "average": ({"average": float("nan")}, r"average: out of range \(nan\)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_parameters_out_of_range_are_told(case, wine):
    values, said = WRONG[case]
    with pytest.raises(ParameterError, match=said):
        AstrocyteClassifier(**values).fit(wine[0], wine[2])


def test_wrong_calls_are_told(wine):
    train, _, labels, _ = wine
    with pytest.raises(ParameterError, match="classes: missing at the first call of partial_fit"):
        AstrocyteClassifier(**QUICK).partial_fit(train, labels)
    model = AstrocyteClassifier(**QUICK).partial_fit(train, labels, classes=[0, 1, 2])
    with pytest.raises(ParameterError, match=r"y: no class of the first call \(7\)"):
        model.partial_fit(train[:3], [0, 1, 7])
    with pytest.raises(ParameterError, match="classes: others than at the first call"):
        model.partial_fit(train, labels, classes=[0, 1])
    with pytest.raises(ParameterError, match="sample_weight: all weights are zero"):
        model.fit(train, labels, sample_weight=np.zeros(len(train)))


def test_without_scikit_learn_the_extra_is_named():
    code = "import sys; sys.modules['sklearn'] = None; from astrosim.sklearn import AstrocyteClassifier"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert "astrosim.sklearn needs sklearn, which is not installed. Install it: pip install 'astrosim[tasks]'" in (
        done.stderr
    )


def test_distinct_rows_are_those_of_the_table_without_order():
    inputs = np.array([[1.0, 2.0], [0.0, 1.0], [1.0, 2.0], [-0.0, 1.0], [5.0, 5.0]])
    targets = np.array([1, 0, 1, 0, 2])
    rows = distinct(inputs, targets, np.array([1.0, 2.0, 3.0, 1.0, 0.0]))
    found = {(*line, target): weight for line, target, weight in zip(map(tuple, rows.inputs), *rows[1:], strict=True)}
    assert found == {(1.0, 2.0, 1): 4.0, (0.0, 1.0, 0): 3.0}
    assert distinct(inputs[:2], targets[:2], None).weights is None


def test_a_run_learns_what_fit_learns_and_comes_back(wine, tmp_path):
    train, test, labels, wanted = wine
    names = np.array(["b", "c", "a"])
    model = AstrocyteClassifier(**QUICK).fit(train, names[labels])
    file = model.to_scenario(tmp_path / "wine.toml", train, names[labels], test=(test, names[wanted]))
    out = tmp_path / "run"
    run_scenario(load_scenario(file), out, workers=1)
    back = AstrocyteClassifier.from_run(out)
    assert learned(back) == learned(model)
    np.testing.assert_array_equal(back.predict(test), model.predict(test))
    np.testing.assert_array_equal(back.reward_curve_, model.reward_curve_)
    np.testing.assert_array_equal(back.validation_scores_, model.validation_scores_)
    stored = astrosim.open_run(out).test_accuracy.values.reshape(-1)[-1]
    assert back.score(test, names[wanted]) == stored
    trained = astrosim.load_trained(out)
    np.testing.assert_array_equal(trained(test), back.predict(test))
    back.partial_fit(train, names[labels])
    assert back.n_trials_ == model.n_trials_ + 100
    with pytest.raises(AstrosimError, match="no run that learns numbers of rows"):
        AstrocyteRegressor.from_run(out)


def test_numbers_go_over_to_a_run_and_back(diabetes, tmp_path):
    train, test, wanted, right = diabetes
    model = AstrocyteRegressor(**QUICK).fit(train, wanted, sample_weight=np.arange(len(train)) % 3)
    file = model.to_scenario(
        tmp_path / "d.toml", train, wanted, sample_weight=np.arange(len(train)) % 3, test=(test, right)
    )
    run_scenario(load_scenario(file), tmp_path / "run", workers=1)
    back = AstrocyteRegressor.from_run(tmp_path / "run")
    np.testing.assert_array_equal(back.predict(test), model.predict(test))
    assert Path(file).with_name("d-test.npz").exists()


def test_pandas_and_lists_are_taken(diabetes):
    train, _, wanted, _ = diabetes
    frame = pd.DataFrame(train, columns=[f"c{k}" for k in range(train.shape[1])])
    one = AstrocyteRegressor(**QUICK).fit(frame, pd.Series(wanted))
    other = AstrocyteRegressor(**QUICK).fit(train.tolist(), wanted.tolist())
    assert learned(one) == learned(other)


def test_the_examples_of_the_documentation_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "howto" / "estimators.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 5
    exec("\n".join(blocks), {"__name__": "estimators"})
    printed = capsys.readouterr().out.splitlines()
    assert float(printed[0]) > 0.9
    assert printed[2] == "5000"
    assert printed[-1].endswith("Frozen({'unit': 128, 'synapse': 13})")
