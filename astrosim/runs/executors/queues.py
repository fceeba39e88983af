"""Clusters whose workers are jobs of a batch system, as the user's configuration of dask-jobqueue describes them."""

from __future__ import annotations

from typing import Any

from astrosim.contracts.loading import find
from astrosim.core.errors import RunError

CLUSTERS = {
    "dask-slurm": ("SLURMCluster", "slurm"),
    "dask-pbs": ("PBSCluster", "pbs"),
    "dask-sge": ("SGECluster", "sge"),
    "dask-lsf": ("LSFCluster", "lsf"),
    "dask-oar": ("OARCluster", "oar"),
    "dask-htcondor": ("HTCondorCluster", "htcondor"),
}
"""Class of dask_jobqueue, and section of its configuration, by the name of the executor."""


def batch_cluster(name: str, workers: int) -> Any:
    """Start a cluster of a batch system, and ask for workers.

    Parameters
    ----------
    name : str
        Of the executor.
    workers : int
        Worker processes in all.

    Raises
    ------
    RunError
        If the configuration lacks what a job needs, or the batch system refuses: says what to write, and where.
    PackageError
        If dask-jobqueue is not installed.
    """
    kind, section = CLUSTERS[name]
    make = find(f"dask_jobqueue:{kind}", f"The executor {name} needs")
    try:
        cluster = make()
        cluster.scale(n=workers)
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        raise RunError(
            f"--executor: {name} cannot start ({str(error).splitlines()[0]}). Describe one job in "
            f"~/.config/dask/jobqueue.yaml, such as\n"
            f"jobqueue:\n  {section}:\n    cores: 8\n    processes: 8\n    memory: 16GB\n    walltime: '04:00:00'"
        ) from error
    return cluster
