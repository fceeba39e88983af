"""The loops of the published program, compiled; a frozen replay."""
