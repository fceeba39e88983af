"""A small experiment on learning over spiking windows, by which the system shows that it keeps the contract."""

from __future__ import annotations

from astrosim.contracts.example import Example

EXAMPLE = Example(
    tables={
        "kind": "spiking",
        "name": "example",
        "seeds": [3, 8],
        "task": {"patterns": [["00000", "10101"], ["10000", "01010"], ["01000", "11001"]]},
        "schedule": {"trials": 60, "stop": False},
        "record": {"every": 20},
        "conditions": {
            "random": {},
            "calcium": {
                "astrocytes": {"activation": "calcium", "max_active": 2, "exploration": 0.05},
                "gap_junctions": {"rule": "linear"},
            },
            "strict": {
                "astrocytes": {"activation": "strict", "max_active": 2},
                "calcium": {"sensing": "spikes", "drive": 2.0, "parameters": {"delta_IP3": 0.02}},
            },
            "lost": {
                "interventions": [
                    {"action": "lesion_astrocytes", "at_trial": 0, "which": [1]},
                    {"action": "silence_neurons", "at_trial": 25, "neuron_kind": "regular", "fraction": 0.3},
                    {"action": "set", "at_trial": 30, "parameter": "perturbation.sigma", "value": 0.3},
                    {"action": "release_neurons", "at_trial": 45},
                ],
            },
        },
    },
    recording={"record": {"every": 30, "decisions": False}},
    engines=("agents",),
    by_records=(),
)
