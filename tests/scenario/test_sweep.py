"""Sweeps: axes, designs, names of settings, and what is wrong with them, each told once with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenario_files import GOOD_PATTERNS, TASK, complaints, problems, write

from astrosim.contracts.registry import find_system, targets
from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.choose import select, swept
from astrosim.scenario.inputs import taken_into
from astrosim.scenario.sweep.flags import override_of
from astrosim.scenario.sweep.section import Sweep

TWO_AXES = """name = "swept"
seeds = [1, 2]
[sweep]
perturbation.sigma = [0.05, 0.2]
astrocytes.radius = { from = 2, to = 6, steps = 3 }
[conditions.full]
[conditions.firing]
sensing.rule = "firing"
"""


def loaded(folder: Path, text: str, *overrides: str) -> Any:
    return load_scenario(write(folder, text), overrides)


def test_a_grid_is_crossed_with_the_conditions_last_axis_fastest(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, TWO_AXES)
    names = condition_names(scenario)
    assert names == tuple(
        f"{base}-sigma_{sigma}-radius_{radius}"
        for base in ("full", "firing")
        for sigma in ("0.05", "0.2")
        for radius in (2, 4, 6)
    )
    own = resolve(scenario, "firing-sigma_0.2-radius_4")
    assert (own.perturbation.sigma, own.astrocytes.radius, own.sensing.rule) == (0.2, 4.0, "firing")
    assert own.sweep == Sweep()
    assert own.conditions == {}
    with pytest.raises(
        ScenarioError, match=r"no such condition \(full-sigma_0.2-radius_5\). Did you mean full-sigma_0.2"
    ):
        resolve(scenario, "full-sigma_0.2-radius_5")


def test_a_setting_is_what_a_condition_written_by_hand_is(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, "[sweep]\nsystem = ['described', 'published']")
    by_hand = loaded(tmp_path, "conditions.a.system = 'described'\nconditions.b.system = 'published'")
    assert condition_names(scenario) == ("system_described", "system_published")
    for swept_name, name in zip(condition_names(scenario), "ab", strict=True):
        assert resolve(scenario, swept_name) == resolve(by_hand, name)
    assert resolve(scenario, "system_published").network.regular == 23  # a default that follows the system


def test_other_values_of_fields_keep_the_sweep(tmp_path: Path) -> None:
    for text in (TWO_AXES, LATIN):
        scenario = loaded(tmp_path, text)
        other = scenario.changed({"schedule.episodes": 5})
        assert condition_names(other) == condition_names(scenario)
        assert other.sweep == scenario.sweep
        assert resolve(other, condition_names(other)[1]).schedule.episodes == 5


def test_zip_goes_side_by_side(tmp_path: Path) -> None:
    scenario = loaded(
        tmp_path, '[sweep]\ndesign = "zip"\nperturbation.sigma = [0.1, 0.2]\ndecision.accept = ["strict", "metropolis"]'
    )
    assert condition_names(scenario) == ("sigma_0.1-accept_strict", "sigma_0.2-accept_metropolis")


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        ("{ from = 0.1, to = 0.5, steps = 5 }", (0.1, 0.2, 0.3, 0.4, 0.5)),
        ('{ from = 0.01, to = 1, steps = 3, scale = "log" }', (0.01, 0.1, 1.0)),
        ("[1, 0.5]", (1, 0.5)),
    ],
)
def test_values_of_an_axis(tmp_path: Path, axis: str, values: tuple[float, ...]) -> None:
    scenario = loaded(tmp_path, f"sweep.perturbation.sigma = {axis}")
    assert scenario.sweep.axes["perturbation.sigma"].points == values
    assert [resolve(scenario, name).perturbation.sigma for name in condition_names(scenario)] == list(values)


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, 'sweep.schedule.episodes = { from = 10, to = 1000, steps = 3, scale = "log" }')
    assert [resolve(scenario, name).schedule.episodes for name in condition_names(scenario)] == [10, 100, 1000]


LATIN = """[sweep]
design = "latin_hypercube"
samples = 40
seed = 5
perturbation.sigma = { from = 0.01, to = 1, scale = "log" }
astrocytes.per_cluster = { from = 1, to = 4 }
sensing.rule = ["traffic", "firing"]
"""


def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_axis(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, LATIN)
    names = condition_names(scenario)
    assert (names[0], names[-1], len(names)) == ("setting-0001", "setting-0040", 40)
    points = np.array(scenario.sweep.points)
    assert (np.sort((points * 40).astype(int), axis=0) == np.arange(40)[:, None]).all()
    own = [resolve(scenario, name) for name in names]
    assert np.allclose([one.perturbation.sigma for one in own], 0.01 * 100 ** points[:, 0], rtol=1e-6)
    assert np.bincount([one.astrocytes.per_cluster for one in own]).tolist() == [0, 10, 10, 10, 10]
    assert [one.sensing.rule for one in own].count("firing") == 20
    assert loaded(tmp_path, LATIN) == scenario
    assert loaded(tmp_path, LATIN, "sweep.seed=6").sweep.points != scenario.sweep.points


def test_sobol_points_are_arranged_as_saltelli_does(tmp_path: Path) -> None:
    drawn = "[sweep]\ndesign = 'sobol'\nsamples = 8\n"
    text = f"{drawn}perturbation.sigma = {{from = 0.1, to = 1}}\nastrocytes.radius = {{from = 2, to = 6}}"
    points = np.array(loaded(tmp_path, text).sweep.points).reshape(8, 4, 2)
    first, mixed, second = points[:, 0], points[:, 1:3], points[:, 3]
    assert (mixed[:, 0] == np.stack([second[:, 0], first[:, 1]], axis=1)).all()
    assert (mixed[:, 1] == np.stack([first[:, 0], second[:, 1]], axis=1)).all()
    for half in (first, second):  # a scrambled Sobol sequence has one point in each eighth of each axis
        assert (np.sort((half * 8).astype(int), axis=0) == np.arange(8)[:, None]).all()


def test_a_run_keeps_the_points_that_were_drawn(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, LATIN)
    again = loaded(tmp_path, to_toml(scenario))
    assert again == scenario
    moved = tuple((0.5, *point[1:]) for point in scenario.sweep.points)
    other = scenario.model_copy(update={"sweep": scenario.sweep.having(points=moved)})
    kept = loaded(tmp_path, to_toml(other))
    assert resolve(kept, "setting-0001").perturbation.sigma == 0.1


def test_a_list_is_a_csv_file_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("perturbation.sigma,sensing.rule\n0.1,firing\n0.2,traffic\n")
    scenario = loaded(tmp_path, '[sweep]\ndesign = "list"\nfile = "table.csv"')
    assert condition_names(scenario) == ("sigma_0.1-rule_firing", "sigma_0.2-rule_traffic")
    own, contents = taken_into(scenario, tmp_path / "run")
    assert [path.name.partition("-")[0] for path in contents] == ["table"]
    for path, data in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "table.csv").unlink()
    (tmp_path / "run" / "scenario.toml").write_text(to_toml(own, tmp_path / "run"))
    assert condition_names(load_scenario(tmp_path / "run")) == condition_names(scenario)


def test_swept_files_and_modules_lie_beside_the_scenario_and_go_into_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "one.csv").write_text(GOOD_PATTERNS)
    (folder / "two.csv").write_text(GOOD_PATTERNS.replace("00,1", "00,0"))
    (folder / "glia.py").write_text("import astrosim\nclass A(astrosim.Astrocyte):\n    pass\nclass B(A):\n    pass\n")
    text = "[sweep]\ntask.file = ['one.csv', 'two.csv']\nagents.astrocyte = ['glia:A', 'glia:B']"
    scenario = loaded(folder, text)
    names = condition_names(scenario)
    assert names[0] == "file_one-astrocyte_glia_A"
    last = resolve(scenario, names[-1])
    assert last.task.patterns[0] == ("00", "0")
    assert last.agents.file is not None
    assert last.agents.file.path == folder / "glia.py"
    own, contents = taken_into(scenario, tmp_path / "run")
    assert sorted(path.name.partition("-")[0] for path in contents) == ["glia", "one", "two"]
    for path, data in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "run" / "scenario.toml").write_text(to_toml(own, tmp_path / "run"))
    stored = resolve(load_scenario(tmp_path / "run"), names[-1])
    assert stored == last
    assert stored.agents.file is not None
    assert stored.agents.file.path.parent.name == "inputs"


WRONG: list[tuple[str, list[str]]] = [
    (
        "[sweep]\nperturbation.sigma = [\n0.1,\n-1,\n]\nastrocytes.radius = [1, 2]",
        ["s.toml:4: sweep.perturbation.sigma[1]: too small (-1). Write a number above 0, to 16, such as 0.1."],
    ),
    (
        "[sweep]\nperturbation.sgma = [0.1, 0.2]",
        ["s.toml:2: sweep.perturbation.sgma: no such field (perturbation.sgma). Did you mean perturbation.sigma?"],
    ),
    ("[sweep]\nseeds = [1, 2]", ["s.toml:2: sweep.seeds: the same for all settings (seeds). Sweep another field."]),
    (
        "[sweep]\nnetwork = [1, 2]",
        [
            "s.toml:2: sweep.network: a section, not a field (network). Write one of its fields: layout, clusters, "
            "inputs ..."
        ],
    ),
    (
        "[sweep]\nperturbation.sigma = 0.1",
        [
            "s.toml:2: sweep.perturbation.sigma: one value, where a sweep has several (0.1). Write [0.1, 0.2], or "
            "{ from = 0.1, to = 0.5, steps = 5 }."
        ],
    ),
    (
        "[sweep]\nperturbation.sigma = [0.1, 0.2, 0.1]",
        ["s.toml:2: sweep.perturbation.sigma: a value is listed twice (0.1). Name each value once."],
    ),
    (
        "[sweep]\nperturbation.sigma = [0.1, 0.2]\n[conditions.a]\n[conditions.b.perturbation]\nsigma = 0.3",
        ["s.toml:2: sweep.perturbation.sigma: condition b sets it as well (0.3). Remove it there, or here."],
    ),
    (
        "[sweep]\nperturbation.limit = [0.5, 2, 4]\n[network]\ninitial_weight = 1.0",
        [
            "s.toml:2: sweep.perturbation.limit[0]: network.initial_weight: above perturbation.limit = 0.5 (1.0). "
            "Lower it."
        ],
    ),
    (
        "[sweep]\nastrocytes.radius = [1, 2, 3]\nnetwork.initial_weight = [0.5, 1, 2]\n[perturbation]\nlimit = 1.0",
        ["s.toml:3: sweep.network.initial_weight[2]: above perturbation.limit = 1.0 (2.0). Lower it."],
    ),
    (
        '[sweep]\ndesign = "zip"\nperturbation.sigma = [0.1, 0.2]\nastrocytes.radius = [2]',
        [
            's.toml:2: sweep.design: "zip" needs lists of one length (perturbation.sigma 2, astrocytes.radius 1). '
            "Write one value of each for every setting."
        ],
    ),
    (
        '[sweep]\ndesign = "sobol"\nsamples = 12\nperturbation.sigma = { from = 0.1, to = 1 }',
        ["s.toml:3: sweep.samples: not a power of 2 (12). Write 8 or 16."],
    ),
    (
        "[sweep]\nperturbation.sigma = { from = 0.1, to = 1 }",
        [
            's.toml:2: sweep.perturbation.sigma: a range without steps in design = "grid". Write steps = 5, or a list '
            "of values."
        ],
    ),
    (
        "[sweep]\nperturbation.sigma = { from = 0, to = 1, steps = 3, scale = 'log' }",
        ["s.toml:2: sweep.perturbation.sigma: from: no logarithm (0). Write a number above 0."],
    ),
    (
        "[sweep]\nschedule.episodes = { from = 10, to = 12, steps = 9 }",
        ["s.toml:2: sweep.schedule.episodes: two steps are the same whole number (10). Write fewer steps."],
    ),
    (
        '[sweep]\ndesign = "grid"\nsamples = 3',
        ["s.toml:3: sweep.samples: no field is swept. Write one, such as network.spacing = [0.1, 0.2]."],
    ),
    (
        "[sweep]\nschedule.episodes = { from = 1, to = 400000, steps = 400_000 }",
        [
            "s.toml:2: sweep.schedule.episodes: steps: not a number of values (400000). Write a whole number from 2 "
            "to 100000."
        ],
    ),
    (
        "conditions.a.sweep.perturbation.sigma = [1, 2]",
        ["s.toml:1: conditions.a.sweep: the same for all conditions. Set sweep outside the conditions."],
    ),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_what_is_wrong_is_told_once_with_its_line(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert complaints(tmp_path, text) == expected


def test_problems_of_base_and_settings_are_told_together(tmp_path: Path) -> None:
    text = "[sweep]\nperturbation.sigma = [0.1, 99]\nastrocytes.radius = [-1, 2]\n[schedule]\nepisodes = 0"
    found = complaints(tmp_path, text)
    assert [problem.partition(": ")[2].partition(":")[0] for problem in found] == [
        "sweep.perturbation.sigma[1]",
        "sweep.astrocytes.radius[0]",
        "schedule.episodes",
    ]


LISTS = [
    ("perturbation.sigma\n0.1\n\n-3\n", "table.csv:4: perturbation.sigma: too small (-3). Write a number above 0"),
    (
        "perturbation.limit,astrocytes.radius\n0.5,3\n",
        "table.csv:2: perturbation.limit: network.initial_weight: above perturbation.limit = 0.5 (1.0). ",
    ),
    ("perturbation.sgma\n0.1\n", "table.csv:1: perturbation.sgma: no such field (perturbation.sgma). Did you mean "),
    ("perturbation.sigma,astrocytes.radius\n0.1\n", "table.csv:2: perturbation.sigma: 1 cells where the head has 2. "),
    ("perturbation.sigma\n", "s.toml:3: sweep.file: no settings ("),
]


@pytest.mark.parametrize(("table", "expected"), LISTS)
def test_what_is_wrong_with_a_list(tmp_path: Path, table: str, expected: str) -> None:
    (tmp_path / "table.csv").write_text(table)
    text = '[sweep]\ndesign = "list"\nfile = "table.csv"\n[network]\ninitial_weight = 1.0'
    (problem,) = complaints(tmp_path, text)
    assert problem.startswith(expected)


FLAGS = [
    ("perturbation.sigma=0.1,0.2", "--sweep sweep.perturbation.sigma=[0.1, 0.2]"),
    ("perturbation.sigma=0.1:0.5:5", "--sweep sweep.perturbation.sigma={ from = 0.1, to = 0.5, steps = 5 }"),
    ("a.b=1e-3:1:4:log", '--sweep sweep.a.b={ from = 0.001, to = 1.0, steps = 4, scale = "log" }'),
    ("a.b=0.1:2", "--sweep sweep.a.b={ from = 0.1, to = 2.0 }"),
    ("learner=astrocytes,none", '--sweep sweep.learner=["astrocytes", "none"]'),
    ("a.b=[1, 2]", "--sweep sweep.a.b=[1, 2]"),
    ("a.b=[1, 2],[3]", "--sweep sweep.a.b=[[1, 2], [3]]"),
    ("a.b=true,false", "--sweep sweep.a.b=[true, false]"),
]


@pytest.mark.parametrize(("flag", "override"), FLAGS)
def test_flags_are_overrides_of_the_section(flag: str, override: str) -> None:
    assert override_of(flag) == override


def test_several_values_for_set_are_refused_with_the_remedy(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    for given in ("0.1,0.2", "[0.1,0.2]"):
        (problem,) = problems(path, f"--set perturbation.sigma={given}")
        assert problem.endswith("To run each of several values, write --sweep perturbation.sigma=0.1,0.2.")
    (problem,) = problems(path, "--set perturbation.sigma=a b,c")
    assert problem.endswith("write --sweep 'perturbation.sigma=a b,c'.")
    for given in (",0.1", "0.1,\x1e"):
        (problem,) = problems(path, f"--set perturbation.sigma={given}")
        assert "--sweep" not in problem


def test_names_that_were_too_long_are_numbers(tmp_path: Path) -> None:
    text = TWO_AXES.replace("[conditions.full]", f"[conditions.{'f' * 50}]")
    names = condition_names(loaded(tmp_path, text))
    assert (names[0], names[-1]) == (f"{'f' * 50}-0001", "firing-0006")
    assert condition_names(loaded(tmp_path, "sweep.task.patterns = [[['0', '1']], [['1', '1']]]")) == (
        "patterns_0",
        "patterns_1",
    )


def test_no_top_level_field_is_taken_for_one_of_the_section() -> None:
    for name in targets():
        assert not {*find_system(name).scenario.model_fields} & {*Sweep.model_fields}


def test_chosen_settings_are_conditions_of_their_own(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, TWO_AXES)
    few = select(scenario, ["firing-sigma_0.2-radius_4"])
    assert condition_names(few) == ("firing-sigma_0.2-radius_4",)
    assert resolve(few, condition_names(few)[0]) == resolve(scenario, condition_names(few)[0])


def test_conditions_of_a_swept_scenario_are_chosen_by_their_own_names(tmp_path: Path) -> None:
    chosen = load_scenario(write(tmp_path, TWO_AXES), (), ["firing"])
    assert condition_names(chosen)[0] == "firing-sigma_0.05-radius_2"
    assert len(condition_names(chosen)) == 6


def test_a_sweep_in_python(tmp_path: Path) -> None:
    base = loaded(tmp_path, "seeds = [1]")
    made = swept(
        base, {"astrocytes.radius": np.array([2.0, 4.0]), "perturbation__sigma": {"from": 0.1, "to": 0.2, "steps": 2}}
    )
    assert condition_names(made)[-1] == "radius_4-sigma_0.2"
    assert made.seeds == (1,)
    with pytest.raises(ScenarioError, match=r"sweep.astrocytes.radius\[1\]: too small \(-1.0\)"):
        swept(base, {"astrocytes.radius": [2.0, -1.0]})
    with pytest.raises(ScenarioError, match="radius: several fields have this name"):
        swept(base, {"radius": [0.1, 0.2]})


def test_patterns_of_a_task_are_swept_as_wholes(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, f"[sweep]\ntask.patterns = [{TASK}, {TASK[:2]}]".replace("'", '"'))
    assert [len(resolve(scenario, name).task.patterns) for name in condition_names(scenario)] == [3, 2]
