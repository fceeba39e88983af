"""Blocks cut a run into rectangles: every replicate once, few files, little memory; a function of the arrays alone."""

from __future__ import annotations

import pytest

from astrosim.store.blocks import ALONE, MOST_BYTES, SHARE, Block, block_shape, make_blocks

MAIN = 31, 80_000  # chunks and bytes of a replicate of the main experiment, 200 episodes


def count(conditions: int, seeds: int, shape: tuple[int, int]) -> int:
    return -(-conditions // shape[0]) * -(-seeds // shape[1])


@pytest.mark.parametrize(("conditions", "seeds"), [(4, 10), (1, 100), (100, 1), (12, 8)])
def test_small_runs_keep_files_of_their_own(conditions, seeds):
    assert block_shape(conditions, seeds, *MAIN) == ALONE


@pytest.mark.parametrize(("conditions", "seeds"), [(4, 26), (1, 1000), (1000, 1), (12, 83), (7, 41)])
def test_work_of_middling_runs_is_shared_among_many_workers(conditions, seeds):
    shape = block_shape(conditions, seeds, *MAIN)
    assert 1 < shape[0] * shape[1] <= -(-conditions * seeds // 32)
    assert count(conditions, seeds, shape) <= 64


@pytest.mark.parametrize(("conditions", "seeds"), [(12, 1000), (1, 12_000), (12_000, 1), (120, 100), (7, 2000)])
def test_large_runs_have_fewer_files_than_a_tenth_of_their_replicates(conditions, seeds):
    shape = block_shape(conditions, seeds, *MAIN)
    blocks = count(conditions, seeds, shape)
    assert blocks * (MAIN[0] + 2) + 90 < conditions * seeds / 10  # with those of the arrays and their coordinates
    assert shape[0] * shape[1] < 2 * SHARE * (MAIN[0] + 2)  # and no larger than they must be


@pytest.mark.parametrize(
    ("conditions", "seeds", "files", "size"),
    [
        (12, 1000, 31, 1_300_000),
        (12, 1000, 31, MOST_BYTES // 3),
        (3, 334, 5, 100),
        (7, 1000, 40, 200_000),
        (1001, 1, 9, 9),
    ],
)
def test_no_block_outgrows_the_memory(conditions, seeds, files, size):
    shape = block_shape(conditions, seeds, files, size)
    assert shape != ALONE
    assert shape[0] * shape[1] * size <= MOST_BYTES
    assert count(conditions, seeds, shape) >= 16


def test_a_replicate_that_fills_the_memory_keeps_files_of_its_own():
    assert block_shape(12, 1000, 31, MOST_BYTES // 2 + 1) == ALONE


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (2, 3), (3, 7), (5, 1)])
def test_blocks_hold_every_replicate_once(shape):
    conditions, seeds = ["a", "b<c>", "block-0"], [5, 4, 1, 9, 7, 0, 3]
    blocks = make_blocks(conditions, seeds, shape)
    assert len(blocks) == count(3, 7, shape)
    assert len({block.name for block in blocks}) == len(blocks)
    cells = [cell for block in blocks for cell in block.cells]
    assert sorted(cells) == sorted((condition, seed) for condition in conditions for seed in seeds)
    for block in blocks:
        rows, columns = conditions[slice(*block.rows)], seeds[slice(*block.columns)]
        assert block.cells == tuple((condition, seed) for condition in rows for seed in columns)


def test_a_block_of_one_replicate_is_named_after_it_only_where_all_are():
    (first, *_) = make_blocks(["a b"], [5, 6])
    assert first == Block("a%20b-5", (0, 1), (0, 1), (("a b", 5),))
    assert first.alone
    *_, last = make_blocks(["a"], [5, 6, 7], (1, 2))
    assert (last.name, last.cells, last.alone) == ("block-0-1", (("a", 7),), False)
