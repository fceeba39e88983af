"""Scenarios of the stored runs, by name of the archive, and the files beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

RULES_PAST_THE_REPORT = {
    "network": {"regular": 4, "input_clusters": "task", "tonic": 1, "cycles": 2},
    "astrocytes": {"selection": "uniform", "max_active": 1},
    "perturbation": {"sigma": 0.5, "fraction": 0.2},
    "decision": {"reward": "log_sigmoid", "gain": 3.0, "window": 0},
    "schedule": {"episodes": 20, "trials_per_episode": 10},
    "record": {"every": 5, "weights_at": [-1]},
}


GATES = {
    "dynamics": {"order": "random"},
    "eligibility": {"ambient_radius": 4.0},
    "homeostasis": {"rule": "step"},
    "plasticity": {"rate": 0.05},
    "flags": {"rule": "signed", "warm_up": 5},
    "dampening": {"on": True},
}


FRUSTRATED = {
    "dynamics": {"persists": False, "order": "random"},
    "homeostasis": {"rule": "step", "spare_outputs": True},
    "modulation": {"source": "outputs"},
    "chemical": {"falloff": "inverse", "radius": 15.0},
    "frustration": {"on": True, "need": 2, "bound": 5.0, "factor": -0.3},
    "plasticity": {"rate": 0.05},
}


SHORT = {"schedule": {"episodes": 20, "trials_per_episode": 10}, "record": {"every": 5, "weights_at": [0, -1]}}


FEW = {"network": {"regular": 4}}


RELAY = {"layout": "relay", "regular": 6, "spacing": 10, "half_width": 2}


FOUR = [["10101", "01010"], ["11000", "00111"], ["10001", "01110"], ["01010", "10101"]]


DIGITS = {"task": {"data": "digits", "train": 200, "test": 60, "validation": 40}}


FILES = {
    "patterns.csv": "input,target\n10,01\n01,10\n11,00\n",
    "positions.csv": "neuron,x,y\n0,-1,0\n1,-1,1\n2,0,0\n3,0,1\n4,1,0\n5,1,1\n",
    "wiring.csv": "pre,post,weight\n0,4,0.0625\n0,5,-0.03125\n1,4,-0.0625\n1,5,0.03125\n2,4,0.015625\n3,5,0.015625\n",
}


OWN_MODULES = tuple(sorted((Path(__file__).parents[2] / "scenarios" / "extend").glob("*.py")))


SCENARIOS: dict[str, dict[str, Any]] = {
    "astrocytes": {  # the described system: who acts, what changes, by which reward it is kept
        "title": "Who acts, what changes, what is kept",
        "source": "Murray 2026, shortened",
        "seeds": [3],
        **FEW,
        **SHORT,
        "conditions": {
            "baseline": {"sensing": {"rule": "firing"}, "exploration": {"rule": "none"}},
            "epsilon": {"sensing": {"rule": "firing"}, "exploration": {"rule": "flat"}},
            "random": {"perturbation": {"scope": "random"}},
            "single": {"perturbation": {"scope": "single", "sigma": 1.0}},
            "global": {"perturbation": {"scope": "global"}},
            "binary": {"decision": {"reward": "binary"}, "perturbation": {"sigma": 0.4}},
            "metropolis": {"decision": {"accept": "metropolis", "temperature": 0.003}},
            "cursor": {"learner": "cursor"},
            "untrained": {"learner": "none"},
            "maturity": {},
        },
        "reference": {"baseline": {"accuracy": 0.6675}},
    },
    "agents": {  # the same system on the engine of Mesa's agents
        "engine": "agents",
        "seeds": [3, 8],
        **FEW,
        **SHORT,
        "conditions": {"maturity": {}, "cursor": {"learner": "cursor"}, "untrained": {"learner": "none"}},
    },
    "interventions": {
        "seeds": [3, 8],
        **FEW,
        "schedule": {"episodes": 60, "trials_per_episode": 10},
        "record": {"every": 10},
        "conditions": {"maturity": {}, "cursor": {"learner": "cursor"}},
        "interventions": [
            {"action": "lesion_astrocytes", "at_trial": 83, "fraction": 0.5},
            {"action": "set", "parameter": "perturbation.sigma", "value": 0.3, "at_episode": 20},
            {"action": "extend_task", "at_episode": 30, "patterns": [["11111", "00000"], ["11011", "10001"]]},
            {"action": "reward_offset", "offset": 0.01, "when": {"accuracy_above": 0.1, "episodes": 40}},
            {"action": "silence_neurons", "at_episode": 10, "neuron_kind": "output", "fraction": 0.2, "every": 25},
        ],
    },
    "coupled": {  # gap junctions: missing, nearest, within reach and relayed, listed, cut
        "seeds": [3],
        **FEW,
        **SHORT,
        "sensing": {"rule": "firing"},
        "coupling": {"graph": "nearest", "neighbours": 2, "speed": 2.5, "gain": 0.5},
        "conditions": {
            "nearest": {},
            "missing": {"coupling": {"graph": "none"}},
            "relayed": {"coupling": {"graph": "distance", "reach": 11.0, "relay": True, "relay_threshold": 0.05}},
            "listed": {"coupling": {"graph": "edges", "edges": [[0, 1], [1, 2]]}},
            "cut": {"interventions": [{"action": "cut_gap_junctions", "at_episode": 10, "fraction": 1}]},
        },
    },
    "windowed": {  # past the report's network: a window of patterns, a sigma that adapts, a race, parts of steps
        "seeds": [3],
        **RULES_PAST_THE_REPORT,
        "conditions": {
            "all_patterns": {},
            "three_patterns": {"decision": {"window": 3}},
            "race": {"decision": {"race": True}},
            "online": {
                "decision": {"window": 1, "consolidation": "proportional", "rate": 0.3},
                "astrocytes": {"radius": 20.0},
            },
            "part": {"decision": {"reward": "margin", "consolidation": "part"}},
            "adaptive_sigma": {"perturbation": {"adapt_sigma": True}},
        },
    },
    "rivals": {
        "seeds": [3],
        **RULES_PAST_THE_REPORT,
        "conditions": {
            "astrocytes": {},
            "adaptive_monte_carlo": {
                "learner": "adaptive_monte_carlo",
                "rival": {"sigma": 0.03, "momentum": 0.1, "patience": 5},
            },
            "backpropagation": {"learner": "backpropagation", "rival": {"learning_rate": 0.2}},
            "delta": {"learner": "delta", "rival": {"optimiser": "plain", "learning_rate": 0.3}},
            "evolution": {"learner": "evolution"},
            "node_perturbation": {"learner": "node_perturbation", "rival": {"sigma": 0.2, "learning_rate": 0.05}},
            "one_plus_one": {"learner": "one_plus_one", "rival": {"rise": 1.1, "sigma": 0.2}},
            "reinforce": {"learner": "reinforce", "rival": {"slope": 2.0, "learning_rate": 0.03}},
            "spsa": {"learner": "spsa", "rival": {"learning_rate": 3.0}},
            "cma_es": {"learner": "cma_es", "rival": {"population": 3}},
        },
    },
    "neurons": {  # neurons that learn by rules of their own, in a lattice and in a relay
        "learner": "neurons",
        "seeds": [3],
        **FEW,
        **SHORT,
        "conditions": {
            "plain": {},
            "frustrated": FRUSTRATED,
            "relay": {"network": RELAY, "task": {"patterns": FOUR}, "homeostasis": {"rule": "step"}},
            "relay_untrained": {"learner": "none", "network": RELAY, "task": {"patterns": FOUR}},
            "gates": GATES,
        },
    },
    "both": {  # neurons and astrocytes in one network
        "learner": "both",
        "seeds": [3],
        "network": {"regular": 5},
        **SHORT,
        "conditions": {
            "gates": GATES,
            "frustrated": FRUSTRATED
            | {
                "network": {"cycles": 2, "tonic": 1, "input_clusters": "task"},
                "astrocytes": {"selection": "uniform", "max_active": 1},
                "decision": {"reward": "log_sigmoid", "consolidation": "part"},
            },
            "coupled": {"coupling": {"graph": "nearest", "gain": 0.3, "relay": True}},
        },
    },
    "files": {  # patterns, places and synapses from files
        "seeds": [3, 8],
        "network": {
            "clusters": 1,
            "inputs": 2,
            "outputs": 2,
            "modulatory": 0,
            "regular": 2,
            "positions": "positions.csv",
            "wiring": "wiring.csv",
        },
        "task": {"file": "patterns.csv"},
        **SHORT,
    },
    "own_formula": {  # an own class of astrocytes: a formula that numba compiles
        "seeds": [3, 8],
        **FEW,
        **SHORT,
        "adaptation": {"interval": 10},
        "conditions": {"report": {}, "own": {"agents": {"astrocyte": "proportional_adaptation:Proportional"}}},
    },
    "own_phase": {  # an own class of astrocytes: a phase in Python
        "engine": "agents",
        "seeds": [3],
        **FEW,
        **SHORT,
        "conditions": {"report": {}, "own": {"agents": {"astrocyte": "sensing_memory:Remembering"}}},
    },
    "published": {  # the program behind the report: its sizes are fixed
        "system": "published",
        "seeds": [42],
        "schedule": {"episodes": 20, "trials_per_episode": 10},
        "record": {"every": 5},
        "conditions": {
            "baseline": {"sensing": {"rule": "firing"}, "exploration": {"rule": "none"}},
            "epsilon": {"sensing": {"rule": "firing"}, "exploration": {"rule": "flat"}},
            "cursor": {"learner": "cursor"},
            "untrained": {"learner": "none"},
            "maturity": {},
        },
        "reference": {"baseline": {"accuracy": 0.6675, "accept_rate": 0.380}},
    },
    "published_iterations": {  # experiment 020 before it learned
        "system": "published",
        "learner": "cursor",
        "seeds": [42],
        "homeostasis": {"rule": "episode"},
        "schedule": {"episodes": 10, "trials_per_episode": 50},
        "record": {"every": 3},
        "conditions": {
            "iteration_1": {
                "cursor": {"radius": 4},
                "perturbation": {"sigma": 0.05},
                "decision": {"reward": "binary", "accept": "drift"},
            },
            "iteration_2": {"decision": {"reward": "binary"}},
            "iteration_3": {"decision": {"reward": "soft"}},
        },
    },
    "published_neurons": {  # experiments 001 to 018
        "system": "published",
        "learner": "neurons",
        "seeds": [42],
        "network": {"layout": "relay", "spacing": 10, "half_width": 2},
        "task": {"patterns": FOUR},
        "homeostasis": {"rule": "step"},
        "schedule": {"episodes": 200, "trials_per_episode": 1},
        "record": {"every": 50, "decisions": False},
        "conditions": {
            "baseline": {},
            "full": {
                "eligibility": {"ambient_radius": 3},
                "dampening": {"on": True},
                "chemical": {"falloff": "inverse", "radius": 15},
            },
            "signed": {"eligibility": {"ambient_radius": 3}, "flags": {"rule": "signed"}},
        },
    },
    "fields": {  # receptive fields on digits
        "kind": "task",
        "seeds": [3],
        "task": {"data": "digits", "split": "drawn", "test": 60, "validation": 40, "train": 200},
        "network": {"units": 12, "field": 4},
        "perturbation": {"cap": 0.3},
        "learner": {"average": 0.5, "rate": 0.02},
        "batches": {"first": 100, "last": 200, "stay": 25},
        "schedule": {"trials": 200},
        "record": {"every": 50},
        "conditions": {
            "random_mask": {"learner": {"rule": "random_mask"}},
            "one_plus_one": {"learner": {"rule": "one_plus_one"}},
            "spsa": {"learner": {"rule": "spsa"}},
            "backpropagation": {"learner": {"rule": "backpropagation"}},
            "side_by_side": {"decision": {"proposals": 5}},
            "astrocytes": {},
        },
    },
    "xor": {
        "kind": "wave",
        "seeds": [1, 2],
        "task": {"data": "xor"},
        "front": {"rule": "none"},
        "network": {"steps": "s d s d s d s d g g g g g", "bias": "none"},
        "training": {"learning_rate": 0.01, "decay": "cosine"},
        "schedule": {"epochs": 5, "passes": 4, "batch": 4},
        "conditions": {
            "wave": {},
            "wave_published": {"network": {"variant": "published", "bias": "none"}},
            "mlp": {"network": {"model": "mlp", "variant": "published", "hidden": [10]}},
        },
    },
    "waves": {  # waves and neurons on digits: with leak, noise and loss, on a line and on a grid
        "kind": "wave",
        "seeds": [3],
        **DIGITS,
        "schedule": {"epochs": 3, "batch": 16},
        "conditions": {
            "leak": {"leak": {"sigma": 0.4}},
            "noise": {"noise": {"sigma": 0.1}},
            "loss": {"loss": {"p": 0.1}},
            "published": {"network": {"variant": "published"}},
            "grid": {"network": {"grid": [4, 5], "steps": "sdddGGC", "activation": "elu"}},
            "gaussian": {"front": {"rule": "gaussian", "standardise": True}},
            "mlp": {"network": {"model": "mlp"}},
            "wave": {},
        },
    },
    "autoencoders": {  # the fixed one and the one that is learned beside
        "kind": "wave",
        "seeds": [3],
        **DIGITS,
        "front": {"rule": "vae", "hidden": 8, "epochs": 2, "batch": 50},
        "schedule": {"epochs": 2, "batch": 50},
        "conditions": {"vae": {}, "mlp": {"network": {"model": "mlp"}}, "covae": {"front": {"rule": "covae"}}},
    },
    "keep_revert": {  # waves trained by their own astrocytes
        "kind": "wave",
        "seeds": [3],
        **DIGITS,
        "front": {"rule": "none", "standardise": True},
        "network": {"grid": [8, 8], "steps": "U GGGG"},
        "training": {"rule": "keep_revert"},
        "astrocytes": {"radius": 0, "max_active": 8, "threshold": 0.5, "sigma": 0.03, "window": 50, "maturity": 20.0},
        "schedule": {"epochs": 3, "passes": 8, "batch": 50},
        "conditions": {"wide": {"astrocytes": {"radius": 1}}, "narrow": {}},
    },
}
