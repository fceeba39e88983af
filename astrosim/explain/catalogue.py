"""The bundled scenarios as a table for the console: kind, size of the work, expected time if asked for."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from astrosim.explain.tables import new_table
from astrosim.scenario.words import seconds_words

FIRST = "First looks stand first"
NOTES = {
    False: f"{FIRST}; --times estimates how long each takes.",
    True: f"{FIRST}; times are estimates on one core, without compilation.",
}


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
    for entry in entries:
        sizes = f"{entry['cells']:,}", f"{entry['trials'] or entry['updates'] or entry['steps']:,}"
        time = [seconds_words(entry["seconds"])] if times else []
        table.add_row(entry["name"], entry["title"], entry["kind"], *sizes, *time)
    table.title, table.caption, table.caption_justify = None, NOTES[times], "left"
    return table
