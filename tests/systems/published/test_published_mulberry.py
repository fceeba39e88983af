"""The generator by random access against the generator by its definition."""

from __future__ import annotations

import pytest
from published_reference import SequentialMulberry

from astrosim.core.mulberry import INCREMENT, counter, initial_state, jump, run, uniform, uniforms

DRAWS = 400


def states_around_borders():
    """States whose next 400 draws cross 2^e, or begin just behind it, on odd and even multiples of the spacing."""
    for e in (30, 31, 32, 40, 52, 53, 54, 55, 56, 59, 60, 62, 63, 64, 70, 83, 84, 85, 90):
        spacing = max(1.0, 2.0 ** (e - 53))
        for steps in (0, 1, 2, 3, 199, 200, 398, 399, 400, 401, 402):
            for offset in (0, 1, 2, 3, 12345):
                state = 2.0**e - steps * INCREMENT - offset * spacing
                if state >= 1:
                    yield state
                    yield 2.0**e + offset * 2 * spacing


def sequential_states(state: float) -> list[float]:
    generator = SequentialMulberry(state)
    states = []
    for _ in range(DRAWS):
        generator.counter()
        states.append(generator.state)
    return states


def test_random_access_equals_the_sequence_across_every_border():
    regular_runs = irregular_runs = 0
    for state in states_around_borders():
        expected = sequential_states(state)
        assert [jump(state, k + 1) for k in range(DRAWS)] == expected, state
        first, stride, regular = run(state, DRAWS)
        if regular:
            assert [first + k * stride for k in range(DRAWS)] == expected, state
        regular_runs += regular
        irregular_runs += not regular
    assert regular_runs > 300
    assert irregular_runs > 300


def test_regular_is_the_rule():
    """In a run of 20,000 episodes only a handful of trials may fall back to one-by-one counting."""
    state, irregular = 43.0, 0
    for _ in range(200_000):
        irregular += not run(state, 2_500)[2]
        state = jump(state, 2_500)
    assert state > 2.0**58
    assert irregular <= 10


@pytest.mark.parametrize(("e", "growth"), [(52, 0), (53, -1), (54, -1), (55, 3), (56, -5)])
def test_growth_is_the_increment_rounded_to_the_spacing(e, growth):
    _, stride, regular = run(1.5 * 2.0**e, DRAWS)
    assert regular
    assert stride == INCREMENT + growth


def test_draws_equal_the_definition():
    for state in (43.0, 2.0**53 - 5e10, 2.0**53 + 2.0, 2.0**58 + 64.0, 2.0**66):
        generator = SequentialMulberry(state)
        values, end = uniforms(state, DRAWS)
        assert values.tolist() == [generator.draw() for _ in range(DRAWS)]
        assert end == generator.state


def test_below_two_to_the_53_it_is_the_ordinary_generator():
    """With a 32-bit state the numbers are the same as long as nothing is rounded."""
    state, word = initial_state(42), 43
    for _ in range(DRAWS):
        state, word = state + INCREMENT, (word + int(INCREMENT)) % 2**32
        assert counter(state) == word
        assert uniform(counter(state)) == uniform(word)
