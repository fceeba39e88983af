"""Processes that end with the one that they work for, however it ended: kill -9 leaves no server and no worker.

Name this module first among those that a server of processes loads: the server then ends as well while it loads the
others, which may take minutes of compilation.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from typing import Any

LOOK_SECONDS = 2.0  # assumed: how long a server may outlive its owner
SERVER = "from multiprocessing.forkserver import main"
"""Begin of the program of a server of processes."""


def end_with_parent() -> None:
    """End this process, a worker, when the process that asked for it has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)


def watch_owner() -> None:
    """End this process, a server, when the process that started it has ended.

    By a timer, not a thread: a server of processes forks, and its children have neither the timer nor a stray lock.
    """
    owner = os.getppid()

    def look(number: int, frame: Any) -> None:
        if os.getppid() != owner:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.siginterrupt(signal.SIGALRM, False)
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)


if any(argument.startswith(SERVER) for argument in sys.orig_argv) and multiprocessing.parent_process() is None:
    watch_owner()
