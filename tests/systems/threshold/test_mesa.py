"""AstroModel as a citizen of Mesa: parameters, batch_run, DataCollector, AgentSets, spaces; networks as graphs."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.batchrunner import batch_run
from replicates import CONDITIONS, differences, scenario
from run_helpers import small
from tolerances import rounding

from astrosim.core.errors import AstrosimError, ScenarioError
from astrosim.rules.perturbation import grid
from astrosim.runs import run_scenario
from astrosim.store import open_run
from astrosim.systems.threshold.agents.agents import Astrocyte, Neuron
from astrosim.systems.threshold.agents.model import AstroModel
from astrosim.systems.threshold.kernel.engine import KernelEngine


@pytest.fixture
def model() -> AstroModel:
    return AstroModel(scenario(), 42)


def attribute(*names: str) -> dict[str, str]:
    return {name: name for name in names}


WATCHED = attribute(
    "score", "threshold", "exploration_rate", "activations", "successes", "explorations", "territory_neurons"
)


# Parameters and batches ----------------------------------------------------------------------------


def test_fields_by_keyword_make_the_scenario() -> None:
    wanted = scenario(perturbation={"sigma": 0.2}, network={"threshold": 0.4}, learner="cursor")
    fields: dict[str, Any] = {"sigma": np.float64(0.2), "network.threshold": 0.4, "learner": "cursor"}
    model = AstroModel(None, 3, **fields)
    assert model.resolved_scenario == wanted
    assert (
        AstroModel(seed=3, perturbation__sigma=0.2, network__threshold=0.4, learner="cursor").resolved_scenario
        == wanted
    )
    same = AstroModel(wanted, 3)
    assert differences(vars(model.advance(40)), vars(same.advance(40))) == []
    named = AstroModel("update_scope", condition="single", regular=np.int64(4)).resolved_scenario
    assert (named.perturbation.scope, named.network.regular) == ("single", 4)


WRONG_PARAMETERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"sigm": 0.2}, ["sigm: no such field (sigm). Did you mean perturbation.sigma?"]),
    (
        {"perturbation.sigm": 0.2},
        ["perturbation.sigm: no such field (perturbation.sigm). Did you mean perturbation.sigma?"],
    ),
    ({"zyx": 1}, ["zyx: no such field (zyx). `astrosim explain` shows all fields of a scenario."]),
    (
        {"threshold": 0.2},
        [
            "threshold: several fields have this name (network.threshold, astrocytes.threshold, flags.threshold). "
            "Write one of them in full."
        ],
    ),
    (
        {"sigma": -1.0, "regular": 1.5},
        [
            "network.regular: not a whole number (1.5). Write a whole number from 0 to 10000, such as 18.",
            "perturbation.sigma: too small (-1.0). Write a number above 0, to 16, such as 0.1.",
        ],
    ),
    ({"condition": "a"}, ["unnamed: conditions: no such condition (a). Write one of default."]),
    (
        {"scenario": ("version", 1)},
        [
            "scenario: no scenario of neurons and astrocytes (tuple). Give a Scenario, its file or name; among the "
            "parameters of Mesa's batch_run in a list, [scenario]."
        ],
    ),
    (
        {"seed": None},
        [
            "seed: not a seed (None). Write a whole number from 0 to 9007199254740991. "
            "Mesa's batch_run takes seeds as rng=[1, 2, 3]; it empties a parameter `seed`."
        ],
    ),
    ({"seed": 1.5}, ["seed: not a seed (1.5). Write a whole number from 0 to 9007199254740991."]),
    ({"rng": -1}, ["seed: not a seed (-1). Write a whole number from 0 to 9007199254740991."]),
    ({"seed": 1, "rng": 2}, ["seed: another one than rng (1, 2). Give one of them."]),
    ({"space": "torus"}, ["space: no such space ('torus'). Write one of grid, network."]),
]


@pytest.mark.parametrize(("parameters", "problems"), WRONG_PARAMETERS)
def test_text_for_wrong_parameters(parameters: dict[str, Any], problems: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        AstroModel(**parameters)
    assert list(caught.value.problems) == problems


@pytest.fixture
def start_method() -> Iterator[None]:
    """batch_run sets it for the whole process."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("start_method")
@pytest.mark.parametrize("processes", [1, 2])
def test_batch_run_varies_fields_conditions_and_seeds(processes: int) -> None:
    parameters = {"scenario": "quick", "condition": ["maturity"], "sigma": [0.1, 0.3]}
    rows = batch_run(
        AstroModel, parameters, rng=[5, 6], number_processes=processes, max_steps=60, display_progress=False
    )
    found = {(row["sigma"], row["seed"]): row for row in rows}
    assert set(found) == {(sigma, seed) for sigma in (0.1, 0.3) for seed in (5, 6)}
    assert {row["Step"] for row in rows} == {60}
    for (sigma, seed), row in found.items():
        kernel = KernelEngine(AstroModel("quick", condition="maturity", sigma=sigma).resolved_scenario, seed)
        kernel.advance(60)
        kept, reverted = kernel.learning.counter[1:3]
        assert row["accuracy"] == kernel.accuracy()
        assert row["accept_rate"] == kept / (kept + reverted)


class Watched(AstroModel):
    """What a user of Mesa writes: reporters of one's own."""

    def __init__(self, *args: Any, **fields: Any) -> None:
        super().__init__(*args, **fields)
        self.datacollector = mesa.DataCollector(
            model_reporters={"kept": lambda m: int(m.learning.counter[1])}, agent_reporters={"cluster": "cluster"}
        )


@pytest.mark.usefixtures("start_method")
def test_batch_run_takes_a_subclass_and_a_parameter_seed() -> None:
    fields = {"seed": [5, 6], "episodes": 4, "record.every": 2, "regular": 2}
    rows = batch_run(Watched, fields, data_collection_period=1, max_steps=100, display_progress=False)
    agents = 2 * (2 + 5 + 5 + 2) + 8
    assert len(rows) == 2 * 3 * agents  # seeds, recorded episodes
    assert {row["Step"] for row in rows} == {10, 30, 40}  # it ends with the schedule
    kernel = KernelEngine(scenario(network={"regular": 2}), 6)
    kernel.advance(30)
    assert {r["kept"] for r in rows if r["seed"] == 6 and r["Step"] == 30} == {int(kernel.learning.counter[1])}


def test_a_model_runs_until_the_schedule_ends() -> None:
    model = AstroModel(episodes=3, regular=2)
    while model.running and model.steps < 50:
        model.step()
    assert (model.trial, model.steps, model.running) == (30, 30, False)
    model.run_model()  # does nothing more
    assert model.trial == 30
    model.run_for(5)  # no more than a sign
    assert model.trial == 35
    again = AstroModel(episodes=3, regular=2)
    again.restore(model.state())
    assert not again.running


# Data ----------------------------------------------------------------------------------------------


def test_collected_values_are_those_of_the_store(tmp_path: Path) -> None:
    s = small(conditions={"maturity": {}}, engine="agents", schedule={"episodes": 20})
    run_scenario(s, tmp_path / "run", workers=1)
    ds = open_run(tmp_path / "run").sel(condition="maturity", seed=8)
    model = AstroModel(s, 8, condition="maturity")
    model.datacollector = mesa.DataCollector(
        model_reporters={
            "weight": lambda m: float(np.abs(m.weights(), dtype="f8").mean()),
            "accuracy": AstroModel.accuracy,
        },
        agenttype_reporters={Astrocyte: WATCHED, Neuron: attribute("cluster", "kind")},
    )
    model.run_for(200)
    frame = model.datacollector.get_agenttype_vars_dataframe(Astrocyte)
    times = (ds.episode.values + 1) * 10
    assert frame.index.unique(level=0).tolist() == times.tolist() == [10, 80, 150, 200]
    for name in WATCHED:
        stored = ds[name].values if "episode" in ds[name].dims else np.tile(ds[name].values, (len(times), 1))
        assert np.array_equal(frame[name].to_numpy().reshape(len(times), 8), stored), name
    whole = model.datacollector.get_model_vars_dataframe()
    assert np.array_equal(whole["weight"], ds.mean_abs_weight)
    # One counts all bits, the other takes the mean of eight fractions: equal but for the rounding of their sum.
    np.testing.assert_allclose(whole["accuracy"], ds.pattern_accuracy.mean("pattern"), rtol=rounding(10))


@pytest.mark.parametrize("condition", ["maturity", "epsilon", "cursor", "control"])
def test_watching_never_changes_a_run(condition: str) -> None:
    s = scenario(**CONDITIONS[condition], record={"every": 1})
    plain, watched = AstroModel(s, 9), AstroModel(s, 9, space="network")
    watched.datacollector = mesa.DataCollector(
        model_reporters={"accuracy": AstroModel.accuracy},
        agent_reporters={"cell": lambda a: a.cell.coordinate},
        agenttype_reporters={Neuron: attribute("weights", "fired"), Astrocyte: attribute("weights", "success_rate")},
    )
    plain.datacollector = None
    for _ in range(20):
        watched.agents.shuffle_do(lambda agent: agent.position.sum())
        watched.agents.select(lambda agent: watched.random.random() < 0.5).get("unique_id")
        watched.run_for(5)
        plain.run_for(5)
    assert differences(plain.state(), watched.state()) == []
    assert len(watched.datacollector.model_vars["accuracy"]) == 10


# Agents --------------------------------------------------------------------------------------------


def test_sets_of_agents_read_and_write_through(model: AstroModel) -> None:
    astrocytes = model.agents_by_type[Astrocyte]
    astrocytes.set("threshold", 0.4)
    assert (model.learning.threshold == 0.4).all()
    model.advance(400)
    assert astrocytes.agg("activations", sum) == model.learning.activations.sum() > 0
    rates = [a.recent / min(a.outcomes, 20) if a.outcomes else np.nan for a in model.astrocytes]
    assert np.array_equal(astrocytes.get("success_rate"), rates, equal_nan=True)
    sizes = model.static()
    assert astrocytes.get("territory_neurons") == sizes["territory_neurons"].tolist()
    assert astrocytes.get("territory_synapses") == sizes["territory_synapses"].tolist()
    assert np.array_equal(astrocytes.get("exploration_rate"), model.exploration_rates())
    bold = astrocytes.select(lambda a: a.threshold < 0.39)
    before = model.learning.threshold.copy()
    bold.do("adapt")
    moved = np.flatnonzero(model.learning.threshold != before)
    assert set(moved) <= {a.index for a in bold}
    astrocytes.shuffle_do("sense")
    assert np.array_equal([a.score for a in model.astrocytes], model.learning.score)
    groups = model.agents_by_type[Neuron].groupby("kind").count()
    assert groups == {"input": 10, "output": 10, "modulatory": 4, "regular": 36}


def test_nobody_has_succeeded_before_the_first_outcome(model: AstroModel) -> None:
    assert np.isnan(model.agents_by_type[Astrocyte].get("success_rate")).all()


def test_weights_of_an_agent_write_through_to_the_grid(model: AstroModel) -> None:
    neuron, astrocyte = model.neurons[3], model.astrocytes[2]
    assert np.array_equal(model.network.pre[neuron.synapses], np.full(neuron.synapses.size, 3))
    neuron.weights = np.linspace(-2, 2, neuron.synapses.size) / 3
    assert neuron.weights.dtype == np.float32
    assert np.array_equal(np.rint(neuron.weights / grid(2.0)) * grid(2.0), neuron.weights)
    assert neuron.weights == pytest.approx(np.linspace(-2, 2, neuron.synapses.size) / 3, abs=grid(2.0) / 2)
    astrocyte.weights = 0.25
    changed = np.flatnonzero(model.weights() == np.float32(0.25))
    assert np.array_equal(changed, astrocyte.synapses)
    neuron.weights[:] = 1.0  # a copy
    assert not (neuron.weights == 1.0).any()
    kernel = KernelEngine(scenario(), 42)
    kernel.restore(model.state())
    assert differences(vars(kernel.advance(200)), vars(model.advance(200))) == []
    with pytest.raises(ValueError, match=r"^weights: beyond perturbation\.limit = 2 \(2\.5\)\. Give -2 to 2\.$"):
        neuron.weights = 2.5
    with pytest.raises(ValueError, match=r"^weights: beyond perturbation\.limit = 2 \(nan\)"):
        astrocyte.weights = np.nan


def test_silencing_by_hand_is_silencing() -> None:
    event = [
        {"action": "silence_neurons", "which": [5, 6], "at_trial": 0},
        {"action": "silence_astrocytes", "which": [1], "at_trial": 0},
    ]
    planned, model = AstroModel(scenario(interventions=event), 4), AstroModel(scenario(), 4)
    for n in (5, 6):
        model.neurons[n].silenced = True
    model.astrocytes[1].silenced = True
    assert model.agents.select(lambda a: a.silenced).get("index") == [5, 6, 1]
    assert differences(vars(planned.advance(200)), vars(model.advance(200))) == []
    model.agents.set("silenced", False)
    model.step()
    assert model.agents.agg("silenced", sum) == 0


@pytest.mark.parametrize("name", ["fired", "kind", "cluster", "position"])
def test_what_has_no_meaning_cannot_be_set(model: AstroModel, name: str) -> None:
    with pytest.raises(AttributeError, match=f"property '{name}' of 'Neuron' object has no setter"):
        setattr(model.neurons[0], name, 1)


# Agents that stay, names that are known ------------------------------------------------------------


def test_an_agent_that_would_be_removed_names_what_takes_effect(model: AstroModel) -> None:
    for agent in (model.astrocytes[3], model.neurons[3]):
        with pytest.raises(AstrosimError, match=r"^remove: its rows stay .* agent\.silenced = True, or lesion it by"):
            agent.remove()
        assert agent in model.agents
    with pytest.raises(AstrosimError, match=r'^remove: the learner stays .*learner = "none"'):
        AstroModel(learner="cursor").cursor.remove()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("which", "name", "right"),
    [
        ("astrocyte", "treshold", "Did you mean threshold?"),
        ("neuron", "silencd", "Did you mean silenced?"),
        ("model", "datacolector", "Did you mean datacollector?"),
        ("model", "sigma", "Give fields of the scenario when it is built;"),
    ],
)
def test_a_misspelt_attribute_is_an_error(model: AstroModel, which: str, name: str, right: str) -> None:
    owner = {"astrocyte": model.astrocytes[0], "neuron": model.neurons[0], "model": model}[which]
    with pytest.raises(AstrosimError, match=f"^{name}: no attribute of ") as caught:
        setattr(owner, name, 3)
    assert right in str(caught.value)
    assert isinstance(caught.value, AttributeError)
    assert name not in vars(owner)


def test_own_classes_add_attributes_that_look_like_no_known_one() -> None:
    class Noted(AstroModel):
        def __init__(self, **fields: Any) -> None:
            super().__init__(**fields)
            self.notes: list[str] = []

    noted = Noted(learner="none")
    noted.notes, noted.zyx = ["a"], 1  # type: ignore[attr-defined]
    with pytest.raises(AstrosimError, match="Did you mean datacollector"):
        noted.datacolector = None


def test_agents_models_and_networks_tell_what_they_are(model: AstroModel) -> None:
    synapses = model.astrocytes[2].synapses.size
    assert f"{model.astrocytes[2]}".startswith("<Astrocyte 2 at (")
    assert f"{synapses} synapses, threshold 0." in f"{model.astrocytes[2]}"
    assert f"{model.neurons[3]}".endswith("kind input>")
    assert f"{len(model.neurons)} neurons, {model.network.post.size:,} synapses, " in f"{model}"
    assert f"{model.network.post.size} synapses" in f"{model.network}"


@pytest.mark.usefixtures("start_method")
@pytest.mark.parametrize("collector", [None, mesa.DataCollector(model_reporters={"accuracy": AstroModel.accuracy})])
def test_batch_run_reports_the_last_step(collector: mesa.DataCollector | None) -> None:
    class Short(AstroModel):
        def __init__(self, rng: int = 1) -> None:
            super().__init__("quick", rng, condition="maturity")
            self.datacollector = collector or self.datacollector

    rows = batch_run(Short, {}, rng=[5], number_processes=1, max_steps=37, display_progress=False)
    kernel = KernelEngine(AstroModel("quick", condition="maturity").resolved_scenario, 5)
    kernel.advance(37)
    assert (rows[-1]["Step"], rows[-1]["accuracy"]) == (37, kernel.accuracy())
