"""Agents and models that take no attribute that they do not know: a misspelt name is an error, as in a scenario."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, cast

import mesa

from astrosim.core.errors import AstrosimError
from astrosim.scenario.words import nearest
from astrosim.systems.threshold.agents.collector import attached
from astrosim.systems.threshold.network.topology import Network

CLOSE = 0.8  # likeness from which a new name of an own class is taken for a misspelt one; assumed
OURS = "astrosim."


class UnknownAttributeError(AstrosimError, AttributeError):
    """An attribute that an agent or model does not have."""


class Complete(type(mesa.Model)):  # type: ignore[misc]
    """Type of classes whose objects note that they are built: from then on they are closed."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Build an object."""
        made = super().__call__(*args, **kwargs)
        object.__setattr__(made, "_complete", True)
        return made

    @property
    def __signature__(cls) -> inspect.Signature:
        """Parameters of the classes' own way in: Mesa's `batch_run` and views look for `seed` and `rng` there."""
        way_in: Any = cls.__init__  # type: ignore[misc]  # of the class
        _, *others = inspect.signature(way_in).parameters.values()
        return inspect.Signature(others)


class Closed(metaclass=Complete):
    """Object that refuses new attributes once it is built; own subclasses may add others, if they look like no known
    one.
    """

    otherwise = "Add it in the __init__ of a subclass"
    _complete = False

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute.

        Raises
        ------
        AttributeError
            If there is none of this name; an `AstrosimError`, too.
        """
        if self._complete and name not in self.__dict__ and not name.startswith("_") and not self._declares(name):
            self._refuse(name)
        super().__setattr__(name, value)

    def _declares(self, name: str) -> bool:
        """Whether a class of the object has an attribute of this name."""
        return any(name in vars(kind) for kind in type(self).__mro__)

    def _refuse(self, name: str) -> None:
        own = not type(self).__module__.startswith(OURS)
        guess = nearest(name, [known for known in dir(self) if not known.startswith("_")], CLOSE if own else 0.6)
        if guess is None and own:
            return
        right = f"Did you mean {guess}?" if guess else f"{self.otherwise}."
        raise UnknownAttributeError(f"{name}: no attribute of {type(self).__name__} ({name}). {right}")


class Staying(Closed):
    """Agent that stays in its model: its rows are part of the arrays that every engine steps."""

    stays = "Write agent.silenced = True, or lesion it by an intervention of the scenario"
    told: ClassVar[tuple[str, ...]] = ()
    index: int
    position: Any
    synapses: Any

    def remove(self) -> None:
        """Refuse.

        Raises
        ------
        AstrosimError
            Names what takes effect instead.
        """
        raise AstrosimError(f"remove: its rows stay in the arrays of the model ({self!r}). {self.stays}.")

    def __repr__(self) -> str:
        """In words: number, place, synapses and what is told of its kind."""
        x, y = self.position
        told = "".join(f", {name} {getattr(self, name)}" for name in self.told)
        return f"<{type(self).__name__} {self.index} at ({x:.3g}, {y:.3g}), {len(self.synapses)} synapses{told}>"


class Wandering(Closed):
    """Agent that moves, and is the only one of its kind."""

    position: Any

    def remove(self) -> None:
        """Refuse.

        Raises
        ------
        AstrosimError
            Names what takes effect instead.
        """
        raise AstrosimError(f'remove: the learner stays in its model ({self!r}). Build one with learner = "none".')

    def __repr__(self) -> str:
        """In words: its place."""
        x, y = self.position
        return f"<{type(self).__name__} at ({x:.3g}, {y:.3g})>"


class ClosedModel(Closed):
    """Model of such agents."""

    otherwise = "Give fields of the scenario when it is built; others belong into the __init__ of a subclass"
    network: Network
    resolved_scenario: Any
    trial: Any

    @property
    def datacollector(self) -> mesa.DataCollector | None:
        """Data collector; of Mesa's `batch_run`, which also reports the last step, recorded or not."""
        return self._collector

    @datacollector.setter
    def datacollector(self, collector: mesa.DataCollector | None) -> None:
        self._collector = attached(collector, cast(mesa.Model, self))

    def __repr__(self) -> str:
        """In words: the scenario, its network and how far it is."""
        scenario, astrocytes = self.resolved_scenario, len(getattr(self, "astrocytes", ()))
        size = f"{self.network.kind.size:,} neurons, {self.network.post.size:,} synapses, {astrocytes} astrocytes"
        return (
            f"<{type(self).__name__} {scenario.name!r}: {size}; trial {self.trial:,} of {scenario.schedule.trials:,}>"
        )
