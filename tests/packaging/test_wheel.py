"""The package as others install it: built, installed into an environment of its own, run from there alone."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest
from places import ROOT

import astrosim

NEEDED = ("scenarios/quick.toml", "view/assets/stage.js", "report/frame.html.j2", "scenarios/table/harvest.csv")
"""Files of the package that are no Python, and that a user needs."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    code = (
        "import sys; from hatchling.build import build_sdist, build_wheel; "
        "print(build_wheel(sys.argv[1])); print(build_sdist(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, check=True, capture_output=True)
    return folder


def one(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_the_wheel_holds_what_a_user_needs_and_nothing_else(built: Path) -> None:
    wheel = one(built, f"astrosim-{astrosim.__version__}-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    assert [name for name in NEEDED if f"astrosim/{name}" not in names] == []
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"astrosim", f"astrosim-{astrosim.__version__}.dist-info"}
    assert [name for name in names if "__pycache__" in name or name.endswith((".nbi", ".nbc"))] == []
    checkout = {path.relative_to(ROOT).as_posix() for path in (ROOT / "astrosim").rglob("*.py")}
    assert checkout == {name for name in names if name.endswith(".py") and not name.startswith("astrosim/scenarios/")}


def test_the_source_archive_holds_tests_scenarios_and_documents(built: Path) -> None:
    with tarfile.open(one(built, f"astrosim-{astrosim.__version__}.tar.gz")) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    for name in ("pyproject.toml", "README.md", "LICENSE", "CITATION.cff", "scenarios/quick.toml", "tests/conftest.py"):
        assert name in names


def test_an_installed_wheel_runs_without_the_checkout(built: Path, tmp_path: Path) -> None:
    """Its dependencies are those of this environment, told by a path file; astrosim is the wheel's."""
    place = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    python = place / "bin/python"
    site = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, one(built, "*.whl")], check=True, capture_output=True)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ASTROSIM"))}
    work = tmp_path / "work"
    work.mkdir()

    def call(*command: str) -> str:
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert Path(call(str(python), "-c", "import astrosim; print(astrosim.__file__)").strip()).is_relative_to(site)
    script = str(place / "bin/astrosim")
    assert call(script, "--version") == f"astrosim {astrosim.__version__}\n"
    assert "quick" in call(script, "list", "first look")
    assert "valid" in call(str(python), "-m", "astrosim", "validate", "quick")
    call(script, "run", "quick", "--set", "schedule.episodes=5", "--seeds", "1", "--workers", "1", "--out", "run")
    assert (work / "run/report.html").stat().st_size > 10_000
    completed = environment | {
        "_ASTROSIM_COMPLETE": "complete_bash",
        "COMP_WORDS": "astrosim run qui",
        "COMP_CWORD": "2",
    }
    done = subprocess.run([script], cwd=work, env=completed, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["quick"]
