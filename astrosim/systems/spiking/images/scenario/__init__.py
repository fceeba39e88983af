"""Scenario files of learning of images by spiking units."""
