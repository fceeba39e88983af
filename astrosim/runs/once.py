"""Runs that are carried out once, and found again from then on: what a notebook begins with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from astrosim.core.errors import AstrosimError
from astrosim.runs.session import run_scenario
from astrosim.scenario import Experiment, load_scenario
from astrosim.scenario.bundled import find, is_run


def run_once(
    scenario: Experiment | str | Path,
    directory: str | Path,
    overrides: Sequence[str] = (),
    *,
    workers: int | None = None,
    progress: bool | None = None,
) -> Path:
    """Carry out a run, or finish it, if it is not there whole; and return its directory.

    Parameters
    ----------
    scenario : Experiment, str or Path
        A scenario, its file, or the name of a bundled one.
    directory : str or Path
        Of the run.
    overrides : sequence of str
        Such as ``"schedule.episodes=100"``, for a file or a name.
    workers : int, optional
        Processes; see `astrosim.run`.
    progress : bool, optional
        See `astrosim.run`.

    Raises
    ------
    AstrosimError
        If there are overrides for a scenario that is no file.
    ScenarioError
        If the scenario cannot be read, or is wrong.
    StoreError
        If the directory holds a run of another scenario, or cannot be written.
    """
    if overrides and isinstance(scenario, Experiment):
        raise AstrosimError(f"overrides: for files and names only ({overrides[0]}). Change the scenario itself.")
    chosen = scenario if isinstance(scenario, Experiment) else load_scenario(find(str(scenario)), overrides)
    place = Path(directory)
    run_scenario(chosen, place, workers=workers, resume=is_run(place), progress=progress)
    return place
