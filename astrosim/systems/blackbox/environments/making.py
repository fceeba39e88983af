"""From what a user names as an environment to its player: the compiled twin where it holds, else Gymnasium itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from astrosim.scenario.inputs import InputFile
from astrosim.systems.blackbox.environments.agreement import twin_of
from astrosim.systems.blackbox.environments.finding import maker_of
from astrosim.systems.blackbox.environments.player import GymPlayer
from astrosim.systems.blackbox.environments.twin_player import TwinPlayer


def make_player(
    environment: Any,
    arguments: Mapping[str, Any] | None = None,
    *,
    max_steps: int = 0,
    action: str = "auto",
    file: InputFile | None = None,
    on_nan: str = "stop",
    on_error: str = "stop",
    replay: str = "exact",
    seconds: float = 0.0,
    twin: bool = True,
) -> GymPlayer | TwinPlayer:
    """Return a player; its card says by whom episodes are played, and why.

    Parameters
    ----------
    environment : str, gymnasium.envs.registration.EnvSpec or callable
        Id of Gymnasium, ``module:name``, or a function or class that makes an environment.
    arguments : mapping, optional
        Keywords of what makes it.
    max_steps : int
        Limit of an episode's steps; 0 for the environment's own.
    action : str
        "auto", "argmax", "tanh" or "clip".
    file : InputFile, optional
        File of the module that is named.
    on_nan, on_error, replay : str
    seconds : float
        See `GymPlayer`.
    twin : bool
        Whether a compiled twin may play.

    Raises
    ------
    ScenarioError
        If there is no such environment, or it cannot be played; each problem opens with its field.
    PackageError
        If a package is missing.
    """
    arguments = dict(arguments or {})
    maker = maker_of(environment, arguments, max_steps, file)
    player = GymPlayer(maker, max_steps, action, on_nan, on_error, replay, seconds)
    facts: dict[str, Any] = {"arguments": arguments}
    if file is not None:
        facts["sha256"] = file.sha256
    player.card = replace(player.card, source={**player.card.source, **facts})
    found, why = twin_of(player, arguments) if twin else (None, "no compiled twin was asked for")
    if found is not None:
        return found
    player.card = replace(player.card, source={**player.card.source, "why": why})
    return player
