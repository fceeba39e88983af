"""How numeric code is compiled, and where the machine code is kept.

`compiled` is numba's `njit`; `inlined` code is copied into its callers. `kernel` compiles without numba's reference
counting: a kernel cannot allocate (numba refuses to compile it), and passing its arrays about costs nothing. On the
trial loop that is a factor of five. It is for functions that only read and write the arrays that they are given.
`phase` is a kernel that is copied into its caller: a tuple of thirty arrays is two hundred words on the stack a call.
`reordered` is a phase whose sums may be taken in any order, that of the processor's vectors: for gradients alone.

numba recompiles a function when its own file has changed, not when a file that it calls into has. The machine code is
therefore kept in a folder named after all numeric sources together: no change to a formula can go unnoticed. The
calcium-wave networks and the receptive fields, which nothing else calls into, have folders of their own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
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
NUMERIC_FOLDERS = ("kernel", "neurons", "published", "rivals", "rules", "together")
LEAVES = ("fields", "wave")  # rooms whose compiled code nothing else calls into
LEAF_FOLDERS = tuple(f"{leaf}/kernel" for leaf in LEAVES)


def numeric_sources(leaves: Iterable[str] = LEAF_FOLDERS) -> list[Path]:
    """The files that compiled code comes from, sorted; of the leaves' folders only those that are named."""
    folders = [*NUMERIC_FOLDERS, *leaves]
    inside = [path for folder in folders for path in (PACKAGE / folder).glob("*.py")]
    return sorted([PACKAGE / name for name in NUMERIC] + inside)


@cache
def cache_folder(leaf: str = "") -> str:
    """Folder of the machine code of these sources: NUMBA_CACHE_DIR, beside the package, or the user's cache."""
    sources = numeric_sources([f"{leaf}/kernel"] if leaf else ())
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    if config.CACHE_DIR:
        return os.path.join(config.CACHE_DIR, f"astrosim-{digest}")
    if os.access(PACKAGE, os.W_OK):
        return str(PACKAGE / "__pycache__" / f"kernels-{digest}")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "astrosim", f"kernels-{digest}")


def _decorator(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`njit` with these options and our cache folder; division by zero gives infinity or nan, as in NumPy."""

    def decorate(function: Callable[..., Any]) -> Any:
        leaf = next((one for one in LEAVES if function.__module__.startswith(f"astrosim.{one}.")), "")
        folder, config.CACHE_DIR = config.CACHE_DIR, cache_folder(leaf)
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
