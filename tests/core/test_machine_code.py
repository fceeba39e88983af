"""Machine code on disk: read back only whole, written where it can be, removed when nobody has used it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import refusals
from numba.core.registry import CPUDispatcher
from places import ROOT, TESTS

from astrosim.core.machine_code import UNUSED_SECONDS, KeptCode, first_writable, intact, keep, remove_unused

NAME, OTHER = f"kernels-{'0' * 16}", f"kernels-{'f' * 16}"


def doubled(value):
    return value * 2


class Kept(CPUDispatcher):
    """A compiled function whose machine code is all that is kept of it."""

    def keep(self) -> None:
        self._cache = KeptCode(self.py_func)


def njit(function: Any) -> Kept:
    return Kept(function, targetoptions={"nopython": True, "boundscheck": None})


def built(place: Path) -> Any:
    """The function, from the folder's machine code if there is any of use; its result is checked."""
    function = keep(njit(doubled), str(place))
    assert function(21) == 42
    return function.stats


def test_machine_code_is_read_back_whole(tmp_path):
    assert sum(built(tmp_path).cache_misses.values()) == 1
    kept = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [path.suffix for path in kept] == [".nbc", ".nbi"]
    assert all(intact(str(path)) for path in kept)
    assert sum(built(tmp_path).cache_hits.values()) == 1


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 8
    path.write_bytes(data)


def _exchange(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [_cut, _flip, lambda path: path.write_bytes(b""), _exchange])
@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_damaged_machine_code_is_compiled_again(tmp_path, harm, suffix):
    built(tmp_path)
    (path,) = tmp_path.rglob(f"*{suffix}")
    harm(path)
    assert sum(built(tmp_path).cache_misses.values()) == 1
    if path.is_file():
        assert sum(built(tmp_path).cache_hits.values()) == 1


def test_code_that_there_is_no_room_for_runs_all_the_same(tmp_path):
    function = keep(njit(doubled), str(tmp_path))
    for path in sorted(tmp_path.rglob("*"), reverse=True):
        path.rmdir()
    tmp_path.rmdir()
    tmp_path.write_text("no folder any more")
    assert function(21) == 42


def test_a_place_that_cannot_be_written_is_passed_over(tmp_path, monkeypatch):
    """Root may not write there either: a folder of the kernel, and one below a file."""
    (tmp_path / "file").write_text("")
    closed = [Path("/proc") / NAME, tmp_path / "file" / NAME]
    assert first_writable([*closed, tmp_path / "own" / NAME]) == str(tmp_path / "own" / NAME)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    temporary = tmp_path / f"astrosim-{os.getuid()}"
    assert first_writable(closed) == str(temporary / NAME)
    assert temporary.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o720])
def test_a_temporary_folder_that_others_can_write_is_not_trusted(tmp_path, monkeypatch, mode):
    """Machine code from there would be run."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    planted = tmp_path / f"astrosim-{os.getuid()}"
    planted.mkdir()
    planted.chmod(mode)
    assert first_writable([Path("/proc") / NAME]) is None
    planted.rmdir()
    (tmp_path / "elsewhere").mkdir()
    planted.symlink_to(tmp_path / "elsewhere")
    assert first_writable([Path("/proc") / NAME]) is None


PROGRAM = """
import refusals
refusals.refuse("mkdir", "EROFS")
refusals.refuse("openat", "EROFS", refusals.CREATES)
from astrosim.core import jit
@jit.compiled
def doubled(value):
    return value * 2
assert doubled(21) == 42
print(jit.cache_folder())
"""


@refusals.needed
def test_an_installation_computes_where_nothing_may_be_written():
    """Neither beside the package, nor in the home, nor where temporary files go."""
    path = os.pathsep.join([str(ROOT), str(TESTS)])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "None\n"), done.stderr


def test_machine_code_that_nobody_uses_is_removed(tmp_path):
    long_ago = time.time() - UNUSED_SECONDS - 60
    for name in (NAME, OTHER, "kernels-mine", "letters"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "code.nbc").write_bytes(b"x")
        os.utime(tmp_path / name, (long_ago, long_ago))
    (tmp_path / f"kernels-{'1' * 16}").mkdir()
    assert first_writable([tmp_path / NAME]) == str(tmp_path / NAME)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {NAME, "kernels-mine", "letters", f"kernels-{'1' * 16}"}
    remove_unused(tmp_path / "nowhere")


def test_values_are_those_of_the_function_that_was_asked_for(tmp_path):
    """Code for whole numbers is not taken for that of reals."""
    function = keep(njit(doubled), str(tmp_path))
    assert function(21) == 42
    assert function(0.25) == 0.5
    again = keep(njit(doubled), str(tmp_path))
    assert again(0.25) == 0.5
    assert np.array_equal(again(np.arange(3)), [0, 2, 4])
