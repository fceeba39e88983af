"""Who may see the live view: this machine's own page, or who knows the token. Real servers, real sockets."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from live_view import Server
from typer.testing import CliRunner

from astrosim.cli import app
from astrosim.view.guard import Access, Call, Guard

ROOT = "/user/me/proxy/8765"
SECRET = "a-secret-of-some-length"
SESSION = "solara-session-id=3f0c8c1e-4f2c-4d8e-8f57-5a0e2a7f1d11"
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
SOCKET_PATH = "/jupyter/api/kernels/5b6f1bd0-6d9b-4e6c-9a0b-1f1c7f0e2d11/channels?session_id=7b0f"


@pytest.fixture(scope="module")
def local() -> Iterator[Server]:
    server = Server("quick")
    yield server
    assert server.end()[0] == 0


def ask(port: int, path: str = "/", **headers: str) -> tuple[int, str]:
    """Status and head of the answer to a request with exactly these headers."""
    lines = [f"GET {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode())
        answer = connection.recv(65536).decode("latin-1")
    return int(answer.split()[1]), answer


def port_of(server: Server) -> int:
    return int(urlsplit(server.address).port or 0)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:{port}"}, 200),
        ({"Host": "127.0.0.1:{port}"}, 200),
        ({"Host": "LOCALHOST"}, 200),
        ({"Host": "evil.example"}, 403),  # its name was given this machine's address
        ({"Host": "localhost.evil.example:{port}"}, 403),
        ({"Host": "localhost@evil.example"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": ""}, 403),
        ({"Host": "localhost:{port}", "Origin": "http://localhost:{port}"}, 200),
        ({"Host": "localhost:{port}", "Origin": "http://evil.example"}, 403),
        ({"Host": "localhost:{port}", "Origin": "http://localhost:1"}, 403),  # another server of this machine
        ({"Host": "localhost:{port}", "Origin": "null"}, 403),
        ({"Host": "evil.example", "X_Forwarded_Host": "localhost"}, 403),
    ],
)
def test_the_page_answers_its_own_name_and_itself_alone(local: Server, headers: dict[str, str], status: int) -> None:
    port = port_of(local)
    sent = {name: value.format(port=port) for name, value in headers.items()}
    assert ask(port, **sent, Connection="close")[0] == status


def test_the_channel_of_the_page_is_closed_to_others(local: Server) -> None:
    port = port_of(local)
    own = {"Host": f"localhost:{port}", "Cookie": SESSION, **UPGRADE}
    assert ask(port, SOCKET_PATH, **own, Origin=f"http://localhost:{port}")[0] == 101
    assert ask(port, SOCKET_PATH, **own, Origin="http://evil.example")[0] == 403
    assert ask(port, SOCKET_PATH, **{**own, "Host": "evil.example"}, Origin="http://evil.example")[0] == 403


def test_only_this_machine_can_call(local: Server) -> None:
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in others:
        with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
            socket.create_connection((address, port_of(local)), timeout=5)


def test_behind_a_proxy_the_token_opens_the_page_once_and_the_cookie_after_it() -> None:
    server = Server("quick", "--root-path", ROOT, "--token", SECRET, "--port", "18765")
    try:
        assert server.address == f"{ROOT}/?token={SECRET}"
        own = {"Host": "hub.example", "Connection": "close"}
        assert ask(18765, **own)[0] == 403
        assert ask(18765, "/?token=another", **own)[0] == 403
        status, answer = ask(18765, f"/?token={SECRET}", **own)
        assert status == 303
        cookie = re.search(r"set-cookie: (.*)", answer, re.IGNORECASE).group(1)
        assert "HttpOnly; SameSite=Strict" in cookie
        assert f"Path={ROOT}" in cookie
        assert f"location: {ROOT}/\r" in answer
        known = {"Cookie": cookie.partition(";")[0]}
        status, answer = ask(18765, **own, **known)
        assert status == 200
        assert ask(18765, **own, Cookie="astrosim-view=wrong")[0] == 403
        channel = {"Host": "hub.example", **UPGRADE, "Cookie": f"{known['Cookie']}; {SESSION}"}
        assert ask(18765, SOCKET_PATH, **channel, Origin="https://hub.example")[0] == 101
        assert ask(18765, SOCKET_PATH, **channel, Origin="https://evil.example")[0] == 403
        assert ask(18765, SOCKET_PATH, Host="hub.example", Cookie=SESSION, **UPGRADE)[0] == 403
    finally:
        server.end()


@pytest.mark.parametrize(
    ("access", "needed"),
    [
        (Access(), False),
        (Access("::1"), False),
        (Access("0.0.0.0"), True),
        (Access("10.0.0.7"), True),
        (Access("127.0.0.1", ROOT), True),
    ],
)
def test_whatever_others_can_reach_has_a_token(access: Access, needed: bool) -> None:
    tokens = {access.with_token().token for _ in range(3)}
    assert tokens == {""} if not needed else len(tokens) == 3 and min(map(len, tokens)) >= 32


def test_an_open_address_without_the_token_is_refused() -> None:
    call = Call.of({"headers": [(b"host", b"10.0.0.7:1")], "query_string": b""})
    access = Access("10.0.0.7").with_token()
    assert "token" in Guard(None, access).refusal(call)  # type: ignore[arg-type]
    known = Call.of({"headers": [(b"host", b"10.0.0.7:1")], "query_string": f"token={access.token}".encode()})
    assert Guard(None, access).refusal(known) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--host", "192.0.2.1"], "--host: no address of this machine (192.0.2.1)"),
        (["--host", "no such host"], "--host: no address of this machine (no such host)"),
        (["--token", "short"], "--token: too short"),
        (["--root-path", "/a?b"], "--root-path: no path of an address ('/a?b')"),
    ],
)
def test_wrong_addresses_are_told(arguments: list[str], text: str) -> None:
    result = CliRunner().invoke(app, ["view", "quick", "--no-browser", *arguments])
    assert result.exit_code == 2
    assert text in result.output


def test_what_pages_look_at_is_imported_whole_before_the_first_of_them():
    code = """
import os, signal, sys
from astrosim.view.guard import Access
from astrosim.view.server import configure, listen, run

def tell():
    print("DataFrame" in vars(sys.modules["pandas"]), flush=True)
    os.kill(os.getpid(), signal.SIGINT)

configure()
run(listen(0), tell, Access())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=240)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
