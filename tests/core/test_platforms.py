"""Systems that runs are not safe on are refused in words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from astrosim.core.errors import RunError
from astrosim.core.platforms import check_platform


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_supported_systems(platform: str) -> None:
    check_platform(platform)


@pytest.mark.parametrize("platform", ["win32", "cygwin", "freebsd14", "emscripten"])
def test_others_are_refused_with_a_remedy(platform: str) -> None:
    with pytest.raises(RunError, match=rf"astrosim runs on Linux and macOS; this is {platform}\. On Windows"):
        check_platform(platform)


def test_the_command_and_the_package_refuse_before_anything_else() -> None:
    lie = "import sys; sys.platform = 'freebsd14'; "
    done = subprocess.run(
        [sys.executable, "-c", lie + "from astrosim.cli import main; sys.argv[1:] = ['list']; main()"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("astrosim runs on Linux and macOS; this is freebsd14.")
    assert "Traceback" not in done.stderr
    done = subprocess.run(
        [sys.executable, "-c", lie + "import astrosim; astrosim.run"], capture_output=True, text=True, check=False
    )
    assert "RunError: astrosim runs on Linux and macOS; this is freebsd14." in done.stderr
