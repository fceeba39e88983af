"""Carry out the campaigns, print what came of them, and write the page and its figure."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from astrosim.plot.style import image_bytes
from benchmarks.trust import damage, fuzz, kills, memory, page
from benchmarks.trust.outcome import Outcome
from benchmarks.trust.subjects import Subject, subjects

SEED = 20_261_130  # assumed: named here, before any campaign
FAULTS = {"kills": 1000, "crashes": 1000, "flips": 1000, "full_disks": 200, "writers": 40, "clocks": 100}
EXAMPLES = 10_000


def main() -> int:
    """Carry out what the command line asks for; 1 if there was a defect."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trust", description=__doc__)
    parser.add_argument("campaigns", nargs="*", help=f"{', '.join((*FAULTS, 'fuzz', 'memory'))}; all if left out")
    parser.add_argument("--share", type=float, default=1.0, help="of the faults of a whole campaign, such as .1")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, help="folder of trust.md and trust.svg")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trust-") as folder:
        outcomes = _all(chosen, Path(folder))
    command = " ".join(["python -m benchmarks.trust", *sys.argv[1:]])
    text = page.page(outcomes, chosen.seed, command, "trust.svg")
    print(text)
    if chosen.out is not None:
        (chosen.out / "trust.md").write_text(text)
        (chosen.out / "trust.svg").write_bytes(image_bytes(page.figure(outcomes), "svg"))
    return int(any(one.defects for one in outcomes))


def _all(chosen: argparse.Namespace, folder: Path) -> list[Outcome]:
    wanted = chosen.campaigns or [*FAULTS, "fuzz", "memory"]
    found: list[Subject] = subjects(folder) if set(wanted) & FAULTS.keys() else []
    campaigns: dict[str, Callable[..., Outcome]] = {
        "kills": kills.kills,
        "crashes": kills.crashes,
        "flips": damage.flips,
        "full_disks": damage.full_disks,
        "writers": kills.writers,
        "clocks": kills.clocks,
    }
    outcomes = []
    for name in wanted:
        if name in campaigns:
            number = max(len(found), round(FAULTS[name] * chosen.share))
            outcomes.append(campaigns[name](found, number, chosen.seed, folder))
        elif name == "fuzz":
            outcomes.append(fuzz.fuzz(max(100, round(EXAMPLES * chosen.share)), chosen.seed))
        else:
            outcomes.append(memory.memory(folder))
        one = outcomes[-1]
        print(f"{one.name}: {one.injected} faults, {len(one.defects)} defects, {one.seconds:.0f} s", file=sys.stderr)
    return outcomes


if __name__ == "__main__":
    raise SystemExit(main())
