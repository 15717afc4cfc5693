"""Plugins of the tests: ``pytester`` runs pytest itself, for the tests of lemmata's pytest plugin."""

pytest_plugins = ["pytester"]
