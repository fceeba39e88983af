"""The bundled scenarios: found, valid, and as the specification states them."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean

import pytest
from places import GOLDEN

from astrosim.contracts.registry import find_system
from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, load_scenario, resolve
from astrosim.scenario.bundled import bundled, find
from astrosim.scenario.experiment import own_code_runs
from astrosim.scenario.library import GROUPS, catalogue, create
from astrosim.systems.threshold.scenario.schema import PUBLISHED_SEEDS

WAVES = [
    "astrocyte_trained",
    "digits_covae",
    "digits_gaussian",
    "digits_sparse",
    "digits_vae",
    "fashion_gaussian",
    "fashion_sparse",
    "fashion_vae",
    "grid_digits",
    "grid_fashion",
    "leak",
    "loss",
    "noise",
    "offline_digits",
    "raw_digits",
    "raw_fashion",
    "xor",
]
TUNED = ["both_worlds", "control", "digits", "mnist_rivals", "sparse_versus_dense"]
NEURON_CENTRIC = ("001", "002", "003", "004", "005", "006", "007", "008", "009", "010", "010b", "011")
NEURON_CENTRIC += ("012a", "012b", "012c", "013", "014", "015", "016", "017", "018", "019")
SPIKING = (
    "astrocyte_single",
    "brunel",
    "calcium_wakes",
    "coupling",
    "digits",
    "eight_patterns",
    "lesion",
    "mnist",
    "online",
    "ring",
    "tripartite_pair",
)
PAPERS = {
    "astrocyte": "# Paper     Murray, D. W. (2026).",
    "task": "# Rule      Murray (2026), section 4",
    "wave": "# Paper     Peterson, E. J. What can astrocytes compute?",
    "spiking": "# Question  ",
}


def test_names() -> None:
    assert list(bundled()) == [
        "acrobot",
        "bipedal_walker",
        "both_worlds",
        "breast_cancer",
        "cartpole",
        "connectome",
        "control",
        "cursor",
        "diabetes",
        "digits",
        "eight_of_eight",
        "factors",
        "fashion",
        "lesion",
        "lunar_lander",
        "maturity",
        "mnist",
        "mnist_rivals",
        "mountain_car",
        "mountain_car_continuous",
        "online",
        "own_table",
        "parallel_proposals",
        "patches",
        "pendulum",
        "quick",
        "reward_shape",
        "sensing",
        "size_60_to_6000",
        "sparse_versus_dense",
        "sphere",
        "step_size",
        "sweep",
        "task_switch",
        "uncoupled",
        "update_scope",
        "window",
        "wine",
        "extend/proportional_adaptation",
        "extend/sensing_memory",
        *(f"published/exp{number}" for number in NEURON_CENTRIC),
        "published/exp020",
        "published/exp020_iterations",
        "published/exp021",
        "published/exp022",
        "published/exp023",
        "published/exp024",
        *(f"spiking/{name}" for name in SPIKING),
        *(f"tuning/tune_{name}" for name in TUNED),
        "tuning/tuned_sparse_versus_dense",
        *(f"waves/{name}" for name in WAVES),
    ]


@pytest.mark.parametrize("name", list(bundled()))
def test_every_bundled_scenario_reads_like_a_methods_section(name: str) -> None:
    text = bundled()[name].read_text(encoding="utf-8")
    scenario = load_scenario(bundled()[name])
    assert scenario.name == name.rpartition("/")[2]
    assert scenario.title
    assert scenario.source
    assert text.startswith("# ")
    assert PAPERS[scenario.kind] in text
    assert max(len(line) for line in text.splitlines()) <= 120


def test_the_main_job_is_the_described_system() -> None:
    """Issue and spec, sections 1 to 4: three ways to explore and a control, ten seeds, 20,000 episodes of 10 trials."""
    scenario = load_scenario(find("maturity"))
    assert condition_names(scenario) == ("maturity", "epsilon", "baseline", "control")
    assert scenario.seeds == PUBLISHED_SEEDS
    rules = {}
    for name in condition_names(scenario):
        resolved = resolve(scenario, name)
        assert (resolved.schedule.episodes, resolved.schedule.trials_per_episode) == (20_000, 10)
        assert resolved.system == "described"
        rules[name] = (resolved.learner, resolved.sensing.rule, resolved.exploration.rule)
    assert rules["maturity"] == ("astrocytes", "traffic", "maturity")
    assert rules["epsilon"] == ("astrocytes", "firing", "flat")
    assert rules["baseline"] == ("astrocytes", "firing", "none")
    assert rules["control"][0] == "none"


def test_update_scope_varies_the_scope_alone() -> None:
    scenario = load_scenario(find("update_scope"))
    assert scenario.seeds == tuple(range(1000, 1200))
    assert scenario.schedule.episodes == 2_000
    for name in ("territory", "random", "single", "global"):
        resolved = resolve(scenario, name)
        assert resolved.perturbation.scope == name
        assert resolved.model_copy(update={"perturbation": scenario.perturbation}) == scenario.model_copy(
            update={"conditions": {}}
        )


PUBLISHED = {
    "exp020": (5_000, ("cursor", "control")),
    "exp021": (5_000, ("baseline", "cursor", "control")),
    "exp022": (5_000, ("traffic", "baseline", "control")),
    "exp023": (5_000, ("epsilon", "baseline", "control")),
    "exp024": (20_000, ("maturity", "epsilon", "control")),
}
RULES = {
    "cursor": ("cursor", None, None),
    "baseline": ("astrocytes", "firing", "none"),
    "traffic": ("astrocytes", "traffic", "none"),
    "epsilon": ("astrocytes", "firing", "flat"),
    "maturity": ("astrocytes", "firing", "maturity"),
    "control": ("none", None, None),
}  # spec, section 4


@pytest.mark.parametrize("name", list(PUBLISHED))
def test_published_scenarios_and_their_figures(name: str) -> None:
    """Conditions as in the spec; references are the means of the golden rows, which equal the published tables."""
    scenario = load_scenario(find(f"published/{name}"))
    episodes, conditions = PUBLISHED[name]
    assert condition_names(scenario) == conditions
    assert tuple(scenario.reference) == conditions
    assert scenario.seeds == PUBLISHED_SEEDS
    for condition in conditions:
        resolved = resolve(scenario, condition)
        assert (resolved.system, resolved.schedule.episodes, resolved.record.every) == ("published", episodes, 250)
        learner, sense, explore = RULES[condition]
        assert resolved.learner == learner
        assert sense is None or (resolved.sensing.rule, resolved.exploration.rule) == (sense, explore)
        rows = [row for row in _golden(episodes) if row["condition"] == condition]
        if condition != "control":
            figures = scenario.reference[condition]
            assert figures["accuracy"] == pytest.approx(mean(row["mean_accuracy"] for row in rows), abs=1e-9)
            rate = mean(row["kept"] / (row["kept"] + row["reverted"]) for row in rows)
            assert figures.get("accept_rate", rate) == pytest.approx(rate, abs=6e-4)
    assert scenario.reference["control"] == {"accuracy": 0.5, "distinct_outputs": 1.0}


def _golden(episodes: int) -> list[dict[str, float]]:
    return json.loads((GOLDEN / f"published_{episodes}.json").read_text())["rows"]


def test_paths_and_names_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find("maturity") == find("maturity.toml") == bundled()["maturity"]
    assert find("published/exp024") == find("exp024") == bundled()["published/exp024"]
    assert find("waves/xor") == find("xor") == bundled()["waves/xor"]
    monkeypatch.chdir(tmp_path)
    Path("maturity").write_text("name = 'mine'")
    assert find("maturity") == Path("maturity")


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("maturty", "maturty: no such file or bundled scenario. Did you mean maturity?"),
        ("exp24", "exp24: no such file or bundled scenario. Did you mean exp024?"),
        ("qqqqqqqq", "qqqqqqqq: no such file or bundled scenario. `astrosim list` shows the bundled ones."),
    ],
)
def test_text_for_an_unknown_name(argument: str, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        find(argument)
    assert str(caught.value) == expected


def test_catalogue() -> None:
    entries = {entry["name"]: entry for entry in catalogue()}
    assert entries["maturity"]["cells"] == 40
    assert entries["maturity"]["trials"] == 8_000_000
    assert entries["update_scope"]["cells"] == 800
    assert entries["update_scope"]["updates"] is None
    assert entries["waves/xor"] | {"title": ""} == {
        "name": "waves/xor",
        "kind": "wave",
        "title": "",
        "cells": 500,
        "trials": None,
        "updates": 6_000_000,
        "steps": None,
        "first_look": False,
        "group": "papers",
    }


def test_the_catalogue_is_in_groups_and_can_be_searched() -> None:
    entries = catalogue()
    order = [entry["group"] for entry in entries]
    assert order == sorted(order, key=GROUPS.index)
    assert set(order) == set(GROUPS)
    groups = {entry["name"]: entry["group"] for entry in entries}
    assert groups["published/exp024"] == groups["spiking/brunel"] == "papers"
    assert groups["lesion"] == groups["spiking/calcium_wakes"] == "questions"
    assert groups["cartpole"] == groups["own_table"] == groups["sphere"] == "tasks"
    found = [entry["name"] for entry in catalogue(word="CALCIUM")]
    assert {"spiking/calcium_wakes", "spiking/astrocyte_single"} <= set(found)
    assert "cartpole" not in found
    with pytest.raises(ScenarioError, match=r"calzium: no bundled scenario tells of it\. Did you mean calcium\?"):
        catalogue(word="calzium")


def test_work_in_the_catalogue_is_that_of_the_resolved_conditions() -> None:
    entries = {entry["name"]: entry for entry in catalogue()}
    before = own_code_runs.set(False)
    try:
        for name, path in bundled().items():
            scenario = load_scenario(path)
            resolved = [resolve(scenario, condition) for condition in condition_names(scenario)]
            assert entries[name]["cells"] == len(scenario.seeds) * len(resolved), name
            work = next(entries[name][unit] for unit in ("trials", "updates", "steps") if entries[name].get(unit))
            assert work == len(scenario.seeds) * sum(one.work for one in resolved), name
    finally:
        own_code_runs.reset(before)


def test_a_list_checks_the_base_alone(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text("[conditions.one.schedule]\nepisodes = -1\n")
    with pytest.raises(ScenarioError, match=r"two\.toml:2: conditions\.one\.schedule\.episodes"):
        load_scenario(path)
    assert load_scenario(path, checked=True).conditions == {"one": {"schedule": {"episodes": -1}}}


def test_template_is_a_valid_scenario(tmp_path: Path) -> None:
    path = create("mine", tmp_path)
    scenario = load_scenario(path)
    assert (scenario.name, condition_names(scenario)) == ("mine", ("learning", "control"))
    uncommented = path.read_text().replace("# [reference", "[reference").replace("# accuracy", "accuracy")
    path.write_text(uncommented)
    assert load_scenario(path).reference == {"learning": {"accuracy": 0.68}}
    assert max(len(line) for line in path.read_text().splitlines()) <= 120


def test_template_of_a_wave_is_a_valid_scenario(tmp_path: Path) -> None:
    path = create("mine", tmp_path, "wave")
    scenario = load_scenario(path)
    assert (scenario.kind, condition_names(scenario)) == ("wave", ("wave", "wave_2d", "mlp"))
    uncommented = path.read_text().replace("# [reference", "[reference").replace("# test_accuracy", "test_accuracy")
    path.write_text(uncommented)
    assert load_scenario(path).reference == {"wave": {"test_accuracy": 0.67875}}
    assert max(len(line) for line in find_system("wave").template.splitlines()) <= 120
    with pytest.raises(
        ScenarioError, match=r"--kind: no such kind \(sea\)\. Write one of astrocyte, wave, task, spiking\."
    ):
        create("other", tmp_path, "sea")


def test_create_refuses_to_overwrite_and_to_leave_the_folder(tmp_path: Path) -> None:
    create("mine", tmp_path)
    before = (tmp_path / "mine.toml").read_bytes()
    with pytest.raises(ScenarioError, match=r"mine\.toml: exists already\. Choose another name, or remove it\."):
        create("mine.toml", tmp_path)
    assert (tmp_path / "mine.toml").read_bytes() == before
    with pytest.raises(ScenarioError, match="not a valid name"):
        create("../mine", tmp_path)


def test_first_looks_stand_first_with_kind_and_expected_time() -> None:
    entries = catalogue(times=True)
    assert [entry["name"] for entry in entries[:3]] == ["quick", "waves/offline_digits", "digits"]
    assert [entry["kind"] for entry in entries[:3]] == ["astrocyte", "wave", "task"]
    assert [entry["first_look"] for entry in entries[:4]] == [True, True, True, False]
    seconds = {entry["name"]: entry["seconds"] for entry in entries}
    assert 0 < seconds["quick"] < 10 < seconds["eight_of_eight"]


def test_a_copy_has_its_own_name_and_is_otherwise_the_same(tmp_path: Path) -> None:
    path = create("mine", tmp_path, source=bundled()["lesion"])
    copy, source = load_scenario(path), load_scenario(bundled()["lesion"])
    assert copy == source.model_copy(update={"name": "mine"})
    text = path.read_text()
    assert text.startswith("#:schema ./scenario.schema.json\n")
    assert text.partition("\n")[2].replace('name = "mine"', 'name = "lesion"', 1) == bundled()["lesion"].read_text()


def test_a_copy_whose_files_are_elsewhere_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "p.csv").write_text("input,target\n00000,10101\n10000,01010\n")
    (tmp_path / "a" / "s.toml").write_text('name = "s"\n[task]\nfile = "p.csv"\n')
    with pytest.raises(ScenarioError, match=r"task.file: no such file"):
        create("mine", tmp_path / "b", source=tmp_path / "a" / "s.toml")
    assert list((tmp_path / "b").iterdir()) == []
