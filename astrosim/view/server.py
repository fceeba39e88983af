"""Serving the live view, on this machine unless asked: all that the page needs comes from here."""

from __future__ import annotations

import errno
import os
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

from astrosim.core.errors import AstrosimError
from astrosim.view.guard import Access, Guard
from astrosim.view.startup import Opening, show

PORT = 8765  # Solara's own; another free one is taken if nobody asked for this one
EXTRA = "Install it: pip install 'astrosim[view]'."
FORGOTTEN = "30s"  # after which a page that is gone without a word is given up


def serve(
    opening: Opening, port: int | None, browser: bool, tell: Callable[[str], None], access: Access | None = None
) -> None:
    """Serve until Ctrl-C.

    Parameters
    ----------
    opening : Opening
    port : int or None
        0 or None for a free one, None preferably `PORT`.
    browser : bool
        Open the page in the user's browser.
    tell : callable
        Takes a line for the user.
    access : Access, optional
        By default this machine alone.

    Raises
    ------
    AstrosimError
        If the port is taken, the address is none of this machine, or Solara's assets are missing.
    """
    access = (access or Access()).with_token()
    listener = listen(port, access.host)
    show(opening)
    address = access.address(listener.getsockname()[1])
    configure()
    tell(f"{address} shows {opening.source.title}. Ctrl-C ends it.")
    if browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    run(listener, opening.prepare, access)
    tell("Ended.")


def listen(port: int | None, host: str = Access.host) -> socket.socket:
    """Return a socket that the browser may already call.

    Parameters
    ----------
    port : int or None
        None for the usual one, or any free one if that cannot be had; 0 for any free one.
    host : str
        Address or name to listen on.

    Raises
    ------
    AstrosimError
        If the port that is named is in use, or may not be used; if the address is none of this machine.
    """
    try:
        return _bound(host, PORT if port is None else port)
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            right = "Write 127.0.0.1, or 0.0.0.0 for all of its addresses."
            raise AstrosimError(f"--host: no address of this machine ({host}). {right}") from None
        if port is None:
            return _bound(host, 0)
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            what = "is in use" if error.errno == errno.EADDRINUSE else "may not be used"
            raise AstrosimError(f"--port: port {what} ({port}). Name another, or 0 for any free one.") from None
        raise


def _bound(host: str, port: int) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind)
    try:
        if os.name == "posix":  # a port whose last server has just ended is free
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def configure() -> None:
    """Configure Solara: our page, no banner, no telemetry, no search for scripts elsewhere.

    Raises
    ------
    AstrosimError
        If Solara's assets are not installed.
    """
    os.environ["SOLARA_APP"] = "astrosim.view.page"
    from solara.server import settings

    settings.telemetry.mixpanel_enable = False
    settings.main.mode = "production"
    settings.theme.show_banner = False
    settings.theme.loader = "plain"
    settings.theme.title = "astrosim"
    settings.kernel.cull_timeout = FORGOTTEN
    if not (Path(settings.assets.proxy_cache_dir) / "@widgetti").is_dir():
        raise AstrosimError(f"view: Solara's assets are not here ({settings.assets.proxy_cache_dir}). {EXTRA}")


def run(listener: socket.socket, when_ready: Callable[[], None], access: Access) -> None:
    """Serve until Ctrl-C or SIGTERM; `when_ready` is called once pages can be had."""
    import pandas  # noqa: F401  Whole before any page: Solara looks at one that another thread has half imported
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            when_ready()

    from solara.server.starlette import app

    config = uvicorn.Config(
        Guard(app, access),
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=1,
        root_path=access.root_path,
    )
    try:
        Server(config).run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn raises it again once it has closed everything
        return
