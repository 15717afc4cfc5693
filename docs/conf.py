"""Sphinx configuration. The pages of claims come from the ledger that `lemmata run` writes beside the README."""

from importlib.metadata import version as installed

project = "lemmata"
author = "The lemmata developers"
copyright = author
version = release = installed("lemmata")

extensions = ["myst_parser", "lemmata.sphinx_ext"]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_update_mathjax = False

lemmata_ledger = "../lemmata-ledger.json"

# Nothing is loaded from the network: formulas are MathML, the theme brings its own files and the system's fonts.
html_theme = "furo"
html_title = "lemmata"
html_math_renderer = "lemmata-mathml"
html_copy_source = False
html_show_sphinx = False
