"""Other people's processes: pools, threads, forks, notebooks, quotas; and what is left when a process is killed."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest
from later import later
from places import ROOT
from run_helpers import contents, differing, small, start

from astrosim.core.errors import Interrupted, ScenarioError
from astrosim.runs import run_scenario
from astrosim.runs.control import Control
from astrosim.runs.directory import take_name
from astrosim.runs.executors import Job, WorkerContext, executor_for, make_executor, run_jobs
from astrosim.runs.executors.owner import end_with_parent
from astrosim.runs.processors import default_workers, may_have_workers
from astrosim.runs.stop import Stop

SMALL = small()
ENDLESS = small(schedule={"episodes": 100_000_000}, record={"every": 1_000_000, "decisions": False})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Bytes of the small experiment, computed in this process."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    run_scenario(SMALL, directory, workers=1)
    return contents(directory)


def _warm_server(directory: Path) -> Any:
    """The context of the server of processes whose kernels are compiled."""
    start(directory / "first", SMALL).join()
    return multiprocessing.get_context("forkserver")


def _in_a_pool(directory: Path, workers: int | None) -> tuple[int, str]:
    run_scenario(SMALL, directory, workers=workers)
    return default_workers(), executor_for(4)


@pytest.mark.parametrize("workers", [4, None])
def test_a_worker_of_a_pool_computes_in_its_own_process(tmp_path, whole, workers):
    with _warm_server(tmp_path).Pool(1) as pool:
        assert pool.apply(_in_a_pool, (tmp_path / "run", workers)) == (1, "local")
    assert differing(whole, contents(tmp_path / "run")) == []


def _fork_with_a_server(pipe: Any) -> None:
    """A process that has a server of workers makes a copy of itself."""
    forkserver.set_forkserver_preload([])
    forkserver.ensure_running()
    before = may_have_workers()
    context = multiprocessing.get_context("fork")
    copy = context.Process(target=lambda: pipe.send((before, may_have_workers())))
    copy.start()
    copy.join()


def test_the_forked_copy_of_a_process_with_workers_has_none(tmp_path):
    ours, theirs = multiprocessing.Pipe()
    process = _warm_server(tmp_path).Process(target=_fork_with_a_server, args=(theirs,))
    process.start()
    assert ours.poll(30)
    assert ours.recv() == (True, False)
    process.join()


def test_threads_run_side_by_side(tmp_path, whole):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(partial(run_scenario, SMALL, workers=1), [tmp_path / name for name in "abc"]))
    assert [differing(whole, contents(tmp_path / name)) for name in "abc"] == [[], [], []]


def test_threads_start_workers_and_leave_the_main_module_in_its_place(tmp_path, whole):
    main = sys.modules["__main__"]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(run_scenario, SMALL, workers=2), [tmp_path / name for name in "ab"]))
    assert [differing(whole, contents(tmp_path / name)) for name in "ab"] == [[], []]
    assert sys.modules["__main__"] is main


JOBLIB = """
import sys
from joblib import Parallel, delayed
import astrosim
scenario = astrosim.load_scenario(sys.argv[1])
run = delayed(astrosim.run)
Parallel(n_jobs=2)([run(scenario, sys.argv[2]), run(scenario, sys.argv[3])])
"""
SPAWN = """
import concurrent.futures, multiprocessing, sys
import astrosim
if __name__ == "__main__":
    scenario = astrosim.load_scenario(sys.argv[1])
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        list(pool.map(astrosim.run, [scenario] * 2, sys.argv[2:]))
"""
XDIST = """
import astrosim, pytest, sys
@pytest.mark.parametrize("place", {places!r})
def test(place):
    astrosim.run(astrosim.load_scenario({scenario!r}), place)
"""


@pytest.mark.full
@pytest.mark.parametrize("program", [JOBLIB, SPAWN, XDIST], ids=["joblib", "spawn", "xdist"])
def test_other_programs_run_experiments_in_parallel(tmp_path, whole, program):
    from astrosim.scenario import to_toml

    scenario, places = tmp_path / "small.toml", [str(tmp_path / "a"), str(tmp_path / "b")]
    scenario.write_text(to_toml(SMALL))
    file = tmp_path / "test_other.py"
    file.write_text(program.format(places=places, scenario=str(scenario)) if program is XDIST else program)
    command = ["-m", "pytest", "-n", "2", str(file)] if program is XDIST else [str(file), str(scenario), *places]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [differing(whole, contents(Path(place))) for place in places] == [[], []]


CELL = "import astrosim\nfrom astrosim.runs import run_scenario\nrun_scenario({scenario}, {place!r}, workers=2, {more})"


@pytest.mark.full
def test_a_notebook_is_interrupted_twice_and_runs_again(tmp_path):
    manager = pytest.importorskip("jupyter_client.manager")
    from astrosim.scenario import to_toml

    (tmp_path / "endless.toml").write_text(to_toml(ENDLESS))
    place = str(tmp_path / "run")
    load = f"astrosim.load_scenario({str(tmp_path / 'endless.toml')!r})"
    kernel, client = manager.start_new_kernel(cwd=str(ROOT), env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        sent = client.execute(CELL.format(scenario=load, place=place, more=""))
        deadline = time.monotonic() + 120
        while len(list(Path(place).glob("checkpoints/*.npz"))) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        kernel.interrupt_kernel()
        time.sleep(0.05)
        kernel.interrupt_kernel()
        replies = iter(partial(client.get_shell_msg, timeout=120), None)
        reply = next(one["content"] for one in replies if one["parent_header"].get("msg_id") == sent)
        assert reply["ename"] in ("Interrupted", "KeyboardInterrupt")
        again = CELL.format(scenario=None, place=place, more="resume=True, stopped=lambda: True")
        assert client.execute_interactive(again, timeout=120)["content"]["ename"] == "Interrupted"
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def _interrupted_twice(directory: Path, pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["ASTROSIM_CHECKPOINT_SECONDS"] = "0.1"
    times = 0
    for scenario in (ENDLESS, None):
        try:
            run_scenario(scenario, directory, workers=2, resume=scenario is None)
        except KeyboardInterrupt:
            times += 1
        pipe.send(times)


def test_a_run_that_was_interrupted_twice_goes_on_in_the_same_process(tmp_path):
    """The second Ctrl-C cuts the wait for the workers short: they must not hold the directory."""
    directory, (ours, theirs) = tmp_path / "run", multiprocessing.Pipe()
    process = _warm_server(tmp_path).Process(target=_interrupted_twice, args=(directory, theirs))
    process.start()
    for times in (1, 2):
        marks = {path: path.stat().st_mtime_ns for path in directory.glob("checkpoints/*.npz")}
        deadline = time.monotonic() + 60
        while not [p for p in directory.glob("checkpoints/*.npz") if marks.get(p) != p.stat().st_mtime_ns]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.01)
        os.kill(process.pid, signal.SIGINT)
        assert ours.poll(60)
        assert ours.recv() == times
    process.join()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1])
def test_nohup_and_a_programs_own_handlers_stay_in_force(number):
    heard = []
    for handler, expected in ((signal.SIG_IGN, []), (lambda *_: heard.append(number), [number])):
        before = signal.signal(number, handler)
        try:
            with Stop().listening() as stop:
                signal.raise_signal(number)
            assert stop.signal is None
            assert heard == expected
            assert signal.getsignal(number) is handler
        finally:
            signal.signal(number, before)


def _sleep(control: Control) -> None:
    time.sleep(600)


def _own_sleepers(pipe: Any) -> None:
    """A process with two workers that are deaf to all but the end of their owner."""
    end_with_parent()
    context = WorkerContext(2, "")
    with make_executor("processes", context, 2) as executor:
        server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        pipe.send([server, *(worker.process.pid for worker in executor._workers)])  # type: ignore[attr-defined]
        run_jobs(executor, context, [Job(n, "", _sleep) for n in range(2)], lambda job, result: None)


def _interrupted_sleepers(pipe: Any) -> None:
    """The same under Ctrl-C, and then busy with something else."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Stop().listening() as stop:
        context = WorkerContext(2, "", stopped=lambda: stop.signal is not None)
        try:
            with make_executor("processes", context, 2) as executor:
                pipe.send([worker.process.pid for worker in executor._workers])  # type: ignore[attr-defined]
                run_jobs(executor, context, [Job(n, "", _sleep) for n in range(2)], lambda job, result: None)
        except KeyboardInterrupt:
            pipe.send("interrupted")
    time.sleep(600)


def _alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _end(numbers: list[int], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while any(map(_alive, numbers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(_alive, numbers))


def test_workers_and_their_server_end_when_their_owner_is_killed(tmp_path):
    ours, theirs = multiprocessing.Pipe()
    owner = _warm_server(tmp_path).Process(target=_own_sleepers, args=(theirs,))
    owner.start()
    assert ours.poll(60)
    numbers = ours.recv()
    time.sleep(0.2)
    assert all(map(_alive, numbers))
    os.kill(owner.pid, signal.SIGKILL)
    assert _end(numbers)


def test_impatient_interruptions_leave_no_worker_behind(tmp_path):
    """Each Ctrl-C after the first cuts a wait short; workers that were left would hold the directory."""
    ours, theirs = multiprocessing.Pipe()
    owner = _warm_server(tmp_path).Process(target=_interrupted_sleepers, args=(theirs,))
    owner.start()
    try:
        assert ours.poll(60)
        numbers = ours.recv()
        for _ in range(3):
            time.sleep(0.3)
            os.kill(owner.pid, signal.SIGINT)
        assert ours.poll(30)
        assert ours.recv() == "interrupted"
        assert _end(numbers, 1.0)
        assert _alive(owner.pid)
    finally:
        owner.kill()
        owner.join()


OWNER = """
import sys, time
from multiprocessing import forkserver
forkserver.set_forkserver_preload(["astrosim.runs.executors.owner", "slow"])
forkserver.ensure_running()
print(forkserver._forkserver._forkserver_pid, flush=True)
time.sleep(600)
"""


def test_a_server_ends_with_its_owner_while_it_still_loads_modules(tmp_path):
    """Loading takes minutes where kernels are compiled: long enough for many killed sessions to starve a machine."""
    (tmp_path / "slow.py").write_text("import pathlib, time\npathlib.Path('loading').touch()\ntime.sleep(600)\n")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, cwd=tmp_path
    )
    assert owner.stdout is not None
    server = int(owner.stdout.readline())
    deadline = time.monotonic() + 60
    while not (tmp_path / "loading").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert _end([server])


def test_names_are_taken_by_one_process_each(tmp_path):
    barrier, taken = threading.Barrier(8), []

    def take(_: int) -> None:
        barrier.wait()
        taken.append(take_name(tmp_path / "runs" / "quick").name)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(take, range(8)))
    assert sorted(taken) == ["quick", *(f"quick-{number}" for number in range(2, 9))]


def test_errors_come_out_of_other_processes_as_they_were():
    problems = ("a.toml:1: seeds: none. Write some.", "a.toml:2: name: empty. Write one.")
    copy = pickle.loads(pickle.dumps(ScenarioError(problems)))
    assert copy.problems == problems
    assert str(copy) == "\n".join(problems)
    assert str(pickle.loads(pickle.dumps(Interrupted("Go on")))) == "Go on"


@pytest.mark.parametrize("options", [["-OO", "-m", "astrosim"], *later(["-m", "astrosim"], ["-O", "-m", "astrosim"])])
def test_the_package_is_a_program_also_without_assertions(options):
    command = [sys.executable, *options, "run", "nosuch"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("nosuch: no such file or bundled scenario.")


@pytest.mark.full
def test_runs_are_the_same_without_assertions(tmp_path, whole):
    from astrosim.scenario import to_toml

    (tmp_path / "small.toml").write_text(to_toml(SMALL))
    command = [
        sys.executable,
        "-O",
        "-m",
        "astrosim",
        "run",
        str(tmp_path / "small.toml"),
        "--out",
        str(tmp_path / "run"),
    ]
    subprocess.run([*command, "--workers", "2"], check=True, cwd=ROOT)
    assert differing(whole, contents(tmp_path / "run")) == []
