"""A system: what one kind of scenario brings to every generic tool.

A system is one folder under `astrosim/systems`, and one object of this class that the registry finds by name. Its parts
are named as text (``module:name``) and loaded when they are first asked for, so that no tool imports a system, and none
pays for what it does not use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from astrosim.contracts.loading import find
from astrosim.core.errors import AstrosimError

OPTIONAL = ("animation", "ceiling", "start", "trained", "view")
"""Parts that a system may lack; `System.lacks` then says so."""
PLACES = {
    "template": "scenario.template:TEMPLATE",
    "example": "example:EXAMPLE",
    "runner": "runner:RUNNER",
    "variables": "records:VARIABLES",
    "tables": "records:TABLES",
    "workload": "workload:workload",
    "explanation": "show.explanation:explanation",
    "report": "show.report:content",
    "report_template": "show.report:TEMPLATE",
    "figures": "show.figures:figures",
}
"""Parts that every system has, and where they lie in its folder."""


def usual_parts(package: str) -> dict[str, str]:
    """Return the parts that every system has, as ``module:name``, for a package that keeps them in their places."""
    return {part: f"{package}.{place}" for part, place in PLACES.items()}


@dataclass(frozen=True)
class System:
    """One system that can be simulated.

    Attributes
    ----------
    name : str
        In the registry.
    kind : str
        The `kind` of the scenario files that describe it.
    unit : str
        Units in which progress is counted: ``trials`` or ``updates``.
    parts : mapping of str to str
        ``module:name`` by part:

        scenario
            Class of its scenario files, a subclass of `astrosim.scenario.Experiment`.
        template
            Text that `astrosim new` writes; ``{name}`` stands for the name.
        table_template
            Function of a name, a table and a folder: the text that `astrosim new --data` writes. May be left out.
        runner
            Functions that compute replicates: a `astrosim.runs.runner.Runner`.
        engine
            Function of a resolved scenario and a seed: what advances its trials.
        variables, tables
            Variables of the store, and names of the tables of an export by the dimensions of their rows.
        workload
            Function of a scenario: its `Workload`.
        explanation
            Function of a scenario, its resolved conditions and its file: what `astrosim explain` prints before
            (first) and after the values.
        summary
            Class of its summaries, a subclass of `RunSummary`.
        derived, flags
            Function of a run directory, its scenario and its dataset: variables that an export adds, with their
            values; words by code, by variable. Both may be left out.
        report, report_template
            Function of a run directory and its summary: what the template shows; the text
            ``package:file`` that names the template.
        files
            Function of a dataset, a scenario and a folder: writes the files of an export that are no tidy tables. May
            be left out.
        neo
            Function of a dataset, a scenario and a path: writes spikes and signals for Neo. May be left out.
        figures
            Function of a summary, a dataset, a choice and a kind of figure: what `astrosim plot` can draw.
        animation
            Function that writes a replicate as a moving picture; see `astrosim.report.animation`.
        play
            Function that plays a test episode again, where a system has such; see `astrosim.report.animation`.
        catalogue, catalogue_table
            Function that returns what a scenario may name as its task, one dictionary each; function that tables them.
            Both may be left out.
        ceiling, ceiling_table
            Function of a scenario and a time limit: rows of structural ceilings; function that tables them.
        start
            Function of a resolved scenario, a seed and the arrays of a checkpoint: those that a branch
            starts from.
        start_check
            Function of a resolved scenario and a seed: refuses weights that are not its network's. May be left out
            where an engine does so.
        trained
            Function of a resolved scenario and what a run has kept of a replicate (`astrosim.contracts.trained.Held`):
            its `TrainedNetwork`.
        watched
            Class of the replicates that the live view shows, where these are no threshold networks: of a resolved
            scenario and a seed, a subclass of `astrosim.contracts.watched.Watched`.
        replayed
            Class of stored replicates that the live view goes through, of which one takes a resolved scenario, a seed
            and the dataset of the replicate. May be left out.
        example
            A small experiment that shows that the system keeps the contract; see `Example`.
        view
            Class of the scenarios that the live view shows.
    plots : mapping of str to str
        ``module:function`` by the name that `astrosim.plot` gives it.
    variants : mapping of str to str
        By dotted path of a field, the name of the system that files of this kind with such a field describe.
    lacks : mapping of str to str
        By part that the system does not have: a sentence that says so, and a remedy.
    """

    name: str
    kind: str
    unit: str
    parts: Mapping[str, str]
    plots: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)

    def has(self, part: str) -> bool:
        """Return whether the system has a part."""
        return part in self.parts

    def refusal(self, part: str) -> str:
        """Return the sentence that says that the system has no such part, with a remedy."""
        return f"kind: {self.lacks[part]}" if part in self.lacks else f'kind: no {part} of this kind ("{self.kind}").'

    def part(self, part: str) -> Any:
        """Load a part.

        Raises
        ------
        AstrosimError
            If the system has no such part; says what to do instead.
        RunError
            If the part needs a package that is not installed.
        """
        if part not in self.parts:
            raise AstrosimError(self.refusal(part))
        return find(self.parts[part], f'Scenarios with kind = "{self.kind}" need')

    @property
    def scenario(self) -> Any:
        """Class of the system's scenario files."""
        return self.part("scenario")

    @property
    def template(self) -> str:
        """Text that `astrosim new` writes."""
        return str(self.part("template"))
