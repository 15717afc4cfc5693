"""Settings of all tests.

``pytester`` runs pytest itself, for the tests of lemmata's pytest plugin. Hypothesis searches the same examples in every
run, so that no run fails for what it happened to draw, and without deadlines, since a first call may import much;
``pytest --hypothesis-profile=search`` draws anew.
"""

from hypothesis import settings

pytest_plugins = ["pytester"]

settings.register_profile("search", deadline=None)
settings.register_profile("same", deadline=None, derandomize=True)
settings.load_profile("same")
