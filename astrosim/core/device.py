"""Where torch computes: the CPU, or a GPU that is there."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache

import torch

LOGGER = logging.getLogger("astrosim")


@cache
def place(device: str) -> torch.device:
    """Return the device that a scenario's word means: the CPU where there is no GPU.

    On the CPU torch keeps to one thread: runs use one process per core, and sums do not depend on how many there are.
    """
    torch.set_num_threads(1)
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")


def warn_of_missing_gpu(devices: Iterable[str]) -> None:
    """Tell that a GPU was asked for and none is there; for the process that the user speaks to, once per run."""
    if "cuda" in devices and place("cuda").type == "cpu":
        LOGGER.warning("device = 'cuda': no GPU here; the CPU computes.")


def device_name(device: str) -> str:
    """Name of the device for the summary, such as cpu or the GPU's model."""
    chosen = place(device)
    return torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else "cpu"
