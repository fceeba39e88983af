"""How numeric code is compiled, and where the machine code is kept.

`compiled` is numba's `njit`; `inlined` code is copied into its callers. `kernel` compiles without numba's reference
counting: a kernel cannot allocate (numba refuses to compile it), and passing its arrays about costs nothing. On the
trial loop that is a factor of five. It is for functions that only read and write the arrays that they are given.
`phase` is a kernel that is copied into its caller: a tuple of thirty arrays is two hundred words on the stack a call.
`reordered` is a phase whose sums may be taken in any order, that of the processor's vectors: for gradients alone.

numba recompiles a function when its own file has changed, not when a file that it calls into has. The machine code is
therefore kept in a folder named after all numeric sources together: no change to a formula can go unnoticed. The
calcium-wave networks, which nothing else calls into, have a folder of their own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import config, njit

PACKAGE = Path(__file__).parent
NUMERIC = (
    "elementary.py",
    "jit.py",
    "records.py",
    "rng.py",
    "specialise.py",
    "state.py",
    "territory.py",
    "topology.py",
)
NUMERIC_FOLDERS = ("kernel", "published", "rules")
WAVES = "wave"  # room of the calcium-wave networks
WAVE_FOLDER = "wave/kernel"


def numeric_sources(waves: bool = True) -> list[Path]:
    """The files that compiled code comes from, sorted; with or without those of the calcium-wave networks."""
    folders = [*NUMERIC_FOLDERS, WAVE_FOLDER] if waves else NUMERIC_FOLDERS
    inside = [path for folder in folders for path in (PACKAGE / folder).glob("*.py")]
    return sorted([PACKAGE / name for name in NUMERIC] + inside)


@cache
def cache_folder(waves: bool = False) -> str:
    """Folder of the machine code of these sources: NUMBA_CACHE_DIR, beside the package, or the user's cache."""
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in numeric_sources(waves))).hexdigest()[:16]
    if config.CACHE_DIR:
        return os.path.join(config.CACHE_DIR, f"astrosim-{digest}")
    if os.access(PACKAGE, os.W_OK):
        return str(PACKAGE / "__pycache__" / f"kernels-{digest}")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "astrosim", f"kernels-{digest}")


def _decorator(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`njit` with these options and our cache folder; division by zero gives infinity or nan, as in NumPy."""

    def decorate(function: Callable[..., Any]) -> Any:
        waves = function.__module__.startswith(f"astrosim.{WAVES}.")
        folder, config.CACHE_DIR = config.CACHE_DIR, cache_folder(waves)
        try:
            return njit(cache=True, error_model="numpy", **options)(function)
        finally:
            config.CACHE_DIR = folder

    return decorate


compiled = _decorator()
inlined = _decorator(forceinline=True)
kernel = _decorator(_nrt=False)
reordered = _decorator(_nrt=False, forceinline=True, fastmath={"reassoc"})
phase = _decorator(_nrt=False, forceinline=True)
