"""Guard of the live view: it answers pages of its own alone, and beyond this machine only those who know its token.

A page of another site may ask this machine's browser to call it (cross-site requests), or give its own name this
machine's address (DNS rebinding): the headers ``Host`` and ``Origin`` tell both.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names of this machine that no other site can have."""
COOKIE = "astrosim-view"
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Access:
    """Address, proxy path and token of the view: those who may see it.

    Attributes
    ----------
    host : str
        Address that the server listens on.
    root_path : str
        Path that a proxy puts before the page's own, such as ``/user/me/proxy/8765``; empty without one.
    token : str
        Secret that a browser must know; empty if none is needed, on this machine alone.
    """

    host: str = "127.0.0.1"
    root_path: str = ""
    token: str = ""

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the server, by itself."""
        return self.host in LOOPBACK and not self.root_path

    def with_token(self) -> Access:
        """Return the same with a new token, if one is needed and there is none."""
        return self if self.local or self.token else Access(self.host, self.root_path, secrets.token_urlsafe(24))

    def address(self, port: int) -> str:
        """Return what a user types into the browser; behind a proxy, the part after the proxy's own."""
        shown = "localhost" if self.host in (*LOOPBACK, "0.0.0.0", "::") else self.host
        base = self.root_path if self.root_path else f"http://{shown}:{port}"
        return base + (f"/?{urlencode({'token': self.token})}" if self.token else "")


@dataclass(frozen=True)
class Call:
    """Host, origin and token that a request gives.

    Attributes
    ----------
    host, forwarded, origin : str
        Names without port, in small letters; of ``Origin``, the name alone. Empty where there is no such header.
    here, there : str
        ``Host`` and ``Origin`` with their ports.
    token : str
        Of the address.
    known : str
        Token of the cookie.
    """

    host: str
    forwarded: str
    origin: str
    here: str
    there: str
    token: str
    known: str

    @classmethod
    def of(cls, scope: Scope) -> Call:
        """Read the scope of an ASGI call."""
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        here, there = headers.get(b"host", ""), headers.get(b"origin", "")
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        forwarded = headers.get(b"x-forwarded-host", "")
        return cls(
            _name(f"//{here}"),
            _name(f"//{forwarded}"),
            _name(there) if there else "",
            here.lower(),
            (urlsplit(there).netloc if "//" in there else there).lower(),
            asked,
            _cookie(headers.get(b"cookie", "")),
        )


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # an address with a bracket too many
        return ""


def _cookie(text: str) -> str:
    try:
        found = SimpleCookie(text).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


@dataclass(frozen=True)
class Guard:
    """An ASGI application that lets through what may pass.

    Attributes
    ----------
    app : callable
        The application behind.
    access : Access
    """

    app: App
    access: Access = field(default_factory=Access)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or hand on."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        call = Call.of(scope)
        if reason := self.refusal(call):
            return await _refuse(scope, receive, send, reason)
        if scope["type"] == "http" and call.token:
            return await _enter(send, self.access)
        return await self.app(scope, receive, send)

    def refusal(self, call: Call) -> str:
        """Return why a call may not pass; empty if it may."""
        if self.access.local and call.host not in LOOPBACK:
            return f"astrosim answers on this machine only, not as {call.host or 'a nameless host'}."
        own = {call.here, call.forwarded if self.access.root_path else call.here}
        if call.there and call.there not in own and call.origin not in own:
            return f"astrosim answers its own page only, not {call.there}."
        if self.access.token and not (_same(call.token, self.access.token) or _same(call.known, self.access.token)):
            return "astrosim asks for its token: open the address that `astrosim view` has printed."
        return ""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


async def _enter(send: Send, access: Access) -> None:
    """Keep the token in a cookie, and take it out of the address."""
    cookie = f"{COOKIE}={access.token}; Path={access.root_path or '/'}; HttpOnly; SameSite=Strict"
    place = f"{access.root_path}/"
    headers = [(b"location", place.encode()), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        return await send({"type": "websocket.close", "code": 1008})
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    return await send({"type": "http.response.body", "body": body})
