"""Table of the environments that can be named."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from astrosim.explain.tables import new_table

CAPTION = (
    'Write task.environment = "ID", or `astrosim new NAME --environment ID`. wrap: not learned as it is; '
    "docs/howto/own_tasks.md says how. twin: compiled, hence faster. missing: pip install it."
)
QUOTE = "'"


def environments_table(entries: list[dict[str, Any]]) -> Table:
    """Return the entries of `environments.catalogue.environments` as a table."""
    others = ((name, dict[str, Any]()) for name in ("observations", "actions", "twin", "needs"))
    table = new_table("", ("id", {"no_wrap": True}), *others)
    for one in entries:
        needs = f"astrosim[{one['extra']}]" if one["extra"] else "-"
        if one["install"]:
            needs = f"{one['install'].removeprefix('pip install ').strip(QUOTE)}, missing"
        table.add_row(one["id"], one["observations"], one["actions"], "yes" if one["twin"] else "-", Text(needs))
    table.title, table.caption, table.caption_justify = None, CAPTION, "left"
    return table
