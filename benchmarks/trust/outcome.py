"""The outcome of a campaign: faults injected, survived, told; what was lost; times in seconds."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Outcome:
    """One campaign.

    Attributes
    ----------
    name : str
    injected, survived, told : int
        Faults; those after which the bytes are those of an undisturbed run; those that an error names, with a remedy.
    lost : int
        Replicates that were committed before a fault and are not there after it, or are other ones.
    defects : list of str
        Everything else that happened.
    detected : list of float
        Seconds from the start of reading to the error that names the damage.
    note : str
        Words for the page, such as the reason why a campaign was left out.
    seconds : float
        Wall-clock time of the campaign.
    date : str
        When it ended.
    """

    name: str
    injected: int = 0
    survived: int = 0
    told: int = 0
    lost: int = 0
    defects: list[str] = field(default_factory=list)
    detected: list[float] = field(default_factory=list)
    note: str = ""
    seconds: float = 0.0
    date: str = ""
    _began: float = field(default_factory=time.monotonic, repr=False)

    def end(self) -> Outcome:
        """Note the time and the day."""
        self.seconds = time.monotonic() - self._began
        self.date = datetime.date.today().isoformat()
        return self

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


def write_outcomes(path: Path, outcomes: Mapping[str, Outcome]) -> None:
    """Write the outcomes of campaigns, by their names."""
    path.write_text(json.dumps({name: one.as_dict() for name, one in outcomes.items()}, indent=1) + "\n")


def read_outcomes(path: Path) -> dict[str, Outcome]:
    """Return the outcomes that `write_outcomes` wrote; none if there is no such file."""
    if not path.exists():
        return {}
    return {name: Outcome(**values) for name, values in json.loads(path.read_text()).items()}
