"""Scenario of a small simulation that figures, animations and exports are made of."""

TABLES = {
    "kind": "spiking",
    "name": "shown",
    "seeds": [1, 2, 3],
    "network": {
        "populations": [
            {"name": "E", "model": "iaf_psc_exp", "size": 4, "width": 50.0},
            {"name": "I", "model": "iaf_psc_exp", "size": 2, "width": 50.0},
            {"name": "A", "model": "li_rinzel", "size": 10, "width": 50.0, "parameters": {"IP3": 0.6}},
        ],
        "connections": [{"pre": ["E"], "post": ["A"], "weight": 0.1}],
    },
    "input": {"poisson": [{"target": ["E", "I"], "rate_hz": 3000.0, "weight": 200.0}]},
    "schedule": {"duration_ms": 50.0},
    "record": {
        "spikes": True,
        "traces": [
            {"variable": "V_m", "nodes": ["0", "5"]},
            {"variable": "Ca_astro", "nodes": ["A"]},
            {"variable": "h_IP3R", "nodes": ["A"]},
        ],
    },
    "conditions": {"loose": {}, "strong": {"gap_junctions": {"rule": "linear"}}},
}
