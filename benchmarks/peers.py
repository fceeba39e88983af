"""Images learned from rewards, beside evosax (extra `peers`): test accuracy after equal processor seconds of one core.

Each method tries the same number of settings on a tuning seed, as long as the final run, its defaults first; the one
with the best validation accuracy runs once more on a fresh seed, and that run alone is tested. The astrocytes come
first, by trials; every evosax run is given the processor seconds that they took. Compilation and judging do not count.
evosax evolves a dense ReLU network, whose size is tuned too, on minibatches; a generation shares one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from astrosim.statistics.tuning import settings_to_try
from astrosim.systems.arrays.data import Batches, Images, images_of, whole_batch
from astrosim.systems.arrays.judge import judge
from astrosim.systems.arrays.learners.keep_or_revert import make_state
from astrosim.systems.arrays.recording import make_learner
from astrosim.systems.arrays.scenario.schema import ArrayScenario

DATA = ("mnist", "fashion")
TRIALS = 400_000  # of the bundled scenario `mnist`: about a minute
SETTINGS = 8  # tried by each method
TUNING_SEED, SEED = 100, 2_000
MARKS = 8  # points of a curve
FOLD = 0x7FFF  # seeds of jax are 32 bits

Curve = list[tuple[float, float, float]]
"""Processor seconds, validation accuracy and test accuracy."""
Setting = Mapping[str, float]

OURS = {"sigma": 0.05, "cap": 0.5, "last_cap": 0.1, "fraction": 0.3}  # of the bundled scenario `mnist`
OUR_RANGES = {"sigma": (0.02, 0.2), "cap": (0.2, 1.0), "last_cap": (0.03, 0.2), "fraction": (0.1, 1.0)}
NET = {"hidden": 32.0, "population": 64.0, "images": 256.0, "sigma": 0.02}
NET_RANGES = {"hidden": (16.0, 256.0), "population": (16.0, 256.0), "images": (64.0, 4_096.0), "sigma": (0.005, 0.1)}
WHOLE = {"hidden": 1, "population": 2, "images": 1}
PEERS: dict[str, tuple[dict[str, float], dict[str, tuple[float, float]]]] = {
    "Open_ES": (NET | {"rate": 0.02}, NET_RANGES | {"rate": (0.003, 0.1)}),
    "SNES": (NET | {"rate": 1.0}, NET_RANGES | {"rate": (0.3, 3.0)}),
}
"""Algorithms of evosax: defaults and ranges of tuning."""


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and every thread that it starts, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def scenario_of(data: str, setting: Setting, trials: int) -> ArrayScenario:
    """The bundled scenario `mnist`, condition `minute`, with other numbers."""
    stay = 2_000
    return ArrayScenario.model_validate(
        {
            "task": {"data": data, "validation": 5_000},
            "network": {"units": 512, "field": 7},
            "perturbation": dict(setting),
            "decision": {"race": 0.25},
            "batches": {"first": 1_000, "last": 20_000, "growth": 0.85, "stay": stay, "shift": 1},
            "learner": {"average": 0.8},
            "record": {"every": stay},
            "schedule": {"trials": trials},
        }
    )


def astrocytes(data: str, setting: Setting, seed: int, trials: int) -> Curve:
    """Learn by astrocytes over receptive fields."""
    scenario = scenario_of(data, setting, trials)
    images = images_of(scenario, seed, None)
    batches, state = Batches(scenario, seed, images.train), make_state(scenario, seed, images)
    valid, test = (whole_batch(scenario, part) for part in (images.validation, images.test))
    learner = make_learner(scenario, seed, state)
    learner.warm(batches.at(0))
    judged = set(np.linspace(0, scenario.stays, MARKS + 1).astype(int)[1:].tolist())
    seconds, curve = 0.0, []
    for stay in range(scenario.stays):
        begin = time.process_time()
        learner.stay(batches.at(stay), stay)
        state.take_mean(scenario.learner.average)
        seconds += time.process_time() - begin
        if stay + 1 in judged:
            net = state.judged()
            curve.append((seconds, judge(net, valid).accuracy, judge(net, test).accuracy))
    return curve


def strategy_of(method: str, setting: Setting, start: Any) -> tuple[Any, Any]:
    """An algorithm of evosax about a start, and its parameters."""
    import optax
    from evosax import algorithms

    population, rate = int(setting["population"]), setting["rate"]
    if method == "Open_ES":
        strategy = algorithms.Open_ES(
            population, start, optimizer=optax.adam(rate), std_schedule=optax.constant_schedule(setting["sigma"])
        )
        return strategy, strategy.default_params
    strategy = algorithms.SNES(population, start, optimizer=optax.sgd(rate))
    return strategy, strategy.default_params.replace(std_init=setting["sigma"])


def outputs(net: Mapping[str, Any], pixels: Any) -> Any:
    """Outputs of a dense ReLU network: (image, class)."""
    import jax

    return jax.nn.relu(pixels @ net["first"] + net["bias"]) @ net["second"] + net["last"]


def initial(random: np.random.Generator, pixels: int, hidden: int) -> dict[str, np.ndarray]:
    """A network with weights of He et al. 2015."""
    first = random.normal(size=(pixels, hidden)) * np.sqrt(2.0 / pixels)
    second = random.normal(size=(hidden, 10)) * np.sqrt(2.0 / hidden)
    parts = {"first": first, "bias": np.zeros(hidden), "second": second, "last": np.zeros(10)}
    return {name: array.astype(np.float32) for name, array in parts.items()}


def evosax(method: str, images: Images, setting: Setting, seed: int, seconds: list[float]) -> Curve:
    """Learn by an algorithm of evosax, for as many processor seconds as the last of those at which it is judged."""
    import jax
    import jax.numpy as jnp

    centre = images.centre
    train, valid, test = (
        (jnp.asarray((pixels - centre) / 255.0, jnp.float32), jnp.asarray(labels, jnp.int32))
        for pixels, labels in (images.train, images.validation, images.test)
    )
    start = initial(np.random.default_rng(seed), len(centre), int(setting["hidden"]))
    strategy, params = strategy_of(method, setting, start)

    def loss(net: Any, pixels: Any, labels: Any) -> Any:
        chances = jax.nn.log_softmax(outputs(net, pixels))
        return -jnp.take_along_axis(chances, labels[:, None], axis=1).mean()

    @jax.jit
    def generation(key: Any, state: Any) -> Any:
        chosen, asked, told = jax.random.split(key, 3)
        rows = jax.random.randint(chosen, (int(setting["images"]),), 0, len(train[1]))
        population, state = strategy.ask(asked, state, params)
        losses = jax.vmap(loss, (0, None, None))(population, train[0][rows], train[1][rows])
        return strategy.tell(told, population, losses, state, params)[0]

    @jax.jit
    def accuracy(net: Any, pixels: Any, labels: Any) -> Any:
        return (outputs(net, pixels).argmax(axis=1) == labels).mean()

    key = jax.random.key(seed & FOLD)
    state = strategy.init(key, start, params)
    warm = state
    for number in range(3):  # compiles, again for the types of later states
        warm = jax.block_until_ready(generation(jax.random.fold_in(key, number), warm))
    spent, number, curve = 0.0, 0, []
    for mark in seconds:
        while spent < mark:
            begin = time.process_time()
            state = jax.block_until_ready(generation(jax.random.fold_in(key, number), state))
            spent, number = spent + time.process_time() - begin, number + 1
        net = strategy.get_mean(state)
        curve.append((spent, float(accuracy(net, *valid)), float(accuracy(net, *test))))
    return curve


def tuned(learn: Callable[[Setting, int], Curve], tried: list[dict[str, float]]) -> tuple[dict[str, float], Curve]:
    """The setting that is best on the validation images, and its curve on the fresh seed."""
    best = max(tried, key=lambda setting: learn(setting, TUNING_SEED)[-1][1])
    return best, learn(best, SEED)


def row(data: str, method: str, best: dict[str, float], curve: Curve, count: int) -> dict[str, Any]:
    """A row of the table."""
    return {"data": data, "method": method, "tried": count, "setting": best, "curve": curve}


def measure(data: tuple[str, ...] = DATA, trials: int = TRIALS, settings: int = SETTINGS) -> list[dict[str, Any]]:
    """Rows: data set, method, settings tried, the best of them, and its curve."""
    rows = []
    with one_core():
        for name in data:
            best, curve = tuned(
                lambda setting, seed, name=name: astrocytes(name, setting, seed, trials),
                settings_to_try(OURS, OUR_RANGES, settings),
            )
            rows.append(row(name, "astrocytes", best, curve, settings))
            images, marks = images_of(scenario_of(name, OURS, trials), SEED, None), [point[0] for point in curve]
            for method, (defaults, ranges) in PEERS.items():
                best, curve = tuned(
                    lambda setting, seed, method=method, images=images, marks=marks: evosax(
                        method, images, setting, seed, marks
                    ),
                    settings_to_try(defaults, ranges, settings, WHOLE),
                )
                rows.append(row(name, f"evosax {method}", best, curve, settings))
    return rows
