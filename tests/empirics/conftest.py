"""Hypothesis on a busy machine: what a first call imports is no failure of the code under test."""

from hypothesis import settings

settings.register_profile("empirics", deadline=None)
settings.load_profile("empirics")
