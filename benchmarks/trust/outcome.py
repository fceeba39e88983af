"""The outcome of a campaign: faults injected, survived, told; what was lost; times in seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


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
    _began: float = field(default_factory=time.monotonic, repr=False)

    def end(self) -> Outcome:
        """Note the time."""
        self.seconds = time.monotonic() - self._began
        return self

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}
