"""Wrong usage of the command line, told as problems of scenarios are: ``what: what is wrong (value). What would be
right.``"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from astrosim.cli.console import BAD_INPUT, say
from astrosim.cli.places import at_home

USAGE: Any = typer.BadParameter.__mro__[1]  # Typer brings its parser along, without a public name for this error
LIMITS = (
    (r"greater than or equal to (\S+)$", "too small", "Write at least {}."),
    (r"less than or equal to (\S+)$", "too large", "Write at most {}."),
    (r"valid integer", "not a whole number", "Write a whole number, such as 1."),
    (r"valid number", "not a number", "Write a number, such as 10."),
)
"""What the parser says of a value that is wrong, and our words for it."""


class Commands(TyperGroup):
    """The commands, whose usage errors speak the language of scenarios' errors; exit code 2."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:
        """Read the options before the command."""
        self.given = list(args)
        with self._told():
            return super().make_context(info_name, args, *rest, **extra)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the arguments of the command line, `~` being the home."""
        return super().parse_args(ctx, [at_home(argument) for argument in args])

    def invoke(self, ctx: Any) -> Any:
        """Carry out a command."""
        with self._told():
            return super().invoke(ctx)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except USAGE as error:
            if type(error).__name__ == "NoArgsIsHelpError":  # no error: the help is what is asked for
                raise
            say(sentence(error, self.given))
            raise typer.Exit(BAD_INPUT) from None


def sentence(error: Any, given: list[str]) -> str:
    """Return a usage error as a line.

    Parameters
    ----------
    error : click's UsageError
    given : list of str
        Arguments, as typed.
    """
    kind, path = type(error).__name__, error.ctx.command_path.split()[1:] if error.ctx else []
    command = " ".join(["astrosim", *path])
    if kind == "NoSuchOption":
        known = [name for param in error.ctx.command.params for name in (*param.opts, *param.secondary_opts)]
        return f"{error.option_name}: no such option. {_meant(error.option_name, known, command)}"
    if kind == "MissingParameter" and error.param is not None:
        name = error.param.metavar or error.param.opts[0]
        return f"{name}: missing. `{command} --help` shows what belongs there."
    if getattr(error, "param", None) is not None:
        return f"{error.param.opts[0]}: {_wrong_value(error, given)}"
    if match := re.match(r"No such command '(.*?)'", error.message):
        return f"{match[1]}: no such command. {_meant(match[1], list(error.ctx.command.commands), command)}"
    what = f"{error.message[:1].lower()}{error.message[1:].rstrip('.')}"
    return f"{command}: {what}. `{command} --help` shows what is valid."


def _meant(word: str, known: list[str], command: str) -> str:
    from astrosim.scenario.words import nearest

    guess = nearest(word, known)
    return f"Did you mean {guess}?" if guess else f"`{command} --help` shows what is valid."


def _wrong_value(error: Any, given: list[str]) -> str:
    """What is wrong with the value of an option, and what would be right."""
    if match := re.search(r"'(.*)' is not one of (.*?)\.?$", error.message):
        from astrosim.scenario.words import nearest

        known = re.findall(r"'(.*?)'", match[2])
        guess = nearest(match[1], known)
        meant = f"Did you mean {guess}? " if guess else ""
        return f"not a valid choice ({match[1]}). {meant}Write one of {', '.join(known)}."
    value = _value(error.param.opts, given)
    for pattern, wrong, right in LIMITS:
        if match := re.search(pattern, error.message):
            return f"{wrong} ({value}). {right.format(*match.groups())}"
    return f"not valid ({value}). {error.message.removeprefix('Value error, ').rstrip('.')}."


def _value(names: list[str], given: list[str]) -> str:
    """The value of an option, as typed."""
    for number, text in enumerate(given):
        name, equals, value = text.partition("=")
        if name in names:
            return value if equals else " ".join(given[number + 1 : number + 2])
    return ""
