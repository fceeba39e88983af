"""Job scripts for array jobs of batch systems: each task computes one shard, with no network between them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from astrosim.store.remote import is_address


@dataclass(frozen=True)
class Scheduler:
    """A batch system.

    Attributes
    ----------
    index : str
        Environment variable that holds the number of a task of an array job.
    submit : str
        Command that takes the script.
    lines : tuple of str
        Directives, with ``{name}``, ``{shards}``, ``{workers}``, ``{memory}`` and ``{time}`` to be filled in.
    folder : str
        Commands that enter the folder from which the job was submitted; empty where jobs begin there.
    """

    index: str
    submit: str
    lines: tuple[str, ...]
    folder: str = ""


SCHEDULERS = {
    "slurm": Scheduler(
        "SLURM_ARRAY_TASK_ID",
        "sbatch",
        (
            "#SBATCH --job-name={name}",
            "#SBATCH --array=1-{shards}",
            "#SBATCH --cpus-per-task={workers}",
            "#SBATCH --mem={memory}",
            "#SBATCH --time={time}",
            "#SBATCH --signal=B:TERM@60  # a minute before the time is over: checkpoints are written then",
            "#SBATCH --requeue",
            "#SBATCH --output={name}-%A_%a.log",
        ),
    ),
    "pbs": Scheduler(
        "PBS_ARRAY_INDEX",
        "qsub",
        (
            "#PBS -N {name}",
            "#PBS -J 1-{shards}",
            "#PBS -l select=1:ncpus={workers}:mem={memory}",
            "#PBS -l walltime={time}",
            "#PBS -j oe",
            "#PBS -r y",
        ),
        'cd "$PBS_O_WORKDIR"\n',
    ),
    "sge": Scheduler(
        "SGE_TASK_ID",
        "qsub",
        (
            "#$ -N {name}",
            "#$ -t 1-{shards}",
            "#$ -pe smp {workers}  # the name of the parallel environment differs between sites",
            "#$ -l h_vmem={memory}",
            "#$ -l h_rt={time}",
            "#$ -cwd",
            "#$ -j y",
            "#$ -r y",
            "#$ -S /bin/bash",
            "#$ -notify  # SIGUSR2 before the end: checkpoints are written then",
        ),
    ),
    "lsf": Scheduler(
        "LSB_JOBINDEX",
        "bsub <",
        (
            '#BSUB -J "{name}[1-{shards}]"',
            "#BSUB -n {workers}",
            '#BSUB -R "span[hosts=1]"',
            "#BSUB -M {memory}",
            "#BSUB -W {minutes}",
            "#BSUB -wa TERM -wt 1  # a minute before the time is over: checkpoints are written then",
            "#BSUB -r",
            "#BSUB -o {name}-%J_%I.log",
        ),
    ),
}
"""Batch systems by name."""


@dataclass(frozen=True)
class ArrayJob:
    """An array job that computes a run in shards.

    Attributes
    ----------
    scheduler : str
        One of `SCHEDULERS`.
    name : str
        Of the job: letters, digits, dots, dashes and underscores.
    scenario : str
        File or bundled name.
    options : sequence of str
        Further arguments of `astrosim run`.
    shards, workers : int
        Tasks, and processes of each.
    out : Path or str
        Where the merged run goes, a directory or an address (URL); the shards lie beside it, in ``OUT.parts``.
    memory : str
        Of a task, as the batch system writes it.
    time : str
        Longest time of a task, ``hours:minutes:seconds``.
    """

    scheduler: str
    name: str
    scenario: str
    options: Sequence[str]
    shards: int
    workers: int
    out: Path | str
    memory: str
    time: str

    @property
    def merge_line(self) -> str:
        """Command that puts the shards together; bash lists those at an address, where no file name can be expanded."""
        every = f"{{1..{self.shards}}}" if is_address(self.out) else "*"
        parts = f"{shlex.quote(f'{self.out}.parts')}/{every}-of-{self.shards}"
        return f"astrosim merge {parts} --out {shlex.quote(str(self.out))}"

    def script(self, file: str) -> str:
        """Return the job script.

        Parameters
        ----------
        file : str
            Its name, as it will be submitted.
        """
        system = SCHEDULERS[self.scheduler]
        hours, minutes, _ = (int(part) for part in self.time.split(":"))
        facts = {"name": self.name, "shards": self.shards, "workers": self.workers, "memory": self.memory}
        facts |= {"time": self.time, "minutes": 60 * hours + minutes}
        directives = "\n".join(line.format(**facts) for line in system.lines)
        run = shlex.join([self.scenario, *self.options])
        always = f"--workers {self.workers} --no-report"
        begun = '[ -e "$part/scenario.toml" ]'
        if is_address(self.out):
            begun = '"${astrosim[@]}" status "$part" > /dev/null 2>&1'
        return f"""#!/bin/bash
{directives}

# {self.name} in {self.shards} shards, each a task of an array job with a directory of its own.
#   Submit:     {system.submit} {shlex.quote(file)}
#   Look:       astrosim status {shlex.quote(f"{self.out}.parts")}/1-of-{self.shards}
#   Afterwards: {self.merge_line}
# Submit the same script again to go on with tasks that were ended: what is committed is not computed twice.

set -eu
{system.folder}task=${{{system.index}:?submit this script with {system.submit}}}
part={shlex.quote(f"{self.out}.parts")}/$task-of-{self.shards}
astrosim=({shlex.quote(sys.executable)} -m astrosim)  # the environment that wrote this script

if {begun}; then
  exec "${{astrosim[@]}}" run "$part" --resume {always}
fi
exec "${{astrosim[@]}}" run {run} --out "$part" --shard "$task/{self.shards}" {always}
"""
