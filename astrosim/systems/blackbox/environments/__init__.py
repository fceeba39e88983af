"""Environments of Gymnasium and of others: played by a policy, checked for exact replay, drawn.

- `making`    from what a user names to a player; the door of this room
- `finding`   ids, modules and functions, and what makes an environment of them
- `spaces`    observations as arrays of float64, outputs as actions
- `player`    episodes played through Gymnasium
- `twins`     classic control tasks, compiled; `twin_player` plays them, `agreement` holds them against Gymnasium
- `replay`    the check that equal weights and seeds give equal episodes
"""
