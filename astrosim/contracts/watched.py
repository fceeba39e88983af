"""What the live view asks of a replicate that it shows: the clock that it goes by, how fast, and in which strides.

Looking never changes a run: a replicate is advanced, and read. Its bits are those of a run that nobody watches.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from astrosim.store.variables import KEPT

TRIAL_COUNTS = (*(mantissa * 10**power for power in range(5) for mantissa in (1, 2, 5)), 100_000)
"""Trials per frame that the control of speed offers."""
START_COUNT = 10  # trials per frame: an episode of the paper's system
MOST_POINTS = 1_000  # of a curve; assumed: more than a screen shows
RECENT = 200  # decisions of which the share that was kept is shown; assumed
GIVEN_UP = -1  # decision, beside KEPT and REVERTED: reverted before all was looked at


@dataclass(frozen=True)
class Speed:
    """A choice of the control of speed.

    Attributes
    ----------
    label : str
        Such as "10 trials per frame".
    amount : float
        Strides per frame, or per second of wall time.
    steady : bool
        Whether it is per second of wall time.
    stride : str
        Name of the stride that is counted; empty: the unit of the replicate's clock.
    window_ms : float
        Biological time that running traces show at this speed; 0: no traces run.
    """

    label: str
    amount: float
    steady: bool = False
    stride: str = ""
    window_ms: float = 0.0


@dataclass(frozen=True)
class Stride:
    """A way to go on that has a button of its own, beside that of a single step.

    Attributes
    ----------
    name : str
    label : str
        On the button.
    meaning : str
    """

    name: str
    label: str
    meaning: str


@dataclass(frozen=True)
class Action:
    """An intervention that a click on an agent makes.

    Attributes
    ----------
    name : str
        As in a scenario file: lesion_astrocytes.
    words : str
        Behind "A click on an agent".
    agent : {"astrocyte", "neuron"}
    """

    name: str
    words: str
    agent: str


ACTIONS = tuple(
    Action(f"{verb}_{agent}s", f"{words} ({agent}s)", agent)
    for agent in ("astrocyte", "neuron")
    for verb, words in (("lesion", "lesions it"), ("silence", "silences it"), ("release", "releases it"))
)
"""Interventions that a click makes where scenario files know them."""
PHASE_SPEEDS = (
    Speed("1 phase in 2 s", 0.5, True, "phase"),
    Speed("1 phase per second", 1.0, True, "phase"),
    Speed("2 phases per second", 2.0, True, "phase"),
    Speed("5 phases per second", 5.0, True, "phase"),
)
"""Slow motion of replicates whose trials go by phase by phase."""
NEXT_PHASE = Stride("phase", "Next phase", "go on to the next phase of the trial (arrow down)")
TRIAL_SPEEDS = tuple(Speed(f"{count:,} trial{'s' * (count > 1)} per frame", count) for count in TRIAL_COUNTS)


class Curves:
    """Values over the clock of a replicate; of a long run each second, fourth ... point is kept, and the latest.

    Parameters
    ----------
    names : str
        Of the curves, that of the clock first.
    """

    def __init__(self, *names: str) -> None:
        self.names = names
        self._points: list[tuple[float, ...]] = []
        self._added, self._every = 0, 1

    def add(self, *point: float) -> None:
        """Add a value to each curve, in the order of their names."""
        if (self._added - 1) % self._every:
            self._points.pop()  # it was there as the latest alone
        self._points.append(tuple(float(value) for _, value in zip(self.names, point, strict=True)))
        if self._added % self._every == 0 and len(self._points) > MOST_POINTS:
            self._points, self._every = self._points[::2], 2 * self._every
        self._added += 1

    def values(self, name: str) -> list[float]:
        """Return a curve."""
        place = self.names.index(name)
        return [point[place] for point in self._points]

    def arrays(self) -> dict[str, np.ndarray]:
        """Return ``curve_NAME`` of each: float32, shape (point,)."""
        return {f"curve_{name}": np.array(self.values(name), np.float32) for name in self.names}


def kept_share(decisions: Collection[int]) -> float:
    """Return the share of some decisions that were KEPT; nan of none."""
    return sum(one == KEPT for one in decisions) / len(decisions) if decisions else float("nan")


class Watched:
    """Replicate that the live view shows; the defaults suit one that goes on trial by trial and only forwards.

    Attributes
    ----------
    step_meaning : str
        Of the button that takes a single step of its clock.
    condition : str
        Of a scenario file with conditions; empty where there are none.
    """

    step_meaning: ClassVar[str] = "one trial"
    condition: str = ""

    @classmethod
    def speeds(cls, scenario: Any) -> tuple[tuple[Speed, ...], int]:
        """Return the speeds to choose from for a resolved scenario, slowest first, and the place of the first one."""
        return TRIAL_SPEEDS, TRIAL_COUNTS.index(START_COUNT)

    @classmethod
    def strides(cls, scenario: Any) -> tuple[Stride, ...]:
        """Return the longer strides of a resolved scenario."""
        return ()

    @property
    def trial(self) -> int:
        """Units of its clock that are done: trials, or steps of the grid."""
        raise NotImplementedError

    @property
    def last(self) -> int | None:
        """The last moment that there is; a live replicate has none."""
        return None

    @property
    def astrocytes(self) -> int:
        """Astrocytes that can be chosen by name."""
        return 0

    @property
    def coupled(self) -> bool:
        """Whether these astrocytes have calcium."""
        return False

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the scene, which never changes: facts, and arrays by name, each of its own shape."""
        raise NotImplementedError

    def look(self, chosen: int | None, every_weight: bool = False) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the look of the present moment: facts, and arrays by name, each of its own shape.

        Parameters
        ----------
        chosen : int or None
            The astrocyte that is chosen by name.
        every_weight : bool
            Whether all weights are shown.
        """
        raise NotImplementedError

    def advance(self, count: int, until: Callable[[], bool] | None = None) -> None:
        """Advance by units of its clock; fewer if `until`, asked now and then, says so."""
        raise NotImplementedError

    def go_on(self, stride: str, count: int, until: Callable[[], bool] | None = None) -> None:
        """Advance by strides of a name; the empty one is the unit of its clock.

        Raises
        ------
        ValueError
            If there is no such stride.
        """
        if stride:
            raise ValueError(f"no such stride ({stride})")
        self.advance(count, until)

    def paced(self, speed: Speed) -> None:
        """Take note of the speed that is asked for: it changes only which stretch of time is shown."""

    def select(self, node: int) -> None:
        """Choose a node whose traces and synapses are shown."""

    @property
    def actions(self) -> tuple[Action, ...]:
        """Interventions that a click on an agent can make."""
        return ()

    @property
    def at_once(self) -> tuple[str, ...]:
        """Dotted paths of the fields that can be changed while it runs, with effect from the next step of its clock."""
        return ()

    def intervene(self, action: str, **fields: Any) -> None:
        """Make an intervention before the next step of its clock, as if the scenario had planned it.

        Raises
        ------
        ScenarioError
            If the scenario would refuse it.
        """
        raise NotImplementedError

    @property
    def within(self) -> bool:
        """Whether a part of a trial is shown, and not its end."""
        return False

    @property
    def sides(self) -> tuple[Watched, ...]:
        """The replicates that are shown beside each other; itself where it is alone."""
        return (self,)

    def whom(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of an intervention, in which `number` (the agent that was clicked) became `which`."""
        own = {name: value for name, value in fields.items() if name != "number"}
        return own | ({"which": [fields["number"]]} if "number" in fields else {})

    @property
    def strides_here(self) -> tuple[Stride, ...]:
        """The longer strides of this replicate."""
        return self.strides(getattr(self, "scenario", None))

    def back(self) -> None:
        """Show the phase before the present one again, where trials go by phase by phase; nothing is undone."""

    def go(self, trial: int) -> None:
        """Go to another moment: stored replicates do, a live one stays where it is."""


class Phased(Watched):
    """Replicate whose last trial is shown phase by phase.

    A trial is carried out in one piece, then shown: looking decides nothing.

    Attributes
    ----------
    at : int
        Phases of the trial that have been left behind; all of them once it is over.
    """

    at: int = 0

    @classmethod
    def speeds(cls, scenario: Any) -> tuple[tuple[Speed, ...], int]:
        """Return the paces of phases, then of trials, and the place of the first one."""
        return PHASE_SPEEDS + TRIAL_SPEEDS, len(PHASE_SPEEDS) + TRIAL_COUNTS.index(START_COUNT)

    @classmethod
    def strides(cls, scenario: Any) -> tuple[Stride, ...]:
        """Return the stride of a phase."""
        return (NEXT_PHASE,)

    @property
    def phases(self) -> int:
        """Phases of the trial that is shown; 0 if there is none."""
        raise NotImplementedError

    def begin(self) -> None:
        """Carry out a trial, and show its first phase."""
        raise NotImplementedError

    @property
    def within(self) -> bool:
        """Whether a phase of a trial is shown, and not its end."""
        return self.at < self.phases

    def show_all(self) -> None:
        """Show the present trial as it ends."""
        self.at = self.phases

    def go_on(self, stride: str, count: int, until: Callable[[], bool] | None = None) -> None:
        """Go on by phases, or trials; see `Watched.go_on`."""
        if stride != NEXT_PHASE.name:
            return super().go_on(stride, count, until)
        for _ in range(count):
            if self.within:
                self.at += 1
            else:
                self.begin()
        return None

    def back(self) -> None:
        """Show the phase before the present one again."""
        self.at = max(0, self.at - 1)
