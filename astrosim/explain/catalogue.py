"""The bundled scenarios as a table for the console: kind, size of the work, expected time."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from astrosim.explain.tables import new_table, seconds_words

NOTE = "First looks stand first; times are estimates on one core, without compilation."


def catalogue_table(entries: list[dict[str, Any]]) -> Table:
    """Return the entries of `astrosim.scenario.library.catalogue` as a table."""
    right = {"justify": "right", "no_wrap": True}
    table = new_table(
        "",
        ("name", {"overflow": "fold"}),
        ("title", {}),
        ("kind", {"no_wrap": True}),
        ("replicates", right),
        ("trials or\nupdates", right),
        ("time", right),
    )
    for entry in entries:
        work, seconds = entry["trials"] or entry["updates"], seconds_words(entry["seconds"])
        sizes = f"{entry['cells']:,}", f"{work:,}", seconds
        table.add_row(entry["name"], entry["title"], entry["kind"], *sizes)
    table.title, table.caption, table.caption_justify = None, NOTE, "left"
    return table
