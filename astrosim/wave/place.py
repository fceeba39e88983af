"""Where networks train: the CPU, or a GPU that is there."""

from __future__ import annotations

import logging
from functools import cache

import torch

LOGGER = logging.getLogger("astrosim.wave")


@cache
def place(device: str) -> torch.device:
    """The device that a scenario's word means; a missing GPU is told once.

    On the CPU torch keeps to one thread: runs use a process a core, and sums do not depend on how many there are.
    """
    torch.set_num_threads(1)
    if device == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda")
    if device == "cuda":
        LOGGER.warning("device = 'cuda': no GPU here; networks train on the CPU.")
    return torch.device("cpu")


def device_name(device: str) -> str:
    """Name of the device for the summary, such as cpu or the GPU's model."""
    chosen = place(device)
    return torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else "cpu"
