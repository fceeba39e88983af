"""What `astrosim view` starts: the choice of what to show first, then the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from astrosim.core.errors import ScenarioError
from astrosim.store.remote import is_address, without_secrets
from astrosim.view.guard import Access
from astrosim.view.server import serve
from astrosim.view.sources import RunSource, ScenarioSource, Source
from astrosim.view.startup import Opening


def launch(
    place: str | Path,
    seed: int | None,
    conditions: Sequence[str] | None,
    overrides: Sequence[str],
    port: int | None,
    browser: bool,
    tell: Callable[[str], None],
    access: Access | None = None,
) -> None:
    """Serve the view of a scenario file or a run directory until Ctrl-C.

    Parameters
    ----------
    place : str or Path
        File, run directory, or the address (URL) of a run.
    seed : int, optional
        The first one of the scenario or run if left out.
    conditions : sequence of str, optional
        The view begins with the first of them; a scenario is cut down to them.
    overrides : sequence of str
        Of a scenario, as `load_scenario` takes them.
    port, browser, tell, access
        See `serve`.

    Raises
    ------
    AstrosimError
        If there is nothing to show, or no way of showing it.
    """
    shown = without_secrets(str(place))
    source = _source(place, shown, conditions, overrides)
    condition = conditions[0] if conditions else source.conditions[0]
    seeds = source.seeds(condition)
    if source.stored and seed is not None:
        _check(shown, "--seed", (seed,), seeds)
    serve(Opening(source, condition, seeds[0] if seed is None else seed), port, browser, tell, access)


def _source(place: str | Path, shown: str, conditions: Sequence[str] | None, overrides: Sequence[str]) -> Source:
    if not (is_address(place) or Path(place).is_dir()):
        return ScenarioSource(place, overrides, conditions)
    if overrides:
        given = overrides[0].removeprefix("--set ")
        raise ScenarioError([f"--set: {shown}: a stored run stays as it is ({given}). Leave it out."])
    source = RunSource(place)
    _check(shown, "--conditions", conditions or (), source.conditions)
    return source


def _check(shown: str, flag: str, wanted: Sequence[object], there: Sequence[object]) -> None:
    """Refuse what is not among the stored replicates."""
    for name in wanted:
        if name not in there:
            listed = ", ".join(str(known) for known in there[:10])
            raise ScenarioError([f"{flag}: {shown}: nothing is stored of it ({name}). Write one of {listed}."])
