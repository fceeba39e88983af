"""What the report claims, and how each claim is measured. Murray 2026, sections 5 and 6; spec, headlines and section 5.

Published figures that stand in the scenarios ([reference.CONDITION]) become claims by themselves; those that need more
than a figure of one condition stand here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import ttest_rel

from astrosim.audit.suite import SIXTEEN, Suite

REPRODUCED, ACCIDENT, NOT = "reproduced", "reproduced by accident", "not reproduced"
VERDICTS = (REPRODUCED, ACCIDENT, NOT)
EVERYWHERE = "all experiments"  # in place of a scenario
GOOD_SEEDS = (618, 777, 888, 999, 1234)  # of experiment 007
SIGNED = "only with the signed flag that the program no longer has"
BROKEN = "only with homeostasis inside the propagation cycles, a slip that was fixed later"
ACCIDENTS = {
    **{(name, ""): SIGNED for name in ("exp004", "exp005", "exp006", "exp007", "exp008")},
    (
        "exp009",
        "",
    ): "the rule never learns which episode it is: the gate stays open, and this is experiment 002 again",
    ("exp010b", ""): BROKEN,
    ("exp013", "_broken"): BROKEN,
}
"""Figures that come out, but not for the reason given: scenario and ending of the condition -> why."""


@dataclass(frozen=True)
class Claim:
    """One line of the audit.

    Attributes
    ----------
    scenario : str
    text : str
        The claim.
    published, measured : float
    verdict : str
        One of `VERDICTS`.
    reason : str
    digits : int
        Decimal places shown.
    """

    scenario: str
    text: str
    published: float
    measured: float
    verdict: str
    reason: str
    digits: int = 3

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Stated:
    """A claim of the report, before it is measured.

    Attributes
    ----------
    scenario, text : str
    published : float
    measure : callable
        Of a `Suite`.
    reason : str or callable
        Of a `Suite`.
    digits : int
        Number of decimal places to which the figures must agree.
    accident : bool
        Whether agreement does not support the claim.
    """

    scenario: str
    text: str
    published: float
    measure: Callable[[Suite], float]
    reason: str | Callable[[Suite], str]
    digits: int = 3
    accident: bool = False


def claims(suite: Suite) -> list[Claim]:
    """Return all claims, by scenario."""
    whole = set(SIXTEEN) <= set(suite.names)
    stated = [one for one in STATED if one.scenario in suite.names or (whole and one.scenario == EVERYWHERE)]
    found = [*_referenced(suite), *(_measured(one, suite) for one in stated)]
    return sorted(found, key=lambda claim: claim.scenario)


def agree(published: float, measured: float, digits: int) -> bool:
    """Return whether two figures agree to a number of decimal places."""
    return abs(published - measured) <= 0.5 * 10.0**-digits + 1e-9


def _measured(stated: Stated, suite: Suite) -> Claim:
    value = stated.measure(suite)
    same = agree(stated.published, value, stated.digits)
    verdict = (ACCIDENT if stated.accident else REPRODUCED) if same else NOT
    reason = stated.reason if isinstance(stated.reason, str) else stated.reason(suite)
    return Claim(stated.scenario, stated.text, stated.published, value, verdict, reason, stated.digits)


COLUMNS = {
    "accuracy": ("mean_accuracy", 4),
    "accept_rate": ("accept_rate", 3),
    "distinct_outputs": ("distinct_outputs", 1),
}
"""Figure of a scenario -> column of summary.csv, decimal places that must agree."""


def _referenced(suite: Suite) -> list[Claim]:
    """Claims of the figures that the scenarios carry."""
    found = []
    for name, summary in suite.summaries.items():
        for condition, figures in summary.scenario.reference.items():
            for figure, published in figures.items():
                if figure in COLUMNS:
                    found.append(_figure(suite, name, condition, figure, published))
    return found


def _figure(suite: Suite, name: str, condition: str, figure: str, published: float) -> Claim:
    column, most = COLUMNS[figure]
    measured = suite.mean(name, condition, column)
    digits = min(most, max(len(repr(float(published)).partition(".")[2]), 1 if figure == "distinct_outputs" else 3))
    ending = next((end for _, end in ACCIDENTS if end and condition.endswith(end)), "")
    accident = ACCIDENTS.get((name, ending), "")
    same = agree(published, measured, digits)
    verdict = (ACCIDENT if accident else REPRODUCED) if same else NOT
    words = suite.answer_words(name, condition)
    reason = "; ".join(part for part in (accident if same else UNSEEDED.get(name, ""), words) if part)
    text = f"{figure.replace('_', ' ')} of {condition}"
    return Claim(name, text, published, measured, verdict, reason, digits)


UNSEEDED = {
    "exp001": "one unseeded run per condition, scored while it learned: noise",
    "exp020_iterations": "the original runs had no seed; the same kind",
}
"""Why figures of a scenario cannot come out to the digit."""


def _paired_p(suite: Suite) -> float:
    """Two-sided p of a paired t test, experiment 002, full against baseline."""
    pair = [suite.column("exp002", condition, "mean_accuracy") for condition in ("full", "baseline")]
    return float(ttest_rel(*pair).pvalue)


def _direct(suite: Suite, good: bool) -> float:
    """Mean number of direct synapses from inputs to outputs."""
    rows = [row for row in suite.summaries["exp007"].rows if row["condition"] == "full"]
    return float(np.mean([row["ceiling_synapses"] for row in rows if (row["seed"] in GOOD_SEEDS) == good]))


def _share(suite: Suite, *answers: str) -> float:
    total = suite.sixteen.total()
    return sum(suite.sixteen[answer] for answer in answers) / total


def _sixteen_words(suite: Suite) -> str:
    found = suite.sixteen
    others = found.total() - found["11111"] - found["00000"] - found["varies"]
    return (
        f"of {found.total()} networks {found['11111']} answer 11111, {found['00000']} answer 00000, {others} another "
        f"constant, and {found['varies']} depend on the input"
    )


def _latched(suite: Suite) -> np.ndarray:
    """Share of the flags onto outputs that are up after 100 episodes, by seed: experiment 008."""
    return suite.last("exp008", "full_100", "flags_up_outputs")


def _latched_words(suite: Suite) -> str:
    shares = dict(zip(suite.scenario("exp008").seeds, _latched(suite), strict=True))
    least, most = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    rest = sorted(share for seed, share in shares.items() if seed != least)
    return (
        f"seed {least} .{1000 * shares[least]:.0f}, all others .{1000 * rest[0]:.0f} to .{1000 * rest[-1]:.0f} (seed "
        f"{most}); {SIGNED}"
    )


def _turned(suite: Suite, seed: int) -> float:
    """Share of the synapses that turned round, experiment 011, full."""
    rows = [row for row in suite.summaries["exp011"].rows if row["condition"] == "full"]
    place = [row["seed"] for row in rows].index(seed)
    return float(suite.last("exp011", "full", "flipped_synapses")[place] / rows[place]["synapses"])


def _best_constant(suite: Suite) -> float:
    return float(suite.column("exp002", "full", "best_constant").max())


def _curve(suite: Suite, condition: str) -> str:
    varying = 10 - sum(answer != "varies" for answer in suite.answers("exp018", condition))
    return f"{varying} of 10 networks tell patterns apart"


STATED = (
    Stated(
        EVERYWHERE,
        "Section 5.1: eighteen experiments measured one constant output, 11111 (share of the networks)",
        1.0,
        lambda suite: _share(suite, "11111"),
        _sixteen_words,
    ),
    Stated(
        EVERYWHERE,
        "Section 2.1: none of the mechanisms told patterns apart (share of networks with one constant output)",
        1.0,
        lambda suite: 1.0 - _share(suite, "varies"),
        _sixteen_words,
    ),
    Stated(
        EVERYWHERE,
        "Section 5.1: 11111 is the optimal constant output (score of the best constant)",
        0.55,
        _best_constant,
        "four constants, 0?11?, score .65; twelve score .55, twelve .45, four .35",
    ),
    Stated(
        EVERYWHERE,
        "Section 5.1: 11111 scores .40, .60, .60, .60 (mean)",
        0.55,
        lambda suite: suite.mean("exp012b", "full"),
        "arithmetic; all ten networks of 012b answer 11111",
    ),
    Stated(
        EVERYWHERE,
        "Section 3.1: about 2,300 synapses, in phase 1, too (mean)",
        2300.0,
        lambda suite: suite.mean("exp002", "full", "synapses"),
        "1,645 to 1,718; 2,213 to 2,340 are those of experiment 020 and later",
        digits=0,
    ),
    Stated(
        "exp002",
        "Table 1: 001 to 003 at chance, .50 (untrained network)",
        0.5,
        lambda suite: suite.mean("exp002", "untrained"),
        "an untrained network answers 00000, which scores .45 here",
    ),
    Stated(
        "exp002",
        "full is worse than baseline, p = .0062 (paired t test)",
        0.0062,
        _paired_p,
        "the published p values are too small by a constant factor of .738",
        digits=4,
    ),
    Stated(
        "exp007",
        "good seeds have more direct synapses: 13.6",
        13.6,
        lambda suite: _direct(suite, True),
        "counts agree; under the later flag other seeds are good",
        digits=1,
        accident=True,
    ),
    Stated(
        "exp007",
        "... and the others 12.2",
        12.2,
        lambda suite: _direct(suite, False),
        "counts agree; under the later flag other seeds are good",
        digits=1,
        accident=True,
    ),
    Stated(
        "exp008",
        "76 to 95 % of the flags onto outputs are up after 100 episodes (least)",
        0.76,
        lambda suite: float(_latched(suite).min()),
        _latched_words,
        digits=2,
        accident=True,
    ),
    Stated(
        "exp008",
        "... (most)",
        0.95,
        lambda suite: float(_latched(suite).max()),
        "the share swings with the four patterns: two trials earlier or later its most is .965. With the later flag "
        "all are up on every seed: flags select nothing",
        digits=2,
        accident=True,
    ),
    Stated(
        "exp011",
        "frustration turned every synapse of seed 500 round",
        1.0,
        lambda suite: _turned(suite, 500),
        "1,559 of 1,645: the number was taken for the total",
    ),
    Stated(
        "exp011",
        "frustration turned every synapse of seed 777 round",
        1.0,
        lambda suite: _turned(suite, 777),
        "1,718 of 1,718",
    ),
    Stated(
        "exp015",
        "changes taken back: 31.7 to 37.4 % (least)",
        0.317,
        lambda suite: 1.0 - float(suite.column("exp015", "full", "accept_rate").max()),
        "exact counts",
    ),
    Stated(
        "exp015",
        "... (most)",
        0.374,
        lambda suite: 1.0 - float(suite.column("exp015", "full", "accept_rate").min()),
        "exact counts",
    ),
    Stated(
        "exp016",
        "Table 1: 75 % transient (best seed of full after 1,000 episodes)",
        0.75,
        lambda suite: float(suite.column("exp016", "full_1000", "mean_accuracy").max()),
        lambda suite: f"seed 314, which tells patterns apart then: {suite.answer_words('exp016', 'full_1000')}",
    ),
    Stated(
        "exp018",
        "Table 1: 56 %, genuine discrimination (networks of baseline that tell patterns apart at the end)",
        10.0,
        lambda suite: suite.count("exp018", "baseline", "varies"),
        "all ten are constant at the end: .56 is a mean of constants",
        digits=0,
    ),
    Stated(
        "exp018",
        "Section 5.1: zero genuine learning (baseline after 7,500 episodes; the best constant scores .65)",
        0.65,
        lambda suite: suite.mean("exp018", "baseline_7500"),
        lambda suite: f"{_curve(suite, 'baseline_7500')} then; it collapses later, and nobody had looked",
    ),
    Stated(
        "exp020_iterations",
        "Journal: the rise of iteration 2 comes from homeostasis alone (accuracy without any change of weights)",
        0.625,
        lambda suite: suite.mean("exp020_iterations", "homeostasis_only"),
        "thresholds alone stay at the floor; the .4 % of changes that were kept make the rise",
    ),
)
"""Claims that need more than a figure of one condition."""
