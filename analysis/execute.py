"""Executes notebooks and writes them beside their sources: `python analysis/execute.py [NAME ...]`, by default all.

Every notebook starts without any run and makes those that it needs. What changes from one execution to the next (times,
random cell numbers, versions of the interpreter) is not written, so that the same sources give the same files.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from astrosim.core.compilation import NOTICE

FOLDER = Path(__file__).parent
HEAD = "# ---\n# jupyter:"  # how the source of a notebook begins
SECONDS = 300  # per cell; assumed: ten times what the longest takes


def sources() -> list[Path]:
    """Sources of all notebooks of the folder, by name."""
    return [path for path in sorted(FOLDER.glob("*.py")) if path.read_text(encoding="utf-8").startswith(HEAD)]


def executed(source: Path, runs: Path) -> NotebookNode:
    """The notebook of a source, with the outputs of its cells.

    Parameters
    ----------
    source : Path
    runs : Path
        Folder of runs.

    Raises
    ------
    CellExecutionError
        If a cell fails; an assertion that does not hold is a failure.
    RuntimeError
        If a cell warns.
    """
    notebook = jupytext.read(source)
    environment = os.environ | {
        "ASTROSIM_RUNS": str(runs),
        "PYTHONPATH": os.pathsep.join([str(FOLDER.parent), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": FOLDER}},
        extra_arguments=["--log-level=ERROR"],
        coalesce_streams=True,  # how text is cut into pieces follows the machine's speed
    )
    client.execute(env=environment)
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        cell["outputs"] = [output for output in cell.get("outputs", ()) if output.get("text", "").strip() != NOTICE]
    for output in outputs(notebook):
        if output.get("name") == "stderr":
            raise RuntimeError(f"{source.name}: {output['text']}")
    return bare(notebook)


def outputs(notebook: NotebookNode) -> list[NotebookNode]:
    """Outputs of all cells, in order."""
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def bare(notebook: NotebookNode) -> NotebookNode:
    """The same notebook without what differs from one execution to the next."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {}
    return notebook


def main(names: list[str]) -> None:
    """Execute the named notebooks, or all."""
    chosen = [source for source in sources() if not names or source.stem in names]
    unknown = set(names) - {source.stem for source in chosen}
    if unknown:
        known = ", ".join(source.stem for source in sources())
        sys.exit(f"no such notebook ({', '.join(sorted(unknown))}). Write some of {known}.")
    for source in chosen:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(executed(source, Path(folder)), source.with_suffix(".ipynb"))
        print(f"{source.stem}: {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
