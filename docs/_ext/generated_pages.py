"""Pages that are written when the documentation is built: fields, commands, dependencies, gallery, notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command_page import commands_page
from dependency_page import dependencies_page
from field_pages import interventions_page, kind_pages, variables_page
from gallery_page import gallery_page
from sphinx.application import Sphinx

from astrosim.explain.glossary import glossary_page

DOCS = Path(__file__).resolve().parents[1]
NOTEBOOKS = DOCS.parent / "analysis"


def pages() -> dict[str, str]:
    """Return the text of every generated page by its path within the documentation."""
    found = {
        "gallery.md": gallery_page(),
        "reference/command_line.md": commands_page(),
        "reference/dependencies.md": dependencies_page(),
        "reference/glossary.md": glossary_page(),
        "reference/interventions.md": interventions_page(),
        "reference/variables.md": variables_page(),
    }
    found |= {f"reference/scenario/{name}.md": text for name, text in kind_pages().items()}
    found |= {f"notebooks/{file.name}": file.read_text(encoding="utf-8") for file in sorted(NOTEBOOKS.glob("*.ipynb"))}
    return found


def write_all(app: Sphinx, config: Any) -> None:
    """Write the pages that are new or have changed, so that the others are not built again."""
    for name, text in pages().items():
        path = DOCS / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def skip(app: Sphinx, what: str, name: str, thing: Any, skipped: bool, options: Any) -> bool | None:
    """Leave out the methods that scikit-learn gives every estimator: it documents them itself."""
    return True if str(getattr(thing, "__module__", "")).startswith("sklearn.") else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("config-inited", write_all)
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
