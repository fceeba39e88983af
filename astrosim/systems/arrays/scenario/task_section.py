"""The section `[task]`: where the rows come from, what is learned of them, and how they are parted."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, model_validator

from astrosim.scenario.inputs import InputFile
from astrosim.scenario.section import Real, Section, as_tuple, complain, quantity, short
from astrosim.systems.arrays.tables.sources import IMAGES, MEMORY, is_file, is_module, source_problem

SHAPES = {"digits": (8, 8), "mnist": (28, 28), "fashion": (28, 28)}
"""Rows and columns of an image."""
SIZES = {"digits": (1_297, 500), "mnist": (60_000, 10_000), "fashion": (60_000, 10_000)}
"""Training and test images of the data sets, as `astrosim.datasets` loads them."""
CLASSES = 10
FUNCTION = r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*"
Names = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]


class Sizes(NamedTuple):
    """Numbers of rows, inputs and outputs.

    Attributes
    ----------
    inputs, outputs : int
    regression : bool
        Whether numbers are learned, not classes.
    train, validation, test : int
        Rows; of groups, as many as were asked for.
    known : bool
        False before the user's own code has run.
    """

    inputs: int
    outputs: int
    regression: bool
    train: int
    validation: int
    test: int
    known: bool = True


def of_tables(scenario: Any) -> bool:
    """Return whether the rows are a table's."""
    return not scenario.task.of_images


class ArrayTask(Section):
    """Task: the rows, and their parts."""

    data: str = quantity(
        "digits",
        'images: "digits" (scikit-learn\'s 8x8 ones, no download), "mnist", "fashion"; or a table: "table.csv", '
        '"x.npz" (X, y), "sklearn:wine", "my_module:function" (returns X, y)',
        "",
        min_length=1,
        max_length=500,
    )
    file: InputFile | None = quantity(None, "file of the table or module; found by its name beside the scenario", "")
    test_file: InputFile | None = quantity(None, "file of the test rows, in place of a share", "", read_if=of_tables)
    validation_file: InputFile | None = quantity(
        None, "file of the validation rows, in place of a share", "", read_if=of_tables
    )
    arguments: dict[str, Any] = quantity(
        {}, "of the function of scikit-learn or the module", "", read_if=lambda s: ":" in s.task.data
    )
    allow_code: bool = quantity(False, "whether a module may run", "", read_if=lambda s: is_module(s.task.data))
    target: str = quantity("", "column to be learned; NPZ and functions: y", "", read_if=of_tables)
    kind_of_target: Literal["auto", "classes", "numbers"] = quantity(
        "auto",
        "auto: texts and up to 20 distinct whole numbers are classes, more than 20 distinct numbers with fractions are "
        "numbers; what is in doubt is an error",
        "",
        "own tasks, section 3",
        read_if=of_tables,
    )
    columns: Names = quantity((), "columns that become inputs; none named: all", "", read_if=of_tables)
    leave_out: Names = quantity((), "columns that do not become inputs", "", read_if=of_tables)
    weights: str = quantity("", "column of the weights of rows", "", read_if=of_tables)
    groups: str = quantity("", "column of groups; no group is in two parts", "", read_if=of_tables)
    missing: Literal["error", "mean"] = quantity(
        "error", "missing inputs: an error; or the mean of the training rows", "", read_if=of_tables
    )
    categories: Literal["error", "one_hot"] = quantity(
        "error", "columns of texts: an error; or an input of 0 and 1 for each text", "", read_if=of_tables
    )
    split: Literal["given", "drawn"] = quantity(
        "given",
        "given: the set's own test images; drawn: by the seed from all images, task.test of them",
        "",
        read_if=lambda s: s.task.of_images,
    )
    train: int = quantity(
        0,
        "training images used, the first ones; 0: all",
        "images",
        ge=0,
        le=10**6,
        read_if=lambda s: s.task.of_images,
    )
    test: Real = quantity(0.0, "test images, 0: all; of a table: rows, or their share", "images", ge=0, le=10**6)
    validation: Real = quantity(
        0.0,
        "taken off the end of the training images, to choose settings by; of a table: rows, or their share",
        "images",
        ge=0,
        le=10**6,
    )

    @model_validator(mode="before")
    @classmethod
    def _beside(cls, data: Any) -> Any:
        """The file that the source names."""
        found = data.get("data") if isinstance(data, dict) else None
        if isinstance(found, str) and is_file(found) and data.get("file") is None:
            return {**data, "file": InputFile.of(found)}
        return data

    @model_validator(mode="after")
    def _named(self) -> ArrayTask:
        problem = source_problem(self.data)
        if not problem and is_module(self.data) and not re.fullmatch(FUNCTION, self.data):
            problem = f"data: no function of a module ({short(self.data)}). Write 'my_module:function'."
        complain([problem] if problem else self._wrong())
        return self

    def _wrong(self) -> list[str]:
        problems = []
        if is_module(self.data) and not self.allow_code:
            where = f"./{self.file.path.name}" if self.file else "that module"
            problems.append(
                f'allow_code: "{self.data}" runs Python code of yours (false). Write allow_code = true if you trust '
                f"{where}."
            )
        for name in ("test", "validation"):
            value = getattr(self, name)
            if value > 1 and value % 1:
                problems.append(f"{name}: neither a share nor a number of rows ({value:g}). Write {round(value)}.")
        return problems

    @property
    def of_images(self) -> bool:
        """Whether the rows are images of a known data set."""
        return self.data in IMAGES

    @property
    def in_memory(self) -> bool:
        """Whether a Python caller holds the rows."""
        return self.data == MEMORY

    @property
    def source_key(self) -> str:
        """Text that tells apart what is read, and what is made of it."""
        return json.dumps(
            self.model_dump(mode="json", exclude={"test", "validation", "split", "train"}), sort_keys=True
        )
