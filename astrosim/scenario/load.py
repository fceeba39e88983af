"""Read, check, resolve and write scenario files (TOML 1.0). All problems of a file are told at once."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from astrosim.contracts import registry
from astrosim.core.errors import Notice, ScenarioError
from astrosim.scenario import inputs, locate, problems
from astrosim.scenario.bundled import find, is_run
from astrosim.scenario.conditions import DEFAULT_CONDITION, unknown_condition
from astrosim.scenario.experiment import SHARED_FIELDS, Experiment
from astrosim.scenario.merge import merge
from astrosim.scenario.problems import Problem, dotted, show
from astrosim.scenario.stored import reading, run_of
from astrosim.scenario.sweep.check import OTHERS, setting_problems
from astrosim.scenario.sweep.files import relative_sweep
from astrosim.scenario.words import nearest
from astrosim.store.files import RUN_FILE, no_run

DEFAULT_KIND = "astrocyte"  # of files without a `kind`
OVERRIDES = "overrides"  # place of those that came by no flag
SET = "--set"  # flag of one value
SIZE_LIMIT = 50_000_000  # bytes; assumed: far above any list of patterns


@dataclass
class Source:
    """A file's content, and where each part of it was written.

    Attributes
    ----------
    name : str
        The file as the user named it.
    data : dict
        Its tables, overrides applied.
    map : LineMap
    flags : dict
        Paths set from the command line, with the flag that set them.
    """

    name: str
    data: dict[str, Any]
    map: locate.LineMap
    flags: dict[locate.Path, str] = field(default_factory=dict)

    def knows(self, path: locate.Path) -> bool:
        """Return whether the path itself was written, in the file or on the command line."""
        return path in self.flags or path in self.map.lines

    def typed(self) -> frozenset[str]:
        """Return the texts that came from the command line."""
        return frozenset(text for path in self.flags if isinstance(text := problems.lookup(self.data, path), str))

    def place(self, path: locate.Path) -> str:
        """Return ``file:line`` of the path's nearest known ancestor, or the flag that set it."""
        while not self.knows(path):
            path = path[:-1]
        return self.flags.get(path) or f"{self.name}:{self.map.line(path)}"

    def culprit(self, problem: Problem) -> locate.Path:
        """Return the path to point at: a default at fault points at the field, named in the text, that made it so."""
        if self.knows(problem.path):
            return problem.path
        condition = problem.path[:2] if problem.path[:1] == ("conditions",) else ()
        named = [tuple(name.split(".")) for name in re.findall(r"\b[a-z_]+\.[a-z_]+\b", problem.text)]
        candidates = [(*prefix, *name) for prefix in (condition, ()) for name in named]
        return next((path for path in candidates if self.knows(path)), problem.path)

    def sentence(self, problem: Problem) -> str:
        """Return the whole line that a user reads."""
        if problem.inside:
            return problem.text
        place, field = self.place(self.culprit(problem)), dotted(problem.path) or "scenario"
        text = problem.text + self._several(problem.path)
        return f"{place}: {text}" if place == f"--{field}" else f"{place}: {field}: {text}"

    def _several(self, path: locate.Path) -> str:
        """A remedy where several values were set in place of one."""
        value = problems.lookup(self.data, path)
        listed = isinstance(value, list) or (isinstance(value, str) and "," in value)
        if self.flags.get(path) != SET or not listed or path[0] in SHARED_FIELDS:
            return ""
        text = value if isinstance(value, str) else ",".join(map(show, value))
        if not text.isprintable() or not all(part.strip() for part in text.split(",")):
            return ""
        return f" To run each of several values, write --sweep {shlex.quote(f'{dotted(path)}={text}')}."

    def order(self, problem: Problem) -> tuple[bool, int]:
        """Sort key: what came from outside the file first, then by line."""
        place = self.place(self.culprit(problem))
        outside = place in self.flags.values()
        return (not outside, 0 if outside else int(place.rpartition(":")[2]))

    def select(self, names: Sequence[str]) -> None:
        """Leave out all conditions but some, before anything is checked.

        Raises
        ------
        ScenarioError
            If the file has no such condition.
        """
        conditions, reference = self.data.get("conditions"), self.data.get("reference")
        known = tuple(conditions) if isinstance(conditions, dict) and conditions else (DEFAULT_CONDITION,)
        wrong = [f"conditions: {unknown_condition(name, known)}" for name in names if name not in known]
        if wrong:
            raise ScenarioError(wrong)
        for key, table in (("conditions", conditions), ("reference", reference)):
            if isinstance(table, dict):
                self.data[key] = {name: value for name, value in table.items() if name in names}


def load_scenario(
    path: str | os.PathLike[str],
    overrides: Sequence[str] = (),
    conditions: Sequence[str] | None = None,
    *,
    checked: bool = False,
) -> Experiment:
    """Read a scenario file; its `kind` says what it describes.

    Parameters
    ----------
    path : str or path-like
        Or the name of a bundled scenario, such as ``quick``, or a run directory.
    overrides : sequence of str
        ``key.path=value``, applied before anything is checked. The value is read as TOML, else taken as a bare text.
        A condition that overrides the same field keeps its own value. Texts may be led by the flag that they came
        from, as in ``--seeds seeds=1:20``; it stands in place of file and line in messages.
    conditions : sequence of str, optional
        Only these, the others are not even looked at; all if left out.
    checked : bool
        Whether the conditions were checked before, as those of bundled scenarios are: only the base is.

    Returns
    -------
    Experiment
        Of the class that belongs to its kind.

    Raises
    ------
    ScenarioError
        With every problem of the file, its conditions and the overrides, as
        ``file:line: field: what is wrong (value). What would be right.``
    """
    path = find(os.path.expanduser(path))
    path = path / RUN_FILE if is_run(path) else path
    source = parse(str(path), read_text(path))
    found = [problem for text in overrides if (problem := apply(source, text))]
    if conditions is not None:
        source.select(conditions)
    here, beside = Path(), path.parent  # a name typed on the command line is relative to where it was typed
    model = model_of(source.data)
    if model is not None:

        def folder_of(field: locate.Path) -> Path:
            return here if field in source.flags else beside

        source.data = inputs.relative_to(source.data, folder_of, model.file_fields, model.module_fields)
        source.data = relative_sweep(source.data, folder_of, model.file_fields, model.module_fields)
        if not is_run(path.parent):
            _tell_of_earlier_name(source)
    with reading(run_of(path), source.typed()):
        scenario, wrong = check(source, conditions=not checked)
    if found or wrong or scenario is None:
        raise ScenarioError([*found, *wrong])
    return scenario if conditions is None else scenario.trimmed()


def _tell_of_earlier_name(source: Source) -> None:
    """Warn of a kind that has another name by now."""
    kind = source.data.get("kind")
    if kind in registry.ALIASES:
        now = registry.ALIASES[kind]
        text = f'{source.place(("kind",))}: kind: "{kind}" is an earlier name. Write kind = "{now}".'
        warnings.warn(text, Notice, stacklevel=3)


def load_run(directory: str | os.PathLike[str]) -> Experiment:
    """Read the scenario of a run directory.

    Raises
    ------
    StoreError
        If it is no run directory.
    ScenarioError
        See `load_scenario`.
    """
    path = Path(directory)
    if not is_run(path):
        raise no_run(path)
    return load_scenario(path / RUN_FILE)


def read_text(path: Path) -> str:
    """Read a scenario file as text; raise ScenarioError where there is none."""
    try:
        if path.is_dir():
            raise ScenarioError([f"{path}: a folder, not a file. Name a scenario file (.toml)."])
        if path.stat().st_size > SIZE_LIMIT:
            raise ScenarioError([f"{path}:1: scenario: larger than {SIZE_LIMIT} bytes. Name a scenario file (.toml)."])
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ScenarioError([f"{path}: no such file. Name a scenario file, or one of `astrosim list`."]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError([f"{path}:1: scenario: cannot be read ({reason}). Name a readable file."]) from None
    return _decode(path, raw)


def _decode(path: Path, raw: bytes) -> str:
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise ScenarioError([f"{path}:{line}: scenario: a binary file (zero byte). Name a TOML text file."])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ScenarioError(
            [f"{path}:{line}: scenario: not UTF-8 text (byte 0x{raw[error.start]:02x}). Save the file as UTF-8."]
        ) from None


def parse(name: str, text: str) -> Source:
    """Parse TOML text; raise ScenarioError with its line where it is not TOML."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([f"{name}:{_syntax_error(str(error), text)}"]) from None
    except RecursionError:
        raise ScenarioError([f"{name}:1: scenario: nested too deeply. Write a flatter file."]) from None
    except ValueError:
        line = next((i for i, part in enumerate(text.split("\n"), 1) if re.search(r"[0-9_]{4000}", part)), 1)
        raise ScenarioError([f"{name}:{line}: scenario: a number with too many digits. Write a shorter one."]) from None
    return Source(name, data, locate.LineMap(text))


def _syntax_error(message: str, text: str) -> str:
    match = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    what = message[: match.start()] if match else message
    what = what[:1].lower() + what[1:] if not what.startswith("TOML") else what
    if match and match[1]:
        line, where = int(match[1]), f"column {match[2]}"
    else:
        line, where = text.rstrip("\n").count("\n") + 1, "the end"
    content = text.split("\n")[line - 1].strip()
    return f"{line}: scenario: not valid TOML at {where}: {what} ({content[:60]}). Write key = value."


def apply(source: Source, override: str) -> str | None:
    """Set one override in the source; return what is wrong with it, if anything."""
    match = re.fullmatch(r"(--[a-z]+) (.*)", override, re.DOTALL)
    flag, text = (match[1], match[2]) if match else (OVERRIDES, override)
    key, equals, raw = text.partition("=")
    path = key_path(key)
    if not equals or path is None:
        return f"{flag}: {key.strip() or 'scenario'}: not an override ({show(text)}). Write path=value, {EXAMPLE}."
    table = source.data
    for depth, part in enumerate(path[:-1], start=1):
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            inner = dotted(path[:depth])
            return f"{flag}: {dotted(path)}: {inner} is not a table ({show(table)}). Set {inner} as a whole."
    table[path[-1]] = _value(raw)
    source.flags.update({path[:depth]: flag for depth in range(1, len(path)) if path[:depth] not in source.map.lines})
    source.flags[path] = flag
    source.map.lines = {p: n for p, n in source.map.lines.items() if p[: len(path)] != path}
    return None


EXAMPLE = "such as schedule.episodes=100"


def key_path(key: str) -> tuple[str, ...] | None:
    """Return the parts of a dotted TOML key; None where it is none."""
    if "\n" in key:
        return None
    try:
        data: Any = tomllib.loads(f"{key} = 0")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    path: tuple[str, ...] = ()
    while isinstance(data, dict):
        name, data = next(iter(data.items()))
        path = (*path, name)
    return path


def _value(raw: str) -> Any:
    try:
        data = tomllib.loads(f"value = {raw}")
    except (ValueError, RecursionError):
        return raw.strip()
    return data["value"] if set(data) == {"value"} else raw.strip()


def check(source: Source, conditions: bool = True) -> tuple[Experiment | None, list[str]]:
    """Validate a source and, if wanted, all its conditions; return the scenario, and a line for each problem."""
    model = model_of(source.data)
    if model is None:  # of an unknown kind nothing else can be said
        return None, [source.sentence(_unknown_kind(source.data["kind"]))]
    scenario, found = problems.attempt(model, source.data)
    overrides = source.data.get("conditions") if conditions else None
    for name, override in overrides.items() if isinstance(overrides, dict) else ():
        if isinstance(override, dict):
            found += _condition_problems(model, name, override, source.data, found)
    found += setting_problems(model, source.data, found) if conditions else []
    return scenario, [source.sentence(problem) for problem in sorted(dict.fromkeys(found), key=source.order)]


def model_of(data: Mapping[str, Any]) -> type[Experiment] | None:
    """Return the class of a scenario by the `kind` in its tables; None where there is no such kind."""
    kind = data.get("kind", DEFAULT_KIND)
    known = (*registry.kinds(), *registry.ALIASES)
    return registry.system_of(kind, data).scenario if isinstance(kind, str) and kind in known else None


def _unknown_kind(kind: Any) -> Problem:
    known = ", ".join(f'"{name}"' for name in registry.kinds())
    guess = nearest(kind, registry.kinds()) if isinstance(kind, str) else None
    meant = f'Did you mean "{guess}"? ' if guess else ""
    return Problem(("kind",), f"not a valid choice ({show(kind)}). {meant}Write one of {known}.")


def _condition_problems(
    model: type[Experiment], name: str, override: Mapping[str, Any], data: Mapping[str, Any], known: Sequence[Problem]
) -> list[Problem]:
    """Problems that a condition adds to those of the base."""
    base = {key: value for key, value in data.items() if key not in OTHERS}
    own = {key: value for key, value in override.items() if key not in SHARED_FIELDS}
    _, found = problems.attempt(model, merge(model, base, own), own)
    old = set(known)
    return [
        problems.in_condition(name, problem)
        for problem in found
        if problem not in old or problems.lookup(own, problem.path) is not None
    ]


def to_toml(scenario: Experiment, folder: Path | None = None) -> str:
    """Write a scenario out in full, defaults included; `load_scenario` reads an equal one back.

    Parameters
    ----------
    scenario : Experiment
    folder : Path, optional
        Where the text will lie: files in it are named relative to it, all others in full.
    """
    data = scenario.model_dump()
    swept = {"sweep": scenario.sweep.written()} if scenario.sweep.axes else {}
    del data["sweep"]
    data |= swept | {table: data.pop(table) for table in ("conditions", "reference")}  # after the sections
    first, count = scenario.seeds[0], len(scenario.seeds)
    if count > 2 and scenario.seeds == tuple(range(first, first + count)):
        data["seeds"] = f"{first}:{count}"
    written: dict[str, Any] = inputs.replaced(scenario.written(data), lambda file: file.table(folder))
    return tomli_w.dumps(written)
