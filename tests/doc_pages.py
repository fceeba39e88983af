"""The pages of the documentation as programs: their blocks of code, and a folder in which they run from top to bottom.

A fence says what it holds, and perhaps how it is checked:

    ```python            executed, all blocks of a page in one namespace
    ```bash              executed line by line; `astrosim` in this process, all else by bash
    ```toml              a scenario: read and checked
    ```bash full         executed by the slowest tests only (python and toml, too)
    ```bash dry-run      `astrosim run` with --dry-run; of other commands the options are looked up
    ```bash no-run: WHY  not executed

A block whose first line is a comment with the name of a file (`# net.toml`, `# corridor.py`) is written into that file;
of a table (`# neurons.csv`) without that line.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.scenario import load_scenario

DOCS = ROOT / "docs"
FENCE = re.compile(
    r"^(?P<ticks>`{3,})(?P<language>\w+)(?P<marks>[^\n`]*)\n(?P<text>.*?)^(?P=ticks)$", re.DOTALL | re.MULTILINE
)
NAMED = re.compile(r"# ([\w.-]+\.(?:toml|py|csv))\n")
MARKS = ("", "full", "dry-run")
EXECUTED = ("python", "bash", "toml", "text")


def pages() -> list[Path]:
    """Return all pages that are written by hand, the README first."""
    made = {"_build", "api", "scenario", "notebooks"}
    written = (page for page in sorted(DOCS.rglob("*.md")) if not made & set(page.relative_to(DOCS).parts))
    return [ROOT / "README.md", *(page for page in written if page.relative_to(DOCS).as_posix() not in generated())]


def generated() -> set[str]:
    """Return the pages that are written when the documentation is built; Git leaves them out."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return {line.removeprefix("docs/") for line in lines if line.startswith("docs/")}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    marks: str
    text: str

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def file(self) -> str:
        """Name of the file that it is written into; empty for none."""
        found = NAMED.match(self.text)
        return found[1] if found else ""

    @property
    def runs(self) -> bool:
        """Whether it is executed at all."""
        return not self.marks.startswith("no-run")


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page that say their language."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, one.start()) + 1, one["language"], one["marks"].strip(), one["text"])
        for one in FENCE.finditer(text)
    ]


@dataclass
class Reader:
    """A reader who goes through a page from top to bottom in one folder, and has typed all of it at the end."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "page"}
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.syspath_prepend(str(self.folder))
        self.monkeypatch.setenv("MPLBACKEND", "agg")
        self.monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def read(self, page: Path, full: bool) -> None:
        """Carry out the blocks of a page."""
        for block in blocks_of(page):
            if block.language in EXECUTED and block.runs and (full or block.marks != "full"):
                self.carry_out(block)

    def carry_out(self, block: Block) -> None:
        """Write a block into its file, or execute it."""
        if block.file:
            text = NAMED.sub("", block.text, count=1) if block.language == "text" else block.text
            Path(block.file).write_text(text, encoding="utf-8")
        if block.language == "toml":
            self._check(block)
        elif block.language == "python" and not block.file:
            exec(compile(f"{'\n' * block.line}{block.text}", block.where, "exec"), self.names)
        elif block.language == "bash":
            for line in block.text.replace("\\\n", " ").splitlines():
                self._command(line, block)

    def _check(self, block: Block) -> None:
        file = Path(block.file or "block.toml")
        file.write_text(block.text, encoding="utf-8")
        load_scenario(file)

    def _command(self, line: str, block: Block) -> None:
        words = shlex.split(line, comments=True)
        if words[:1] == ["astrosim"] and not {"&&", "|", ">"} & set(words):
            (self._look_up if block.marks == "dry-run" else self._astrosim)(words[1:], block)
        elif words:
            self._bash(line, block)

    def _astrosim(self, words: list[str], block: Block) -> None:
        """In this process; what is small is not worth processes of its own, and the bytes are the same."""
        if words[0] in ("run", "rerun") and "--workers" not in words:
            words = [*words, "--workers", "1"]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, f"{block.where}: astrosim {shlex.join(words)}\n{done.output}\n{done.exception}"

    def _look_up(self, words: list[str], block: Block) -> None:
        if words[0] == "run":
            self._astrosim([*words, "--dry-run"], block)
            return
        done = CliRunner(env={"COLUMNS": "200"}).invoke(app, [words[0], "--help"])
        assert done.exit_code == 0, f"{block.where}: astrosim {words[0]}"
        assert all(word in done.output for word in words if word.startswith("--")), f"{block.where}: {words}"

    def _bash(self, line: str, block: Block) -> None:
        shim = f'astrosim() {{ "{sys.executable}" -m astrosim "$@"; }}; '
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail; {shim}{line}"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{block.where}: {line}\n{done.stdout}\n{done.stderr}"
