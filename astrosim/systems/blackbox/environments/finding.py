"""From what a user names as an environment to what makes one: an id of Gymnasium, ``module:name``, or a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from astrosim.contracts.loading import EXTRAS, missing_extra
from astrosim.core.errors import AstrosimError, PackageError, ScenarioError
from astrosim.scenario.inputs import ComplaintError, InputFile
from astrosim.scenario.modules import module_of
from astrosim.scenario.section import short
from astrosim.scenario.words import nearest

FIELD = "task.environment"
PACKAGE_LEAD = " needs "
"""What stands before a package that is missing."""
PARTS = ("reset", "step", "action_space", "observation_space")
"""What every environment has."""
GYMNASIUMS = re.compile(r"gymnasium\[[\"']?([\w-]+)[\"']?\]")
"""An extra of Gymnasium, as its messages name it."""
OURS = {"box2d": ("Box2D", "box2d"), "classic-control": ("pygame", "control"), "classic_control": ("pygame", "control")}
"""Package, and the extra of ours that brings it, by the extra of Gymnasium."""


@dataclass(frozen=True)
class Maker:
    """An environment that can be made as often as needed.

    Attributes
    ----------
    name : str
        As messages name it.
    make : callable
        Returns a new environment; keywords go to its constructor.
    entry : str
        Class or function behind it, as ``module:name``.
    registered : bool
        Whether it is an id of Gymnasium.
    """

    name: str
    make: Callable[..., Any]
    entry: str
    registered: bool = False

    def __call__(self, **keywords: Any) -> Any:
        """Return a new environment.

        Raises
        ------
        ScenarioError
            If it cannot be made, or is no environment.
        PackageError
            If a package is missing.
        """
        try:
            made = self.make(**keywords)
        except AstrosimError:
            raise
        except Exception as error:
            raise _unmade(self.name, error) from error
        if absent := [part for part in PARTS if not hasattr(made, part)]:
            raise _wrong(f"{self.name} gives {short(made)}, which has no {absent[0]}. Return a gymnasium.Env.")
        return made


def library() -> Any:
    """Return Gymnasium.

    Raises
    ------
    PackageError
        If it is not installed.
    """
    try:
        import gymnasium
    except ModuleNotFoundError as error:
        raise missing_extra(error, f"{FIELD}: an environment needs") from error
    return gymnasium


def maker_of(environment: Any, arguments: Mapping[str, Any], max_steps: int, file: InputFile | None) -> Maker:
    """Return what makes an environment; nothing is made yet, but a module that is named runs.

    Parameters
    ----------
    environment : str, gymnasium.envs.registration.EnvSpec or callable
        An id, ``module:name``, or a function or class.
    arguments : mapping
        Keywords of what makes it.
    max_steps : int
        Limit of an episode's steps, 0 for the id's own.
    file : InputFile or None
        The module's file, if it lies beside the scenario.

    Raises
    ------
    ScenarioError
        If there is no such environment; the problem opens with its field.
    """
    gymnasium = library()
    if isinstance(environment, gymnasium.envs.registration.EnvSpec):
        return _registered(environment, environment.id, arguments, max_steps)
    if isinstance(environment, str):
        module, _, name = environment.rpartition(":")
        if module and name.isidentifier():
            return _of_module(environment, arguments, file)
        if module:
            _module(module, file)
        check_id(name)
        return _registered(name, name, arguments, max_steps)
    if not callable(environment):
        raise _wrong(
            f"an environment itself ({short(environment)}), which carries state from episode to episode. Give a "
            'function that makes one: lambda: gymnasium.make("CartPole-v1").'
        )
    return Maker(_name(environment), lambda **more: environment(**arguments, **more), _entry(environment))


def check_id(name: str) -> None:
    """Check that Gymnasium knows an id; no code of others is run.

    Raises
    ------
    ScenarioError
        If it does not: names the nearest, or the present version.
    """
    gymnasium = library()
    known = gymnasium.registry
    if name in known:
        return
    stem, _, version = name.rpartition("-v")
    family = [one for one in known.values() if name in (one.name, _full_name(one)) or stem == _full_name(one)]
    latest = max(family, key=lambda one: one.version or 0, default=None)
    if latest is not None and not version.isdigit():
        raise _wrong(f"no version of {name} ({name!r}). Write {latest.id}.")
    if latest is not None and int(version) < (latest.version or 0):
        release = gymnasium.__version__
        raise _wrong(f"{name} is gone; Gymnasium {release} has {latest.id} ({name!r}). Write {latest.id}.")
    guess = latest.id if latest is not None else nearest(name, known)
    right = f"Did you mean {guess}?" if guess else 'Own ones are named "module:Class".'
    raise _wrong(f'no environment "{name}". {right} astrosim list --environments')


def known_ids() -> tuple[str, ...]:
    """Return the ids that Gymnasium knows, sorted: those of each family in their latest version alone.

    Raises
    ------
    PackageError
        If Gymnasium is not installed.
    """
    latest: dict[str, Any] = {}
    for spec in library().registry.values():
        name = _full_name(spec)
        if name not in latest or (spec.version or 0) > (latest[name].version or 0):
            latest[name] = spec
    return tuple(sorted(spec.id for spec in latest.values()))


def _full_name(spec: Any) -> str:
    return f"{spec.namespace}/{spec.name}" if spec.namespace else spec.name


def _registered(given: Any, name: str, arguments: Mapping[str, Any], max_steps: int) -> Maker:
    gymnasium = library()
    limit = max_steps or None
    entry = gymnasium.spec(given).entry_point if isinstance(given, str) else given.entry_point

    def make(**more: Any) -> Any:
        return gymnasium.make(given, max_episode_steps=limit, disable_env_checker=True, **arguments, **more)

    return Maker(name, make, entry if isinstance(entry, str) else _entry(entry), registered=True)


def _of_module(target: str, arguments: Mapping[str, Any], file: InputFile | None) -> Maker:
    """Class or function of a module."""
    place, _, name = target.rpartition(":")
    module = _module(place, file)
    found = getattr(module, name, None)
    if not callable(found):
        guess = nearest(name, [key for key, value in vars(module).items() if callable(value)])
        right = f"Did you mean {guess}?" if guess else f"Write class {name}(gymnasium.Env) there."
        what = "no such class or function" if found is None else "neither a class nor a function"
        raise _wrong(f"{what} in {file.path.name if file else place} ({short(name)}). {right}")
    return Maker(target, lambda **more: found(**arguments, **more), target)


def _module(name: str, file: InputFile | None) -> Any:
    try:
        return module_of(name, file, FIELD)
    except ComplaintError as error:
        raise ScenarioError([str(getattr(problem, "text", problem)) for problem in error.problems]) from error


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _entry(function: Any) -> str:
    return f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', _name(function))}"


def _wrong(text: str) -> ScenarioError:
    return ScenarioError([f"{FIELD}: {text}"])


def _unmade(name: str, error: Exception) -> AstrosimError:
    """Why an environment could not be made."""
    words = " ".join(str(error).split())
    if package := _missing(error):
        return PackageError(f"{FIELD}: {name}{PACKAGE_LEAD}{package}")
    if isinstance(error, TypeError) and "missing" in words and "argument" in words:
        return ScenarioError([f"task.arguments: {name} needs more of them ({words[:200]}). Write those that it lacks."])
    if isinstance(error, TypeError) and "argument" in words:
        return ScenarioError(
            [f"task.arguments: {name} does not take them ({words[:200]}). Write those that its class has."]
        )
    return _wrong(f"{name} cannot be made ({type(error).__name__}: {words[:200]}). Correct it.")


def _missing(error: BaseException | None) -> str:
    """Package that an environment lacks, and how to install it; empty if it lacks none."""
    gymnasium = library()
    while error is not None:
        if isinstance(error, gymnasium.error.DependencyNotInstalled) and (match := GYMNASIUMS.search(str(error))):
            package, extra = OURS.get(match[1], (match[1], ""))
            return f"{package}: pip install '{f'astrosim[{extra}]' if extra else f'gymnasium[{match[1]}]'}'"
        if isinstance(error, ModuleNotFoundError):
            package = (error.name or "").partition(".")[0]
            return f"{package}: pip install '{f'astrosim[{EXTRAS[package]}]' if package in EXTRAS else package}'"
        if isinstance(error, gymnasium.error.DependencyNotInstalled):
            return f"a package that is not installed ({' '.join(str(error).split())[:200]})"
        error = error.__cause__
    return ""
