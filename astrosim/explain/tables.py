"""What the explanations of all kinds of scenarios share: values, differences between conditions, words for sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from astrosim.core.phases import Phase
from astrosim.scenario import Experiment
from astrosim.scenario.field_info import fields_of, value_at
from astrosim.scenario.inputs import InputFile
from astrosim.scenario.problems import show
from astrosim.scenario.relevance import unread
from astrosim.scenario.section import Section
from astrosim.scenario.words import counted

TABLES = ("conditions", "sweep.axes", "sweep.points", "reference", "interventions")  # no fields of their own
VARIES = "by condition"
MOST_NAMES, MOST_LETTERS = 6, 72  # of conditions named in one place; assumed: more are no longer read
COLUMNS = 8  # fields that differ, each a column; assumed: more leave no room for words


def differing(resolved: Mapping[str, Experiment]) -> list[str]:
    """Return dotted paths of the fields whose value is not the same in all conditions."""
    first, *others = resolved.values()
    return [
        path
        for path in fields_of(type(first))
        if path not in TABLES and any(value_at(other, path) != value_at(first, path) for other in others)
    ]


def heading(scenario: Experiment, file: str, system: str) -> RenderableType:
    """Return title, source, name and seeds; `system` says which one is simulated."""
    lines = [Text(scenario.title or scenario.name, style="bold")]
    if scenario.source:
        lines.append(Text(f"Source: {scenario.source}"))
    where = f" ({file})" if file else ""
    lines.append(Text(f"Scenario {scenario.name}{where}, {system}"))
    return Group(*lines, Text(f"Seeds: {shown(scenario.seeds)}"), Text())


def shown(value: Any) -> str:
    """Return a field's value in words."""
    if value is None:
        return "none"
    if isinstance(value, InputFile):
        return value.path.name
    if isinstance(value, tuple):
        return _shown_list(value)
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else show(value)


def _shown_list(values: tuple[Any, ...]) -> str:
    if values and isinstance(values[0], tuple):
        return f"{counted(len(values), 'pattern')}, {len(values[0][0])} bits to {len(values[0][1])}"
    if values and isinstance(values[0], Section):
        return counted(len(values), "table")
    if len(values) > 2 and values == tuple(range(values[0], values[0] + len(values))):
        return f'"{values[0]}:{len(values)}"'
    text = ", ".join(str(v) for v in values)
    return f"[{text}]"


def new_table(title: str, *columns: tuple[str, dict[str, Any]]) -> Table:
    """Return a table without lines, its title on the left."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, options in columns:
        table.add_column(name, header_style="underline", **options)
    return table


def differences_table(resolved: Mapping[str, Experiment]) -> RenderableType:
    """Return the fields that differ between conditions, one row per condition.

    Parameters
    ----------
    resolved : mapping
        Scenarios by condition.
    """
    nothing = {name: unread(scenario) for name, scenario in resolved.items()}
    paths = [path for path in differing(resolved) if not all(path in own for own in nothing.values())]
    if not paths:
        return Text(
            f"\nOne condition: {', '.join(resolved)}\n" if len(resolved) == 1 else "\nConditions do not differ here\n"
        )
    if len(paths) > COLUMNS:
        return _differences_list(resolved, paths)
    table = new_table(
        "\nConditions", ("condition", {"no_wrap": True}), *((path, {"overflow": "fold"}) for path in paths)
    )
    for name, scenario in resolved.items():
        table.add_row(name, *("-" if p in nothing[name] else Text(shown(value_at(scenario, p))) for p in paths))
    return table


def _differences_list(resolved: Mapping[str, Experiment], paths: Sequence[str]) -> Table:
    """The same where there are many such fields: of each condition those in which it is not like most."""
    usual = {p: Counter(shown(value_at(one, p)) for one in resolved.values()).most_common(1)[0][0] for p in paths}
    table = new_table("\nConditions", ("condition", {"no_wrap": True}), ("where it is not as most are", {}))
    for name, scenario in resolved.items():
        own = {p: shown(value_at(scenario, p)) for p in paths if p not in unread(scenario)}
        text = ", ".join(f"{p} = {value}" for p, value in own.items() if value != usual[p])
        table.add_row(name, Text(text or "-"))
    return table


def phases_table[S: Experiment](
    title: str, phases: Iterable[Phase], resolved: Mapping[str, S], rule: Callable[[str, S], str]
) -> Table:
    """Return phases in order, with the rule that each condition chose."""
    table = new_table(
        f"\n{title}",
        ("", {"justify": "right"}),
        ("phase", {"no_wrap": True}),
        ("what happens", {"max_width": 36}),
        ("with which rule", {}),
    )
    for number, phase in enumerate(phases, start=1):
        groups = together({name: rule(phase.name, scenario) for name, scenario in resolved.items()})
        table.add_row(str(number), phase.name, phase.sentence, _rules(groups))
    return table


def together(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return conditions by the text that they share."""
    groups: dict[str, list[str]] = {}
    for name, text in texts.items():
        groups.setdefault(text, []).append(name)
    return groups


def _rules(groups: Mapping[str, list[str]]) -> Text:
    """The rules of a phase; conditions that share one share a line."""
    if len(groups) == 1:
        return Text(next(iter(groups)))
    return Text("\n").join(Text.assemble((names_words(names), "bold"), f": {text}") for text, names in groups.items())


def names_words(names: list[str]) -> str:
    """Return conditions in a row, cut short where there are many."""
    if len(names) <= MOST_NAMES and len(", ".join(names)) <= MOST_LETTERS:
        return ", ".join(names)
    some = names[: 2 if len(", ".join(names[:3])) > MOST_LETTERS else 3]
    rest = f" and {len(names) - len(some)} more" if len(names) > len(some) else ""
    return ", ".join(some) + rest


def sizes_table(rows: Iterable[tuple[str, str, str]]) -> Table:
    """Return the size of the work to come: what, how much, and of what."""
    table = new_table("\nThe work to come", ("", {}), ("", {"justify": "right"}), ("", {}))
    table.show_header = False
    for row in rows:
        table.add_row(*row)
    return table


def bytes_words(count: float) -> str:
    """Return a number of bytes with a decimal unit."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            break
        count /= 1000
    return f"{count:.3g} {unit}" if count < 1000 else f"{count:,.0f} {unit}"
