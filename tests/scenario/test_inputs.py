"""Patterns, positions and wiring from files: the same network back, the texts of errors, and runs that need no more
than their own directory."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tomli_w
from replicates import differences, scenario
from scenario_files import GOOD_PATTERNS, GOOD_POSITIONS, GOOD_WIRING, SIZES, TASK, problems, write_scenario
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.scenario import load_scenario, resolve, to_toml
from astrosim.systems.threshold.network.topology import build_network
from astrosim.systems.threshold.scenario.schema import Scenario


def test_patterns_of_a_file_are_those_written_inline(tmp_path: Path) -> None:
    text = '# a comment\n\n"input" , target\r\n00,1\n 10 , 0 # the second\n\n"01","1"\n'
    loaded = load_scenario(write_scenario(tmp_path, patterns=text))
    assert loaded.task.patterns == tuple(tuple(pair) for pair in TASK)
    assert loaded.task.file is not None
    assert loaded.task.file.name.endswith("patterns.csv")


WRONG_CONTENTS = [
    (
        "patterns",
        "input,target\n00,1\n\n1x,0\n",
        ["patterns.csv:4: input: not made of bits ('1x'). Write 0 and 1 only."],
    ),
    (
        "patterns",
        "input,target\n00,1\n101,0\n01\n11,\n",
        [
            "patterns.csv:3: input: 3 bits where the first pattern has 2 ('101'). Write 2 bits.",
            "patterns.csv:4: input: 1 cells where 2 belong ('01'). Write input,target.",
            "patterns.csv:5: target: not made of bits (''). Write 0 and 1 only.",
        ],
    ),
    (
        "patterns",
        "in,target\n0,1\n",
        ["patterns.csv:1: columns: not the head of this table ('in,target'). Write input,target."],
    ),
    (
        "patterns",
        "input,target\n",
        ["patterns.csv:1: input: no pattern follows (0). Write input,target bits, one pattern per line."],
    ),
    ("patterns", "", ["patterns.csv:1: columns: not the head of this table (''). Write input,target."]),
    (
        "positions",
        "neuron,x,y\n" + "".join(f"{n},0,0\n" for n in range(11)),
        [
            "positions.csv:12: neuron: 11 positions for the 12 neurons of the network (11). "
            "Write neurons 0 to 11, a line each."
        ],
    ),
    (
        "positions",
        GOOD_POSITIONS + "\n12,0,0\n13,0,0\n",
        [
            "positions.csv:15: neuron: 14 positions for the 12 neurons of the network (14). "
            "Write neurons 0 to 11, a line each."
        ],
    ),
    (
        "positions",
        GOOD_POSITIONS.replace("3,3.25,-3", "4,3.25,-3").replace("5,5.25", "5,nan").replace("7,7.25,-7", "7,7.25"),
        [
            "positions.csv:5: neuron: not the next neuron (4). Write 3: in order.",
            "positions.csv:7: x: not a finite number ('nan'). Write a number.",
            "positions.csv:9: neuron: 2 cells where 3 belong ('7,7.25'). Write neuron,x,y.",
        ],
    ),
    (
        "positions",
        GOOD_POSITIONS.replace("3.25", "1e10"),
        ["positions.csv:5: x: too far away (10000000000). Write -1e+09 to 1e+09."],
    ),
    (
        "positions",
        "neuron,y,x\n0,0,0\n",
        ["positions.csv:1: columns: not the head of this table ('neuron,y,x'). Write neuron,x,y or neuron,x,y,z."],
    ),
    (
        "wiring",
        "pre,post,weight\n0,2,0.5\n# the hub\n0,12,0\n-1,3,0\n1.5,3,0\n",
        [
            "wiring.csv:4: post: no such neuron (12). Write a whole number from 0 to 11.",
            "wiring.csv:5: pre: no such neuron (-1). Write a whole number from 0 to 11. Also in line 6.",
        ],
    ),
    (
        "wiring",
        "pre,post,weight\n0,7,0.5\n2,2,0\n2,3,2.5\n2,3,0\n1,4,0\n",
        [
            "wiring.csv:2: post: an input neuron (7), which is driven from outside. Remove the synapse: "
            "`astrosim import` does so.",
            "wiring.csv:3: post: a synapse of a neuron onto itself (2). Remove it: `astrosim import` does so.",
            "wiring.csv:4: weight: beyond perturbation.limit = 2 (2.5). Write -2 to 2, or raise perturbation.limit.",
            "wiring.csv:5: post: the synapse from 2 to 3 is listed twice (3). Remove it, or sum its weights: "
            "`astrosim import` does so.",
        ],
    ),
    (
        "wiring",
        "pre,post,weight\n0,two,0.5\n0,3,1_0\n",
        [
            "wiring.csv:2: post: not a finite number ('two'). Write a number.",
            "wiring.csv:3: weight: not a finite number ('1_0'). Write a number.",
        ],
    ),
    (
        "wiring",
        b"pre,post,weight\n0,3,\xff\n",
        ["wiring.csv:2: weight: not a finite number ('\ufffd'). Write a number."],
    ),
    (
        "wiring",
        b"PK\3\4 and no more",
        ["wiring.csv: columns: not an NPZ file ('File is not a zip file'). Write it with numpy.savez."],
    ),
]


@pytest.mark.parametrize(("which", "content", "expected"), WRONG_CONTENTS)
def test_text_of_an_error_inside_a_file(tmp_path: Path, which: str, content: str | bytes, expected: list[str]) -> None:
    assert problems(write_scenario(tmp_path, **{which: content})) == expected


def test_all_files_are_told_of_at_once(tmp_path: Path) -> None:
    path = write_scenario(
        tmp_path, positions=GOOD_POSITIONS + "12,0,0\n", wiring="pre,post,weight\n0,1,0\n", patterns=GOOD_PATTERNS
    )
    assert [problem.split(":")[:2] for problem in problems(path)] == [["positions.csv", "14"], ["wiring.csv", "2"]]


def test_one_complaint_about_many_lines_is_one_line_with_a_count(tmp_path: Path) -> None:
    rows = "".join(f"0,{n + 50},0\n" for n in range(1000)) + "0,0,x\n"
    found = problems(write_scenario(tmp_path, wiring=f"pre,post,weight\n{rows}"))
    assert found == [
        "wiring.csv:2: post: no such neuron (50). Write a whole number from 0 to 11. Also in lines 3, 4, 5, 6 and 995 "
        "more.",
        "wiring.csv:1002: weight: not a finite number ('x'). Write a number.",
    ]


SHUFFLED = [
    "pre,post,weight\n3,8,2\n1,2,0.25\n0,3,-1\n0,2,0.5\n",
    "weight,post,pre\n2,8,3\n.5,2,0\n.25,2,1\n-1,3,0\n",
    '"Source","Target","Weight"\n3,8,2\n1,2,0.25\n0,3,-1\n0,2,0.5\n',
    "from,to,weight,delay\n3,8,2,1\n1,2,0.25,1\n0,3,-1,1\n0,2,0.5,1\n",
]


@pytest.mark.parametrize("text", SHUFFLED)
def test_rows_and_columns_of_a_wiring_may_come_in_any_order(tmp_path: Path, text: str) -> None:
    (tmp_path / "sorted").mkdir()
    ordered = build_network(load_scenario(write_scenario(tmp_path / "sorted", wiring=GOOD_WIRING)), 1)
    shuffled = build_network(load_scenario(write_scenario(tmp_path, wiring=text)), 1)
    assert differences(vars(shuffled), vars(ordered)) == []
    assert shuffled.pre.tolist() == [0, 0, 1, 3]


def write_arrays(path: Path, **arrays: object) -> None:
    np.savez(path.parent / "wiring.npz", **arrays)  # type: ignore[arg-type]
    path.write_text(path.read_text().replace("wiring.csv", "wiring.npz"))


WRONG_ARRAYS = [
    ({"pre": [0, 0], "post": [2, 99], "weight": [0.0, 0.0]}, "post[1]: no such neuron (99). "),
    ({"pre": [0, 0], "post": [2, 3], "weight": [0.0, np.inf]}, "weight[1]: not a finite number (inf). "),
    ({"pre": [0, 0], "post": [2], "weight": [0.0, 0.0]}, "post: not a list of 2 numbers (int64, shape (1,)). "),
    ({"pre": ["a"], "post": [2], "weight": [0.0]}, "pre: not a list of 1 numbers (<U1, shape (1,)). "),
    ({"pre": [0]}, "columns: not the head of this table ('pre'). Write pre,post,weight."),
    (
        {"pre": np.array([{}]), "post": [2], "weight": [0.0]},
        "columns: not an NPZ file ('Object arrays cannot be loaded when allow_pickle=False'). ",
    ),
]


@pytest.mark.parametrize(("arrays", "expected"), WRONG_ARRAYS)
def test_text_of_an_error_inside_arrays(tmp_path: Path, arrays: dict[str, object], expected: str) -> None:
    path = write_scenario(tmp_path, wiring=GOOD_WIRING)
    write_arrays(path, **arrays)
    (problem,) = problems(path)
    assert problem.startswith(f"wiring.npz: {expected}")


def test_arrays_have_no_order_of_their_own(tmp_path: Path) -> None:
    path = write_scenario(tmp_path, wiring=GOOD_WIRING)
    text = build_network(load_scenario(path), 1)
    write_arrays(
        path, weight=np.array([0.5, -1, 0.25, 2], "f4"), post=np.array([2, 3, 2, 8]), pre=np.array([0, 0, 1, 3])
    )
    assert differences(vars(build_network(load_scenario(path), 1)), vars(text)) == []


MISPLACED = [
    ("network.wiring=nowhere.csv", "overrides: network.wiring: no such file ('nowhere.csv'). "),
    ("network.wiring=", "overrides: network.wiring: not the name of a file (''). "),
    ("network.wiring=3", "overrides: network.wiring: not the name of a file (3). "),
    ("network.wiring={path='x'}", "overrides: network.wiring: not the name of a file (a table). "),
    ("network.wiring='/'", "overrides: network.wiring: a folder, not a file ('/'). "),
    (
        "network.wiring='/dev/zero'",
        "overrides: network.wiring: no plain file of at most 2000000000 bytes ('/dev/zero'). ",
    ),
    ("network.wirng='w'", 'overrides: network.wirng: unknown key ("w"). Did you mean network.wiring?'),
]


@pytest.mark.parametrize(("override", "expected"), MISPLACED)
def test_text_for_what_is_no_file(tmp_path: Path, override: str, expected: str) -> None:
    (problem,) = problems(write_scenario(tmp_path), override)
    assert problem.startswith(expected)


def test_a_missing_file_is_told_with_the_line_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text("[network]\n\npositions = 'lost.csv'\n[conditions.a.task]\nfile = 'gone.csv'\n")
    assert problems(path) == [
        "s.toml:3: network.positions: no such file ('lost.csv'). Names are relative to the scenario file.",
        "s.toml:5: conditions.a.task.file: no such file ('gone.csv'). Names are relative to the scenario file.",
    ]


def test_names_are_relative_to_the_scenario_and_overrides_to_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("scenario", "shell"):
        (tmp_path / folder).mkdir()
    path = write_scenario(tmp_path / "scenario", wiring=GOOD_WIRING)
    (tmp_path / "shell" / "wiring.csv").write_text("pre,post,weight\n0,2,0.5\n")
    monkeypatch.chdir(tmp_path / "shell")
    assert build_network(load_scenario(path), 1).post.size == 4
    assert build_network(load_scenario(path, ["network.wiring=wiring.csv"]), 1).post.size == 1


def test_a_condition_brings_its_own_files(tmp_path: Path) -> None:
    path = write_scenario(tmp_path, patterns=GOOD_PATTERNS, wiring=GOOD_WIRING)
    (tmp_path / "other.csv").write_text("input,target\n11,0\n")
    (tmp_path / "few.csv").write_text("pre,post,weight\n")
    conditions = {
        "plain": {},
        "inline": {"task": {"patterns": [["1", "1"]]}},
        "other": {"task": {"file": "other.csv"}, "network": {"wiring": "few.csv"}},
    }
    path.write_text(path.read_text() + tomli_w.dumps({"conditions": conditions}))
    loaded = load_scenario(path)
    patterns = {name: resolve(loaded, name).task.patterns for name in conditions}
    assert patterns == {"plain": loaded.task.patterns, "inline": (("1", "1"),), "other": (("11", "0"),)}
    assert resolve(loaded, "inline").task.file is None
    assert build_network(resolve(loaded, "other"), 1).post.size == 0
    again = tmp_path / "again.toml"
    again.write_text(to_toml(loaded))
    assert load_scenario(again) == loaded
    (tmp_path / "few.csv").write_text("pre,post,weight\n0,0,0\n")
    assert problems(path) == [
        "few.csv:2: post: an input neuron (0), which is driven from outside. Remove the synapse: `astrosim "
        "import` does so. "
        "It is so in condition other.",
        "few.csv:2: post: a synapse of a neuron onto itself (0). Remove it: `astrosim import` does so. It is so in "
        "condition other.",
    ]


def test_patterns_beside_a_file_must_be_the_same(tmp_path: Path) -> None:
    path = write_scenario(tmp_path, patterns=GOOD_PATTERNS)
    (problem,) = problems(path, "task.patterns=[['00', '1']]")
    assert problem == "overrides: task.patterns: not those of task.file ('patterns.csv'). Remove one of the two."
    assert load_scenario(path, [f"task.patterns={json.dumps(TASK)}"]) == load_scenario(path)


def test_bits_of_a_file_must_fit_the_network(tmp_path: Path) -> None:
    path = write_scenario(tmp_path, patterns="input,target\n000,1\n")
    (problem,) = problems(path)
    assert problem.startswith("s.toml:")
    assert ": task.file: more input bits than network.inputs = 2 (3). " in problem


def test_the_published_system_takes_no_files(tmp_path: Path) -> None:
    drawn = build_network(scenario(network={"regular": 23}), 3)
    drawn.save(tmp_path)
    path = tmp_path / "s.toml"
    path.write_text("system = 'published'\n[network]\nwiring = 'wiring.csv'\n")
    assert problems(path) == [
        "s.toml:3: network.wiring: only the described system takes files ('wiring.csv'). Remove it."
    ]


def test_bad_files_end_the_command_line_with_code_2(tmp_path: Path) -> None:
    path = write_scenario(tmp_path, patterns="input,target\n" + "00,1\n" * 5 + "0x,1\n")
    result = CliRunner().invoke(app, ["run", str(path), "--out", str(tmp_path / "run")])
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path}/patterns.csv:7: input: not made of bits ('0x'). Write 0 and 1 only.\n"
    assert not (tmp_path / "run").exists()
    path.write_text(path.read_text().replace("patterns.csv", "none.csv"))
    assert CliRunner().invoke(app, ["validate", str(path)]).exit_code == 2


def test_a_file_in_python_is_relative_to_the_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_scenario(tmp_path, wiring=GOOD_WIRING)
    monkeypatch.chdir(tmp_path)
    data = {"network": SIZES | {"wiring": "wiring.csv"}, "task": {"patterns": TASK}}
    made = Scenario.model_validate(data | {"conditions": {"a": {"network": {"wiring": "wiring.csv"}}}})
    assert made.network.wiring == load_scenario(tmp_path / "s.toml").network.wiring
    monkeypatch.chdir("/")
    assert build_network(resolve(made, "a"), 1).post.size == 4


def test_the_count_of_synapses_is_that_of_the_file(tmp_path: Path) -> None:
    loaded = load_scenario(write_scenario(tmp_path, wiring=GOOD_WIRING, positions=GOOD_POSITIONS))
    assert loaded.network.expected_synapses == 4
    assert loaded.network.grid_cells == 12 * 12
    result = CliRunner().invoke(app, ["explain", str(tmp_path / "s.toml")])
    assert result.exit_code == 0
    assert "wiring.csv" in result.stdout
    assert len(result.stdout.split("synapses  ")[1].split()) > 0
