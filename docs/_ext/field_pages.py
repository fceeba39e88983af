"""The pages of scenario fields, interventions and stored variables, written from the models themselves."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from read_where import Box, Readers, Teller

from astrosim.contracts.registry import find_system, targets
from astrosim.explain.tables import TABLES
from astrosim.scenario.experiment import Experiment
from astrosim.scenario.field_info import (
    FieldFacts,
    entry_fields_of,
    fields_of,
    sections_of,
)
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.interventions import CHOICE, ONCE
from astrosim.scenario.section import Section
from astrosim.systems.threshold.scenario.interventions import CHANGEABLE, MEANINGS, TAKES

BASES: dict[str, dict[str, Any]] = {"objective": {"task": {"objective": "mine:score", "size": 10, "allow_code": True}}}
"""What must be written in a scenario of a system whose fields are not all optional."""
ALWAYS = ("sweep",)
"""Sections that a run reads whatever else its scenario says."""
UNASKED = {"task": {"decision.reward": "classes are learned"}}
"""Conditions that only a table of rows decides, by system and field."""
TITLES = {
    "astrocyte": (
        "Threshold networks",
        '`kind = "astrocyte"`, the default. `system = "published"` replays the program.',
    ),
    "wave": ("Calcium-wave networks", '`kind = "wave"`.'),
    "task": ("Tables and images", '`kind = "task"` with `[task] data`.'),
    "environment": ("Environments", '`kind = "task"` with `[task] environment`.'),
    "objective": ("Functions", '`kind = "task"` with `[task] objective`.'),
    "spiking": ("Spiking networks, simulated", '`kind = "spiking"`.'),
    "spiking_learning": ("Spiking networks that learn", '`kind = "spiking"` with `[task] patterns`.'),
    "spiking_images": ("Spiking networks on images", '`kind = "spiking"` with `[task] data`.'),
}
FIELDS = """# Fields of scenarios

Written from the models when this documentation was built. A field has a default, and a range or a list of values;
*source* is a section of the paper whose system it is, `program` for its program, `measured` for a tuned number,
and `assumed` for a convention of this package. *Read where* says which choices make a scenario look at it.
"""
VARIABLES = """# Stored variables

`open_run` gives them as an `xarray.Dataset`, `export` as tables. Every variable has the dimensions condition and seed
before its own. A run stores those that its scenario asks for.
"""
COLUMNS = "| variable | dimensions | type | unit | meaning |\n|---|---|---|---|---|\n"
HEAD = "| field | default | range | meaning | source |\n|---|---|---|---|---|\n"


def plain(value: Any) -> str:
    """Return a default as a scenario file writes it."""
    if value is None or value == ():
        return "none" if value is None else "[]"
    if isinstance(value, bool | str):
        return f'"{value}"' if isinstance(value, str) else str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    text = json.dumps(value, default=lambda one: one.path.name if isinstance(one, InputFile) else str(one))
    return text if len(text) <= 40 else f"{text[:37]}..."


def safe(text: str) -> str:
    """Return a text for a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def default_words(facts: FieldFacts) -> str:
    """Return default and unit."""
    if repr(facts.default) == "PydanticUndefined" or facts.default is ...:
        return "needed"
    unit = "" if facts.unit in ("", "1") or facts.default in (None, ()) else f" {facts.unit}"
    return f"`{plain(facts.default)}`{unit}"


def row(facts: FieldFacts, name: str, condition: str) -> str:
    """Return the row of a field."""
    kind = "" if facts.kind == "one of" or facts.interval else facts.kind
    within = facts.interval if facts.kind != "one of" else ""
    allowed = " one of " + ", ".join(f"`{one}`" for one in facts.range.split(", ")) if facts.kind == "one of" else ""
    unit = f" ({facts.unit})" if facts.unit not in ("", "1") and facts.default in (None, ()) else ""
    meaning = f"{facts.meaning}{unit}" + (f";{allowed}" if allowed else "") + (f". *{condition}*" if condition else "")
    source = "assumed" if facts.source.startswith("assumed") else facts.source
    cells = (f"`{name}`", default_words(facts), within or kind, meaning, source)
    return "| " + " | ".join(safe(cell) for cell in cells) + " |\n"


@dataclass(frozen=True)
class KindPage:
    """The page of one kind of scenario."""

    name: str
    model: type[Experiment]
    teller: Teller

    @classmethod
    def of(cls, name: str) -> KindPage:
        """Return the page of a system."""
        model = find_system(name).part("scenario")
        return cls(name, model, Teller(Readers(model(**BASES.get(name, {})))))

    def boxes(self, path: str) -> list[Box] | str:
        """Return the conditions under which a field is read, or words where no scenario alone decides."""
        if path.partition(".")[0] in ALWAYS:
            return [{}]
        unasked = UNASKED.get(self.name, {})
        return unasked[path] if path in unasked else self.teller.readers.conditions(path)

    def text(self) -> str:
        """Return the page."""
        title, how = TITLES[self.name]
        lines = [f"# {title}\n\n{how}\n\n", self._own_fields()]
        lines += [self._section(name, section) for name, section in sections_of(self.model).items()]
        lines += self._entries()
        return "".join(lines)

    def _own_fields(self) -> str:
        found = [facts for path, facts in fields_of(self.model).items() if "." not in path]
        rows = (row(facts, facts.path, self._words(facts.path, {})) for facts in found if facts.path not in TABLES)
        return f"## The experiment\n\n{HEAD}{''.join(rows)}\n"

    def _section(self, name: str, section: type[Section]) -> str:
        found = {path: facts for path, facts in fields_of(self.model).items() if path.startswith(f"{name}.")}
        if not found:
            return ""
        common = self._common(found)
        read = f" Read where {self.teller.box(common)}." if common else ""
        doc = inspect.cleandoc(section.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
        rows = (row(facts, path.partition(".")[2], self._words(path, common)) for path, facts in found.items())
        return f"(field-{self.name}-{name})=\n\n## [{name}]\n\n{doc}{read}\n\n{HEAD}{''.join(rows)}\n"

    def _common(self, paths: Iterable[str]) -> Box:
        """Conditions that all fields of a section share, if each has one box of them."""
        every = [self.boxes(path) for path in paths]
        if any(isinstance(boxes, str) or len(boxes) != 1 for boxes in every):
            return {}
        first: Box = every[0][0]  # type: ignore[assignment]
        return {name: found for name, found in first.items() if all(b[0].get(name) == found for b in every)}  # type: ignore[union-attr]

    def _words(self, path: str, common: Box) -> str:
        boxes = self.boxes(path)
        if isinstance(boxes, str):
            return f"Read where {boxes}."
        if not boxes:
            return "Not read by scenarios of this kind."
        own = [{name: found for name, found in box.items() if name not in common} for box in boxes]
        told = "; or ".join(self.teller.box(box) for box in own if box)
        return f"Read where {told}." if told else ""

    def _entries(self) -> Iterator[str]:
        """Tables of lists of tables, such as [[network.populations]]; interventions have a page of their own."""
        entries = entry_fields_of(self.model)
        for path in self.model.tables:
            if path.partition(".")[0] == "interventions" and self.name == "astrocyte":
                continue
            own = [facts for name, facts in entries.items() if name.rpartition(".")[0] == path]
            rows = (row(facts, facts.path.rpartition(".")[2], "") for facts in own)
            doc = inspect.cleandoc(self.model.tables[path].__doc__ or "").partition("\n\n")[0].replace("\n", " ")
            yield f"## Entries of {path}\n\n{doc}\n\n{HEAD}{''.join(rows)}\n"


def kind_pages() -> dict[str, str]:
    """Return the pages of all kinds of scenarios, and the page that lists them."""
    names = [name for name in targets() if name in TITLES]
    listed = "".join(f"| [{TITLES[name][0]}]({name}.md) | {TITLES[name][1]} |\n" for name in names)
    tree = "```{toctree}\n:hidden:\n\n" + "\n".join(names) + "\n```\n"
    index = f"{FIELDS}\n| kind | how a file says so |\n|---|---|\n{listed}\n{tree}"
    return {"index": index} | {name: KindPage.of(name).text() for name in names}


def interventions_page() -> str:
    """Return the page of interventions: what each action takes, all fields, and what `set` may change."""
    model = find_system("astrocyte").part("scenario")
    entries = entry_fields_of(model)
    actions = "".join(
        f"| `{action}` | {MEANINGS[action]} | {_takes(action)} |\n"
        for action in entries["interventions.action"].range.replace('"', "").split(", ")
    )
    own = [facts for path, facts in entries.items() if path.rpartition(".")[0] == "interventions"]
    when = [facts for path, facts in entries.items() if path.rpartition(".")[0] == "interventions.when"]
    tables = [HEAD + "".join(row(facts, facts.path.rpartition(".")[2], "") for facts in some) for some in (own, when)]
    return (
        "# Interventions\n\nTables `[[interventions]]` of threshold networks, or lists of them in a condition. "
        "[How to use them](../howto/interventions.md), also in spiking networks.\n\n"
        "An intervention says when (one of `at_trial`, `at_episode` and `when`), perhaps how often (`every`, `until`), "
        "and one `action`\nwith what it takes. It acts before the phases of its trial; several of one trial act in the "
        "order of the file.\n\n## Actions\n\n| action | what happens | takes |\n|---|---|---|\n"
        f"{actions}\n## Fields\n\n{tables[0]}\n"
        f"## when\n\n{tables[1]}\n## What `set` may change\n\n" + ", ".join(f"`{path}`" for path in CHANGEABLE) + "\n"
    )


def _takes(action: str) -> str:
    takes = TAKES.get(action, ())
    choice = " or ".join(f"`{name}`" for name in CHOICE) if takes[:3] == CHOICE else ""
    others = ", ".join(f"`{name}`" for name in takes if name not in CHOICE)
    words = "; ".join(part for part in (choice, others) if part) or "nothing"
    return words + ("; cannot recur" if action in ONCE else "")


def variables_page() -> str:
    """Return the page of the variables that runs store."""
    known = [name for name in targets() if name in TITLES]
    parts = [VARIABLES]
    for name in known:
        rows = "".join(
            f"| `{one.name}` | {', '.join(one.dims) or '-'} | {one.dtype} | {one.unit} | {safe(one.long_name)} |\n"
            for one in find_system(name).part("variables")
        )
        parts.append(f"\n## {TITLES[name][0]}\n\n{COLUMNS}{rows}")
    return "".join(parts)
