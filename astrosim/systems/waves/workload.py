"""The work of a scenario of calcium-wave networks: replicates, updates, bytes and seconds (estimates)."""

from __future__ import annotations

from dataclasses import dataclass

from astrosim.explain.tables import bytes_words
from astrosim.explain.workload import FILE_OVERHEAD, REPLICATE_OVERHEAD, Workload
from astrosim.scenario import condition_names, resolve
from astrosim.scenario.words import counted, seconds_words
from astrosim.systems.waves.scenario.schema import WaveScenario

SECONDS_AN_UPDATE = 10e-6  # of one replicate, whatever its size; measured: `make bench`, wave networks
SECONDS_A_TAP = 4e-10  # a live weight and an image, forward and backward; measured as above
WAVE_CURVES = 5  # figures of an epoch: two losses, two accuracies, accept rate


@dataclass(frozen=True)
class WaveWorkload(Workload):
    """Work of a scenario of calcium-wave networks.

    Attributes
    ----------
    conditions, seeds, replicates : int
        A replicate is one network that is trained.
    parameters, live_weights : int
        Of the largest condition.
    mesh_cells : int
        Astrocytes, or neurons of an MLP, inputs included, in the largest condition.
    updates_per_replicate : int
        Of the longest condition.
    updates : int
        Over all replicates.
    disk_bytes : int
        Estimate, before compression.
    seconds : float
        Estimate on one core at a nominal rate; a VAE's training is not in it.
    """

    conditions: int
    seeds: int
    replicates: int
    parameters: int
    live_weights: int
    mesh_cells: int
    updates_per_replicate: int
    updates: int
    disk_bytes: int
    seconds: float

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return name, value and remark of each line that is shown."""
        return (
            (
                "replicates",
                f"{self.replicates:,}",
                f"{counted(self.conditions, 'condition')} x {counted(self.seeds, 'seed')}, a network each",
            ),
            ("parameters", f"{self.parameters:,}", f"in the largest condition; {self.live_weights:,} live weights"),
            ("astrocytes", f"{self.mesh_cells:,}", "of the mesh, or neurons of an MLP, inputs included"),
            ("updates per replicate", f"{self.updates_per_replicate:,}", "in the longest condition"),
            ("updates", f"{self.updates:,}", "over all replicates"),
            ("on disk", f"about {bytes_words(self.disk_bytes)}", "before compression"),
            ("time", f"about {seconds_words(self.seconds)}", "on one core at a nominal rate, without a VAE's training"),
        )


def seconds_of(scenario: WaveScenario) -> float:
    """Return nominal seconds of one replicate's training on one core, trained beside others."""
    sums = scenario.live_weights * scenario.images_per_update
    return REPLICATE_OVERHEAD + scenario.updates * (SECONDS_AN_UPDATE + SECONDS_A_TAP * sums)


def bytes_of(scenario: WaveScenario) -> float:
    """Return bytes that one replicate leaves, before compression."""
    weights = 4 * scenario.parameters if scenario.record.weights else 0
    return FILE_OVERHEAD + weights + 8 * scenario.schedule.epochs * (WAVE_CURVES + scenario.output_width)


def workload(scenario: WaveScenario) -> WaveWorkload:
    """Return the work of a wave scenario."""
    resolved = [resolve(scenario, name) for name in condition_names(scenario)]
    seeds = len(scenario.seeds)
    return WaveWorkload(
        conditions=len(resolved),
        seeds=seeds,
        replicates=len(resolved) * seeds,
        parameters=max(r.parameters for r in resolved),
        live_weights=max(r.live_weights for r in resolved),
        mesh_cells=max(r.cells for r in resolved),
        updates_per_replicate=max(r.updates for r in resolved),
        updates=seeds * sum(r.updates for r in resolved),
        disk_bytes=round(seeds * sum(bytes_of(r) for r in resolved)),
        seconds=seeds * sum(seconds_of(r) for r in resolved),
    )
