"""How numeric code is compiled, and where the machine code is kept.

`compiled` is numba's `njit`; `inlined` code is copied into its callers. `kernel` compiles without numba's reference
counting: a kernel cannot allocate (numba refuses to compile it), and passing its arrays about costs nothing. On the
trial loop that is a factor of five. It is for functions that only read and write the arrays that they are given.
`phase` is a kernel that is copied into its caller: a tuple of thirty arrays is two hundred words on the stack per call.
It cannot be called from Python. `core.jit_linking` says how callers get at the code of what they call.
`reordered` is a phase whose sums may be taken in any order, that of the processor's vectors: for gradients alone.
Where numba is off, all of them are run by the interpreter, with the same bits but for `reordered`.

numba recompiles a function when its own file has changed, not when a file that it calls into has. The machine code is
therefore kept in a folder per system, named after all numeric sources that the system's code can call into: no change
to a formula can go unnoticed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import config
from numba.core.registry import CPUDispatcher

from astrosim.core.interpreted import Interpreted, InterpretedPhase
from astrosim.core.jit_linking import Called, Linked
from astrosim.core.machine_code import first_writable, keep

PACKAGE = Path(__file__).parent.parent
SYSTEMS = PACKAGE / "systems"
SHARED = (
    *(PACKAGE / room for room in ("core", "rules")),
    PACKAGE / "store" / "variables.py",
    *(SYSTEMS / room for room in ("population", "proposals")),
)
"""Sources that the compiled code of every system may call into."""
NUMERIC = ("kernel", "network", "learners", "environments/twins")
"""Folders of a system that its compiled code comes from."""
ANY = "*"
"""In place of a system: code of other packages, which can call into all of them."""
PLAIN = {PACKAGE / "core" / name for name in ("errors.py", "interpreted.py", "machine_code.py")}
"""Files of `core` that nothing is compiled from."""


def numeric_sources(system: str = "") -> list[Path]:
    """Return the files that the compiled code of a system comes from, sorted; without a name those that all share."""
    own = [place for folder in NUMERIC for place in SYSTEMS.glob(f"{system}/{folder}")] if system else []
    places = [*SHARED, *own]
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("[!.]*.py"))]
    return sorted(file for file in files if file not in PLAIN)


@cache
def cache_folder(system: str = "") -> str | None:
    """Return folder of a system's machine code: NUMBA_CACHE_DIR, beside the package, the user's cache, or a temporary
    one; None if none of them can be written.
    """
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in numeric_sources(system))).hexdigest()[:16]
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    known = not home.startswith("~")  # a user without an entry in the system's table of users has no home
    own = [Path(config.CACHE_DIR) / f"astrosim-{digest}"] if config.CACHE_DIR else []
    usual = [PACKAGE / "__pycache__", *([Path(home) / "astrosim"] if known else [])]
    return first_writable([*own, *(place / f"kernels-{digest}" for place in usual)])


def system_of(module: str) -> str:
    """Return the system that a module belongs to; empty for the shared ones, `ANY` for those of other packages."""
    if module.startswith("astrosim.systems."):
        return module.split(".")[2]
    return "" if module.startswith("astrosim.") else ANY


def _decorator(kind: type[CPUDispatcher] = Called, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile with these options and our cache folder; division by zero gives infinity or nan, as in NumPy."""
    own = {"nopython": True, "boundscheck": None, "error_model": "numpy", "no_cfunc_wrapper": True, **options}

    def decorate(function: Callable[..., Any]) -> Any:
        if config.DISABLE_JIT:
            return (InterpretedPhase if kind is Linked else Interpreted)(function)
        return keep(kind(function, targetoptions=own), cache_folder(system_of(function.__module__)))

    return decorate


compiled = _decorator()
inlined = _decorator(forceinline=True)
kernel = _decorator(_nrt=False)
reordered = _decorator(Linked, _nrt=False, forceinline=True, fastmath={"reassoc"})
phase = _decorator(Linked, _nrt=False, forceinline=True)
