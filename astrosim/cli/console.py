"""Where the command line prints, and how errors end it. Exit codes: 0 done, 2 bad input or storage, 130 interrupted,
1 otherwise."""

from __future__ import annotations

import codecs
import contextlib
import io
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

import typer
from rich.console import Console

from astrosim.core.errors import FULL, AstrosimError, DiskFullError, Notice, RunError

WIDTH = 100  # columns where there is no terminal to ask; assumed: fits a page
BAD_INPUT, INTERRUPTED, FAILED = 2, 130, 1


def output() -> Console:
    """Return the console of standard output."""
    return _console(sys.stdout.isatty())


def errors() -> Console:
    """Return the console of standard error."""
    return _console(sys.stderr.isatty(), stderr=True)


def _console(terminal: bool, stderr: bool = False) -> Console:
    width = None if terminal or "COLUMNS" in os.environ else WIDTH
    return Console(stderr=stderr, width=width, highlight=False)


def say(text: str) -> None:
    """Print a line on standard error, as it is; a terminal that is gone ends no work."""
    with contextlib.suppress(OSError):
        typer.echo(text, err=True)


def _as_bytes_or_escaped(error: UnicodeError) -> tuple[str | bytes, int]:
    """Bytes of a file name that are no text, as they are; letters that the terminal lacks, by their numbers."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)


def take_any_text() -> None:
    """Let standard output and error take any file name and any letter, whatever their encoding."""
    codecs.register_error("astrosim", _as_bytes_or_escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="astrosim")


def show_notices() -> None:
    """Let notices be lines on standard error, once each; other warnings stay as Python shows them."""
    show = warnings.showwarning

    def shown(message: Warning | str, category: type[Warning], *place: Any, **others: Any) -> None:
        if issubclass(category, Notice):
            say(str(message))
        else:
            show(message, category, *place, **others)

    warnings.showwarning = shown


@contextlib.contextmanager
def guarded(allow_code: bool = False) -> Iterator[None]:
    """Turn errors into a text on standard error and an exit code; never a traceback for what a user can fix.

    Parameters
    ----------
    allow_code : bool
        Whether the user lets code that came with a run be executed.

    Raises
    ------
    typer.Exit
        In place of an error: INTERRUPTED after Ctrl-C, BAD_INPUT for what the user can fix, FAILED for all else.
    """
    from astrosim.scenario.stored import allowing

    try:
        with allowing(allow_code):
            yield
    except KeyboardInterrupt as interrupt:
        say(str(interrupt) or "Interrupted.")
        raise typer.Exit(INTERRUPTED) from None
    except (RunError, DiskFullError) as error:
        say(str(error))
        raise typer.Exit(FAILED) from None
    except AstrosimError as error:
        say(str(error))
        raise typer.Exit(BAD_INPUT) from None
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        say(f"{name}{error.strerror or error}. Fix this, then try again.")
        raise typer.Exit(FAILED if error.errno in FULL else BAD_INPUT) from None
    except (MemoryError, RecursionError) as error:
        say(f"out of memory ({type(error).__name__}). Lower the size of the network, or use fewer --workers.")
        raise typer.Exit(FAILED) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        if logging.getLogger("astrosim").isEnabledFor(logging.DEBUG):
            say(traceback.format_exc())
        say(f"A defect of astrosim: {type(error).__name__}: {error}. `astrosim --log-level debug ...` tells where.")
        raise typer.Exit(FAILED) from None
