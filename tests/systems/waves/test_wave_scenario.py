"""Wave scenarios: defaults by variant, sizes counted by hand, impossible pairs and their texts, the bundled files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import scenario_files
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.bundled import find
from astrosim.scenario.choose import check_engine, select, shadowed
from astrosim.scenario.inputs import taken_into
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.waves.scenario.schema import WaveScenario


def complaints(directory: Path, text: str, *overrides: str) -> list[str]:
    """Problems of a text below its first line."""
    return scenario_files.complaints(directory, f"kind = 'wave'\n{text}", *overrides)


def wave(**tables: Any) -> WaveScenario:
    return WaveScenario.model_validate(tables)


def test_the_loader_chooses_by_kind(tmp_path: Path) -> None:
    path = scenario_files.write(tmp_path, "kind = 'wave'\n" + "name = 'x'")
    assert isinstance(load_scenario(path), WaveScenario)
    assert Scenario.load(path) == WaveScenario.load(path) == load_scenario(path)
    assert isinstance(WaveScenario.load(find("quick")), Scenario)


XOR_AS_CODED = "s d s d s d s d g g g g g"
XOR_IN_TABLE_1 = "s d s d s d g s g s g g g"
DIGITS_IN_TABLE_1 = "g s g s g s g s g s g"


def test_the_papers_own_chain_for_xor_is_refused_with_all_widths(tmp_path: Path) -> None:
    text = "task.data = 'xor'\nfront.rule = 'none'\nnetwork.steps = '{}'\n"
    assert complaints(tmp_path, text.format(XOR_IN_TABLE_1)) == [
        "s.toml:4: network.steps: 's d s d s d g s g s g g g' ends at width 2, not at 1 as task.data = \"xor\" asks, "
        'from the 2 inputs of task.data = "xor" (2-4-4-6-6-8-8-6-8-6-8-6-4-2). Write steps that end at 1: along an '
        "axis, by network.reach, s adds 2, g takes 2, d adds none."
    ]
    right = load_scenario(scenario_files.write(tmp_path, "kind = 'wave'\n" + text.format(XOR_AS_CODED)))
    assert isinstance(right, WaveScenario)
    assert right.widths == (2, 4, 4, 6, 6, 8, 8, 10, 10, 8, 6, 4, 2, 1)


def test_the_papers_own_chain_for_digits_is_refused_with_all_widths(tmp_path: Path) -> None:
    (problem,) = complaints(tmp_path, f"network.steps = '{DIGITS_IN_TABLE_1}'")
    assert problem == (
        "s.toml:2: network.steps: 'g s g s g s g s g s g' ends at width 18, not at 10 as task.data = \"digits\" asks, "
        "from the 20 inputs of front.width (20-18-20-18-20-18-20-18-20-18-20-18). Write steps that end at 10: along "
        "an axis, by network.reach, s adds 2, g takes 2, d adds none."
    )


IMPOSSIBLE = [
    (
        "network.steps = 'gdx'",
        "s.toml:2: network.steps: 'x' is no step ('gdx'). Write d, s, g, G, C, h, w, T, U, P, Q.",
    ),
    (
        "front.width = 22",
        "s.toml:2: network.steps: 'gd gd gd gd gd' ends at width 12, not at 10 as task.data = \"digits\" asks, from "
        "the 22 inputs of front.width (22-20-20-18-18-16-16-14-14-12-12). Write steps that end at 10: along an axis, "
        "by network.reach, s adds 2, g takes 2, d adds none.",
    ),
    (
        "network.steps = 's*9000'",
        "s.toml:2: network.steps: more than 5000000 connections ('s*9000'). Write fewer steps, or a lower reach.",
    ),
    (
        "task.data = 'xor'",
        's.toml:2: front.rule: task.data = "xor" has two inputs and no images ("sparse"). Write "none".',
    ),
    (
        "task = {data = 'xor', train = 3}\nfront.rule = 'none'\nnetwork.steps = 's d s d s d s d g g g g g'",
        's.toml:2: task.train: task.data = "xor" has its four rows and no more to choose from (3). Write 0.',
    ),
    (
        "task = {data = 'mnist', train = 60_001}",
        's.toml:2: task.train: more than the 60000 training images of task.data = "mnist" (60001). '
        "Write at most 60000, or 0 for all.",
    ),
    (
        "task = {data = 'fashion', train = 50_001, validation = 10_000}",
        's.toml:2: task.train: more than the 50000 training images of task.data = "fashion", less task.validation = '
        "10000 (50001). Write at most 50000, or 0 for all.",
    ),
    (
        "task.test = 501",
        's.toml:2: task.test: more than the 500 test images of task.data = "digits" (501). '
        "Write at most 500, or 0 for all.",
    ),
    (
        "task.validation = 1297",
        's.toml:2: task.validation: leaves none of the 1297 training images of task.data = "digits" (1297). '
        "Write at most 1296.",
    ),
    (
        "network.variant = 'published'\nfront.rule = 'vae'",
        's.toml:3: front.rule: the published VAE reads 28x28 images, task.data = "digits" has 8x8 ("vae"). '
        'Write task.data = "mnist", or network.variant = "described".',
    ),
    (
        "[network]\ngrid = [4, 6]",
        "s.toml:3: network.grid: 24 cells for the 20 inputs of front.width ([4, 6]). "
        "Write two numbers whose product is 20.",
    ),
    (
        "[network]\ngrid = [20]",
        "s.toml:3: network.grid: not rows and columns ([20]). Write two numbers whose product is 20.",
    ),
    (
        "[network]\ngrid = [4, 0]",
        "s.toml:3: network.grid[1]: too small (0). Write two whole numbers, rows and columns, such as [4, 5].",
    ),
    (
        "[network]\nvariant = 'published'\ngrid = [4, 5]\nsteps = 'sdddGGC'",
        's.toml:4: network.grid: the steps of network.variant = "published" run along a line ([4, 5]). '
        'Write [1, 20], or network.variant = "described".',
    ),
    (
        "[network]\nvariant = 'published'\nreach = 5",
        's.toml:4: network.reach: the steps of network.variant = "published" reach 3 cells (5). '
        'Write 3, or network.variant = "described".',
    ),
    (
        "[network]\nvariant = 'published'\nbias = 'additive'",
        's.toml:4: network.bias: network.variant = "published" has no offsets ("additive"). Write "gain" or "none", '
        'or network.variant = "described".',
    ),
    (
        "network.bias = 'gain'",
        's.toml:2: network.bias: a gain belongs to the published program ("gain"). Write "additive" or "none", '
        'or network.variant = "published".',
    ),
    (
        "network = {model = 'mlp', bias = 'gain'}",
        's.toml:2: network.bias: network.model = "mlp" has no gains ("gain"). Write "additive" or "none".',
    ),
    (
        "network = {model = 'mlp', initial = 'givens'}",
        's.toml:2: network.initial: network.model = "mlp" has no neighbouring cells ("givens"). '
        'Write "unit", "he", "band" or "full".',
    ),
    (
        "network = {model = 'mlp', hidden = [10_000, 10_000]}",
        "s.toml:2: network.hidden: too many weights (100300000). At most 20000000 fit: lower network.hidden or "
        "front.width.",
    ),
    (
        "training = {rule = 'keep_revert', decay = 'cosine'}",
        's.toml:2: training.decay: training.rule = "keep_revert" has no learning rate that could decay ("cosine"). '
        'Write "constant".',
    ),
    (
        "network.model = 'mlp'\ntraining.rule = 'keep_revert'",
        's.toml:3: training.rule: network.model = "mlp" has no astrocytes that could perturb ("keep_revert"). '
        'Write "gradient".',
    ),
    (
        "network.model = 'mlp'\nleak.sigma = 0.3",
        's.toml:3: leak.sigma: network.model = "mlp" has no cells to perturb between steps (0.3). Write 0.',
    ),
    (
        "network.variant = 'published'\nleak.sigma = 0.3\nnoise.sigma = 0.1",
        's.toml:4: noise.sigma: network.variant = "published" takes leak, noise and loss one at a time, and '
        "leak.sigma = 0.3 (0.1). Write 0, or leak.sigma = 0.",
    ),
    (
        "[leak]\nsigma = 0.3\nkernel = 'attenuated'\nreach = 2",
        's.toml:5: leak.reach: leak.kernel = "attenuated" has three taps (2). Write 0 or 1, '
        'or leak.kernel = "normalised".',
    ),
    (
        "[leak]\nsigma = 0.3\nkernel = 'attenuated'\nborder = 'ring'",
        's.toml:5: leak.border: leak.kernel = "attenuated" knows no border but zero ("ring"). Write "zero", '
        'or leak.kernel = "normalised".',
    ),
    ("loss.p = 1", "s.toml:2: loss.p: too large (1). Write a number from 0, below 1, such as 0."),
    (
        "schedule.trials_per_episode = 3",
        "s.toml:2: schedule.trials_per_episode: unknown key (3). Valid here: epochs, batch, passes.",
    ),
    (
        "engine = 'agents'",
        's.toml:2: engine: not a valid choice ("agents"). Write one of "kernel", "torch".',
    ),
    (
        "[conditions.a]\n[reference.a]\ntest_acuracy = 0.5",
        "s.toml:4: reference.a.test_acuracy: unknown figure (test_acuracy). Did you mean test_accuracy?",
    ),
    (
        "[conditions.a]\n[reference.a]\naccept_rate = 0.5",
        "s.toml:4: reference.a.accept_rate: unknown figure (accept_rate). Write one of test_accuracy, test_loss, "
        "collapsed.",
    ),
    (
        "[conditions.grid]\nnetwork.grid = [4, 5]",
        "s.toml:3: conditions.grid.network.steps: 'gd gd gd gd gd' ends at width 1, not at 10 as task.data = "
        '"digits" asks, from the 20 inputs of front.width (4x5-2x3-2x3-1x1-1x1-1x1-1x1-1x1-1x1-1x1-1x1). '
        "Write steps that end at 10: along an axis, by network.reach, s adds 2, g takes 2, d adds none.",
    ),
]


@pytest.mark.parametrize(("text", "expected"), IMPOSSIBLE, ids=[text[:30] for text, _ in IMPOSSIBLE])
def test_text_of_an_impossible_pair(tmp_path: Path, text: str, expected: str) -> None:
    assert complaints(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    "tables",
    [
        {"network": {"model": "mlp", "steps": "no chain at all", "grid": [3, 3], "reach": 9}},
        {"network": {"hidden": [1]}, "astrocytes": {"window": 1}},
        {"leak": {"kernel": "attenuated", "reach": 7, "border": "ring"}},
        {"leak": {"sigma": 0.3}, "noise": {"sigma": 0.1}, "loss": {"p": 0.1}},
        {"front": {"rule": "vae"}},
        {"network": {"variant": "published", "bias": "none"}, "leak": {"sigma": 0.3, "kernel": "attenuated"}},
        {"network": {"variant": "published", "activation": "tanh", "initial": "unit"}},
        {"network": {"model": "mlp", "variant": "published", "reach": 5, "grid": [4, 5]}},
    ],
)
def test_fields_that_mean_nothing_are_not_looked_at(tables: dict[str, Any]) -> None:
    assert wave(**tables).kind == "wave"


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ({}, ("tanh", "unit", "additive")),
        ({"variant": "published"}, ("softmax", "full", "gain")),
        ({"model": "mlp"}, ("tanh", "unit", "additive")),
        ({"model": "mlp", "variant": "published"}, ("softmax", "full", "additive")),
        ({"variant": "published", "activation": "elu"}, ("elu", "full", "gain")),
    ],
)
def test_defaults_by_model_and_variant(network: dict[str, str], expected: tuple[str, ...]) -> None:
    found = wave(network=network).network
    assert (found.activation, found.initial, found.bias) == expected


def chosen(scenario: WaveScenario, condition: str) -> tuple[str, str, str]:
    network = resolve(scenario, condition).network
    return network.activation, network.initial, network.bias


def test_defaults_follow_a_condition_unless_stated() -> None:
    conditions = {
        "same": {},
        "published": {"network": {"variant": "published"}},
        "stated": {"network": {"variant": "published", "activation": "tanh"}},
        "mlp": {"network": {"model": "mlp", "variant": "published"}},
        "reach": {"network": {"reach": 1, "steps": "d"}, "front": {"width": 10}},
    }
    scenario = wave(conditions=conditions)
    assert chosen(scenario, "same") == ("tanh", "unit", "additive")
    assert chosen(scenario, "published") == ("softmax", "full", "gain")
    assert chosen(scenario, "stated") == ("tanh", "full", "gain")
    assert chosen(scenario, "mlp") == ("softmax", "full", "additive")
    assert chosen(scenario, "reach") == ("tanh", "unit", "additive")


def test_what_the_base_states_stays_in_a_condition() -> None:
    scenario = wave(network={"activation": "elu"}, conditions={"p": {"network": {"variant": "published"}}})
    assert chosen(scenario, "p") == ("elu", "full", "gain")
    back = wave(network={"variant": "published"}, conditions={"d": {"network": {"variant": "described"}}})
    assert chosen(back, "d") == ("tanh", "unit", "additive")


def test_defaults_follow_at_load_time_as_they_do_when_resolved(tmp_path: Path) -> None:
    text = "[network]\nbias = 'additive'\n[conditions.p]\nnetwork.variant = 'published'"
    scenario = load_scenario(scenario_files.write(tmp_path, "kind = 'wave'\n" + text))
    assert resolve(scenario, "p").network.bias == "gain"  # type: ignore[union-attr]


def test_select_shadowed_and_files(tmp_path: Path) -> None:
    scenario = load_scenario(find("offline_digits"))
    few = select(scenario, ["mlp", "wave"])
    assert condition_names(few) == ("wave", "mlp")
    assert shadowed(scenario, ["network.model=wave"]) == [
        "note: --set network.model: mlp keep their own value; conditions.mlp.network.model changes it."
    ]
    assert taken_into(scenario, tmp_path) == (scenario, {})


@pytest.mark.parametrize(
    ("name", "engine", "right"),
    [
        ("xor", "kernel", ""),
        ("xor", "torch", ""),
        ("parallel_proposals", "torch", ""),
        (
            "mnist",
            "published",
            "cannot run kind = 'task' (published). Write one of kernel, agents, torch, or leave it out.",
        ),
        ("xor", "agents", "cannot run kind = 'wave' (agents). Write one of kernel, torch, or leave it out."),
        ("xor", "published", "cannot run kind = 'wave' (published). Write one of kernel, torch, or leave it out."),
        (
            "quick",
            "torch",
            "cannot run kind = 'astrocyte' (torch). Write one of kernel, agents, published, or leave it out.",
        ),
    ],
)
def test_each_kind_has_engines_of_its_own(name: str, engine: str, right: str) -> None:
    scenario = load_scenario(find(name))
    if not right:
        check_engine(scenario, engine)
        return
    with pytest.raises(ScenarioError) as caught:
        check_engine(scenario, engine)
    assert str(caught.value) == f"--engine: {right}"


OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "network": st.fixed_dictionaries(
            {},
            optional={
                "model": st.sampled_from(["wave", "mlp"]),
                "variant": st.sampled_from(["described", "published"]),
                "activation": st.sampled_from(["tanh", "elu", "softmax"]),
                "initial": st.sampled_from(["unit", "full", "he"]),
                "bias": st.just("none"),
                "gain": st.floats(0.1, 3),
                "hidden": st.lists(st.integers(1, 40), max_size=3),
            },
        ),
        "front": st.fixed_dictionaries({}, optional={"rule": st.sampled_from(["sparse", "gaussian"])}),
        "schedule": st.fixed_dictionaries({}, optional={"epochs": st.integers(1, 100), "batch": st.integers(1, 500)}),
        "record": st.fixed_dictionaries({}, optional={"weights": st.booleans()}),
    },
)


@settings(max_examples=150, deadline=None)
@given(base=OVERRIDES, own=OVERRIDES)
def test_written_waves_come_back(
    tmp_path_factory: pytest.TempPathFactory, base: dict[str, Any], own: dict[str, Any]
) -> None:
    file = tmp_path_factory.getbasetemp() / "wave.toml"
    file.write_text(tomli_w.dumps({"kind": "wave", **base, "conditions": {"a": own, "b": {}}}), encoding="utf-8")
    scenario = load_scenario(file)
    file.write_text(to_toml(scenario), encoding="utf-8")
    again = load_scenario(file)
    assert again == scenario
    for name in condition_names(scenario):
        assert resolve(again, name) == resolve(scenario, name)
