"""Every field of a scenario, given any wrong value, through the command line: a located text, never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.contracts.registry import find_system, kinds
from astrosim.core.errors import ScenarioError
from astrosim.scenario import condition_names, load_scenario, resolve, to_toml
from astrosim.scenario.field_info import fields_of
from astrosim.systems.threshold.scenario.schema import SHARED_FIELDS, Scenario

EXAMPLES = settings.default.max_examples  # fewer in the ordinary suite (tests/conftest.py)
FIELDS = fields_of(Scenario)
TABLES = ("conditions", "reference", "sweep.axes")
"""Tables of any content, which have tests of their own."""
PATHS = [path for path in FIELDS if path not in TABLES]
OTHERS = [
    (kind, path)
    for kind in kinds()
    if kind != "astrocyte"
    for path in fields_of(find_system(kind).scenario)
    if path not in ("kind", *TABLES)
]
"""Fields of every other kind of scenario that the registry knows."""
PLACED = re.compile(r"(?:.+:[0-9]+|--[a-z]+): [^:]+: .+[.?]")
FORBIDDEN = ("Traceback", "Input should be", "Value error", "pydantic", "[type=", "ctx")

WRONG = st.one_of(
    st.integers(-(2**70), 2**70),
    st.sampled_from([0, 1, -1, 2**63, 10**18, 10**400]),
    st.floats(),
    st.sampled_from([float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1e308, 1e-200, 5e-324]),
    st.booleans(),
    st.text(max_size=20, alphabet=st.characters(codec="utf-8", exclude_characters="\r")).filter(
        lambda text: not any(word in text for word in FORBIDDEN)  # problems quote the value
    ),
    st.sampled_from(["", "wave", "1000:20", "0:999999", "1:0", "-1:3", "9" * 40 + ":2", "trafic", "\n", "\0x"]),
    st.dates(),
    st.datetimes(),
    st.lists(st.one_of(st.integers(-3, 3), st.text("01x", max_size=3), st.just([])), max_size=4),
    st.lists(st.lists(st.text("01", max_size=3), max_size=3), max_size=3),
    st.dictionaries(st.text("abc.", max_size=3), st.integers(), max_size=2),
)


def document(path: str, value: Any) -> str:
    """A file with the field on a line of its own, the last one."""
    head, _, name = path.rpartition(".")
    lines = ["# a comment", 'title = "fuzz"', ""] if path != "title" else ["# a comment", ""]
    inline = _inline(value)
    return "\n".join([*lines, *([f"[{head}]"] if head else []), f"{name} = {inline}", ""])


def _inline(value: Any) -> str:
    """The value on one line."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{_inline(key)} = {_inline(inner)}" for key, inner in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, list):
        return f"[{', '.join(_inline(inner) for inner in value)}]"
    return tomli_w.dumps({"v": value}).removeprefix("v = ").strip("\n")


def check(result: Any, path: str, place: str, written: str = "") -> None:
    """Exit code 0, or 2 with the field's place; nothing from inside, but what was written may be quoted."""
    text = result.stderr
    assert result.exception is None or isinstance(result.exception, SystemExit), (result.exception, text)
    assert result.exit_code in (0, 2), text
    rest = text.replace(written, "") if written else text
    assert not any(word in rest for word in FORBIDDEN), text
    if result.exit_code == 0:
        return
    problems = text.splitlines()
    assert problems
    assert all(PLACED.fullmatch(problem) for problem in problems), text
    told = [re.match(r"(.+:[0-9]+|--[a-z]+): ([^:]+): ", problem) for problem in problems]
    own = [match[1] for match in told if match and re.match(rf"{re.escape(path)}(?![a-z_])", match[2])]
    assert all(found == place for found in own), text
    assert all(match and match[1] == place for match in told), text


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "f.toml"


@settings(max_examples=6 * EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(PATHS), value=WRONG)
def test_any_value_of_any_field(place: Path, path: str, value: Any) -> None:
    text = document(path, value)
    place.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["explain", str(place)], env={"COLUMNS": "300"})
    check(result, path, f"{place}:{text.count(chr(10))}")


def document_of(kind: str, path: str, value: Any) -> str:
    """The same for any kind: the first line gives it."""
    return document(path, value).replace("# a comment", f'kind = "{kind}"', 1)


@settings(max_examples=9 * EXAMPLES, deadline=None)
@given(field=st.sampled_from(OTHERS), value=WRONG)
def test_any_value_of_any_field_of_any_other_kind(
    tmp_path_factory: pytest.TempPathFactory, field: tuple[str, str], value: Any
) -> None:
    file = tmp_path_factory.getbasetemp() / "w.toml"
    text = document_of(*field, value)
    file.write_text(text, encoding="utf-8")
    problems = problems_of(file)
    assert not any(word in problem for word in FORBIDDEN for problem in problems), problems
    line = text.count("\n")
    assert all(PLACED.fullmatch(problem) and problem.startswith(f"{file}:{line}: ") for problem in problems), problems


def test_a_misspelt_field_is_told_with_its_neighbour(place: Path) -> None:
    for kind, path in [("astrocyte", path) for path in PATHS] + OTHERS:
        text = document_of(kind, path + "x", 1)
        place.write_text(text, encoding="utf-8")
        told = f"{place}:{text.count(chr(10))}: {path}x: unknown key (1). Did you mean {path}?"
        assert problems_of(place) == (told,), path
    result = CliRunner().invoke(app, ["explain", str(place)])
    assert (result.exit_code, told in result.stderr) == (2, True)  # the command tells what the loader found


@settings(max_examples=3 * EXAMPLES // 2, deadline=None)
@given(path=st.sampled_from([p for p in PATHS if p not in SHARED_FIELDS]), value=WRONG)
def test_any_value_in_a_condition(tmp_path_factory: pytest.TempPathFactory, path: str, value: Any) -> None:
    file = tmp_path_factory.getbasetemp() / "c.toml"
    text = f"[conditions.one]\n\n[conditions.two]\n{path} = {_inline(value)}\n"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["explain", str(file)], env={"COLUMNS": "300"})
    assert result.exit_code in (0, 2), result.stderr
    assert not any(word in result.stderr for word in FORBIDDEN)
    for problem in result.stderr.splitlines():
        assert PLACED.fullmatch(problem), problem
        assert problem.startswith((f"{file}:4: conditions.two", f"{file}:3: conditions.two")), problem


@settings(max_examples=3 * EXAMPLES // 2, deadline=None)
@given(path=st.sampled_from(PATHS), value=st.text(max_size=20, alphabet=st.characters(codec="utf-8")))
@example(path="system", value=",\x1e0")
@example(path="system", value="a\u2028,b")
@example(path="learner", value="a b,'c\n'")
def test_any_override(tmp_path_factory: pytest.TempPathFactory, path: str, value: str) -> None:
    file = tmp_path_factory.getbasetemp() / "o.toml"
    file.write_text("", encoding="utf-8")
    result = CliRunner().invoke(app, ["explain", str(file), "--set", f"{path}={value}"], env={"COLUMNS": "300"})
    check(result, path, "--set", value)


TABLES = st.recursive(
    WRONG,
    lambda inner: st.dictionaries(st.sampled_from([*FIELDS, "a", "rule", "x y"]), inner, max_size=3),
    max_leaves=6,
)


def problems_of(file: Path) -> tuple[str, ...]:
    """What is wrong with a file; nothing if it loads."""
    try:
        load_scenario(file)
    except ScenarioError as error:
        return error.problems
    return ()


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(st.dictionaries(st.sampled_from([*Scenario.model_fields, "nonsense", "[key]"]), TABLES, max_size=4))
def test_any_document(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]) -> None:
    """Whatever is valid TOML is refused in placed sentences, or loads, and then comes back from its text."""
    file = tmp_path_factory.getbasetemp() / "d.toml"
    file.write_text(tomli_w.dumps(data), encoding="utf-8")
    problems = problems_of(file)
    assert all(PLACED.fullmatch(problem) for problem in problems), problems
    assert not any(word in problem for word in FORBIDDEN for problem in problems), problems
    if not problems:
        scenario = load_scenario(file)
        file.write_text(to_toml(scenario), encoding="utf-8")
        assert load_scenario(file) == scenario


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(st.binary(max_size=60) | st.text("[]{}=.,\"'\\#\n ab1", max_size=40).map(str.encode))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "b.toml"
    file.write_bytes(content)
    problems = problems_of(file)
    assert all(PLACED.fullmatch(problem) for problem in problems), problems


SECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,10}", fullmatch=True),
        "title": st.text(max_size=20, alphabet=st.characters(codec="utf-8")),
        "learner": st.sampled_from(["astrocytes", "cursor", "none"]),
        "seeds": st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=5, unique=True),
        "network": st.fixed_dictionaries(
            {}, optional={"clusters": st.integers(1, 9), "p_within": st.floats(0, 1), "spacing": st.floats(0.1, 50)}
        ),
        "sensing": st.fixed_dictionaries({}, optional={"rule": st.sampled_from(["firing", "traffic"])}),
        "schedule": st.fixed_dictionaries({}, optional={"episodes": st.integers(1, 10**9)}),
        "record": st.fixed_dictionaries(
            {}, optional={"decisions": st.booleans(), "weights_at": st.lists(st.sampled_from([-1, 0]), max_size=3)}
        ),
    },
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(base=SECTIONS, override=SECTIONS)
def test_written_scenarios_come_back(
    tmp_path_factory: pytest.TempPathFactory, base: dict[str, Any], override: dict[str, Any]
) -> None:
    file = tmp_path_factory.getbasetemp() / "r.toml"
    own = {key: value for key, value in override.items() if key not in SHARED_FIELDS}
    file.write_text(tomli_w.dumps({**base, "conditions": {"a": own, "b": {}}}), encoding="utf-8")
    scenario = load_scenario(file)
    file.write_text(to_toml(scenario), encoding="utf-8")
    again = load_scenario(file)
    assert again == scenario
    for name in condition_names(scenario):
        assert resolve(again, name) == resolve(scenario, name)
        file.write_text(to_toml(resolve(scenario, name)), encoding="utf-8")
        assert load_scenario(file) == resolve(scenario, name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("network = 3", "f.toml:1: network: not a table (3)."),
        ("\n\n[sensing]\nrule = 'nose'", "f.toml:4: sensing.rule: not a valid choice"),
        ("= 3", "f.toml:1: scenario: not valid TOML at column 1"),
    ],
)
def test_in_a_process_of_its_own(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "f.toml").write_text(text, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "astrosim.cli", "explain", "f.toml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr.startswith(expected)
    assert result.stdout == ""
