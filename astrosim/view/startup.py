"""What the server was started to show; pages of the same process ask for it here."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from astrosim.contracts.watched import Watched
from astrosim.systems.threshold.learners.table import BASELINES
from astrosim.systems.threshold.scenario.schema import Scenario
from astrosim.view.sources import Source


@dataclass
class Opening:
    """A source, and the replicate to begin with.

    Its first player is made at once, in a thread of its own, while the browser still loads the page.

    Parameters
    ----------
    source : Source
    condition : str
    seed : int
    """

    source: Source
    condition: str
    seed: int
    _first: Future[Watched] | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def prepare(self) -> None:
        """Start to make the first player."""
        made: Future[Watched] = Future()
        self._first = made
        threading.Thread(target=self._make, args=(made,), daemon=True).start()

    def _make(self, made: Future[Watched]) -> None:
        try:
            if not self.source.own:
                warm_up(self.source.resolved(self.condition))
            made.set_result(self.source.player(self.condition, self.seed, {}))
        except BaseException as error:  # told where the player is asked for
            made.set_exception(error)

    def first(self) -> Watched:
        """Return the player that was prepared, to the page that asks first; a new one to all others."""
        with self._lock:
            made, self._first = self._first, None
        return self.source.player(self.condition, self.seed, {}) if made is None else made.result()


def warm_up(scenario: Scenario) -> None:
    """Load or compile all that a trial calls, on a small replicate of the same system and learner.

    Networks in which neurons learn are small themselves.
    """
    from astrosim.view.player import Player

    if scenario.neuronal:
        return
    window = {"decision": {"window": 0}} if scenario.learner in BASELINES else {}
    small = Scenario.model_validate({"system": scenario.system, "learner": scenario.learner, **window})
    player = Player(small, 0)
    player.advance(1)
    player.look(0 if player.sizes["astrocyte"] else None)


_opened: list[Opening] = []


def show(opening: Opening) -> None:
    """Set what pages show from now on."""
    _opened[:] = [opening]


def opened() -> Opening:
    """Return what pages show."""
    return _opened[0]
