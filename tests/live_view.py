"""The live view as a user has it: the command, and its page in a browser."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import Any

from places import ROOT
from playwright.sync_api import Browser, Page, Route, expect

from astrosim.core.compilation import NOTICE

PATIENCE = 240_000  # ms; loops may have to be compiled first, on a machine that does other things, too
SOON = 60_000  # ms until the page shows what was done
NOWHERE = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
"""What the server would fetch from elsewhere on the page's behalf goes to a port that nobody answers."""


class Server:
    """`astrosim view` as a user starts it."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "astrosim.cli", "view", "--no-browser", "--port", "0", *arguments]
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | NOWHERE
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment, start_new_session=True
        )
        assert self.process.stderr is not None
        self.line = self.process.stderr.readline()
        self.address = self.line.split()[0] if self.line.startswith(("http", "/")) else ""
        assert self.address, self.line + self.process.stderr.read()

    def end(self) -> tuple[int, str]:
        """Ctrl-C; exit code and what was said, but that loops are compiled where it is the first to need them."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, re.sub(rf".*{NOTICE}.*\n", "", said)


class View:
    """A page of the view, which notes whatever goes wrong on it."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.wrong: list[str] = []
        self.page: Page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("response", lambda r: self.wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        self.page.route("**/*", self._only_here)
        self.address = server.address
        self.page.goto(server.address)
        self.page.wait_for_selector(".as-stage[data-frames]", timeout=PATIENCE)

    def _only_here(self, route: Route) -> None:
        url = route.request.url
        if url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.wrong.append(f"asked for {url}")
            route.abort()

    def state(self, name: str) -> str:
        return str(self.page.locator(".as-stage").get_attribute(f"data-{name}"))

    def wait(self, name: str, value: Any) -> None:
        expect(self.page.locator(".as-stage")).to_have_attribute(f"data-{name}", str(value), timeout=SOON)

    def wait_beyond(self, name: str, value: int) -> int:
        script = f"Number(document.querySelector('.as-stage').dataset.{name}) > {value}"
        self.page.wait_for_function(script, timeout=SOON)
        return int(self.state(name))

    def click(self, name: str) -> None:
        self.page.click(f".as-{name}")

    def choose(self, name: str, label: str) -> None:
        self.page.click(f".as-{name} .v-field" if self.page.locator(f".as-{name} .v-field").count() else f".as-{name}")
        self.page.locator(".v-overlay--active .v-list-item", has_text=label).first.click()

    def write(self, place: str, value: str) -> None:
        box = self.page.locator(f"{place} input")
        box.fill(value)
        box.press("Enter")
        box.blur()

    def slide(self, place: str, key: str, times: int = 1) -> None:
        self.page.locator(f"{place} [role=slider]").focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def picture(self, canvas: str = ".as-canvas") -> str:
        return str(self.page.evaluate(f"document.querySelector('{canvas}').toDataURL()"))

    def colours(self, canvas: str) -> int:
        """How many colours a canvas shows."""
        script = """name => { const c = document.querySelector(name);
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            const seen = new Set();
            for (let i = 0; i < d.length; i += 4) seen.add((d[i] << 24) + (d[i+1] << 16) + (d[i+2] << 8) + d[i+3]);
            return seen.size; }"""
        return int(self.page.evaluate(script, canvas))
