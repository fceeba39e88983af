"""Progress of a run on the console: rate, time left, plain lines and the bar."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from places import TESTS
from rich.console import Console

from astrosim.runs.progress import ProgressDisplay, shown


class TestProgress:
    def display(self, terminal: bool = False) -> tuple[ProgressDisplay, Console]:
        console = Console(record=True, force_terminal=terminal, width=120, file=io.StringIO())
        return ProgressDisplay(console, "x"), console

    def test_rate_and_time_left(self) -> None:
        display, _ = self.display()
        assert display.words(1_000, 10_000, 0, 4, now=100.0) == "0 of 4 replicates"
        assert display.words(2_000, 10_000, 0, 4, now=101.0) == "0 of 4 replicates"
        assert display.words(4_000, 10_000, 1, 4, now=103.0) == "1 of 4 replicates, 1,000 trials/s, 6 s left"
        assert display.words(10_000, 10_000, 4, 4, now=109.0) == "4 of 4 replicates, 1,000 trials/s"

    def test_the_unit_is_the_kinds_own(self) -> None:
        display = ProgressDisplay(Console(record=True, file=io.StringIO()), "x", "updates")
        display.words(0, 10_000, 0, 4, now=100.0)
        display.words(1_000, 10_000, 0, 4, now=101.0)
        assert display.words(2_000, 10_000, 1, 4, now=102.0) == "1 of 4 replicates, 1,000 updates/s, 8 s left"

    def test_a_run_that_has_not_begun_says_why(self) -> None:
        display, _ = self.display()
        assert display.words(0, 10_000, 0, 4, now=100.0) == "0 of 4 replicates"
        assert display.words(0, 10_000, 0, 4, now=102.0) == "0 of 4 replicates"
        assert display.words(0, 10_000, 0, 4, now=104.0).startswith(
            "0 of 4 replicates; rate and time left follow the first"
        )

    def test_compilation_tells_no_time_left(self) -> None:
        display, _ = self.display()
        display.words(0, 6_000_000, 0, 500, now=0.0)
        for done, now in [(2, 7.0), (2, 20.0), (6_000, 44.0)]:
            assert " left follow" in display.words(done, 6_000_000, 0, 500, now=now)
        assert display.words(12_000, 6_000_000, 1, 500, now=45.0) == "1 of 500 replicates"
        assert (
            display.words(36_000, 6_000_000, 2, 500, now=47.0)
            == "2 of 500 replicates, 12,000 trials/s, 8.28 minutes left"
        )

    def test_a_hundredth_of_a_long_replicate_is_enough(self) -> None:
        display, _ = self.display()
        display.words(0, 10_000, 0, 1, now=0.0)
        assert " left follow" in display.words(100, 10_000, 0, 1, now=50.0)
        assert display.words(101, 10_000, 0, 1, now=51.0) == "0 of 1 replicate"
        assert display.words(111, 10_000, 0, 1, now=52.0).startswith("0 of 1 replicate, 10 trials/s")

    def test_a_resumed_run_counts_from_its_own_first_replicate(self) -> None:
        display, _ = self.display()
        display.words(5_000, 10_000, 2, 4, now=0.0)
        assert " left follow" in display.words(5_020, 10_000, 2, 4, now=30.0)
        display.words(7_500, 10_000, 3, 4, now=40.0)
        assert display.words(8_500, 10_000, 3, 4, now=50.0) == "3 of 4 replicates, 100 trials/s, 15 s left"

    def test_plain_lines_are_few(self) -> None:
        display, console = self.display()
        with display:
            for done in range(1_000):
                display(done, 1_000, 0, 2)
            for _ in range(3):
                display(1_000, 1_000, 2, 2)
        assert re.fullmatch(r"x: 100 %, 2 of 2 replicates.*\n", console.export_text())

    def test_bar_on_a_terminal(self) -> None:
        display, console = self.display(terminal=True)
        with display:
            display(500, 1_000, 1, 2)
        text = console.export_text()
        assert "50%" in text
        assert "1 of 2 replicates" in text


class TestWhoIsTold:
    """`progress=` of Python's run: on by default in terminals and notebooks, off elsewhere."""

    def told(self, capsys: pytest.CaptureFixture[str], progress: Any) -> str:
        with shown(progress, "run", "trials") as tell:
            tell(500, 1_000, 1, 2)
            tell(1_000, 1_000, 2, 2)
        return capsys.readouterr().err

    def test_a_pipe_gets_nothing_unless_asked_for(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.told(capsys, None) == ""
        assert self.told(capsys, False) == ""
        assert self.told(capsys, True) == "run: 100 %, 2 of 2 replicates\n"

    def test_a_callable_is_called(self, capsys: pytest.CaptureFixture[str]) -> None:
        counts: list[tuple[int, ...]] = []
        assert self.told(capsys, lambda *found: counts.append(found)) == ""
        assert counts == [(500, 1_000, 1, 2), (1_000, 1_000, 2, 2)]

    def test_a_run_tells_by_default_on_a_terminal(self, tmp_path: Path) -> None:
        """A real terminal: the run's standard error is a pseudo-terminal."""
        code = (
            "from run_helpers import small; from astrosim import run; import sys; run(small(), sys.argv[1], workers=1)"
        )
        master, slave = pty.openpty()
        path = f"{TESTS}{os.pathsep}{TESTS.parent}"
        environment = os.environ | {"PYTHONPATH": path, "TERM": "xterm", "COLUMNS": "100"}
        process = subprocess.Popen([sys.executable, "-c", code, tmp_path / "run"], stderr=slave, env=environment)
        os.close(slave)
        text = b""
        with contextlib.suppress(OSError):  # the terminal is gone with the process
            while chunk := os.read(master, 65536):
                text += chunk
        os.close(master)
        assert process.wait() == 0
        assert b"4 of 4 replicates" in text
        assert b"100%" in text

    def test_a_notebook_has_one_bar_and_does_not_grow(self, tmp_path: Path) -> None:
        """A real notebook kernel: one output, changed in place, whatever the length of the run."""
        nbformat, client = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
        code = (
            f"import sys; sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]\n"
            "from run_helpers import small; from astrosim import run\n"
            f"run(small(), {str(tmp_path / 'run')!r}, workers=1)\n"
            f"run(small(seeds=[4]), {str(tmp_path / 'quiet')!r}, workers=1, progress=False)"
        )
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        client.NotebookClient(book, timeout=300, kernel_name="python3").execute()
        outputs = [one for one in book.cells[0].outputs if one.output_type == "display_data"]
        assert len(outputs) == 1
        page = outputs[0]["data"]["text/html"]
        assert page.count("<progress") == 1
        assert "100 % 4 of 4 replicates" in page
