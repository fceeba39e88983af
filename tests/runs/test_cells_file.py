"""A file that grows by a record for each replicate: what is whole comes back, what is cut or damaged does not."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from astrosim.runs.cells_file import CellsFile
from astrosim.runs.checkpoint import CheckpointError

ARRAYS = {
    "weights": np.linspace(0, 1, 7, dtype="f4"),
    "counts": np.arange(6, dtype="i8").reshape(2, 3),
    "none": np.zeros((0, 3), "u1"),
    "one": np.array(2.5),
    "fired": np.array([True, False]),
}
CELLS = [("a", 1), ("b\n", 2), ("a", 3)]


@pytest.fixture(params=[0, 1])
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    file = CellsFile(tmp_path / "x.cells", request.param)
    for number, cell in enumerate(CELLS):
        file.append(cell, ARRAYS, {"number": number, "wall_s": 0.1})
    file.sync()
    file.close()
    return file.path


def holds(file: CellsFile, cell: tuple[str, int], number: int) -> bool:
    found = file.load(cell)
    assert found is not None
    arrays, facts = found
    assert facts == {"number": number, "wall_s": 0.1}
    assert list(arrays) == list(ARRAYS)
    return all(arrays[n].dtype == a.dtype and np.array_equal(arrays[n], a) for n, a in ARRAYS.items())


def test_records_come_back_as_they_were(path):
    file = CellsFile(path)
    assert file.cells == CELLS
    assert all(holds(file, cell, number) for number, cell in enumerate(CELLS))
    assert file.load(("c", 1)) is None


def test_the_last_of_several_records_counts(path):
    CellsFile(path).append(("a", 1), ARRAYS, {"number": 9, "wall_s": 0.1})
    file = CellsFile(path)
    assert file.cells == [*CELLS[1:], CELLS[0]]
    assert holds(file, ("a", 1), 9)


def test_a_file_that_was_cut_anywhere_keeps_all_records_before_the_cut(path):
    data = path.read_bytes()
    whole = [place.start + place.length for place in CellsFile(path)._places.values()]
    for cut in {*range(0, len(data), 7), *whole, *(end - 1 for end in whole)}:
        path.write_bytes(data[:cut])
        file = CellsFile(path)
        assert file.cells == CELLS[: sum(end <= cut for end in whole)]
        file.append(("new", 4), ARRAYS, {"number": 4, "wall_s": 0.1})
        file.close()
        again = CellsFile(path)
        assert again.cells == [*file.cells[:-1], ("new", 4)]
        assert holds(again, ("new", 4), 4)


def test_a_damaged_record_is_refused_or_lost_and_never_believed(path):
    data = path.read_bytes()
    for place in range(0, len(data), 11):
        path.write_bytes(data[:place] + bytes([data[place] ^ 8]) + data[place + 1 :])
        file = CellsFile(path)
        for number, cell in enumerate(CELLS):
            with contextlib.suppress(CheckpointError):
                assert cell not in file or holds(file, cell, number)
