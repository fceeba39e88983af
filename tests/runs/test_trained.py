"""What a run has learned, loaded from its directory: it answers as the run's own judge did, to the last count."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
from field_cases import SMALL as FIELDS

import astrosim
from astrosim.contracts.trained import TrainedNetwork
from astrosim.core.errors import AstrosimError, StoreError
from astrosim.datasets import load
from astrosim.runs import run_scenario
from astrosim.scenario import condition_names, load_run
from astrosim.systems.arrays.data import images_of, loaded
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.tables.parts import split
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.waves.scenario.schema import WaveScenario

SWAPPED = [["10101", "11111"], ["01010", "00000"]]
THRESHOLD: dict[str, Any] = {
    "seeds": [3],
    "network": {"regular": 4},
    "schedule": {"episodes": 30, "trials_per_episode": 10},
    "record": {"every": 7},
    "conditions": {
        "astrocytes": {},
        "both": {"learner": "both"},
        "evolution": {"learner": "evolution", "decision": {"reward": "log_sigmoid", "window": 0}},
        "windowed": {"decision": {"window": 0}},
        "silenced": {
            "interventions": [
                {"action": "silence_neurons", "neuron_kind": "output", "fraction": 0.5, "at_trial": 150},
                {"action": "swap_task", "patterns": SWAPPED, "at_trial": 200},
            ]
        },
    },
}
PUBLISHED: dict[str, Any] = {
    "system": "published",
    "seeds": [42],
    "schedule": {"episodes": 4},
    "conditions": {
        "maturity": {},
        "iteration": {"learner": "cursor", "homeostasis": {"rule": "episode"}},
    },
}
WAVES: dict[str, Any] = {
    "kind": "wave",
    "seeds": [3, 8],
    "task": {"data": "digits", "train": 300, "test": 100, "validation": 50},
    "front": {"rule": "sparse", "width": 20, "standardise": True},
    "network": {"steps": "gd gd gd gd gd"},
    "schedule": {"epochs": 3, "batch": 16},
    "conditions": {
        "gradient": {"training": {"learning_rate": 0.01}},
        "disturbed": {"noise": {"sigma": 0.5, "when": "both"}},
        "mlp": {"network": {"model": "mlp", "hidden": [20]}},
    },
}


def replicates(run: Path) -> Iterator[tuple[TrainedNetwork, xarray.Dataset]]:
    """Each trained network of a run, and what the run has stored of it."""
    scenario, stored = load_run(run), astrosim.open_run(run)
    for condition in condition_names(scenario):
        for seed in scenario.seeds:
            yield astrosim.load_trained(run, condition, seed), stored.sel(condition=condition, seed=seed)


def bits(texts: list[str]) -> np.ndarray:
    return np.array([[int(bit) for bit in text] for text in texts])


@pytest.fixture(scope="module", params=[THRESHOLD, PUBLISHED], ids=["described", "published"])
def threshold(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "run"
    run_scenario(Scenario.model_validate(request.param), out, workers=1)
    return out


@pytest.fixture(scope="module")
def waves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "run"
    run_scenario(WaveScenario.model_validate(WAVES), out, workers=1)
    return out


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "run"
    conditions = {"last": {}, "mean": {"learner": {"average": 0.5}}, "backpropagation": {}}
    conditions["backpropagation"] = {"learner": {"rule": "backpropagation"}}
    run_scenario(ArrayScenario.model_validate({"kind": "task", **FIELDS, "conditions": conditions}), out, workers=1)
    return out


def test_a_threshold_network_gives_the_outputs_of_its_last_probe(threshold):
    for trained, own in replicates(threshold):
        acting = trained.scenario.interventions
        shown = bits([pattern for pattern, _ in (SWAPPED if acting else trained.scenario.task.patterns)])
        last = own.output.values[-1][: len(shown)]
        np.testing.assert_array_equal(trained(shown), last)
        np.testing.assert_array_equal(trained(shown[1]), last[1])
        synapses = int((own.pre.values >= 0).sum())
        assert trained.weights.weight.shape == (synapses,)
        np.testing.assert_array_equal(trained.weights.weight, own.weight.values[-1, :synapses])
        assert set(trained.weights.pre_kind.values[trained.weights.pre.values == own.pre.values[0]]) == {"input"}


def test_a_wave_network_judges_its_test_images_as_the_run_did(waves):
    data = load("digits", train=300, test=100, validation=50)
    for trained, own in replicates(waves):
        assert (trained(data.test_x) == data.test_y).mean() == own.test_accuracy.values[-1]
        learned = np.concatenate([values.values for values in trained.weights.data_vars.values()])
        np.testing.assert_array_equal(learned, own.weight.dropna("parameter").values)
        assert trained.weights.layer.values[-1] == trained.weights.cell_layer.values[-1]


def test_an_array_network_judges_its_test_images_as_the_run_did(arrays):
    for trained, own in replicates(arrays):
        steps, labels = images_of(trained.scenario, trained.held.seed, None).test[:2]
        answers = trained(steps / 16)
        counts = np.zeros((10, 10), np.int64)
        np.add.at(counts, (labels, answers), 1)
        np.testing.assert_array_equal(counts, own.confusion.values)
        learned = np.concatenate([values.values.reshape(-1) for values in trained.weights.data_vars.values()])
        np.testing.assert_array_equal(learned, own.final_weight.values)
        assert trained.weights.input.shape == trained.weights.incoming.shape


@pytest.mark.parametrize("kind", ["waves", "arrays"])
def test_the_store_alone_is_enough_where_weights_were_recorded(kind, request, tmp_path):
    whole = request.getfixturevalue(kind)
    copy = shutil.copytree(whole, tmp_path / "copy")
    shutil.rmtree(copy / "ends")
    for (first, _), (second, _) in zip(replicates(whole), replicates(copy), strict=True):
        assert second.held.state is None
        shown = np.linspace(0, 1, 20 * first.inputs).reshape(20, -1) ** 2
        np.testing.assert_array_equal(first(shown), second(shown))


def test_a_replicate_that_has_not_ended_is_asked_as_far_as_its_checkpoint(arrays, tmp_path):
    copy = shutil.copytree(arrays, tmp_path / "copy")
    shutil.rmtree(copy / "checkpoints")
    (copy / "ends").rename(copy / "checkpoints")
    for (first, _), (second, _) in zip(replicates(arrays), replicates(copy), strict=True):
        assert (first.held.ended, second.held.ended) == (True, False)
        assert "as far as its last checkpoint" in second.describe()
        assert first.weights.identical(second.weights)


def test_what_was_not_kept_is_told_with_a_remedy(tmp_path):
    run = tmp_path / "run"
    short = {"schedule": {"episodes": 2, "trials_per_episode": 5}, "seeds": [3, 4]}
    run_scenario(Scenario.model_validate(short), run, workers=1)
    with pytest.raises(AstrosimError, match=r"scenario\.toml: seeds: several, and none was named\. Name one of 3, 4\."):
        astrosim.load_trained(run)
    with pytest.raises(AstrosimError, match=r"seeds: none of them is 5\. Name one of 3, 4\."):
        astrosim.load_trained(run, seed=5)
    with pytest.raises(AstrosimError, match=r"conditions: none of them is 'mine'\. Name one of"):
        astrosim.load_trained(run, "mine", 3)
    trained = astrosim.load_trained(run, seed=3)
    assert trained.describe().splitlines()[1] == (
        "answers   patterns of 5 input bits, 0 or 1: the 5 output bits of the frozen network"
    )
    with pytest.raises(AstrosimError, match=r"inputs: another shape than the network's \(2, 3\)\. Give an array of"):
        trained([[0, 1, 0], [1, 1, 0]])
    with pytest.raises(AstrosimError, match="inputs: a value beside 0 and 1"):
        trained([0, 1, 2, 0, 1])
    with pytest.raises(AstrosimError, match="inputs: row 0 holds a value that is not finite"):
        trained([0, 1, np.nan, 0, 1])
    shutil.rmtree(run / "ends")
    with pytest.raises(AstrosimError, match=r"nothing was kept of what .*, seed 3 has learned\. Finish the run"):
        astrosim.load_trained(run, seed=3)
    with pytest.raises(StoreError, match="no run"):
        astrosim.load_trained(tmp_path)


def test_a_network_on_a_table_judges_its_test_rows_as_the_run_did(tmp_path):
    random = np.random.default_rng(0)
    length, kind = random.normal(5, 2, 200), random.choice(["long", "short"], 200)
    species = np.where((length > 5) ^ (kind == "short"), "tabby", "calico")
    lines = [f"{'' if k % 9 == 0 else round(float(length[k]), 3)},{kind[k]},{species[k]}" for k in range(200)]
    (tmp_path / "cats.csv").write_text("\n".join(["length,kind,species", *lines]) + "\n")
    task = {
        "data": str(tmp_path / "cats.csv"),
        "target": "species",
        "missing": "mean",
        "categories": "one_hot",
        "test": 0.3,
    }
    tables = {
        "kind": "task",
        "seeds": [3, 8],
        "task": task,
        "network": {"units": 8},
        "batches": {"stay": 50},
        "schedule": {"trials": 1000},
        "record": {"every": 250},
    }
    run_scenario(ArrayScenario.model_validate(tables), tmp_path / "run", workers=1)
    for trained, own in replicates(tmp_path / "run"):
        table = loaded(trained.scenario)
        rows = split(table, trained.held.seed, 0.3, 0.15).test
        assert trained.weights.output.values.tolist() == ["calico", "tabby"]
        right = trained(table.inputs[rows]) == np.array(table.outputs)[table.labels[rows]]
        assert right.mean() == own.test_accuracy.values[-1] > 0.6
        assert set(np.unique(trained.weights.input)) == set(table.names)
        assert trained([np.nan, *table.inputs[rows[0], 1:]]) in table.outputs
