"""The page of the command line: what typer writes of the commands, with whole sentences in the list of them."""

from __future__ import annotations

import re
import subprocess
import sys

PROGRAM = "astrosim"
INTRODUCTION = """# Command line

`astrosim COMMAND --help` prints the same. `python -m astrosim` is the same command, and `astrosim --install-completion`
completes commands and options in your shell.

Exit codes: 0 done, 2 bad input, 130 interrupted (Ctrl-C, or a batch system's signal), 1 otherwise.
[Containers and other programs](../howto/machines.md) tells how it behaves inside other programs.
"""


def commands_page() -> str:
    """Return the page: every command with its arguments and options."""
    words = [sys.executable, "-m", "typer", "astrosim.cli", "utils", "docs", "--name", PROGRAM]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    told = told.replace("$ astrosim", "astrosim").replace("&#x27;", "'").replace("&gt;", ">").replace("&lt;", "<")
    told = re.sub(r"^## `(.*)`$", r"## \1", told, flags=re.MULTILINE)
    whole = dict(re.findall(r"^## astrosim (\S+)\n\n(.*)$", told, re.MULTILINE))
    head, *commands = told.partition("\n## ")
    listed = "".join(f"| [{PROGRAM} {name}](#{PROGRAM}-{name}) | {text} |\n" for name, text in whole.items())
    before = head[head.index("**Options**") : head.index("First steps:")]
    own = f"## All commands\n\n| command | what it does |\n|---|---|\n{listed}\n{before}"
    text = f"{INTRODUCTION}\n{own}{''.join(commands)}"
    return (
        re.sub(r"^\* `--help`.*\n", "", text, flags=re.MULTILINE).replace("**:", "**").replace("```console", "```text")
    )
