"""Figures of learning over spiking windows."""
