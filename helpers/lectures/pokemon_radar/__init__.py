"""Lecture 12: the radar, from a first model to a good one."""

LECTURE = "12_pokemon_radar"
