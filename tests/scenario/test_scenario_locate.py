"""The locator against hand-made TOML of every form, and against everything that hypothesis can write."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosim.scenario.locate import LineMap, Path

HARD = '''# a comment with [brackets] and = signs
title = "x = 1 # no comment"  # [not.a.table]
'literal key' = 1
"quoted \\" key" = 2
a.b.c = 3
a.b."d.e" = 4
text = """
[fake]
fake = 1 ""
"""
literal = \'\'\'
[fake2]
it's = 2\'\'\'
empty = ""
empty_literal = ''
four_quotes = """"quoted" text"""
five = """ends in two quotes"""""
date = 1979-05-27 07:32:00
array = [
    1,  # one, ]
    # a comment in between
    [2, "]", 3],
    { x = 1, y.z = 2 },

    "last",
]

[table]  # header
key = -1e5
inline = { one = 1, two = { three = [1, 2] } }

[table.sub."quoted.part"]
k = true

[ spaced . "name" ]
k = 1

[[list]]
v = 1
[list.child]
w = 1
[[list]]
v = 2
[[list.inner]]
u = 1
[[list.inner]]
u = 2
'''

PLACES: list[tuple[Path, int]] = [
    (("title",), 2),
    (("literal key",), 3),
    (('quoted " key',), 4),
    (("a",), 5),
    (("a", "b", "c"), 5),
    (("a", "b", "d.e"), 6),
    (("text",), 7),
    (("literal",), 11),
    (("empty",), 14),
    (("empty_literal",), 15),
    (("four_quotes",), 16),
    (("five",), 17),
    (("date",), 18),
    (("array",), 19),
    (("array", 0), 20),
    (("array", 1), 22),
    (("array", 1, 2), 22),
    (("array", 2, "x"), 23),
    (("array", 2, "y", "z"), 23),
    (("array", 3), 25),
    (("table",), 28),
    (("table", "key"), 29),
    (("table", "inline", "two", "three", 1), 30),
    (("table", "sub", "quoted.part"), 32),
    (("table", "sub", "quoted.part", "k"), 33),
    (("spaced", "name", "k"), 36),
    (("list",), 38),
    (("list", 0, "v"), 39),
    (("list", 0, "child", "w"), 41),
    (("list", 1), 42),
    (("list", 1, "v"), 43),
    (("list", 1, "inner", 0, "u"), 45),
    (("list", 1, "inner", 1, "u"), 47),
]


def paths_of(data: Any, path: Path = ()) -> list[Path]:
    found = [path] if path else []
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        found += paths_of(value, (*path, key))
    return found


@pytest.mark.parametrize(("path", "line"), PLACES, ids=str)
def test_every_form_of_a_key_is_found(path: Path, line: int) -> None:
    assert LineMap(HARD).line(path) == line


def test_hard_example_is_complete() -> None:
    assert set(paths_of(tomllib.loads(HARD))) == set(LineMap(HARD).lines) - {()}


def test_missing_path_gives_its_nearest_ancestor() -> None:
    lines = LineMap("\n[network]\nclusters = 1\n")
    assert lines.line(("network", "regular")) == 2
    assert lines.line(("nowhere", "at", "all")) == 1


def test_windows_line_ends() -> None:
    assert LineMap("a = 1\r\n[t]\r\nb = '''\r\nx'''\r\nc = 2\r\n").line(("t", "c")) == 5


def test_invalid_text_stops_the_map_without_an_error() -> None:
    for text in ("a", "a =", "[", "[[x", "a = [", "a = {", "a = [}", "a = {x = }}", "= 1", 'a = "', "\\"):
        assert LineMap("ok = 1\n" + text).line(("ok",)) == 1


KEYS = st.one_of(st.text("ab_-1", min_size=1, max_size=4), st.text(max_size=4, alphabet=st.characters(codec="utf-8")))
SCALARS = st.one_of(
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.floats(allow_nan=False),
    st.text(max_size=12, alphabet=st.characters(codec="utf-8", exclude_characters="\r")),
    st.sampled_from(["#", "[a]", "a = 1", '"""', "'''", "\n[x]\ny = 1\n", "\\", '\\"', "]", "}"]),
    st.datetimes(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5), st.booleans())
def test_every_path_of_any_document_is_found(data: dict[str, Any], multiline: bool) -> None:
    text = tomli_w.dumps(data, multiline_strings=multiline)
    assert set(LineMap(text).lines) - {()} == set(paths_of(tomllib.loads(text)))


@settings(max_examples=150, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=6), st.booleans())
def test_lines_of_top_level_keys(values: list[Any], multiline: bool) -> None:
    """Each key of its own number stands alone at the start of its line, or is the header of a table."""
    data = {f"key{number}x": value for number, value in enumerate(values)}
    text = tomli_w.dumps(data, multiline_strings=multiline)
    lines = LineMap(text)
    for name in data:
        shown = text.split("\n")[lines.line((name,)) - 1]
        assert shown.lstrip("[").startswith(name)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_lines_count_exactly(blanks: list[int]) -> None:
    text, expected = "", []
    for number, count in enumerate(blanks):
        text += "\n" * count + f"k{number} = [\n  {number},\n]\n"
        expected.append(text.count("\n") - 2)
    lines = LineMap(text)
    assert [lines.line((f"k{number}",)) for number in range(len(blanks))] == expected
    assert [lines.line((f"k{number}", 0)) for number in range(len(blanks))] == [line + 1 for line in expected]
