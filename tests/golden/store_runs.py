"""Store small runs of one version, for later versions to open, report, export, rerun and finish.

The archives in `tests/golden/stored` come from version 0.1.0, commit 0a4dff0, before the modules were re-arranged. From
a clone of the repository, with its virtual environment:

    git worktree add --detach ../as-stored 0a4dff0
    PYTHONPATH=../as-stored .venv/bin/python tests/golden/store_runs.py        # all of them; ten minutes, to compile
    PYTHONPATH=../as-stored .venv/bin/python tests/golden/store_runs.py waves waves_interrupted  # some

Do not store them again with a later version: that they are old is what they are for. Runs of a later version go into
archives of other names. Written with Python 3.12.1, numpy 2.5.5, numba 0.68.1, zarr 3.4.2, mesa 3.5.1, scikit-learn
1.9.1; the `provenance.json` of every archive names all packages. The machine's name is taken out of it, the processor's
is kept, as gradients are summed in the order of its vectors (znver3, as LLVM names it).

An archive holds one run directory. `NAME_interrupted` is the run `NAME`, stopped by Ctrl-C in its last replicate.
"""

from __future__ import annotations

import gzip
import io
import json
import signal
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import tomli_w
from stored_scenarios import FILES, OWN_MODULES, SCENARIOS

import astrosim

STORED = Path(__file__).parent / "stored"
COMMAND = "python tests/golden/store_runs.py"
INTERRUPTED = ("astrocytes", "both", "fields", "keep_revert", "neurons", "published", "rivals", "waves", "windowed")
UNNAMED = ("host", "platform")  # of provenance.json: they name the machine
TOLD_SECONDS = 0.15  # progress is told ten times a second at most: longer than that


def scenario(name: str, folder: Path) -> Any:
    """The scenario of a stored run, read from a file as a user would write it, with the files that it names beside."""
    for file, text in FILES.items():
        (folder / file).write_text(text)
    for module in OWN_MODULES:
        (folder / module.name).write_bytes(module.read_bytes())
    path = folder / f"{name}.toml"
    path.write_text(tomli_w.dumps({"name": name, **SCENARIOS[name]}))
    return astrosim.load_scenario(path)


def interrupt_in_last_replicate(units: int, total: int, done: int, replicates: int) -> None:
    """Press Ctrl-C once three quarters of the last replicate are done; the pause lets every stretch be told."""
    time.sleep(TOLD_SECONDS)
    if units >= total * (replicates - 0.25) / replicates:
        signal.raise_signal(signal.SIGINT)


def store(name: str, interrupted: bool) -> Path:
    """Run a scenario, or a part of it, and pack its directory."""
    stored = f"{name}_interrupted" if interrupted else name
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "runs" / stored
        options: dict[str, Any] = {"progress": interrupt_in_last_replicate} if interrupted else {}
        try:
            astrosim.run(scenario(name, Path(place)), directory, workers=1, command=COMMAND, **options)
        except KeyboardInterrupt:
            if not interrupted:
                raise
        if bool(list((directory / "checkpoints").iterdir())) != interrupted:
            raise SystemExit(f"{stored}: a checkpoint where none should be, or none where one should be")
        forget_the_machine(directory / "provenance.json")
        path = STORED / f"{stored}.tar.gz"
        path.write_bytes(packed(directory))
    return path


def forget_the_machine(path: Path) -> None:
    """Take the name of the machine out of a run's provenance."""
    provenance = json.loads(path.read_text())
    for session in provenance["sessions"]:
        session.update(dict.fromkeys(UNNAMED, ""))
    path.write_text(json.dumps(provenance, indent=2) + "\n")


def packed(directory: Path) -> bytes:
    """A directory as .tar.gz that holds no owner, no time and no absolute path."""
    data = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=data, mode="wb", mtime=0, filename="") as outer,
        tarfile.open(fileobj=outer, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path in sorted([directory, *directory.rglob("*")]):
            if path.suffix == ".lock" or path.name == ".lock":
                continue
            entry = tarfile.TarInfo(path.relative_to(directory.parent).as_posix())
            entry.mode, content = (0o755, None) if path.is_dir() else (0o644, path.read_bytes())
            entry.type, entry.size = (tarfile.DIRTYPE, 0) if content is None else (tarfile.REGTYPE, len(content))
            archive.addfile(entry, io.BytesIO(content or b""))
    return data.getvalue()


def main(names: list[str]) -> None:
    """Store the runs that are named, or all."""
    STORED.mkdir(exist_ok=True)
    jobs = [(name, False) for name in SCENARIOS] + [(name, True) for name in INTERRUPTED]
    for name, interrupted in jobs:
        if names and (f"{name}_interrupted" if interrupted else name) not in names:
            continue
        begin = time.monotonic()
        path = store(name, interrupted)
        print(f"{path.name}: {path.stat().st_size:,} bytes, {time.monotonic() - begin:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
