"""Run the benchmarks, print their tables, and write them to a JSON file if asked to."""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import (
    deep,
    events,
    fields,
    first_use,
    neurons,
    peers,
    sizes,
    spiking,
    startup,
    sweep,
    tables,
    trials,
    view,
    waves,
)

NAMED = ("astrosim", "numba", "numpy", "mesa", "torch", "nest-simulator", "brian2")
WIDTH = 116  # characters: the widest table

PARTS: dict[str, tuple[Callable[[], list[dict[str, Any]]], Callable[[list[dict[str, Any]]], Any]]] = {
    "trials": (trials.measure, tables.trials),
    "deep": (deep.measure, tables.deep),
    "events": (events.measure, tables.events),
    "neurons": (neurons.measure, tables.neurons),
    "sizes": (sizes.measure, tables.sizes),
    "startup": (startup.measure, tables.startup),
    "first_use": (first_use.measure, tables.first_use),
    "waves": (waves.measure, tables.waves),
    "fields": (fields.measure, tables.fields),
    "spiking": (spiking.measure, tables.spiking),
    "sweep": (sweep.measure, tables.sweep),
    "view": (view.measure, tables.view),
    "peers": (peers.measure, tables.peers),
}
OPTIONAL = {"peers"}
"""Parts that want an extra of their own and are left out unless they are named."""


def machine() -> dict[str, Any]:
    """Where the numbers come from."""
    cpu = platform.processor()
    if Path("/proc/cpuinfo").exists():
        names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(": ")[2] if names else cpu
    packages = {name: version(name) for name in NAMED if find_spec(name.partition("-")[0])}
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {"cpu": cpu, "processors": os.cpu_count(), "load": load, "python": platform.python_version(), **packages}


def main() -> None:
    """Entry point of `python -m benchmarks`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"any of {', '.join(PARTS)}; all but {', '.join(sorted(OPTIONAL))} if left out",
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write all numbers there")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part ({', '.join(sorted(unknown))}). Write any of {', '.join(PARTS)}.")
    console, start = Console(width=WIDTH), time.perf_counter()
    results: dict[str, Any] = {"machine": machine()}
    console.print(", ".join(f"{name} {value}" for name, value in results["machine"].items()), highlight=False)
    for part in chosen.parts or [name for name in PARTS if name not in OPTIONAL]:
        measure, table = PARTS[part]
        results[part] = measure()
        console.print(table(results[part]))
    console.print(f"{time.perf_counter() - start:.0f} s in all", highlight=False)
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":  # building in processes of their own imports this module again
    main()
