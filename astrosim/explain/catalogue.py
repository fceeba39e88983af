"""The bundled scenarios as a table for the console, by group: kind, size of the work, expected time if asked for."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from astrosim.explain.tables import new_table
from astrosim.scenario.words import seconds_words

NOTES = {
    False: "`astrosim list WORD` shows those that tell of it; --times estimates how long each takes.",
    True: "Times are estimates on one core, without compilation.",
}
TELLS = {
    "first looks": "begin here",
    "papers": "what was published, beside what is measured",
    "questions": "asked of the same networks, beyond the papers",
    "tasks": "tables, images, environments, objectives",
    "tuning": "how settings were chosen",
}
"""Words beside the name of each group."""


def catalogue_table(entries: list[dict[str, Any]]) -> Table:
    """Return the entries of `astrosim.scenario.library.catalogue` as a table."""
    right = {"justify": "right", "no_wrap": True}
    times = any("seconds" in entry for entry in entries)
    table = new_table(
        "",
        ("name", {"overflow": "fold"}),
        ("title", {}),
        ("kind", {"no_wrap": True}),
        ("replicates", right),
        ("trials, updates\nor steps", right),
        *([("time", right)] if times else []),
    )
    group = ""
    for entry in entries:
        if entry["group"] != group:
            group = entry["group"]
            table.add_row()
            table.add_row(f"[bold]{group.capitalize()}[/bold]", f"[italic]{TELLS[group]}[/italic]")
        sizes = f"{entry['cells']:,}", f"{entry['trials'] or entry['updates'] or entry['steps']:,}"
        time = [seconds_words(entry["seconds"])] if times else []
        table.add_row(entry["name"], entry["title"], entry["kind"], *sizes, *time)
    table.title, table.caption, table.caption_justify = None, NOTES[times], "left"
    return table
