"""Explanations, summaries, reports and animations of calcium-wave networks."""
