"""Time a trial, building time and memory against the size of the network, territories staying as they are."""

from __future__ import annotations

import dataclasses
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from astrosim.systems.threshold.engines import make_engine
from benchmarks.cases import SEED, sized
from benchmarks.timing import Timed, mean_eligible, take_turns

SIZES = (1_000, 10_000, 100_000, 1_000_000)  # synapses, about
CONDITIONS = ("maturity", "baseline")
LEARNED = 20_000  # trials before timing
ROUNDS = 15
PAGE = 4096  # bytes


def arrays_in(thing: Any, seen: set[int]) -> Iterator[np.ndarray]:
    """Arrays that an object holds, each block of memory once."""
    if isinstance(thing, np.ndarray):
        while isinstance(thing.base, np.ndarray):
            thing = thing.base
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, (tuple, list)):
        for part in thing:
            yield from arrays_in(part, seen)
    elif dataclasses.is_dataclass(thing) or hasattr(thing, "advance"):
        for part in vars(thing).values():
            yield from arrays_in(part, seen)


def array_bytes(engine: Any) -> int:
    """Memory of all arrays of a replicate."""
    return sum(array.nbytes for array in arrays_in(engine, set()))


def resident_bytes() -> int | None:
    """Memory of this process; None where the system does not tell it."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    except OSError:
        return None


def build(condition: str, synapses: int) -> dict[str, Any]:
    """Time and memory that building a replicate takes, in a process that has built a small one before."""
    make_engine(sized(condition, SIZES[0]), SEED).advance(1)
    before, start = resident_bytes(), time.perf_counter()
    engine = make_engine(sized(condition, synapses), SEED)
    seconds = time.perf_counter() - start
    engine.advance(100)
    after = resident_bytes()
    return {
        "build_s": seconds,
        "array_bytes": array_bytes(engine),
        "resident_bytes": None if before is None or after is None else after - before,
    }


def build_apart(condition: str, synapses: int) -> dict[str, Any]:
    """`build` in a process of its own, so that no memory is there to be used again."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(build, condition, synapses).result()


def measure(sizes: tuple[int, ...] = SIZES, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per condition and size."""
    cases = []
    for condition in CONDITIONS:
        for synapses in sizes:
            engine = make_engine(sized(condition, synapses), SEED)
            engine.advance(LEARNED)
            cases.append((condition, synapses, Timed(f"{condition}/{synapses}", engine)))
    take_turns([case for _, _, case in cases], rounds)
    first = {condition: case.typical for condition, _, case in reversed(cases)}
    return [_row(condition, synapses, case, first[condition]) for condition, synapses, case in cases]


def _row(condition: str, synapses: int, case: Timed, smallest: float) -> dict[str, Any]:
    sizes = case.engine.sizes()
    return {
        "condition": condition,
        "synapses": sizes["synapse"],
        "neurons": sizes["neuron"],
        "astrocytes": sizes["astrocyte"],
        "eligible": mean_eligible(case.engine, 10),
        "fastest_s": case.fastest,
        "median_s": case.typical,
        "times_smallest": case.typical / smallest,
        **build_apart(condition, synapses),
    }
