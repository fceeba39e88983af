"""The system behind the published tables, replayed quirk by quirk. Murray 2026; frozen, apart from the rest.

`constants` holds its numbers; `mulberry` draws; `fdlibm` is its runtime's log, cos and exp; `network` builds; `circuit`
lists what is fixed and `state` what changes; `standing` is the forward pass and what is sensed of it; `perturbation`
changes weights; `astrocytes` and `cursor` are the two learners' trial loops; `engine` offers them to a run.
"""
