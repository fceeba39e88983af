"""A system: what one kind of scenario brings to every generic tool.

A system is one folder under `astrosim/systems`, and one object of this class that the registry finds by name. Its parts
are named as text (``module:name``) and loaded when they are first asked for, so that no tool imports a system, and none
pays for what it does not use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from astrosim.contracts.registry import find
from astrosim.core.errors import AstrosimError

PARTS = ("scenario", "template", "runner")
"""Names of the parts; see `System`."""


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
        runner
            Functions that compute replicates: a `astrosim.runs.runner.Runner`.
    lacks : mapping of str to str
        By part that the system does not have: a sentence that says so, and a remedy.
    """

    name: str
    kind: str
    unit: str
    parts: Mapping[str, str]
    lacks: Mapping[str, str] = field(default_factory=dict)

    def has(self, part: str) -> bool:
        """Whether the system has a part."""
        return part in self.parts

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
            raise AstrosimError(self.lacks.get(part, f'kind: no {part} of this kind ("{self.kind}").'))
        return find(self.parts[part], f'Scenarios with kind = "{self.kind}" need')

    @property
    def scenario(self) -> Any:
        """Class of the system's scenario files."""
        return self.part("scenario")

    @property
    def template(self) -> str:
        """Text that `astrosim new` writes."""
        return str(self.part("template"))
