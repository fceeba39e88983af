"""System calls that the kernel refuses to a process, as a file system of another kind would: a seccomp filter."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

import pytest

CALLS = {
    "x86_64": {"flock": 73, "fsync": 74, "mkdir": 83, "openat": 257},
    "aarch64": {"flock": 32, "fsync": 82, "mkdir": 34, "openat": 56},
}
"""Numbers of system calls by machine."""
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2  # prctl(2)
LOAD, JUMP_IF_EQUAL, JUMP_IF_ANY, RETURN = 0x20, 0x15, 0x45, 0x06  # instructions of the kernel's filters
NUMBER, THIRD_ARGUMENT = 0, 32  # what may be loaded, by its place
CREATES = os.O_CREAT | os.O_TMPFILE & ~os.O_DIRECTORY  # flags of openat(2) that make a file
ALLOW, ERROR = 0x7FFF0000, 0x00050000


def instruction(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def refuse(call: str, name: str, flags: int = 0) -> None:
    """From here on the kernel answers a system call of this process and its children with an error, like ``ENOLCK``.

    With flags it answers so only where the call's third argument has one of them.
    """
    looks = [instruction(LOAD, THIRD_ARGUMENT), instruction(JUMP_IF_ANY, flags, 0, 1)] if flags else []
    program = b"".join(
        [
            instruction(LOAD, NUMBER),
            instruction(JUMP_IF_EQUAL, CALLS[platform.machine()][call], 0, 1 + len(looks)),
            *looks,
            instruction(RETURN, ERROR | getattr(errno, name)),
            instruction(RETURN, ALLOW),
        ]
    )
    code = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((NO_NEW_PRIVILEGES, 1, 0, 0, 0), (SET_SECCOMP, FILTER, head, 0, 0)):
        if libc.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "prctl")


def allowed() -> bool:
    """Whether this machine lets a process refuse itself system calls."""
    if platform.machine() not in CALLS:
        return False
    child = os.fork()
    if child == 0:
        try:
            refuse("flock", "ENOLCK")
        finally:
            os._exit(bool(ctypes.get_errno()))
    return os.waitpid(child, 0)[1] == 0


needed = pytest.mark.skipif(not allowed(), reason="NOT TESTED: this machine allows no seccomp filter")
