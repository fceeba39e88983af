"""Classic control tasks of Gymnasium, compiled: one file each, of one shape; bit for bit what Gymnasium computes.

Every file offers `ENVIRONMENT` (id), `ENTRY` (Gymnasium's class), `STATE` (numbers of its state), `first_state`,
`observe` and `step`. States are float64 arrays, observations float32 in float64; what Gymnasium computes in float32 is
rounded by `single` after each operation, which gives the same bits. `time` counts the steps that were made.
"""
