"""From what the validator found to sentences: what is wrong, its value, and what would be right."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomli_w
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from astrosim.core.errors import ScenarioError
from astrosim.scenario.experiment import WRITTEN, Experiment
from astrosim.scenario.field_info import NAME_WORDS, facts_at, fields_of, figures_of, sections_of, table_at
from astrosim.scenario.inputs import Located
from astrosim.scenario.locate import Path
from astrosim.scenario.section import Section, validated
from astrosim.scenario.words import nearest

SHOWN = 60  # characters of a value; assumed: a line of a terminal holds the rest
ELSEWHERE = 0.7  # closeness of names in other tables, of which there are many; assumed
SHORTEST = 5  # letters of a key that is looked for in descriptions; assumed: shorter ones are in all of them
MOST = 5  # problems shown for one list; assumed: the sixth teaches nothing new

WRONG = {
    "extra_forbidden": "unknown key",
    "int_type": "not a whole number",
    "int_from_float": "not a whole number",
    "float_type": "not a number",
    "string_type": "not a text in quotes",
    "bool_type": "neither true nor false",
    "tuple_type": "not a list",
    "dict_type": "not a table",
    "model_type": "not a table",
    "literal_error": "not a valid choice",
    "greater_than": "too small",
    "greater_than_equal": "too small",
    "less_than": "too large",
    "less_than_equal": "too large",
    "finite_number": "not a finite number",
    "too_short": "too short",
    "too_long": "too long",
    "string_too_long": "too long",
    "missing": "incomplete",
    "string_pattern_mismatch": "not a valid name",
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the path of the field, and the sentences about it.

    `inside` says that it lies within a file that the field names; the text then tells the place there.
    """

    path: Path
    text: str
    inside: bool = False


def show(value: Any) -> str:
    """Return a value as TOML writes it, cut to a readable length."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**SHOWN:
        return "a whole number of more than 60 digits"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    try:
        text = tomli_w.dumps({"v": value}).removeprefix("v = ")
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    text = re.sub(r"\s+", " ", text).replace("[ ", "[").replace(", ]", "]").strip()
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def dotted(path: Path) -> str:
    """Return the path as a reader writes it: ``task.patterns[2]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else show(part)
            text += f".{name}" if text else name
    return text


def lookup(data: Any, path: Path) -> Any:
    """Return the value at the path; None where there is none."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def refusal(error: ValidationError, data: Mapping[str, Any], model: type[Section]) -> ScenarioError:
    """Return the error that Python code gets in place of the validator's: a line for each field that is wrong."""
    if issubclass(model, Experiment):
        found = problems_of(error, data, model)
    else:
        found = [problem for detail in error.errors(include_url=False) for problem in _of_section(detail, data, model)]
    return ScenarioError([p.text if p.inside else f"{dotted(p.path) or 'scenario'}: {p.text}" for p in found])


def _of_section(detail: ErrorDetails, data: Mapping[str, Any], model: type[Section]) -> Iterator[Problem]:
    """What the validator found in a section that stands alone."""
    path: Path = tuple(detail["loc"])
    if detail["type"] == "value_error":
        yield from _own_words(path, detail["ctx"]["error"])
        return
    guess = nearest(str(path[-1]), model.model_fields) if detail["type"] == "extra_forbidden" else None
    right = f"Did you mean {guess}?" if guess else "`astrosim explain` shows what is valid."
    if detail["type"] == "literal_error":
        right = f"Write one of {detail['ctx']['expected']}."
    yield Problem(path, f"{WRONG.get(detail['type'], 'not valid')} ({show(lookup(data, path))}). {right}")


def attempt[S: Experiment](
    model: type[S], data: Mapping[str, Any], written: Mapping[str, Any] | None = None
) -> tuple[S | None, list[Problem]]:
    """Return the scenario that tables describe, and what is wrong with them; of the two, one is empty.

    Parameters
    ----------
    model : Experiment type
    data : mapping
    written : mapping, optional
        The tables that a condition has written over others.
    """
    try:
        return validated(model, data, {WRITTEN: written}), []
    except ValidationError as error:
        return None, problems_of(error, data, model)


def problems_of(error: ValidationError, data: Mapping[str, Any], model: type[Experiment]) -> list[Problem]:
    """Return every problem that the validator of a kind of scenario found, with lists of bad entries cut short."""
    found: list[Problem] = []
    counts: dict[Path, int] = {}
    for detail in error.errors(include_url=False):
        for problem in _translate(detail, data, model):
            parent = problem.path[:-1] if problem.path and isinstance(problem.path[-1], int) else problem.path
            counts[parent] = counts.get(parent, 0) + (not problem.inside)
            if counts[parent] <= MOST and problem not in found:
                found.append(problem)
    return found


def _translate(detail: ErrorDetails, data: Mapping[str, Any], model: type[Experiment]) -> Iterator[Problem]:
    path: Path = tuple(detail["loc"])
    kind = detail["type"]
    is_key = path[-1:] == ("[key]",) and kind in ("literal_error", "string_pattern_mismatch")
    path = path[:-1] if is_key else path
    field = _of_union(path, data)
    if field != path:
        yield Problem(field, f"not valid ({show(lookup(data, field))}). {advice(field, model)}")
        return
    if kind == "value_error":
        yield from _own_words(path, detail["ctx"]["error"])
        return
    value = lookup(data, path)
    if kind == "too_short" and value:
        return  # its entries are wrong, and told of
    what = WRONG.get(kind, "not valid")
    if is_key:
        what = "unknown figure" if path[0] == "reference" else what
        yield Problem(path, f"{what} ({path[-1]}). {_key_advice(path, model)}")
    elif kind == "missing":
        yield Problem(path[:-1], f"{what} ({show(lookup(data, path[:-1]))}). {advice(path[:-1], model)}")
    elif kind == "extra_forbidden":
        yield Problem(path, f"{what} ({show(value)}). {_meant(path, model)}")
    elif kind == "literal_error":
        yield Problem(path, f"{what} ({show(value)}). {_literal_advice(path, value, model)}")
    else:
        yield Problem(path, f"{what} ({show(value)}). {advice(path, model)}")


def _of_union(path: Path, data: Mapping[str, Any]) -> Path:
    """The field of a path that ends in a member of the field's union, such as ``literal['auto','none']``."""
    member = isinstance(path[-1], str) and "[" in path[-1] and path[-1] != "[key]" if path else False
    inside = isinstance(lookup(data, path[:-1]), Mapping) if path else True
    return path[:-1] if member and not inside else path


def _own_words(path: Path, error: ValueError) -> Iterator[Problem]:
    """Split the schema's own message: one line per problem, each perhaps led by the field it is about."""
    for line in getattr(error, "problems", str(error).split("\n")):
        if isinstance(line, Located):
            yield Problem((*path, *line.field.split(".")), line.text, inside=True)
            continue
        match = re.match(r"([A-Za-z0-9][A-Za-z0-9_.-]*): ", line)
        if not match:
            yield Problem(path, line)
            continue
        yield Problem((*path, *_split(path, match[1])), line[match.end() :])


def _split(parent: Path, field: str) -> Path:
    """A field of a table as a path; names of conditions may hold dots."""
    if parent == ("reference",):
        return (field,)
    if parent == ("conditions",):
        return tuple(field.rsplit(".", 1))
    return tuple(int(part) if part.isdigit() else part for part in field.split("."))


def advice(path: Path, model: type[Experiment]) -> str:
    """Return the remedy at a path, as a sentence."""
    if len(path) == 1 and path[0] in sections_of(model):
        return f"Write a table [{path[0]}]."
    if path[:1] == ("reference",) and len(path) == 3:
        return "Write a number, such as 0.5."
    for length in range(len(path), 0, -1):
        if facts := facts_at(path[:length], model):
            return facts.advice
    return "See `astrosim explain` for the valid fields."


def _key_advice(path: Path, model: type[Experiment]) -> str:
    if path[0] != "reference":
        return f"Write {NAME_WORDS}."
    guess = nearest(str(path[-1]), figures_of(model))
    return f"Did you mean {guess}?" if guess else f"Write one of {', '.join(figures_of(model))}."


def _literal_advice(path: Path, value: Any, model: type[Experiment]) -> str:
    facts = facts_at(path, model)
    if facts is None:
        return advice(path, model)
    guess = nearest(value, re.findall(r'"(\w+)"', facts.range)) if isinstance(value, str) else None
    return f'Did you mean "{guess}"? {facts.advice}' if guess else facts.advice


def _meant(path: Path, model: type[Experiment]) -> str:
    """Which key an unknown one was meant to be: of its own table first, then of any other."""
    key, parent = str(path[-1]), path[:-1]
    section = table_at(parent, model)
    here = list(section.model_fields) if section else []
    guess = nearest(key, here) or _described(key, section)
    if guess:
        return f"Did you mean {dotted((*parent, guess))}?"
    if any(isinstance(part, int) for part in parent):  # an entry of a list, which has no fields elsewhere
        return f"Valid here: {', '.join(here)}."
    elsewhere = {field.rpartition(".")[2]: field for field in fields_of(model)}
    guess = nearest(key, elsewhere, ELSEWHERE)
    if guess:
        return f"Did you mean {elsewhere[guess]}?"
    return f"Valid here: {', '.join(here)}."


def _described(key: str, section: type[Section] | None) -> str | None:
    """The only field of a section that tells of the things that a key names, if there is one."""
    told = [name for name, info in section.model_fields.items() if key in (info.description or "")] if section else []
    return told[0] if len(key) >= SHORTEST and len(told) == 1 else None


def in_condition(name: str, problem: Problem) -> Problem:
    """Return the problem of a resolved condition, told at the place in the file where the condition causes it."""
    text = f"{problem.text} It is so in condition {name}." if problem.inside else problem.text
    return Problem(("conditions", name, *problem.path), text, problem.inside)
