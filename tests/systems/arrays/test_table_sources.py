"""Tables from files, archives, scikit-learn and functions: what is read, what is refused, and in which words."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from typer.testing import CliRunner

from astrosim.cli.commands import app
from astrosim.core.errors import RunError, ScenarioError
from astrosim.scenario import load_scenario, to_toml
from astrosim.systems.arrays.data import loaded
from astrosim.systems.arrays.scenario.schema import ArrayScenario
from astrosim.systems.arrays.tables.table import Table, table_of

ROWS = "a,b,kind,y\n1,2.5,red,0\n2,3.5,blue,1\n3,4.5,red,0\n4,5.5,blue,1\n5,6.5,red,0\n6,7.5,blue,1\n"
FEW = "test = 2\nvalidation = 0\n"


def written(folder, text, name="t.csv", task='target = "y"\nleave_out = ["kind"]\n'):
    """A scenario file beside a table."""
    data = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    path = folder / "s.toml"
    path.write_text(f'kind = "task"\nseeds = [1]\n[task]\ndata = "{name}"\n{task}{"" if "test" in task else FEW}')
    return path


def table(path) -> Table:
    """The table of a scenario file."""
    found = table_of(load_scenario(path).task)
    assert found is not None
    return found


def refusal(path) -> str:
    """What is said of a scenario file."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", ROWS),
        ("t.csv", ROWS.replace(",", ";")),
        ("t.csv", ROWS.replace(",", "|")),
        ("t.csv", "\ufeff" + ROWS.replace("\n", "\r\n")),
        ("t.csv", ROWS.replace("red", '"red"').replace("\na", "\n\na")),
        ("t.tsv", ROWS.replace(",", "\t")),
        ("t.csv.gz", ROWS),
    ],
    ids=["comma", "semicolon", "bar", "mark_and_crlf", "quotes", "tabs", "gzip"],
)
def test_all_dialects_give_the_same_table(tmp_path, name, text):
    found = table(written(tmp_path, text, name))
    assert found.names == ("a", "b")
    assert found.inputs.tolist() == [[k + 1, k + 2.5] for k in range(6)]
    assert found.labels.tolist() == [0, 1] * 3
    assert found.outputs == ("0", "1")
    assert not found.regression


def test_a_table_without_a_header_has_numbered_columns(tmp_path):
    found = table(written(tmp_path, "1,2,0\n3,4,1\n5,6,0\n7,8,1\n9,1,0\n", task='target = "column_3"\n'))
    assert found.names == ("column_1", "column_2")


def test_texts_become_inputs_of_zero_and_one(tmp_path):
    found = table(written(tmp_path, ROWS, task='target = "y"\ncategories = "one_hot"\n'))
    assert found.names == ("a", "b", "kind=blue", "kind=red")
    assert found.inputs[:, 2:].tolist() == [[0, 1], [1, 0]] * 3


def test_columns_are_chosen_by_name(tmp_path):
    task = 'target = "kind"\ncolumns = ["b", "a"]\nweights = "y"\n'
    found = table(written(tmp_path, ROWS, task=task))
    assert found.names == ("b", "a")
    assert found.outputs == ("blue", "red")
    assert found.weights is not None
    assert found.weights.tolist() == [0, 1] * 3


def test_files_of_parts_of_their_own(tmp_path):
    (tmp_path / "test.csv").write_text("a,b,kind,y\n9,9.5,red,1\n8,9.5,blue,0\n")
    path = written(tmp_path, ROWS, task='target = "y"\nleave_out = ["kind"]\ntest_file = "test.csv"\nvalidation = 0\n')
    scenario = load_scenario(path)
    assert (scenario.sizes.train, scenario.sizes.test) == (6, 2)
    assert table(path).inputs[-2:, 0].tolist() == [9, 8]
    (tmp_path / "test.csv").write_text("a,c,kind,y\n9,9.5,red,1\n")
    assert "task.test_file: other columns than the main file ('c' in place of 'b')" in refusal(path)


@pytest.mark.parametrize(
    ("text", "task", "expected"),
    [
        (ROWS, 'leave_out = ["kind"]\n', "task.target: which column is to be learned is not said. Write one of a, b,"),
        (ROWS, 'target = "Y"\n', "task.target: no such column (Y). Did you mean y?"),
        (ROWS, 'target = "y"\n', "task.categories: a column of texts (kind: 'red'). Write categories = \"one_hot\""),
        (ROWS.replace("2.5", ""), None, "task.missing: 1 value is missing, the first in"),
        (ROWS.replace("2.5", "2,5"), None, "t.csv:2: 5 cells where the first line has 4. Give each row all cells."),
        (ROWS.replace("2.5", "x"), None, "t.csv:2: b: not a number ('x'). Write a number, with a point."),
        (ROWS.replace("2.5", "inf"), None, "t.csv:2: b: not finite (inf). Write a number, or leave it empty."),
        (ROWS.replace("red,0", "red,1"), None, "task.target: one class only (1)."),
        (ROWS.replace("a,b", "a,a"), None, "t.csv:1: a column name twice (a). Give each column a name of its own."),
        ("a;b\n", 'target = "a"\n', "t.csv:1: no row below the header. Name a file with rows."),
        ("", None, "t.csv:1: an empty file. Name a file with a header and rows."),
        (b"a,b\n\xff,1\n", None, "t.csv:2: not UTF-8 text (byte 0xff). Save the file as UTF-8."),
        ('a,b\n"1,2\n', None, "t.csv:2: not valid CSV"),
        ("a\n1\n", None, "t.csv:1: one column only ('a'). Part cells by commas or tabs."),
        (ROWS, 'target = "y"\nleave_out = ["kind"]\nweights = "kind"\n', "task.weights: no weight from 0"),
        (ROWS, 'target = "y"\nleave_out = ["kind"]\ntest = 0\n', "task.test: no row to test on (0)."),
        (ROWS, 'target = "y"\nleave_out = ["kind"]\ntest = 6\n', "leaves too few rows to train on"),
        (ROWS, 'target = "y"\ncolumns = ["a"]\nmissing = "drop"\n', 'task.missing: not a valid choice ("drop")'),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path, text, task, expected):
    path = written(tmp_path, text) if task is None else written(tmp_path, text, task=task)
    assert expected in refusal(path)


def test_a_file_that_is_not_there(tmp_path):
    path = written(tmp_path, ROWS)
    (tmp_path / "t.csv").unlink()
    assert "no such file" in refusal(path)
    assert "s.toml:" in refusal(path)


def targets(values) -> str:
    """A table with one input and these answers."""
    return "x,y\n" + "".join(f"{k},{value}\n" for k, value in enumerate(values))


def test_the_kind_of_target_is_plain_or_asked_for(tmp_path):
    task = 'target = "y"\n'
    assert table(written(tmp_path, targets(k + 0.5 for k in range(30)), task=task)).regression
    assert not table(written(tmp_path, targets(k % 3 for k in range(30)), task=task)).regression
    assert "y has 30 distinct whole numbers; are they classes or numbers" in refusal(
        written(tmp_path, targets(range(30)), task=task)
    )
    assert "y has 2 distinct numbers with fractions" in refusal(
        written(tmp_path, targets(k % 2 + 0.5 for k in range(30)), task=task)
    )
    assert table(written(tmp_path, targets(range(30)), task=f'{task}kind_of_target = "numbers"\n')).regression


def test_archives_hold_numbers_and_nothing_is_unpickled(tmp_path):
    x, y = np.arange(60.0).reshape(20, 3), np.stack([np.arange(20.0), np.arange(20.0) ** 2], 1)
    np.savez(tmp_path / "x.npz", X=x, y=y, groups=np.arange(20) // 4, weights=np.ones(20))
    path = tmp_path / "s.toml"
    path.write_text('kind = "task"\nseeds = [1]\n[task]\ndata = "x.npz"\n')
    found = table(path)
    assert found.regression
    assert found.outputs == ("y0", "y1")
    assert found.names == ("x0", "x1", "x2")
    assert found.groups is not None
    np.savez(tmp_path / "x.npz", X=np.array([[object()]]), y=np.zeros(1))
    assert "holds Python objects. Save plain numbers or texts" in refusal(path)
    np.savez(tmp_path / "x.npz", X=x, target=y)
    assert 'task.data: no array "y" in' in refusal(path)
    np.savez(tmp_path / "x.npz", X=x, y=y[:5])
    assert "y has 5 rows, X 20" in refusal(path)
    (tmp_path / "x.npz").write_bytes(b"nothing")
    assert "not an NPZ archive" in refusal(path)


def of(**task) -> ArrayScenario:
    """A scenario on a source."""
    return ArrayScenario.model_validate({"seeds": [1], "task": task})


def test_scikit_learn_ships_and_makes_tables():
    wine = table_of(of(data="sklearn:wine").task)
    assert wine is not None
    assert wine.outputs == ("class_0", "class_1", "class_2")
    assert wine.names[0] == "alcohol"
    made = of(data="sklearn:make_classification", arguments={"n_samples": 60, "n_features": 7})
    assert (made.inputs, made.outputs, made.sizes.train + made.sizes.validation + made.sizes.test) == (7, 2, 60)
    for text, expected in (
        ("sklearn:wyne", "scikit-learn has no such data set (sklearn:wyne). Did you mean sklearn:wine?"),
        ("sklearn:fetch_california_housing", "fetches from the network"),
        ("minst", "task.data: no source of rows ('minst'). Did you mean \"mnist\"?"),
    ):
        with pytest.raises(ScenarioError) as caught:
            of(data=text)
        assert expected in str(caught.value)
    with pytest.raises(ScenarioError, match=r"task\.arguments: make_classification refuses them"):
        of(data="sklearn:make_classification", arguments={"rows": 3})


def test_the_checksum_is_that_of_what_was_read(tmp_path):
    one = table(written(tmp_path, ROWS)).sha256
    assert table(written(tmp_path, ROWS.replace(",", ";"))).sha256 == one
    for other in (ROWS.replace("2.5", "2.6"), ROWS.replace("a,", "A,"), ROWS.replace("red,0", "red,2")):
        assert table(written(tmp_path, other)).sha256 != one
    assert table(written(tmp_path, ROWS.replace("red", "green"))).sha256 == one  # left out, hence not read


MODULE = """import numpy as np
RAN = open(__file__ + ".ran", "w")
def rows(count=40):
    x = np.random.default_rng(0).standard_normal((count, 3))
    return x, (x[:, 0] > 0).astype(int)
"""


def test_a_function_runs_when_it_may_and_never_to_explain(tmp_path):
    (tmp_path / "my_rows.py").write_text(MODULE)
    path = tmp_path / "s.toml"
    text = 'kind = "task"\nseeds = [1]\n[task]\ndata = "my_rows:rows"\n'
    path.write_text(text)
    assert '"my_rows:rows" runs Python code of yours (false). Write allow_code = true if you trust ./my_rows.py.' in (
        refusal(path)
    )
    path.write_text(f"{text}allow_code = true\n")
    scenario = load_scenario(path)
    assert not scenario.sizes.known
    assert "runs code: my_rows:rows (./my_rows.py, sha256 " in CliRunner().invoke(app, ["explain", str(path)]).output
    assert not (tmp_path / "my_rows.py.ran").exists()
    assert "my_rows.py" in to_toml(scenario)
    assert loaded(scenario).inputs.shape == (40, 3)
    assert (tmp_path / "my_rows.py.ran").exists()
    assert load_scenario(path).outputs == 2


def test_what_torch_does_not_know_is_refused():
    for changes, expected in (
        ({"task": {"data": "sklearn:diabetes"}}, "has numbers"),
        ({"task": {"data": "sklearn:wine"}}, r"has a penalty \(decision\.l2\)"),
    ):
        with pytest.raises(ScenarioError, match=expected):
            ArrayScenario.model_validate({"seeds": [1], "engine": "torch", **changes})


def test_rows_in_memory_are_no_data_of_a_run():
    with pytest.raises(RunError, match="rows in memory are no data of a run"):
        loaded(of(data="memory"))
