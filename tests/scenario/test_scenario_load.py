"""Reading scenarios: texts of errors, overrides, conditions, and writing them out again."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_files import complaints, write

from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, load_scenario, to_toml
from astrosim.scenario.choose import check_engine, select
from astrosim.systems.threshold.scenario.schema import Scenario

ONE_PROBLEM = [
    *(
        (
            f"[conditions.ok]\n[conditions.{name}]",
            f"s.toml:1: conditions: a name that other programs read as a missing value ({name}). "
            f"Write another, such as {name}_.",
        )
        for name in ("NA", "nan", "null", "None")
    ),
    ("nme = 'x'", 's.toml:1: nme: unknown key ("x"). Did you mean name?'),
    ("\n[sensng]\nrule = 'firing'", "s.toml:2: sensng: unknown key (a table). Did you mean sensing?"),
    ("episodes = 3", "s.toml:1: episodes: unknown key (3). Did you mean schedule.episodes?"),
    (
        "[network]\n\np-within = 0.5",
        "s.toml:3: network.p-within: unknown key (0.5). Did you mean network.p_within?",
    ),
    (
        "[schedule]\nqqqq = 0",
        "s.toml:2: schedule.qqqq: unknown key (0). Valid here: episodes, trials_per_episode, trial_seconds.",
    ),
    (
        "[network]\nclusters = 1.5",
        "s.toml:2: network.clusters: not a whole number (1.5). Write a whole number from 1 to 100000, such as 2.",
    ),
    (
        "[network]\nclusters = true",
        "s.toml:2: network.clusters: not a whole number (true). Write a whole number from 1 to 100000, such as 2.",
    ),
    (
        "network.p_within = 7",
        "s.toml:1: network.p_within: too large (7). Write a number from 0 to 1, such as 0.6.",
    ),
    (
        "network.p_within = '0.6'",
        's.toml:1: network.p_within: not a number ("0.6"). Write a number from 0 to 1, such as 0.6.',
    ),
    (
        "perturbation.sigma = 0",
        "s.toml:1: perturbation.sigma: too small (0). Write a number above 0, to 16, such as 0.1.",
    ),
    (
        "network.threshold = nan",
        "s.toml:1: network.threshold: not a finite number (nan). Write a number from 0 to 100, such as 0.5.",
    ),
    (
        "network.threshold = -inf",
        "s.toml:1: network.threshold: not a finite number (-inf). Write a number from 0 to 100, such as 0.5.",
    ),
    ("record.decisions = 1", "s.toml:1: record.decisions: neither true nor false (1). Write true or false."),
    (
        "exploration.rule = 'matury'",
        's.toml:1: exploration.rule: not a valid choice ("matury"). Did you mean "maturity"? '
        'Write one of "none", "flat", "maturity".',
    ),
    (
        "sensing.rule = [1, 2]",
        's.toml:1: sensing.rule: not a valid choice ([1, 2]). Write one of "firing", "traffic".',
    ),
    ("network = 5", "s.toml:1: network: not a table (5). Write a table [network]."),
    ("conditions = 5", "s.toml:1: conditions: not a table (5). Write tables [conditions.NAME] that override fields."),
    (
        "conditions.a = 5",
        "s.toml:1: conditions.a: not a table (5). Write tables [conditions.NAME] that override fields.",
    ),
    (
        "name = 'a b'",
        's.toml:1: name: not a valid name ("a b"). Write 1 to 64 letters, digits, dots, dashes and underscores, '
        "a letter or digit first, in quotes.",
    ),
    (
        "seeds = []",
        "s.toml:1: seeds: too short ([]). Write a list of different whole numbers from 0, or a text 'first:count'.",
    ),
    (
        "seeds = [\n1,\n-2]",
        "s.toml:3: seeds[1]: too small (-2). Write a list of different whole numbers from 0, or a text 'first:count'.",
    ),
    (
        "seeds = '5:0'",
        "s.toml:1: seeds: no range of seeds ('5:0'). Write first:count, such as '1000:200', or a list of seeds.",
    ),
    ("seeds = [1, 2, 1]", "s.toml:1: seeds: a seed is listed twice (1). Name each seed once."),
    (
        "kind = 'waev'\nlayers = 3",
        's.toml:1: kind: not a valid choice ("waev"). Did you mean "wave"? Write one of "astrocyte", "wave", "task", '
        '"spiking".',
    ),
    ("kind = 3", 's.toml:1: kind: not a valid choice (3). Write one of "astrocyte", "wave", "task", "spiking".'),
    (
        "[conditions.a]\nkind = 'wave'",
        "s.toml:2: conditions.a.kind: the same for all conditions. Set kind outside the conditions.",
    ),
    (
        "task.patterns = [['01', '1'],\n['0', '1']]",
        "s.toml:1: task.patterns: the input of pattern 2 has another length than that of pattern 1 ('0'). "
        "Write 2 bits.",
    ),
    (
        "task.patterns = [\n['01'],\n]",
        's.toml:2: task.patterns[0]: incomplete (["01"]). Write a list of pairs of texts of 0 and 1, '
        'such as [["00", "1"], ["10", "0"]].',
    ),
    (
        "task.patterns = [['012345', '0']]\n[network]\nclusters = 3",
        "s.toml:1: task.patterns: the input of pattern 1 is not made of bits ('012345'). Write 0 and 1 only.",
    ),
    (
        "task.patterns = [['000000', '0']]",
        "s.toml:1: task.patterns: more input bits than network.inputs = 5 (6). "
        "Write at most 5, or raise network.inputs.",
    ),
    (
        "\n[network]\noutputs = 1",
        "s.toml:3: task.patterns: more target bits than network.outputs = 1 (5). "
        "Write at most 1, or raise network.outputs.",
    ),
    (
        "\n[perturbation]\n\nlimit = 0.05",
        "s.toml:4: network.initial_weight: above perturbation.limit = 0.05 (0.1). Lower it.",
    ),
    (
        "[network]\n\nclusters = 500",
        "s.toml:3: network.p_between: too many synapses (about 9.38e+07). At most 20000000 fit: lower "
        "network.p_between, network.p_within, network.clusters, network.regular, network.inputs, network.outputs or "
        "network.modulatory.",
    ),
    (
        "[adaptation]\nstep = 0.1\nfloor = 0.95",
        "s.toml:3: adaptation.floor: above adaptation.ceiling = 0.9 (0.95). Exchange the two.",
    ),
    (
        "[record]\nweights_at = [20000]",
        "s.toml:2: record.weights_at: no such episode (20000). Write -20000 to 19999.",
    ),
    (
        "[network]\nclusters = 100_000\np_between = 0\np_within = 0\ncell_size = 10",
        "s.toml:2: network.clusters: too many neurons (3000000). At most 2000000 fit: lower network.clusters, "
        "network.regular, network.inputs, network.outputs or network.modulatory.",
    ),
    (
        "system = 'published'\n[astrocytes]\nradius = 4",
        "s.toml:3: astrocytes.radius: fixed in the published system (4.0). Remove it, for 3.0.",
    ),
    (
        "system = 'published'\nengine = 'agents'",
        "s.toml:2: engine: the published system has an engine of its own ('agents'). Remove it.",
    ),
    (
        "[conditions.a]\n[reference.b]\naccuracy = 0.5",
        "s.toml:2: reference.b: no such condition (b). Write one of a.",
    ),
    (
        "[conditions.a]\n[reference.a]\n\nacuracy = 0.5",
        "s.toml:4: reference.a.acuracy: unknown figure (acuracy). Did you mean accuracy?",
    ),
    (
        "[conditions.a]\n[reference.a]\naccuracy = '.5'",
        's.toml:3: reference.a.accuracy: not a number (".5"). Write a number, such as 0.5.',
    ),
    (
        "[conditions.'a b']",
        's.toml:1: conditions."a b": not a valid name (a b). Write 1 to 64 letters, digits, dots, dashes and '
        "underscores, a letter or digit first.",
    ),
    (
        "[conditions.a]\nseeds = [1]",
        "s.toml:2: conditions.a.seeds: the same for all conditions. Set seeds outside the conditions.",
    ),
    (
        "[conditions.a.sensing]\nrle = 'firing'",
        's.toml:2: conditions.a.sensing.rle: unknown key ("firing"). Did you mean sensing.rule?',
    ),
    (
        "[conditions.a]\nlearner = 'none'\nschedule.episodes = 0",
        "s.toml:3: conditions.a.schedule.episodes: too small (0). Write a whole number from 1 to 1e+09, such as 20000.",
    ),
    (
        "adaptation.floor = 0.5\n[conditions.a]\nadaptation.ceiling = 0.4",
        "s.toml:3: conditions.a.adaptation.floor: above adaptation.ceiling = 0.4 (0.5). Exchange the two.",
    ),
    (
        "a = 1\na = 2",
        "s.toml:2: scenario: not valid TOML at the end: cannot overwrite a value (a = 2). Write key = value.",
    ),
    (
        "a = [1,\n2",
        "s.toml:2: scenario: not valid TOML at the end: unclosed array (2). Write key = value.",
    ),
    (
        "# x\na = 1" + "0" * 5000,
        "s.toml:2: scenario: a number with too many digits. Write a shorter one.",
    ),
    ("a = " + "[" * 20_000, "s.toml:1: scenario: nested too deeply. Write a flatter file."),
]


@pytest.mark.parametrize(("text", "expected"), ONE_PROBLEM, ids=[text[:30] for text, _ in ONE_PROBLEM])
def test_text_of_an_error(tmp_path: Path, text: str, expected: str) -> None:
    assert complaints(tmp_path, text) == [expected]


def test_all_problems_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """
nme = "x"
[network]
clusters = 0
regular = "many"
[sensing]
rule = "firng"
[adaptation]
floor = 0.95
lower_success = 0.2
[conditions.a]
perturbation.sigma = -1
[conditions.b]
learner = "cursr"
[reference.c]
accuracy = 0.5
"""
    places = [problem.split(": ")[:2] for problem in complaints(tmp_path, text)]
    assert places == [
        ["s.toml:2", "nme"],
        ["s.toml:4", "network.clusters"],
        ["s.toml:5", "network.regular"],
        ["s.toml:7", "sensing.rule"],
        ["s.toml:9", "adaptation.floor"],
        ["s.toml:10", "adaptation.lower_success"],
        ["s.toml:12", "conditions.a.perturbation.sigma"],
        ["s.toml:14", "conditions.b.learner"],
        ["s.toml:15", "reference.c"],
    ]


def test_an_error_of_the_base_is_not_repeated_for_each_condition(tmp_path: Path) -> None:
    text = "network.clusters = 0\n[conditions.a]\n[conditions.b]\nnetwork.clusters = 0"
    assert [problem.split(": ")[0] for problem in complaints(tmp_path, text)] == ["s.toml:1", "s.toml:4"]


def test_many_bad_entries_are_cut_short(tmp_path: Path) -> None:
    assert len(complaints(tmp_path, f"seeds = {[-1] * 5000}")) == 5


UNREADABLE = [
    (b"a = 1\nb = '\xff'", "s.toml:2: scenario: not UTF-8 text (byte 0xff). Save the file as UTF-8."),
    (b"\x7fELF\n\0\0", "s.toml:2: scenario: a binary file (zero byte). Name a TOML text file."),
    ("name = 'x'".encode("utf-16"), "s.toml:1: scenario: a binary file (zero byte). Name a TOML text file."),
]


@pytest.mark.parametrize(("content", "expected"), UNREADABLE)
def test_files_that_are_no_text(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value).replace(f"{tmp_path}/", "") == expected


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.toml: no such file or bundled scenario\. `astrosim list`"):
        load_scenario(tmp_path / "none.toml")
    with pytest.raises(ScenarioError, match="a folder, not a file"):
        load_scenario(tmp_path)


def test_byte_order_mark_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes("name = 'x'".encode("utf-8-sig"))
    assert load_scenario(path).name == "x"


def test_written_scenario_is_complete_and_equal(tmp_path: Path) -> None:
    text = "seeds = '10:4'\n[record]\nweights_at = [0, -1]\n[conditions.a]\ntask.patterns = [['1', '0'], ['0', '1']]\n"
    scenario = load_scenario(write(tmp_path, text))
    written = to_toml(scenario)
    assert 'seeds = "10:4"' in written
    assert "sigma = 0.1" in written
    assert load_scenario(write(tmp_path, written)) == scenario
    assert to_toml(load_scenario(write(tmp_path, written))) == written


def test_load_is_a_method_too(tmp_path: Path) -> None:
    path = write(tmp_path, "name = 'x'")
    assert Scenario.load(path, ["network.clusters=3"]) == load_scenario(path, ["network.clusters=3"])


def test_select_keeps_the_order_of_the_file(tmp_path: Path) -> None:
    text = "[conditions.a]\n[conditions.b]\n[conditions.c]\n[reference.a]\naccuracy = 0.5\n"
    scenario = load_scenario(write(tmp_path, text))
    chosen = select(scenario, ["c", "b"])
    assert condition_names(chosen) == ("b", "c")
    assert chosen.reference == {}
    with pytest.raises(ScenarioError, match=r"conditions: no such condition \(d\)\. Write one of a, b, c"):
        select(scenario, ["d"])


@pytest.mark.parametrize(
    ("system", "engine", "fits"),
    [
        ("described", "kernel", True),
        ("described", "agents", True),
        ("described", "published", False),
        ("published", "published", True),
        ("published", "kernel", False),
        ("published", "agents", False),
    ],
)
def test_engine_must_be_able_to_run_the_system(system: str, engine: str, fits: bool) -> None:
    scenario = Scenario.model_validate({"system": system})
    if fits:
        check_engine(scenario, engine)
        return
    with pytest.raises(ScenarioError, match=rf"--engine: cannot run system = '{system}' .*\({engine}\)"):
        check_engine(scenario, engine)
