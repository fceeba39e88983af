"""A small simulation of a spiking network, by which the system shows that it keeps the contract of all systems."""

from __future__ import annotations

from astrosim.contracts.example import Example

EXAMPLE = Example(
    tables={
        "kind": "spiking",
        "name": "example",
        "seeds": [3, 8],
        "network": {
            "populations": [
                {"name": "exp", "model": "iaf_psc_exp", "size": 3, "parameters": {"tau_m": [10.0, 12.0, 14.0]}},
                {"name": "alpha", "model": "iaf_psc_alpha", "size": 2},
                {"name": "aeif", "model": "aeif_cond_alpha", "size": 2, "parameters": {"tau_syn_ex": 2.0}},
                {"name": "glia", "model": "li_rinzel", "size": 2, "parameters": {"IP3": 0.6, "Ca_astro": 0.19}},
            ],
            "connections": [
                {"pre": ["exp"], "post": ["exp", "alpha"], "weight": 400.0, "delay_ms": 1.5, "synapse": "tsodyks"},
                {
                    "pre": ["exp"],
                    "post": ["aeif"],
                    "weight": 5.0,
                    "delay_ms": 1.0,
                    "astrocytes": "glia",
                    "weight_in": 10.0,
                    "weight_out": 30.0,
                },
            ],
        },
        "input": {
            "poisson": [
                {"target": ["exp"], "rate_hz": 2000.0, "weight": 300.0},
                {"target": ["aeif"], "rate_hz": 1000.0, "weight": 3.0},
            ],
            "currents": [{"target": ["alpha"], "time_ms": 20.0, "amplitude": 450.0}],
        },
        "schedule": {"duration_ms": 40.0},
        "record": {
            "traces": [
                {"variable": "V_m", "nodes": ["0", "aeif"], "every_ms": 0.5},
                {"variable": "Ca_astro", "nodes": ["glia"], "every_ms": 1.0},
            ]
        },
        "conditions": {
            "base": {},
            "coupled": {"gap_junctions": {"rule": "linear"}},
            "lost": {
                "gap_junctions": {"rule": "linear"},
                "interventions": [
                    {"action": "lesion_astrocytes", "at_ms": 15.3, "which": [1]},
                    {"action": "silence_neurons", "at_ms": 15.3, "fraction": 0.5},
                    {"action": "set", "at_ms": 20.0, "parameter": "tau_m", "value": 8.0, "which": ["exp"]},
                    {"action": "release_neurons", "at_ms": 30.0},
                ],
            },
        },
    },
    recording={"record": {"traces": [{"variable": "I_SIC", "nodes": ["aeif"], "every_ms": 2.0}]}},
    engines=("agents",),
)
