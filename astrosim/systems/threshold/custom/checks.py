"""What is wrong with own astrocytes: the class itself, and whether the kernel may rely on its formulas.

The kernel looks only at astrocytes whose territory carried a signal, and draws only what can be seen. Hence: no signal
is score 0, any signal is a score above 0; a threshold is never negative; without exploration the rate is 0; a step is a
float32 number on the grid of the weights. The formulas are tried on some numbers; they must keep to it on all.
"""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from astrosim.core.jit_substitution import NumbaError, returned_type
from astrosim.core.rng import stream_keys
from astrosim.rules.exploration import EXPLORATION_RULES, NONE
from astrosim.scenario.inputs import ComplaintError, Located
from astrosim.systems.threshold.agents.agents import Astrocyte
from astrosim.systems.threshold.custom.load import FIELD, astrocyte_class
from astrosim.systems.threshold.custom.overrides import FORMULAS, overrides_of
from astrosim.systems.threshold.network.params import Params, make_params
from astrosim.systems.threshold.scenario.schema import Scenario

INSTEAD = {
    "sense": "score_of",
    "exploration_rate": "exploration_rate_of",
    "explores": "exploration_rate_of",
    "perturb": "step_of",
    "adapt": "adapted",
}
"""The formula that a method applies."""
TOTALS = (2.0**-22, 0.01, 0.5, 1.0, 7.0, 123.0)  # of traffic, or neurons; assumed: from the smallest weight up
SIZES = (1, 5, 40, 1000)  # neurons or synapses; assumed: territories of all sizes
COUNTS = (0, 1, 50, 100_000)  # activations; assumed: from a naive astrocyte to an old one
GAUSSIANS = (-6.5, -1.0, -0.1, 0.0, 0.3, 2.0)  # within what `rules.perturbation` draws


def problems(scenario: Scenario) -> list[str | Located]:
    """Return all that is wrong with the own astrocytes of a resolved scenario of the described system."""
    try:
        kind = astrocyte_class(scenario)
    except ComplaintError as error:
        return list(error.problems)
    found = [*_misshapen(kind)]
    if not found and scenario.engine == "kernel" and scenario.astrocytic:
        found = [*_beyond_the_kernel(kind), *_broken_promises(kind, make_params(scenario, stream_keys(0)))]
    where = f"{FIELD}: {kind.__name__}"
    return [f"{where}.{text}" for text in found]


def _misshapen(kind: type[Astrocyte]) -> Iterator[str]:
    """Formulas that do not take what they are given."""
    for name in FORMULAS:
        own = getattr(kind, name)
        if not callable(own):
            yield f"{name}: not a function ({own!r:.60}). Write a static method."
        elif len(given := _parameters(own)) != len(wanted := _parameters(getattr(Astrocyte, name))):
            yield f"{name}: takes other arguments ({', '.join(given)}). Write {name}({', '.join(wanted)})."


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(getattr(function, "py_func", function)).parameters)


def _beyond_the_kernel(kind: type[Astrocyte]) -> Iterator[str]:
    """Overrides in Python, and code that may give other bits in other surroundings."""
    agents = 'Write engine = "agents"'
    overrides = overrides_of(kind)
    for name in overrides.python:
        if name in FORMULAS:
            yield f"{name}: a function in Python, which the kernel cannot call. {agents}, or jit it with numba.njit."
        elif name in INSTEAD:
            right = f"{agents}, or supply {INSTEAD[name]} as a jitted function."
            yield f"{name}: overridden in Python, which the kernel cannot call. {right}"
        else:
            yield f"{name}: overridden in Python, which the kernel cannot call. {agents}."
    for name in overrides.jitted:
        for option in ("fastmath", "parallel"):
            if getattr(getattr(kind, name), "targetoptions", {}).get(option):
                yield f"{name}: compiled with {option}, whose bits depend on what stands around it. Leave {option} out."


def _broken_promises(kind: type[Astrocyte], params: Params) -> Iterator[str]:
    """What the kernel relies on, tried on some numbers."""
    for name in overrides_of(kind).jitted:
        try:
            yield from itertools.islice(PROMISES[name](getattr(kind, name), params), 1)
        except NumbaError as error:
            line = next((part.strip() for part in str(error).splitlines() if part.strip()), "")
            yield f"{name}: cannot be compiled ({line[:120]}). Write what numba compiles."
        except ArithmeticError as error:
            yield f"{name}: fails ({type(error).__name__}: {error}). Guard it: size and rates may be 0."


def _tried(function: Callable[..., Any], *arguments: Any) -> Iterator[tuple[str, Any]]:
    """The value for these arguments, and how to write it; said once more if a second call gives another."""
    value, again = function(*arguments), function(*arguments)
    call = f"({', '.join(f'{a:g}' for a in arguments)}) = {value!r}"
    yield call, value if value == again else math.nan


def _score(score: Callable[..., Any], params: Params) -> Iterator[str]:
    nothing = [(0.0, size) for size in SIZES] + [(total, 0) for total in (0.0, *TOTALS)]
    for total, size in nothing:
        for call, value in _tried(score, total, size):
            if value != 0.0:
                yield f"score_of: not 0 without signal, or for a silenced territory of size 0 ({call}). Write 0 there."
    for total, size in itertools.product(TOTALS, SIZES):
        for call, value in _tried(score, total, size):
            if not 0.0 < value < math.inf:
                yield f"score_of: not above 0 although there is signal ({call}). Write one above 0, always the same."


def _rate(rate: Callable[..., Any], params: Params) -> Iterator[str]:
    numbers = params.population.flat_rate, params.population.initial_rate, params.population.maturity
    for rule, count in itertools.product(sorted(EXPLORATION_RULES.values()), COUNTS):
        for call, value in _tried(rate, rule, count, *numbers):
            if rule == NONE and value != 0.0:
                yield f"exploration_rate_of: not 0 under exploration.rule = none ({call}). Write 0 for rule 0."
            if not 0.0 <= value <= 1.0:
                yield f"exploration_rate_of: not a probability ({call}). Write 0 to 1, always the same."


def _step(step: Any, params: Params) -> Iterator[str]:
    returned = returned_type(step, np.float32, np.float32, np.float32)
    if returned != "float32":
        yield f"step_of: not a float32 number, as weights are ({returned}). Write np.rint(...) * spacing."
    for number in GAUSSIANS:
        for call, value in _tried(step, np.float32(number), params.perturbation.scale, params.perturbation.spacing):
            size = value / float(params.perturbation.spacing)
            if not (math.isfinite(size) and size == np.rint(size)):
                yield f"step_of: off the grid of the weights ({call}). Write np.rint(...) * spacing, always the same."


def _adapted(adapted: Callable[..., Any], params: Params) -> Iterator[str]:
    own = params.population
    numbers = own.adaptation_step, own.upper_success, own.lower_success, own.floor, own.ceiling
    between = (own.floor, (own.floor + own.ceiling) / 2.0, own.ceiling)
    for threshold, rate in itertools.product(between, (0.0, 0.25, 0.5, 1.0)):
        for call, value in _tried(adapted, threshold, rate, *numbers):
            if not 0.0 <= value < math.inf:
                yield f"adapted: no threshold from 0 on ({call}). Keep within floor and ceiling, always the same."


PROMISES = {"score_of": _score, "exploration_rate_of": _rate, "step_of": _step, "adapted": _adapted}
