"""Names of the settings of a sweep, which are names of conditions: short, readable and unique.

``sigma_0.1-radius_4``, led by the condition where the scenario has some: ``full-sigma_0.1``. Where such a name were too
long, or two were alike, and in random designs, all settings are numbered from 1: ``full-0012``, ``setting-0012``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from astrosim.scenario.inputs import InputFile
from astrosim.scenario.sweep.axis import text_of
from astrosim.scenario.sweep.section import Setting, Sweep

LONGEST = 64  # letters of a condition's name; `astrosim.scenario.experiment.NAME`
NUMBERED = "setting"  # in place of a condition, where there is none


def labels_of(paths: Sequence[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """Return a short name of each swept field: its last part, unless another has that as well.

    Parameters
    ----------
    paths : sequence of str
        Dotted.
    taken : sequence of str
        Names that mean something else.
    """
    last = [path.rpartition(".")[2] for path in paths]
    return {
        path: name if last.count(name) == 1 and name not in taken else path
        for path, name in zip(paths, last, strict=True)
    }


def names_of(sweep: Sweep, bases: Sequence[str]) -> list[str]:
    """Return the names of all settings under each condition, conditions first.

    Parameters
    ----------
    sweep : Sweep
    bases : sequence of str
        Names of the conditions; empty where there are none.
    """
    own = [] if sweep.random else _spoken(sweep)
    found = [_joined(base, name) for base in bases or ("",) for name in own]
    if found and len(set(found)) == len(found) and max(map(len, found)) <= LONGEST:
        return found
    count = len(sweep.settings)
    width = max(4, len(str(count)))
    numbers = [f"{number:0{width}d}" for number in range(1, count + 1)]
    short = [base[: LONGEST - width - 1] for base in bases or (NUMBERED,)]
    if len(set(short)) < len(short):
        short = [f"condition_{place}" for place in range(1, len(bases) + 1)]
    return [f"{base}-{number}" for base in short for number in numbers]


def _joined(base: str, name: str) -> str:
    return f"{base}-{name}" if base else name


def _spoken(sweep: Sweep) -> list[str]:
    labels = labels_of(sweep.paths)
    return ["-".join(f"{labels[path]}_{_letters(sweep, one, path)}" for path in sweep.paths) for one in sweep.settings]


def _letters(sweep: Sweep, setting: Setting, path: str) -> str:
    """A value in the letters that a name may have; lists go by their place."""
    value = setting.values[path]
    if isinstance(value, tuple | dict):
        return str(setting.places[sweep.paths.index(path)])
    text = text_of(value) if not isinstance(value, InputFile) else value.title
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", text.replace("+", "")).strip("_")
