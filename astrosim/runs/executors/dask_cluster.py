"""The executor of Dask clusters: workers compute in scratch folders of their own, this process commits. Times in s.

Workers get orders and send answers (`astrosim.runs.executors.parcel`): plain bytes and JSON. A job whose worker dies is
given to another worker; its result does not depend on that.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from astrosim.core import errors
from astrosim.core.errors import AstrosimError, RunError
from astrosim.runs.cells_file import ENDING
from astrosim.runs.checkpoint import CHECKPOINTS, ENDS
from astrosim.runs.directory import SCENARIO
from astrosim.runs.executors.away import carry_out, keep, versions_here
from astrosim.runs.executors.base import POLL_SECONDS, Job, WorkerContext
from astrosim.runs.executors.local import LocalExecutor
from astrosim.runs.executors.parcel import pack, unpack
from astrosim.runs.executors.processes import nameless_main
from astrosim.runs.executors.queues import batch_cluster
from astrosim.runs.failures import Failure
from astrosim.runs.stop import held_back
from astrosim.runs.work import WorkResult
from astrosim.scenario.inputs import FOLDER
from astrosim.store.blocks import COMMITS, Block, Cell
from astrosim.store.files import sealed_content, storage_errors, write_atomically
from astrosim.store.read import rows_of, stored_blocks
from astrosim.store.replicates import ARRAYS_RECORD, read_commit
from astrosim.store.transfer import place_commit

LOGGER = logging.getLogger("astrosim.runs")
DEATHS = 3  # workers that die with a job in work before the user is told; assumed: chance kills no three
ROUNDS = 3  # times that such a job is tried again; assumed
CONNECT_SECONDS = 10.0  # assumed: how long a scheduler may take to answer
WAIT_SECONDS = 60.0  # without any worker, before the user is told; assumed
MOMENT_SECONDS = 0.5  # assumed: how long a worker of this machine may take to end by itself
CLOSE_SECONDS = 15.0  # assumed: how long a cluster of this process may take to end
HEARD_SECONDS = 120.0  # since a worker's last report, after which it is listed no more; assumed
LOOK_SECONDS = 0.01  # assumed: how often answers are looked for


class DaskExecutor:
    """See `astrosim.runs.executors.base.Executor`. The cluster starts with the first job; queries run in this process.

    Parameters
    ----------
    context : WorkerContext
    workers : int
        Processes or jobs of a cluster that is started here; a cluster with an address has its own.
    """

    def __init__(self, context: WorkerContext, workers: int) -> None:
        self.context, self.size = context, workers
        self._here = LocalExecutor(context, 1)
        self._open = contextlib.ExitStack()
        self._client: Client | None = None
        self._jobs: dict[Future, Job] = {}
        self._rounds: dict[int, int] = {}
        self._units: dict[int, int] = {}
        self._ended: set[int] = set()
        self._warned: set[str] = set()
        self._heard: dict[str, float] = {}
        self._told = False
        self._begun = time.monotonic()

    def __enter__(self) -> DaskExecutor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._open.close()

    @property
    def busy(self) -> bool:
        """Whether jobs wait or are in work."""
        return bool(self._jobs) or self._here.busy

    def submit(self, job: Job) -> None:
        """Take a job."""
        if not job.replicates:
            self._here.submit(job)
            return
        if self._client is None:
            self._start()
        self._send(job)

    def ended(self) -> Iterator[tuple[Job, Any]]:
        """Wait a moment for answers; commit them, and yield their jobs with the rows."""
        if self._here.busy:
            yield from self._here.ended()
            return
        deadline = time.monotonic() + POLL_SECONDS
        while not self._answers.has_ready() and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        for future, answer in self._answers.next_batch(block=False):
            job = self._jobs.pop(future, None)
            if job is not None:
                yield from self._hear(job, future, answer)
        self._look_for_workers()

    def progress(self) -> int:
        """Return units of work done so far, summed over jobs."""
        return self._here.progress() + sum(self._units.values())

    def stop(self) -> None:
        """Drop all jobs; those in work notice it between two stretches."""
        self._here.stop()
        futures = list(self._jobs)
        self._jobs.clear()
        if self._client is not None and self._client.status == "running" and futures:
            with contextlib.suppress(Exception):
                self._client.cancel(futures, force=True, asynchronous=False)

    def working(self) -> list[Job]:
        """Return the jobs of which workers have reported."""
        begun = self._units.keys() - self._ended
        return [job for job in list(self._jobs.values()) if job.number in begun]

    def place(self) -> dict[str, Any]:
        """Return the addresses of workers that reported lately, and of the page on which Dask shows its work."""
        client, clock = self._client, time.monotonic()
        names = sorted(name for name, heard in list(self._heard.items()) if clock - heard < HEARD_SECONDS)
        dashboard = ""
        if client is not None and client.status == "running":
            with contextlib.suppress(Exception):  # the cluster ends at this moment
                dashboard = str(client.dashboard_link)
        return {"names": names, "dashboard": dashboard}

    def _start(self) -> None:
        """Start or reach the cluster, and give it what all jobs share."""
        self._topic = f"astrosim-{uuid4().hex}"
        self._open.enter_context(
            dask.config.set(
                {
                    "distributed.scheduler.allowed-failures": DEATHS - 1,
                    "distributed.scheduler.worker-saturation": 1.0,  # only what is in work dies with its worker
                    "distributed.admin.large-graph-warning-threshold": "1 GiB",
                }
            )
        )
        cluster = self._cluster()
        place = self.context.address or cluster
        try:
            client = Client(place, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise RunError(
                f"--executor: no Dask scheduler answers at {self.context.address} ({error}). Start one with `dask "
                f"scheduler`, or name the address that it prints. {self.context.remedy}"
            ) from error
        self._client = self._open.enter_context(contextlib.closing(client))
        client.subscribe_topic(self._topic, self._note)
        self._answers = as_completed(with_results=True, raise_errors=False, loop=client.loop)
        base = self._base()
        self._shared = client.submit(keep, base, key=f"astrosim-base-{hashlib.sha256(base).hexdigest()[:24]}")
        self._versions = versions_here()

    def _cluster(self) -> Any:
        """Start the cluster that the executor's name asks for; None where an address is named."""
        if self.context.address:
            return None
        if self.context.executor != "dask":
            return self._open.enter_context(contextlib.closing(batch_cluster(self.context.executor, self.size)))
        scratch = self._open.enter_context(tempfile.TemporaryDirectory(prefix="astrosim-", ignore_cleanup_errors=True))
        resource_tracker.ensure_running()  # its start would let signals through again
        with nameless_main(), held_back():
            cluster = LocalCluster(
                n_workers=self.size,
                threads_per_worker=1,
                local_directory=scratch,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
        self._open.callback(_close, cluster)
        return cluster

    def _base(self) -> bytes:
        """Pack what all jobs share: scenario, its files, the arrays."""
        directory = self._directory
        paths = [directory / SCENARIO, directory / COMMITS / ARRAYS_RECORD, *(directory / FOLDER).glob("*")]
        record = sealed_content((directory / COMMITS / ARRAYS_RECORD).read_bytes())
        paths += [directory / name for name in record["files"]]
        self._blocks = {cell: block for block in stored_blocks(record) for cell in block.cells}
        files = {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths if path.is_file()}
        return pack({}, files, compress=True)

    @property
    def _directory(self) -> Path:
        assert self.context.directory is not None
        return self.context.directory

    def _send(self, job: Job) -> None:
        data = self.context.data
        head = {
            "job": job.number,
            "topic": self._topic,
            "versions": self._versions,
            "data": None if data is None else str(data.absolute()),
            "replicates": [
                (*cell, *place)
                for block in self._blocks_of(job)  # whole: workers know nothing of what this process has committed
                for cell, place in zip(block.cells, block.places, strict=True)
            ],
        }
        client = self._client
        assert client is not None
        key = f"astrosim-{job.number}-{self._rounds.get(job.number, 0)}-{self._topic}"
        future = client.submit(carry_out, self._shared, pack(head, {}), key=key, priority=-job.number, pure=False)
        self._jobs[future] = job
        self._answers.add(future)

    def _note(self, event: Any) -> None:
        """Take in what a job in work reports; called by the client's own thread."""
        told = event[1]
        self._heard[told["worker"]] = time.monotonic()
        if told["job"] not in self._ended:
            self._units[told["job"]] = told["units"]

    def _hear(self, job: Job, future: Future, answer: Any) -> Iterator[tuple[Job, Any]]:
        """Take one answer."""
        if future.status == "finished":
            yield from self._take(job, answer)
            return
        error = answer[1] if isinstance(answer, tuple) else answer
        if future.status in ("cancelled", "lost"):
            raise RunError(f"The Dask scheduler is gone, or has given up this run. {self.context.remedy}")
        if isinstance(error, KilledWorker):
            self._again(job, error.allowed_failures + 1)
            return
        if isinstance(error, ModuleNotFoundError | ImportError):
            raise RunError(
                f"A Dask worker cannot load astrosim ({error}). Install the same version in the environment of all "
                "workers: pip install 'astrosim[cluster]'."
            )
        raise RunError(f"{job.label} failed on a Dask worker: {type(error).__name__}: {error}. {self.context.remedy}")

    def _again(self, job: Job, deaths: int) -> None:
        """Hand a job out again after some workers died with it; give it up at last."""
        self._rounds[job.number] = self._rounds.get(job.number, 0) + 1
        count = self._rounds[job.number] * deaths
        if self._rounds[job.number] >= ROUNDS:
            raise RunError(
                f"{count} workers died while they computed {job.label}: it needs more memory than they have, "
                f"or they are ended from outside. {self.context.remedy}"
            )
        LOGGER.warning("%s workers died while they computed %s (memory full?). It is tried again.", count, job.label)
        self._send(job)

    def _take(self, job: Job, answer: bytes) -> Iterator[tuple[Job, Any]]:
        """Commit what a worker has computed."""
        head, files = unpack(answer)
        for text in head["warnings"]:
            if text not in self._warned:
                self._warned.add(text)
                LOGGER.warning(text)
        if head["outcome"] == "stopped":  # by a worker that closes, while the run goes on
            self._send(job)
            return
        if head["outcome"] == "refused":
            raise _error(head, f"worker {head['worker']}: ")
        if head["outcome"] == "failed":
            raise RunError(
                f"{job.label} failed on worker {head['worker']}; this is a defect of astrosim:\n{head['text']}"
            )
        rows = self._commit(job, files)
        failures = [Failure(**one) for one in head["failures"]]
        self._ended.add(job.number)
        self._units[job.number] = head["units"]
        yield job, WorkResult(rows, [one for one in failures if one.cell not in rows])

    def _blocks_of(self, job: Job) -> list[Block]:
        return list(dict.fromkeys(self._blocks[one.cell] for one in job.replicates))

    def _commit(self, job: Job, files: dict[str, bytes]) -> dict[Cell, Any]:
        """Write the files of a job into the run: ends, chunks, then the record of each commit; returns rows."""
        directory = self._directory
        rows: dict[Cell, Any] = {}
        for block in self._blocks_of(job):
            with storage_errors(directory):
                rows |= self._commit_block(block, files)
        return rows

    def _commit_block(self, block: Block, files: dict[str, bytes]) -> dict[Cell, Any]:
        """Commit a block, unless more of it is committed already; returns its rows."""
        directory, path = self._directory, block.commit_path(self._directory)
        there = read_commit(path)
        known = {} if there is None else rows_of(there)
        sent = files.get(f"{COMMITS}/{block.name}.json")
        if sent is None or len(rows_of(sealed_content(sent))) <= len(known):
            return known
        path.unlink(missing_ok=True)
        for ending in (".npz", ENDING):
            if (end := files.get(f"{ENDS}/{block.name}{ending}")) is not None:
                (directory / ENDS).mkdir(exist_ok=True)
                write_atomically(directory / ENDS / f"{block.name}{ending}", end)
        found = rows_of(place_commit(directory, block, files.__getitem__))
        for left in (directory / CHECKPOINTS).glob(f"{block.name}.*"):
            left.unlink(missing_ok=True)
        return found

    def _look_for_workers(self) -> None:
        """Tell the user, once, that no worker has begun."""
        if not self._heard and not self._told and time.monotonic() - self._begun > WAIT_SECONDS:
            self._told = True
            LOGGER.warning("No worker of the Dask cluster has begun yet; the run waits for workers.")


def _close(cluster: LocalCluster) -> None:
    """End a cluster of this machine at once: what came back is committed, and of the rest nothing is wanted."""

    async def end_workers() -> None:
        await asyncio.gather(*(nanny.close(timeout=MOMENT_SECONDS) for nanny in cluster.workers.values()))

    with contextlib.suppress(TimeoutError, OSError):
        cluster.sync(end_workers)
        cluster.close(timeout=CLOSE_SECONDS)


def _error(head: dict[str, Any], lead: str) -> AstrosimError:
    """Return the error that a worker has met."""
    kind = getattr(errors, head["error"], RunError)
    text = lead + head["text"]
    error: AstrosimError = kind([text]) if kind is errors.ScenarioError else kind(text)
    return error
