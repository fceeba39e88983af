"""The phases of a trial of neurons that learn by themselves, in order. Murray 2026; spec, section 1.4."""

from __future__ import annotations

from astrosim.phases import Phase

NEURON_PHASES = (
    Phase("present", "the next pattern is clamped to the inputs"),
    Phase("propagate", "neurons fire by their summed inputs, all at once; rates are counted, thresholds follow"),
    Phase("feel", "every neuron sums what fires around it"),
    Phase("trace", "every synapse's eligibility, by who fires, dampened"),
    Phase("flag", "flags follow eligibilities"),
    Phase("judge", "outputs are compared with targets; a provisional change may fall"),
    Phase("release", "the chemical is released, and spreads"),
    Phase("change", "weights follow eligibility or flag times chemical, and decay; the chemical decays"),
    Phase("record", "write down what the record plan names; this changes nothing"),
)
