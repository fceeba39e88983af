"""Wave scenarios: defaults by variant, sizes counted by hand, impossible pairs and their texts, the bundled files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.choose import check_engine, select, shadowed
from astrosim.scenario.inputs import taken_into
from astrosim.scenario.library import bundled, find
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.systems.waves.scenario.schema import WaveScenario

WAVES = {name: path for name, path in bundled().items() if name.startswith("waves/")}


def write(directory: Path, text: str) -> Path:
    path = directory / "w.toml"
    path.write_text(f"kind = 'wave'\n{text}", encoding="utf-8")
    return path


def wave(**tables: Any) -> WaveScenario:
    return WaveScenario.model_validate(tables)


def complaints(directory: Path, text: str, *overrides: str) -> list[str]:
    """What is wrong with a text below its first line, file names without their folder."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(directory, text), overrides)
    return [problem.replace(f"{directory}/", "") for problem in caught.value.problems]


def test_the_loader_chooses_by_kind(tmp_path: Path) -> None:
    path = write(tmp_path, "name = 'x'")
    assert isinstance(load_scenario(path), WaveScenario)
    assert Scenario.load(path) == WaveScenario.load(path) == load_scenario(path)
    assert isinstance(WaveScenario.load(find("quick")), Scenario)


XOR_AS_CODED = "s d s d s d s d g g g g g"
XOR_IN_TABLE_1 = "s d s d s d g s g s g g g"
DIGITS_IN_TABLE_1 = "g s g s g s g s g s g"


def test_the_papers_own_chain_for_xor_is_refused_with_all_widths(tmp_path: Path) -> None:
    text = "task.data = 'xor'\nfront.rule = 'none'\nnetwork.steps = '{}'\n"
    assert complaints(tmp_path, text.format(XOR_IN_TABLE_1)) == [
        "w.toml:4: network.steps: 's d s d s d g s g s g g g' ends at width 2, not at 1 as task.data = \"xor\" asks, "
        'from the 2 inputs of task.data = "xor" (2-4-4-6-6-8-8-6-8-6-8-6-4-2). Write steps that end at 1: along an '
        "axis, by network.reach, s adds 2, g takes 2, d adds none."
    ]
    right = load_scenario(write(tmp_path, text.format(XOR_AS_CODED)))
    assert isinstance(right, WaveScenario)
    assert right.widths == (2, 4, 4, 6, 6, 8, 8, 10, 10, 8, 6, 4, 2, 1)


def test_the_papers_own_chain_for_digits_is_refused_with_all_widths(tmp_path: Path) -> None:
    (problem,) = complaints(tmp_path, f"network.steps = '{DIGITS_IN_TABLE_1}'")
    assert problem == (
        "w.toml:2: network.steps: 'g s g s g s g s g s g' ends at width 18, not at 10 as task.data = \"digits\" asks, "
        "from the 20 inputs of front.width (20-18-20-18-20-18-20-18-20-18-20-18). Write steps that end at 10: along "
        "an axis, by network.reach, s adds 2, g takes 2, d adds none."
    )


IMPOSSIBLE = [
    (
        "network.steps = 'gdx'",
        "w.toml:2: network.steps: 'x' is no step ('gdx'). Write d, s, g, G, C, h, w, T, U, P, Q.",
    ),
    (
        "front.width = 22",
        "w.toml:2: network.steps: 'gd gd gd gd gd' ends at width 12, not at 10 as task.data = \"digits\" asks, from "
        "the 22 inputs of front.width (22-20-20-18-18-16-16-14-14-12-12). Write steps that end at 10: along an axis, "
        "by network.reach, s adds 2, g takes 2, d adds none.",
    ),
    (
        "network.steps = 's*9000'",
        "w.toml:2: network.steps: more than 5000000 connections ('s*9000'). Write fewer steps, or a lower reach.",
    ),
    (
        "task.data = 'xor'",
        'w.toml:2: front.rule: task.data = "xor" has two inputs and no images ("sparse"). Write "none".',
    ),
    (
        "task = {data = 'xor', train = 3}\nfront.rule = 'none'\nnetwork.steps = 's d s d s d s d g g g g g'",
        'w.toml:2: task.train: task.data = "xor" has its four rows and no more to choose from (3). Write 0.',
    ),
    (
        "task = {data = 'mnist', train = 60_001}",
        'w.toml:2: task.train: more than the 60000 training images of task.data = "mnist" (60001). '
        "Write at most 60000, or 0 for all.",
    ),
    (
        "task = {data = 'fashion', train = 50_001, validation = 10_000}",
        'w.toml:2: task.train: more than the 50000 training images of task.data = "fashion", less task.validation = '
        "10000 (50001). Write at most 50000, or 0 for all.",
    ),
    (
        "task.test = 501",
        'w.toml:2: task.test: more than the 500 test images of task.data = "digits" (501). '
        "Write at most 500, or 0 for all.",
    ),
    (
        "task.validation = 1297",
        'w.toml:2: task.validation: leaves none of the 1297 training images of task.data = "digits" (1297). '
        "Write at most 1296.",
    ),
    (
        "network.variant = 'published'\nfront.rule = 'vae'",
        'w.toml:3: front.rule: the published VAE reads 28x28 images, task.data = "digits" has 8x8 ("vae"). '
        'Write task.data = "mnist", or network.variant = "described".',
    ),
    (
        "[network]\ngrid = [4, 6]",
        "w.toml:3: network.grid: 24 cells for the 20 inputs of front.width ([4, 6]). "
        "Write two numbers whose product is 20.",
    ),
    (
        "[network]\ngrid = [20]",
        "w.toml:3: network.grid: not rows and columns ([20]). Write two numbers whose product is 20.",
    ),
    (
        "[network]\ngrid = [4, 0]",
        "w.toml:3: network.grid[1]: too small (0). Write two whole numbers, rows and columns, such as [4, 5].",
    ),
    (
        "[network]\nvariant = 'published'\ngrid = [4, 5]\nsteps = 'sdddGGC'",
        'w.toml:4: network.grid: the steps of network.variant = "published" run along a line ([4, 5]). '
        'Write [1, 20], or network.variant = "described".',
    ),
    (
        "[network]\nvariant = 'published'\nreach = 5",
        'w.toml:4: network.reach: the steps of network.variant = "published" reach 3 cells (5). '
        'Write 3, or network.variant = "described".',
    ),
    (
        "[network]\nvariant = 'published'\nbias = 'additive'",
        'w.toml:4: network.bias: network.variant = "published" has no offsets ("additive"). Write "gain" or "none", '
        'or network.variant = "described".',
    ),
    (
        "network.bias = 'gain'",
        'w.toml:2: network.bias: a gain belongs to the published program ("gain"). Write "additive" or "none", '
        'or network.variant = "published".',
    ),
    (
        "network = {model = 'mlp', bias = 'gain'}",
        'w.toml:2: network.bias: network.model = "mlp" has no gains ("gain"). Write "additive" or "none".',
    ),
    (
        "network = {model = 'mlp', initial = 'givens'}",
        'w.toml:2: network.initial: network.model = "mlp" has no neighbouring cells ("givens"). '
        'Write "unit", "he", "band" or "full".',
    ),
    (
        "network = {model = 'mlp', hidden = [10_000, 10_000]}",
        "w.toml:2: network.hidden: too many weights (100300000). At most 20000000 fit: lower network.hidden or "
        "front.width.",
    ),
    (
        "training = {rule = 'keep_revert', decay = 'cosine'}",
        'w.toml:2: training.decay: training.rule = "keep_revert" has no learning rate that could decay ("cosine"). '
        'Write "constant".',
    ),
    (
        "network.model = 'mlp'\ntraining.rule = 'keep_revert'",
        'w.toml:3: training.rule: network.model = "mlp" has no astrocytes that could perturb ("keep_revert"). '
        'Write "gradient".',
    ),
    (
        "network.model = 'mlp'\nleak.sigma = 0.3",
        'w.toml:3: leak.sigma: network.model = "mlp" has no cells to perturb between steps (0.3). Write 0.',
    ),
    (
        "network.variant = 'published'\nleak.sigma = 0.3\nnoise.sigma = 0.1",
        'w.toml:4: noise.sigma: network.variant = "published" takes leak, noise and loss one at a time, and '
        "leak.sigma = 0.3 (0.1). Write 0, or leak.sigma = 0.",
    ),
    (
        "[leak]\nsigma = 0.3\nkernel = 'attenuated'\nreach = 2",
        'w.toml:5: leak.reach: leak.kernel = "attenuated" has three taps (2). Write 0 or 1, '
        'or leak.kernel = "normalised".',
    ),
    (
        "[leak]\nsigma = 0.3\nkernel = 'attenuated'\nborder = 'ring'",
        'w.toml:5: leak.border: leak.kernel = "attenuated" knows no border but zero ("ring"). Write "zero", '
        'or leak.kernel = "normalised".',
    ),
    ("loss.p = 1", "w.toml:2: loss.p: too large (1). Write a number from 0, below 1, such as 0."),
    (
        "schedule.trials_per_episode = 3",
        "w.toml:2: schedule.trials_per_episode: unknown key (3). Valid here: epochs, batch, passes.",
    ),
    (
        "engine = 'agents'",
        'w.toml:2: engine: not a valid choice ("agents"). Write one of "kernel", "torch".',
    ),
    (
        "[conditions.a]\n[reference.a]\ntest_acuracy = 0.5",
        "w.toml:4: reference.a.test_acuracy: unknown figure (test_acuracy). Did you mean test_accuracy?",
    ),
    (
        "[conditions.a]\n[reference.a]\naccept_rate = 0.5",
        "w.toml:4: reference.a.accept_rate: unknown figure (accept_rate). Write one of test_accuracy, test_loss, "
        "collapsed.",
    ),
    (
        "[conditions.grid]\nnetwork.grid = [4, 5]",
        "w.toml:3: conditions.grid.network.steps: 'gd gd gd gd gd' ends at width 1, not at 10 as task.data = "
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
    scenario = load_scenario(write(tmp_path, text))
    assert resolve(scenario, "p").network.bias == "gain"  # type: ignore[union-attr]


COUNTS = [
    ({}, (20, 10), 410, 140, 160, 10),  # spec, beyond 2: 410 live weights
    ({"network": {"variant": "published"}}, (20, 10), 420, 140, 160, 10),  # spec, section 2: 420 and 140 gains
    ({"network": {"model": "mlp"}}, (20, 10), 600, 30, 50, 2),  # 630 parameters
    ({"network": {"grid": [4, 5], "steps": "sdddGGC"}}, (20, 10), 1494, 220, 240, 7),  # beyond 2
    ({"network": {"grid": [4, 5], "steps": "TUTU (hw)*4 PQPQP"}}, (20, 10), 2498, 930, 950, 17),
    (
        {"task": {"data": "mnist"}, "front": {"rule": "none"}, "network": {"grid": [28, 28], "steps": "g*9 d*4 G*5"}},
        (784, 10),
        33_276,
        3_766,
        4_550,
        18,
    ),  # beyond 5
    (
        {
            "task": {"data": "xor"},
            "front": {"rule": "none"},
            "network": {"variant": "published", "bias": "none", "steps": XOR_AS_CODED},
        },
        (2, 1),
        203,
        0,
        79,
        13,
    ),  # spec, section 2
]


@pytest.mark.parametrize(("tables", "ends", "weights", "biases", "cells", "steps"), COUNTS)
def test_sizes_are_those_of_the_specification(
    tables: dict[str, Any], ends: tuple[int, int], weights: int, biases: int, cells: int, steps: int
) -> None:
    scenario = wave(**tables)
    assert (scenario.input_width, scenario.output_width) == ends == (scenario.widths[0], scenario.widths[-1])
    assert (scenario.live_weights, scenario.biases, scenario.parameters) == (weights, biases, weights + biases)
    assert (scenario.cells, scenario.step_count) == (cells, steps)


@pytest.mark.parametrize(
    ("tables", "images", "an_epoch"),
    [
        ({"task": {"data": "mnist"}}, 60_000, 469),
        ({"task": {"data": "mnist", "validation": 5_000}}, 55_000, 430),
        ({"task": {"data": "mnist", "train": 1_000, "validation": 5_000}}, 1_000, 8),
        ({"schedule": {"passes": 3}}, 1_297, 33),
        ({"schedule": {"batch": 5_000}}, 1_297, 1),
        ({"training": {"rule": "keep_revert"}, "astrocytes": {"window": 256}, "schedule": {"batch": 1}}, 1_297, 6),
    ],
)
def test_updates_are_counted(tables: dict[str, Any], images: int, an_epoch: int) -> None:
    scenario = wave(**tables)
    assert (scenario.training_images, scenario.updates_per_epoch) == (images, an_epoch)
    assert scenario.updates == 10 * an_epoch


def test_the_papers_length_of_training_on_xor() -> None:
    """Spec, section 3: 3000 epochs of 4 identical updates on all four rows."""
    scenario = resolve(load_scenario(find("xor")), "wave")
    assert isinstance(scenario, WaveScenario)
    assert (scenario.images_per_update, scenario.updates_per_epoch, scenario.updates) == (4, 4, 12_000)


@pytest.mark.parametrize(
    ("leak", "reach"),
    [
        ({}, 0),
        ({"reach": 4}, 0),
        ({"sigma": 0.3}, 1),
        ({"sigma": 0.35}, 2),
        ({"sigma": 2.0}, 6),
        ({"sigma": 0.3, "reach": 5}, 5),
        ({"sigma": 0.6, "kernel": "attenuated"}, 1),
    ],
)
def test_reach_of_a_leak(leak: dict[str, Any], reach: int) -> None:
    assert wave(leak=leak).leak_reach == reach


@pytest.mark.parametrize("name", list(WAVES))
def test_every_bundled_wave_resolves_and_comes_back_from_its_text(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(WAVES[name])
    assert isinstance(scenario, WaveScenario)
    path = tmp_path / "again.toml"
    path.write_text(to_toml(scenario), encoding="utf-8")
    again = load_scenario(path)
    assert again == scenario
    for condition in condition_names(scenario):
        resolved = resolve(scenario, condition)
        assert resolve(again, condition) == resolved
        assert resolved.conditions == {}
        path.write_text(to_toml(resolved), encoding="utf-8")
        assert load_scenario(path) == resolved


REFERENCES = {
    "digits_sparse": {"wave_published": (0.67875, 0.0), "mlp": (0.7697, 0.0)},
    "digits_vae": {"wave_published": (0.81975, 0.15), "mlp": (0.94465, 0.0)},
    "digits_covae": {"wave_published": (0.83615, 0.35), "mlp": (0.9116, 0.0)},
}  # spec, section 4: medians, and shares of stuck runs


@pytest.mark.parametrize("name", list(REFERENCES))
def test_published_figures_of_digits(name: str) -> None:
    scenario = load_scenario(find(name))
    found = {c: (f["test_accuracy"], f["collapsed"]) for c, f in scenario.reference.items()}  # type: ignore[index]
    assert found == REFERENCES[name]
    for condition in condition_names(scenario):
        resolved = resolve(scenario, condition)
        assert isinstance(resolved, WaveScenario)
        assert (resolved.task.data, resolved.schedule.epochs, resolved.updates) == ("mnist", 150, 70_350)
        if condition in ("wave", "wave_published", "mlp"):
            assert (resolved.training.learning_rate, resolved.training.decay) == (0.004, "constant")
            assert not resolved.front.standardise


@pytest.mark.parametrize("name", ["fashion_sparse", "fashion_gaussian", "fashion_vae", "grid_fashion", "raw_fashion"])
def test_true_fashion_has_no_published_figures(name: str) -> None:
    """Spec, section 0: the published ones are almost certainly digits."""
    scenario = load_scenario(find(name))
    assert scenario.reference == {}
    assert {resolve(scenario, condition).task.data for condition in condition_names(scenario)} == {"fashion"}  # type: ignore[union-attr]


SWEEPS = {
    "leak": ("leak", "sigma", ("leak", "published", "attenuated"), [0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.0]),
    "noise": ("noise", "sigma", ("noise", "published"), [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
    "loss": ("loss", "p", ("loss", "published", "training", "evaluation"), [0, 0.01, 0.05, 0.1, 0.2]),
}  # spec, section 3: recipes of figure 4, with what lies beyond them


@pytest.mark.parametrize("name", list(SWEEPS))
def test_sweeps_have_their_own_baseline_and_all_amounts(name: str) -> None:
    """Spec, section 0: the baseline is exp153, on the VAE of all other columns, not exp155."""
    scenario = load_scenario(find(name))
    section, field, sets, amounts = SWEEPS[name]
    for own in sets:
        found = [
            getattr(getattr(resolve(scenario, condition), section), field)
            for condition in condition_names(scenario)
            if condition.rpartition("_")[0] == own
        ]
        assert found in (amounts, amounts[1:]), own
    assert scenario.reference["published_0"] == {"test_accuracy": 0.81975, "collapsed": 0.15}
    for condition in condition_names(scenario):
        resolved = resolve(scenario, condition)
        assert isinstance(resolved, WaveScenario)
        assert (resolved.front.rule, resolved.network.variant) == (
            "vae",
            "published" if condition.startswith("published") else "described",
        )


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
            "cannot run kind = 'fields' (published). Write one of kernel, agents, torch, or leave it out.",
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
    assert str(caught.value) == f"--engine: engine: {right}"


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
