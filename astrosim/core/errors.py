"""Errors that a user can fix. The command line prints them without a traceback; exit code 2, or 1 where noted."""

from __future__ import annotations

import errno
from collections.abc import Sequence

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # what a file system says when there is no room


class AstrosimError(Exception):
    """An error whose text names what is wrong and what would be right."""


class ScenarioError(AstrosimError):
    """All that is wrong with one scenario.

    Parameters
    ----------
    problems : sequence of str
        One line each: ``file:line: field: what is wrong (value). What would be right.``
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[str, ...]]]:
        """Return what rebuilds it in another process: the problems, not their text."""
        return type(self), (self.problems,)


class Notice(UserWarning):
    """Advice on something that still works: names the file, the field and what to write. The command line prints it."""


class StoreError(AstrosimError):
    """A run directory that cannot be read or written: names the file, the reason and the remedy."""


class DiskFullError(StoreError):
    """No room for a run: the disk or a limit is full. What was committed stays; the command line exits with code 1."""


class DataError(AstrosimError):
    """A data set that is missing, damaged or another one: names the file, the reason and the remedy."""


class ParameterError(AstrosimError, ValueError):
    """A value that an estimator cannot take: names it and the range; scikit-learn expects a ValueError."""


class RunError(AstrosimError):
    """A run that cannot go on although its scenario and its directory are in order, e.g. a killed worker."""


class PackageError(RunError):
    """A scenario that needs a package which is not installed: says what to install."""


class Interrupted(KeyboardInterrupt):
    """A run that was asked to stop (Ctrl-C, or a signal of a batch system) and has left checkpoints; its text tells how
    to go on.
    """
