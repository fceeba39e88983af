"""The page of the campaigns: a table, a figure, and the words of every defect."""

from __future__ import annotations

import platform
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from astrosim.plot.style import new_figure, styled
from benchmarks.trust.outcome import Outcome


def page(outcomes: Sequence[Outcome], seed: int, figure: str) -> str:
    """Return the page, Markdown."""
    lines = [
        "# Trust",
        "",
        "Runs are killed, crashed, filled, flipped and fuzzed at random, then resumed and compared with runs left in",
        "peace. *Survived*: the same bytes afterwards. *Told*: an error names the file and a remedy. *Lost*: what was",
        "committed before the fault and is not there after it.",
        "",
        f"`make trust`, {max(one.date for one in outcomes)}, seed {seed}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}.",
        "",
        "| campaign | faults | survived | told | lost | defects | time to detect, median (ms) | minutes |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in outcomes:
        detect = f"{1e3 * float(np.median(one.detected)):.0f}" if one.detected else ""
        lines.append(
            f"| {one.name} | {one.injected:,} | {one.survived:,} | {one.told:,} | {one.lost} | {len(one.defects)} "
            f"| {detect} | {one.seconds / 60:.1f} |"
        )
    lines += ["", f"![Faults by campaign]({figure})", ""]
    lines += [f"*{one.name}*: {one.note}" for one in outcomes if one.note]
    for one in outcomes:
        lines += [f"\n```text\n{one.name}: {words}\n```" for words in one.defects]
    return "\n".join(lines).rstrip() + "\n"


@styled
def figure(outcomes: Sequence[Outcome]) -> Figure:
    """Draw each campaign's faults as shares: the same bytes afterwards, told by an error, and defects."""
    drawn = [one for one in outcomes if one.injected]
    made = new_figure(0.9 + 0.42 * len(drawn))
    axes = made.subplots()
    left = np.zeros(len(drawn))
    total = np.array([max(one.injected, 1) for one in drawn], dtype=float)
    parts = {
        "the same bytes afterwards": np.array([one.survived for one in drawn]),
        "told, with a remedy": np.array([max(0, one.injected - one.survived - len(one.defects)) for one in drawn]),
        "defect": np.array([len(one.defects) for one in drawn]),
    }
    for (label, values), colour in zip(parts.items(), ("#009e73", "#56b4e9", "#d55e00"), strict=True):
        axes.barh([one.name for one in drawn], values / total, left=left, color=colour, label=label)
        left += values / total
    for row, one in enumerate(drawn):
        axes.text(1.01, row, f"{one.injected:,}", va="center")
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel="share of the faults (numbers at the right)")
    made.legend(loc="outside upper center", ncols=3, frameon=False)
    return made
