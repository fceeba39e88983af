"""Command lines drawn at random: each does its work or is refused in words, with an exit code that says which."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.main import get_command
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.runs import run_scenario
from astrosim.systems.threshold.scenario.schema import Scenario

COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
LEFT_OUT = {"view", "audit"}  # they serve until they are stopped, or run every scenario
NAMES = sorted(COMMANDS.keys() - LEFT_OUT)
OPTIONS = sorted({text for name in NAMES for one in COMMANDS[name].params for text in one.opts if text.startswith("-")})
CODES = {0, 1, 2, 130}
FORBIDDEN = ("Traceback", "defect of astrosim", "pydantic", "object at 0x")
PLACES = ["run", "own.toml", "nowhere", "damaged", ".", "..", "/", "", "-", "--", "~", "\x00", "a" * 300, "é\udcff"]
VALUES = ["1", "-1", "0", "1e9", "nan", "1:2", "9" * 30, "1/2", "3/2", "a,b", "schedule.episodes=1", "x=", "=y"]
WORDS = st.one_of(st.sampled_from(PLACES), st.sampled_from(VALUES), st.text(max_size=12))
LINES = st.tuples(
    st.sampled_from(NAMES),
    st.lists(st.one_of(WORDS, st.sampled_from(OPTIONS)), max_size=5),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario, a finished run and a damaged one."""
    folder = tmp_path_factory.mktemp("lines")
    (folder / "own.toml").write_text('name = "own"\nseeds = [1]\nschedule = { episodes = 1, trials_per_episode = 1 }\n')
    small = {"seeds": [1], "schedule": {"episodes": 2, "trials_per_episode": 2}, "record": {"every": 1}}
    run_scenario(Scenario.model_validate(small), folder / "run", workers=1)
    shutil.copytree(folder / "run", folder / "damaged")
    for file in (folder / "damaged").rglob("*"):
        if file.is_file() and file.suffix in (".json", ""):
            file.write_bytes(file.read_bytes()[:-7])
    return folder


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=LINES)
def test_any_command_line(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: tuple[str, list[str]]
) -> None:
    command, arguments = line
    work = tmp_path / "work"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(place, work)
    monkeypatch.chdir(work)
    result = CliRunner().invoke(app, [command, *arguments])
    text = result.output
    assert result.exit_code in CODES, (line, text, result.exception)
    assert not any(word in text for word in FORBIDDEN), (line, text)
    assert result.exception is None or isinstance(result.exception, SystemExit), (line, repr(result.exception))
