"""Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011). Any draw can be made alone, in any order.

A stream is named; its key is the 64-bit seed combined with a hash of the name. A draw is addressed by (trial, index):
the block ``index // 4`` of the counter (trial low, trial high, block, 0) holds the words of four neighbouring indices.
Words are 32 bits; uniform numbers lie in [0, 1) in steps of 2^-32.
"""

from __future__ import annotations

import hashlib

import numpy as np

from astrosim.core.jit import inlined, kernel

MULTIPLIER_0 = np.uint64(0xD2511F53)  # Salmon et al. 2011, table 2
MULTIPLIER_1 = np.uint64(0xCD9E8D57)  # Salmon et al. 2011, table 2
WEYL_0 = np.uint64(0x9E3779B9)  # golden ratio, Salmon et al. 2011, section 4
WEYL_1 = np.uint64(0xBB67AE85)  # sqrt(3) - 1, Salmon et al. 2011, section 4
ROUNDS = 10  # Salmon et al. 2011, section 4
WORD = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
UNIT = 2.0**-32  # step of a uniform number

STREAMS = (
    "position",
    "synapse",
    "weight",
    "pattern",
    "exploration",
    "perturbation",
    "scope",
    "cursor",
    "intervention",
    "decision",
    "part",
    "selection",
    "rival",
)
(
    POSITION,
    SYNAPSE,
    WEIGHT,
    PATTERN,
    EXPLORATION,
    PERTURBATION,
    SCOPE,
    CURSOR,
    INTERVENTION,
    DECISION,
    PART,
    SELECTION,
    RIVAL,
) = range(len(STREAMS))

NAMES = {
    "threshold networks": STREAMS,
    "proposals, and rows of arrays": (
        "field_split",
        "field_order",
        "field_shift",
        "field_position",
        "field_weight",
        "field_astrocyte",
        "field_step",
        "field_part",
        "field_team",
        "array_parts",
        "array_features",
        "array_importance",
    ),
    "black boxes": (
        "blackbox_item",
        "blackbox_birth",
        "blackbox_rival",
    ),
    "spiking networks": (
        "spiking_poisson",
        "spiking_wiring",
        "spiking_weight",
        "spiking_position",
        "spiking_start",
        "spiking_astrocyte",
        "spiking_step",
        "spiking_part",
        "spiking_exploration",
        "spiking_field",
        "spiking_order",
    ),
    "waves": (
        "wave_initial",
        "wave_order",
        "wave_values",
        "wave_links",
        "wave_values_test",
        "wave_links_test",
        "wave_exploration",
        "wave_perturbation",
        "vae_initial",
        "vae_order",
        "vae_training",
        "vae_classifier",
        "vae_validation",
        "vae_test",
        "vae_loss",
    ),
}
"""All streams of the package; equal names would correlate draws. A name with a colon is another package's."""
KNOWN = frozenset(name for names in NAMES.values() for name in names)


def stream_key(seed: int, stream: str) -> np.ndarray:
    """Return key of a named stream.

    Parameters
    ----------
    seed : int
        0 to 2^64 - 1.
    stream : str
        Of `NAMES`, or ``package:name``.

    Returns
    -------
    ndarray of uint32, shape (2,)

    Raises
    ------
    ValueError
        If there is no such stream.
    """
    if stream not in KNOWN and ":" not in stream:
        raise ValueError(f"no such random stream ({stream!r}). Add it to astrosim.core.rng.NAMES.")
    digest = hashlib.blake2b(stream.encode(), digest_size=8, key=seed.to_bytes(8, "little")).digest()
    return np.frombuffer(digest, dtype="<u4").astype(np.uint32)


def stream_keys(seed: int) -> np.ndarray:
    """Return keys of all `STREAMS`: uint32, shape (stream, 2)."""
    return np.stack([stream_key(seed, stream) for stream in STREAMS])


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Return Philox4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key (all uint64 below 2^32).

    Between rounds the upper halves of the counter words hold rubbish that no multiplication reads: a round is then six
    vector instructions.
    """
    for _ in range(ROUNDS):
        p0 = MULTIPLIER_0 * (c0 & LOW)
        p1 = MULTIPLIER_1 * (c2 & LOW)
        c0 = (p1 >> WORD) ^ c1 ^ k0
        c2 = (p0 >> WORD) ^ c3 ^ k1
        c1 = p1
        c3 = p0
        k0 = (k0 + WEYL_0) & LOW
        k1 = (k1 + WEYL_1) & LOW
    return np.uint32(c0), np.uint32(c1), np.uint32(c2), np.uint32(c3)


@inlined
def block_words(key, trial, block):
    """Return the four words of a block; key: uint32[2], trial: int64, block: whole number below 2^32."""
    low = np.uint64(trial) & LOW
    high = np.uint64(trial) >> WORD
    return philox(low, high, np.uint64(block), np.uint64(0), np.uint64(key[0]), np.uint64(key[1]))


@kernel
def word(key, trial, index):
    """Return one 32-bit word of a stream."""
    w0, w1, w2, w3 = block_words(key, trial, index >> 2)
    lane = index & 3
    first = w0 if lane == 0 else w1
    last = w2 if lane == 2 else w3
    return first if lane < 2 else last


@kernel
def uniform(key, trial, index):
    """Return a number uniform in [0, 1)."""
    return word(key, trial, index) * UNIT


@kernel
def uniforms(key, trial, indices, drawn):
    """Draw numbers uniform in [0, 1) of several indices (int64) into `drawn` (float64)."""
    for k in range(indices.size):
        drawn[k] = uniform(key, trial, indices[k])


@inlined
def scaled(word, n):
    """Return a whole number uniform in 0 .. n - 1 from a 32-bit word: floor(u n)."""
    return np.int64((np.uint64(word) * np.uint64(n)) >> WORD)


@kernel
def below(key, trial, index, n):
    """Return a whole number uniform in 0 .. n - 1."""
    return scaled(word(key, trial, index), n)
