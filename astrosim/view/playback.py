"""The thread that advances a replicate and sends frames, as fast as the page draws them and no faster.

Whatever the page asks for is put on a queue and done in this thread: no one else touches the replicate. A frame is sent
when the page has drawn the one before; while nobody looks, nothing moves.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from astrosim.contracts.watched import TRIAL_SPEEDS, Speed, Watched
from astrosim.core.errors import AstrosimError
from astrosim.view.frame import Changes, pack

PATIENCE = 2.0  # s; assumed: longer than a frame takes
FRAMES_A_SECOND = 30.0  # at most; assumed: what an eye takes for motion
LONGEST = 0.05  # s that a steady pace computes for a frame; a pace that needs more falls behind, but moves
LATEST = 0.1  # s of wall time that a frame makes up for at most: after a pause nothing leaps


class Director:
    """Plays a replicate to a page.

    Parameters
    ----------
    send : callable
        Takes a frame (bytes).
    decorate : callable
        Gives arrays by name that go with every scene: colour maps.
    on_change : callable
        Told whether it plays, and an error's text or "", whenever one of them changes.
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        decorate: Callable[[], dict[str, np.ndarray]],
        on_change: Callable[[bool, str], None],
    ) -> None:
        self._send, self._decorate, self._on_change = send, decorate, on_change
        self._commands: queue.Queue[Callable[[], None]] = queue.Queue()
        self._player: Watched | None = None
        self._changes = Changes()
        self._playing = self._closed = False
        self._there = False  # there is a page
        self._due = self._listening = False  # a frame must be sent; the page has drawn the one before
        self._speed, self._every_weight = TRIAL_SPEEDS[0], False
        self._chosen: int | None = None
        self._next = 0.0
        self._owed, self._paid = 0.0, 0.0  # strides that a steady pace owes; wall time up to which it owes none
        self._number = 0
        self._measured = (0.0, 0)  # time and trial of the last frame
        self._thread = threading.Thread(target=self._run, daemon=True, name="astrosim-view")

    def start(self) -> None:
        """Start the thread that plays."""
        self._thread.start()

    def close(self) -> None:
        """End the thread, and wait for it: Solara keeps a list of threads, which must not change while it closes."""
        self._ask(self._end)
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(PATIENCE)

    def play(self) -> None:
        """Go on until told otherwise."""
        self._ask(lambda: self._set_playing(True))

    def pause(self) -> None:
        """Pause."""
        self._ask(lambda: self._set_playing(False))

    def toggle(self) -> None:
        """Play, or pause if it plays."""
        self._ask(lambda: self._set_playing(not self._playing))

    def step(self, stride: str = "") -> None:
        """Step: pause one stride later; the empty name stands for the unit of the replicate's clock."""
        self._ask(lambda: self._one(stride))

    def go(self, trial: int) -> None:
        """Go to another moment of a stored run."""
        self._ask(lambda: self._to(trial))

    def stride(self) -> None:
        """Take the first of the longer strides; a single step where there is none."""
        self._ask(self._stride)

    def back(self) -> None:
        """Pause, and show the phase before again."""
        self._ask(self._back)

    def intervene(self, action: str, side: int = 0, **fields: Any) -> None:
        """Make an intervention; if the scenario would refuse it, tell the error.

        Parameters
        ----------
        action : str
        side : int
            Of two replicates beside each other, which one.
        fields : keyword arguments
            Those of the intervention; `number` stands for the agent that was clicked.
        """
        self._ask(lambda: self._intervene(action, side, fields))

    def set_now(self, side: int, path: str, value: Any) -> None:
        """Change a field from the next step on: an intervention of the scenario's own kind."""
        self.intervene("set", side, parameter=path, value=value)

    def set_speed(self, speed: Speed) -> None:
        """Set the speed."""
        self._ask(lambda: self._pace(speed))

    def choose(self, astrocyte: int | None) -> None:
        """Show the synapses of an astrocyte."""
        self._ask(lambda: self._look_at(astrocyte, self._every_weight))

    def show_every_weight(self, wanted: bool) -> None:
        """Send all weights too."""
        self._ask(lambda: self._look_at(self._chosen, wanted))

    def replace(self, make: Callable[[], Watched]) -> None:
        """Go on with another replicate, standing still; if it cannot be made, tell the error and keep the old one."""
        self._ask(lambda: self._replace(make))

    def hear(self, content: dict[str, Any]) -> None:
        """Handle a message of the page.

        `ready` (it has nothing yet), `drawn`, `seek` with a trial, `select` with a node, `toggle`, `step`, `stride` and
        `back` (keys), `intervene` with an action and the number of an agent.
        """
        said = content.get("event")
        if said == "ready":
            self._ask(self._begin)
        elif said == "drawn":
            self._ask(self._heard)
        elif said == "seek":
            self.go(int(content["trial"]))
        elif said == "select":
            self._ask(lambda: self._select(int(content["node"])))
        elif said == "toggle":
            self.toggle()
        elif said == "step":
            self.step(str(content.get("stride", "")))
        elif said == "stride":
            self.stride()
        elif said == "back":
            self.back()
        elif said == "intervene":
            self.intervene(str(content["action"]), int(content.get("side", 0)), number=int(content["number"]))

    def _ask(self, command: Callable[[], None]) -> None:
        self._commands.put(command)

    def _run(self) -> None:
        while not self._closed:
            self._obey()
            ready = self._player is not None and self._listening
            if ready and self._playing and time.monotonic() >= self._next:
                self._advance()
            if ready and self._due:
                self._send_frame()

    def _obey(self) -> None:
        """Do all that was asked; wait for something to be asked if there is nothing else to do."""
        wait: float | None = None
        if self._listening and self._player is not None and (self._playing or self._due):
            wait = 0.0 if self._due else max(0.0, self._next - time.monotonic())
        try:
            command = self._commands.get(wait != 0.0, wait)
            while True:
                command()
                command = self._commands.get_nowait()
        except queue.Empty:
            return

    def _advance(self) -> None:
        """A frame's strides; fewer if something is asked meanwhile, or a stored run ends."""
        player, speed = self._player, self._speed
        assert player is not None
        count, ends = int(speed.amount), float("inf")
        if speed.steady:
            now = time.monotonic()
            self._owed += speed.amount * min(now - self._paid, LATEST)
            self._paid, ends = now, now + LONGEST
            count, self._owed = int(self._owed), self._owed % 1.0
        if count:
            self._carry(speed.stride, count, lambda: not self._commands.empty() or time.monotonic() > ends)
        self._due = True
        if player.last is not None and player.trial >= player.last:
            self._set_playing(False)

    def _carry(self, stride: str, count: int, until: Callable[[], bool] | None) -> None:
        """Let the replicate go on; if it cannot, tell the error, and let it stand where it is."""
        player = self._player
        assert player is not None
        try:
            player.go_on(stride, count, until)
        except AstrosimError as error:
            self._set_playing(False)
            self._on_change(False, str(error))

    def _send_frame(self) -> None:
        player = self._player
        assert player is not None
        now = time.monotonic()
        facts, arrays = player.look(self._chosen, self._every_weight)
        before, trial = self._measured
        facts |= {"number": self._number, "chosen": self._chosen, "playing": self._playing}
        facts["rate"] = (player.trial - trial) / (now - before) if self._playing and now > before else 0.0
        self._send(pack(facts, self._changes.of(arrays)))
        self._measured, self._number = (now, player.trial), self._number + 1
        self._due = self._listening = False
        self._next = max(now, self._next) + 1.0 / FRAMES_A_SECOND if self._playing else now

    def _begin(self) -> None:
        """A page is there that knows nothing."""
        self._there = True
        self._show()

    def _show(self) -> None:
        """Send the whole scene again."""
        self._changes = Changes()
        self._listening = self._due = True
        if self._player is not None:
            facts, arrays = self._player.scene()
            self._send(pack({"scene": facts}, arrays | self._decorate()))

    def _heard(self) -> None:
        self._listening = True

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing, self._due = playing, True
            self._next = self._paid = time.monotonic()
            self._on_change(playing, "")

    def _one(self, stride: str) -> None:
        self._set_playing(False)
        if self._player is not None:
            self._carry(stride, 1, None)
        self._due = True

    def _stride(self) -> None:
        player = self._player
        self._one(player.strides_here[0].name if player is not None and player.strides_here else "")

    def _back(self) -> None:
        self._set_playing(False)
        if self._player is not None:
            self._player.back()
            self._due = True

    def _intervene(self, action: str, side: int, fields: dict[str, Any]) -> None:
        player = self._player
        if player is None:
            return
        try:
            player.sides[side].intervene(action, **player.sides[side].whom(fields))
            self._on_change(self._playing, "")
        except (AstrosimError, ValueError) as error:
            self._on_change(self._playing, str(error))
        self._due = True

    def _to(self, trial: int) -> None:
        if self._player is not None:
            self._player.go(trial)
            self._due = True

    def _pace(self, speed: Speed) -> None:
        self._speed, self._owed = speed, 0.0
        if self._player is not None:
            self._player.paced(speed)
            self._due = True

    def _select(self, node: int) -> None:
        if self._player is not None:
            self._player.select(node)
            self._due = True

    def _look_at(self, astrocyte: int | None, every_weight: bool) -> None:
        self._chosen, self._every_weight, self._due = astrocyte, every_weight, True

    def _replace(self, make: Callable[[], Watched]) -> None:
        self._set_playing(False)
        try:
            player = make()
        except AstrosimError as error:
            self._on_change(False, str(error))
            return
        except Exception as error:  # the page must not stand still without a word
            self._on_change(False, f"The replicate cannot be made ({type(error).__name__}: {error}).")
            return
        self._player = player
        player.paced(self._speed)
        self._measured = (time.monotonic(), player.trial)
        count = player.astrocytes
        if self._chosen is None or self._chosen >= count:
            self._chosen = 0 if count else None
        self._on_change(False, "")
        if self._there:
            self._show()

    def _end(self) -> None:
        self._closed = True
