"""The language of the package: plain words, imperative first lines, public docstrings with shapes and errors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from numpydoc.docscrape import NumpyDocString

PACKAGE = Path(__file__).parent.parent / "astrosim"
FILES = sorted(PACKAGE.rglob("*.py"))
ROOT = PACKAGE.parent
BESIDE = [
    file
    for folder in ("README.md", "docs", "scenarios", "analysis", "benchmarks", "tests")
    for file in sorted([ROOT / folder, *(ROOT / folder).rglob("*")])
    if file.suffix in (".md", ".toml", ".py") and file != Path(__file__)
]
"""All other texts of the project; this file holds the words themselves."""
NOT_USED = (
    r"befall\w*|befell|amid|abreast|moot|mend(?:s|ed|ing)?|anew|so many|to and fro|whoever|thus far|"
    r"stands there|heard of|a line a |a row a "
)
"""Words that a reader stumbles over; STYLE, rule 14."""

VERBS = set((Path(__file__).parent / "verbs.txt").read_text().split())
"""First words of the docstrings of public functions."""

NOT_NOUNS = ("What ", "Who ", "Whom ", "Let ", "How ")
STORED = {"records.py", "variables.md"}  # long names of variables are part of stored runs; the page lists them


@dataclass(frozen=True)
class Documented:
    """A public function, method or class, and where it stands."""

    file: Path
    node: ast.FunctionDef | ast.ClassDef
    owner: str = ""

    def __str__(self) -> str:
        name = f"{self.owner}.{self.node.name}" if self.owner else self.node.name
        return f"{self.file.relative_to(PACKAGE.parent)}:{self.node.lineno} {name}"

    @property
    def text(self) -> str:
        return ast.get_docstring(self.node) or ""

    @property
    def is_property(self) -> bool:
        return any("property" in ast.unparse(one) for one in self.node.decorator_list)


def documented(file: Path) -> Iterator[Documented]:
    """Public functions, classes and their public methods of a file."""
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield Documented(file, node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                    yield Documented(file, inner, node.name)


EVERY = [one for file in FILES for one in documented(file)]
FUNCTIONS = [one for one in EVERY if isinstance(one.node, ast.FunctionDef)]


def test_plain_words():
    found = [
        f"{file.relative_to(PACKAGE.parent)}:{number} {match[0]}"
        for file in FILES + BESIDE
        if file.name not in STORED
        for number, line in enumerate(file.read_text().split("\n"), 1)
        if (match := re.search(rf"\b(?:{NOT_USED})\b", line, re.IGNORECASE))
    ]
    assert found == []


def test_functions_open_with_a_verb_in_the_imperative():
    found = [
        f"{one}: {one.text.split(chr(10))[0]}"
        for one in FUNCTIONS
        if not one.is_property and one.text and one.text.split()[0].rstrip(".,:;") not in VERBS
    ]
    assert found == []


def test_classes_and_properties_open_with_a_noun():
    nouns = [one for one in EVERY if isinstance(one.node, ast.ClassDef) or one.is_property]
    assert [str(one) for one in nouns if one.text.startswith(NOT_NOUNS)] == []


def annotated(node: ast.FunctionDef) -> list[ast.arg]:
    """Parameters of a function but `self` and `cls`."""
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [arg for arg in every if arg.arg not in ("self", "cls")]


def is_array(annotation: ast.expr | None) -> bool:
    """Whether a parameter or a result is an array."""
    return annotation is not None and bool(re.search(r"\bndarray\b", ast.unparse(annotation)))


def test_arrays_have_shapes():
    """A function that takes or returns an array says its shape, or that it takes any."""
    found = [
        str(one)
        for one in FUNCTIONS
        if isinstance(one.node, ast.FunctionDef)
        and (is_array(one.node.returns) or any(is_array(arg.annotation) for arg in annotated(one.node)))
        and not re.search(r"\bshape\b|\bscalar\b|of any shape", one.text)
    ]
    assert found == []


def raised(node: ast.FunctionDef) -> set[str]:
    """Names of the errors that a function's own body raises."""
    # What a command raises under `guarded` leaves it as an exit code, and its docstring is the user's help: left out.
    guarded = [one for one in ast.walk(node) if isinstance(one, ast.With) and "guarded(" in ast.unparse(one.items[0])]
    inside = {child for one in guarded for child in ast.walk(one)}
    found = [child for child in ast.walk(node) if isinstance(child, ast.Raise) and child not in inside]
    calls = [child.exc for child in found if child.exc is not None]
    names = {ast.unparse(call.func if isinstance(call, ast.Call) else call).rpartition(".")[2] for call in calls}
    return {name for name in names if name.endswith(("Error", "Stopped", "Exit"))}


def test_errors_are_named():
    found = [
        f"{one}: {', '.join(sorted(missing))}"
        for one in FUNCTIONS
        if isinstance(one.node, ast.FunctionDef)
        and (missing := {name for name in raised(one.node) - {"NotImplementedError"} if name not in one.text})
    ]
    assert found == []


def test_parameters_are_all_described_or_none():
    """A section Parameters names every parameter, in order; numpydoc's PR01 to PR03."""
    found = []
    for one in FUNCTIONS:
        if not isinstance(one.node, ast.FunctionDef) or "\nParameters\n---" not in one.text:
            continue
        names = [n.strip().lstrip("*") for p in NumpyDocString(one.text)["Parameters"] for n in p.name.split(",")]
        own = [arg.arg for arg in annotated(one.node)]
        own += [extra.arg for extra in (one.node.args.vararg, one.node.args.kwarg) if extra]
        if [n for n in names if n in own] != [n for n in own if n in names] or set(names) != set(own):
            found.append(f"{one}: {names} for {own}")
    assert found == []
