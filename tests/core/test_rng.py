"""Counter-based draws: known answers, independence of order, uniformity."""

import numpy as np
import pytest
from scipy import stats

from astrosim.core.rng import NAMES, STREAMS, below, block_words, philox, stream_key, stream_keys, uniform, word

U = np.uint64

# Known-answer vectors of the Random123 distribution for philox4x32-10 (Salmon et al. 2011): counter, key, words.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_the_known_answers(counter, key, words):
    assert philox(*map(U, counter), *map(U, key)) == words


def test_a_word_is_a_lane_of_its_block():
    key = stream_key(42, "pattern")
    for index in range(12):
        assert word(key, 7, index) == block_words(key, 7, index // 4)[index % 4]


def test_trials_above_32_bits_are_told_apart():
    key = stream_key(42, "pattern")
    assert word(key, 5, 0) != word(key, 5 + 2**32, 0)


def test_streams_and_seeds_have_keys_of_their_own():
    keys = {tuple(key) for seed in range(200) for key in stream_keys(seed)}
    assert len(keys) == 200 * len(STREAMS)


def test_uniform_and_below_are_uniform():
    key = stream_key(1, "pattern")
    u = np.array([uniform(key, trial, 0) for trial in range(40_000)])
    assert u.min() >= 0.0
    assert u.max() < 1.0
    assert stats.kstest(u, "uniform").pvalue > 0.001
    counts = np.bincount([below(key, trial, 1, 8) for trial in range(40_000)], minlength=8)
    assert counts.size == 8
    assert stats.chisquare(counts).pvalue > 0.001


def test_neighbouring_trials_and_indices_are_uncorrelated():
    key = stream_key(3, "exploration")
    u = np.array([[uniform(key, trial, index) for index in range(8)] for trial in range(20_000)])
    correlation = np.corrcoef(np.hstack([u[:-1], u[1:]]).T)
    off_diagonal = correlation[~np.eye(16, dtype=bool)]
    assert np.abs(off_diagonal).max() < 4.5 / np.sqrt(20_000)  # 120 pairs, two-sided alpha < 0.001 together


def test_every_stream_has_a_name_of_its_own():
    names = [name for names in NAMES.values() for name in names]
    assert len(set(names)) == len(names)
    keys = {tuple(stream_key(7, name).tolist()) for name in names}
    assert len(keys) == len(names)


def test_an_unknown_stream_is_refused_unless_a_package_names_it():
    with pytest.raises(ValueError, match=r"no such random stream \('glia'\)"):
        stream_key(7, "glia")
    assert stream_key(7, "mine:glia").shape == (2,)
