"""What the controls of a page hold, and what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from astrosim.contracts.watched import Speed, Stride, Watched
from astrosim.view.canvas import Stage, colour_maps
from astrosim.view.pair import Pair
from astrosim.view.parameters import Parameter
from astrosim.view.playback import Director
from astrosim.view.startup import Opening


class Controls:
    """State of one page.

    Parameters
    ----------
    opening : Opening
        What to begin with.
    """

    def __init__(self, opening: Opening) -> None:
        self.opening, self.source = opening, opening.source
        self.condition = solara.reactive(opening.condition)
        self.seed = solara.reactive(opening.seed)
        self.speed = solara.reactive(self.source.speeds(opening.condition)[1])
        self.playing = solara.reactive(False)
        self.message = solara.reactive("")
        self.chosen = solara.reactive(0)
        self.colour = solara.reactive("threshold")
        self.layers = {name: solara.reactive(name != "all") for name in ("mine", "eligible", "all")}
        self.changes: solara.Reactive[dict[str, Any]] = solara.reactive({})
        self.section = solara.reactive("")
        self.beside = solara.reactive("")  # a condition that is shown, too; empty: none
        self.at_once: solara.Reactive[tuple[str, ...]] = solara.reactive(())
        self.shown: solara.Reactive[tuple[str, int, dict[str, Any], str]] = solara.reactive(
            (opening.condition, opening.seed, {}, "")
        )
        self.astrocytes = solara.reactive(0)
        self.coupled = solara.reactive(False)
        self.director: Director | None = None

    def begin(self, stage: Stage) -> Callable[[], None]:
        """Play to a stage; returns what ends it."""
        self.director = director = Director(stage.show, colour_maps, self._changed)
        director.set_speed(self.speeds[self.speed.value])
        stage.listen(self._heard)
        director.start()
        director.replace(self._first)
        return director.close

    @property
    def speeds(self) -> tuple[Speed, ...]:
        """Speeds of the condition that is chosen."""
        return self.source.speeds(self.condition.value)[0]

    @property
    def strides(self) -> tuple[Stride, ...]:
        """Longer strides of the condition that is chosen."""
        return self.source.strides(self.condition.value)

    def set_speed(self, place: int) -> None:
        """Set the speed, by its place among those that there are."""
        self.speed.set(place)
        self.ask("set_speed", self.speeds[place])

    def ask(self, action: str, *arguments: Any) -> None:
        """Tell the director."""
        if self.director is not None:
            getattr(self.director, action)(*arguments)

    def reset(self) -> None:
        """Restart with all changes."""
        condition, seed, changes = self.condition.value, self.seed.value, dict(self.changes.value)
        beside = self.beside.value

        def make() -> Watched:
            player = self.source.player(condition, seed, changes)
            if beside:
                player = Pair(player, self.source.player(beside, seed, changes), (condition, beside))
            self._take(player)
            self.shown.set((condition, seed, changes, beside))
            return player

        self.ask("replace", make)

    def choose_replicate(self, condition: str | None = None, seed: int | None = None) -> None:
        """Choose another condition or seed; a stored one is shown at once, others after a reset."""
        if condition is not None and condition != self.condition.value:
            self.condition.set(condition)
            self.changes.set({})
            if self.source.stored and self.seed.value not in self.source.seeds(condition):
                self.seed.set(self.source.seeds(condition)[0])
        if seed is not None:
            self.seed.set(seed)
        if self.source.stored:
            self.reset()

    def change(self, parameter: Parameter, value: Any) -> None:
        """Change the value of a field, after the next reset."""
        changes = {path: other for path, other in self.changes.value.items() if path != parameter.path}
        if value is not None and parameter.read(value) != parameter.value:
            changes[parameter.path] = parameter.read(value)
        old = self.changes.value.get(parameter.path, parameter.value)
        self.changes.set(changes)
        now = changes.get(parameter.path, parameter.value)
        if parameter.path in self.at_once.value and now != old:
            self._set_now(parameter.path, now)

    def _set_now(self, path: str, value: Any) -> None:
        """Let a change take effect from the next step on; after a reset it holds from the start."""
        condition, seed, changes, beside = self.shown.value
        own = {name: other for name, other in changes.items() if name != path}
        wanted = {path: value} if path in self.changes.value else {}  # the file's own value is no change
        self.shown.set((condition, seed, own | wanted, beside))
        for side in range(1 + bool(beside)):
            self.ask("set_now", side, path, value)

    def show_beside(self, condition: str) -> None:
        """Show another condition beside, or (the empty name) none; from the start of both."""
        self.beside.set(condition)
        self.reset()

    def choose(self, astrocyte: int) -> None:
        """Show the synapses of an astrocyte."""
        self.chosen.set(astrocyte)
        self.ask("choose", astrocyte)

    def show_layer(self, name: str, wanted: bool) -> None:
        """Show a group of synapses or not."""
        self.layers[name].set(wanted)
        if name == "all":
            self.ask("show_every_weight", wanted)

    @property
    def waiting(self) -> int:
        """Changes that wait for a reset."""
        condition, seed, changes, _ = self.shown.value
        both = {**changes, **self.changes.value}
        other = sum(changes.get(path) != self.changes.value.get(path) for path in both)
        return other + (condition != self.condition.value) + (seed != self.seed.value)

    def _first(self) -> Watched:
        player = self.opening.first()
        self._take(player)
        return player

    def _take(self, player: Watched) -> None:
        self.set_speed(min(self.speed.value, len(self.speeds) - 1))
        self.astrocytes.set(player.astrocytes)
        self.at_once.set(player.at_once)
        if self.chosen.value >= player.astrocytes:
            self.chosen.set(0)
        self.coupled.set(player.coupled)
        if self.colour.value == "calcium" and not self.coupled.value:
            self.colour.set("threshold")

    def _changed(self, playing: bool, message: str) -> None:
        self.playing.set(playing)
        self.message.set(message)

    def _heard(self, content: dict[str, Any]) -> None:
        if content.get("event") == "choose":
            self.choose(int(content["astrocyte"]))
        elif self.director is not None:
            self.director.hear(content)
