"""Carry out the campaigns, print what came of them, and write the page and its figure."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from astrosim.plot.style import image_bytes
from benchmarks.trust import damage, fuzz, kills, memory, page
from benchmarks.trust.outcome import Outcome, read_outcomes, write_outcomes
from benchmarks.trust.subjects import Subject, subjects

SEED = 20_261_130  # assumed: named here, before any campaign
FAULTS = {"kills": 1000, "crashes": 1000, "flips": 1000, "full_disks": 200, "writers": 40, "clocks": 100}
EXAMPLES = 10_000
CAMPAIGNS = (*FAULTS, "fuzz", "memory")
OUTCOMES = "trust.json"


def main() -> int:
    """Carry out what the command line asks for; 1 if there was a defect."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trust", description=__doc__)
    parser.add_argument("campaigns", nargs="*", help=f"{', '.join(CAMPAIGNS)}; all if left out")
    parser.add_argument("--share", type=float, default=1.0, help="of the faults of a whole campaign, such as .1")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--out", type=Path, help="folder of trust.md, trust.svg, and trust.json, which keeps earlier campaigns"
    )
    chosen = parser.parse_args()
    kept: dict[str, Outcome] = {}
    if chosen.out is not None:
        chosen.out.mkdir(parents=True, exist_ok=True)
        kept = read_outcomes(chosen.out / OUTCOMES)
    with tempfile.TemporaryDirectory(prefix="trust-") as folder:
        for name, outcome in _carried_out(chosen, Path(folder)):
            kept[name] = outcome
            outcomes = [kept[one] for one in CAMPAIGNS if one in kept]
            if chosen.out is not None:
                write_outcomes(chosen.out / OUTCOMES, kept)
                (chosen.out / "trust.md").write_text(page.page(outcomes, chosen.seed, "trust.svg"))
                (chosen.out / "trust.svg").write_bytes(image_bytes(page.figure(outcomes), "svg"))
    print(page.page(outcomes, chosen.seed, "trust.svg"))
    return int(any(one.defects for one in outcomes))


def _carried_out(chosen: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Outcome]]:
    wanted = chosen.campaigns or CAMPAIGNS
    found: list[Subject] = subjects(folder) if set(wanted) & FAULTS.keys() else []
    campaigns: dict[str, Callable[..., Outcome]] = {
        "kills": kills.kills,
        "crashes": kills.crashes,
        "flips": damage.flips,
        "full_disks": damage.full_disks,
        "writers": kills.writers,
        "clocks": kills.clocks,
    }
    for name in wanted:
        if name in campaigns:
            number = max(len(found), round(FAULTS[name] * chosen.share))
            one = campaigns[name](found, number, chosen.seed, folder)
        elif name == "fuzz":
            one = fuzz.fuzz(max(100, round(EXAMPLES * chosen.share)), chosen.seed)
        else:
            one = memory.memory(folder)
        print(f"{one.name}: {one.injected} faults, {len(one.defects)} defects, {one.seconds:.0f} s", file=sys.stderr)
        yield name, one


if __name__ == "__main__":
    raise SystemExit(main())
