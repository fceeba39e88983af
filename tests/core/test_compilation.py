"""Compilation on first use: once for all processes, only what is called, and never in silence."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

from astrosim.core import compilation
from astrosim.core.compilation import NOTICE, Announcement, alone, is_held
from astrosim.core.jit import kernel, phase
from astrosim.core.jit_linking import Called


@phase
def doubled(x):
    return 2.0 * x


def unkept(function):
    """A kernel whose code is not kept on disk: whatever ran before, it is compiled here."""
    return Called(function, targetoptions=dict(kernel(function).targetoptions))


@unkept
def halved(x):
    return doubled(x) / 4.0


@unkept
def quartered(x):
    return halved(halved(x))


def test_a_function_has_machine_code_only_where_python_calls_it():
    assert quartered(8.0) == 2.0
    assert list(quartered.linked.overloads) == []
    assert list(halved.overloads) == []
    assert len(halved.linked.overloads) == 1
    (result,) = halved.linked.overloads.values()
    assert result.library.get_pointer_to_function(result.fndesc.llvm_func_name) == 0
    assert halved(8.0) == 4.0
    assert len(halved.overloads) == 1


LOGARITHM = """
from astrosim.core.exact_functions import log
assert log(1.0) == 0.0
print(sum(log.stats.cache_misses.values()), sum(log.stats.cache_hits.values()))
"""


def start(cache: object) -> subprocess.Popen[str]:
    """A process that computes a logarithm; it says how many functions it compiled and loaded."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    return subprocess.Popen([sys.executable, "-c", LOGARITHM], env=environment, stdout=subprocess.PIPE, text=True)


def test_of_processes_that_begin_together_one_compiles(tmp_path):
    together = [start(tmp_path) for _ in range(2)]
    said = sorted(process.communicate()[0].strip() for process in together)
    assert said == ["0 1", "1 0"]


def test_who_needs_what_is_compiled_waits_for_it(tmp_path):
    path, entered = str(tmp_path / "deep" / "function.lock"), threading.Event()

    def wait() -> None:
        with alone(path):
            entered.set()

    assert not is_held(path)
    with alone(path):
        assert is_held(path)
        other = threading.Thread(target=wait)
        other.start()
        assert not entered.wait(0.2)
    assert entered.wait(5.0)
    other.join()
    assert not is_held(path)


def test_where_nothing_can_be_locked_one_compiles_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    with alone(str(tmp_path / "file" / "function.lock")):
        pass


def test_long_compilation_is_told_once_and_short_never(monkeypatch, caplog):
    monkeypatch.setattr(compilation, "MOMENT_SECONDS", 0.01)
    announcement = Announcement()
    for _ in range(2):
        with announcement.if_long():
            time.sleep(0.1)
    assert [record.getMessage() for record in caplog.records] == [NOTICE]
    monkeypatch.setattr(compilation, "MOMENT_SECONDS", 60.0)
    with Announcement().if_long():
        pass
    assert len(caplog.records) == 1
