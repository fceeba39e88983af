"""Own tasks: arrays, environments, any function that gives one number."""
