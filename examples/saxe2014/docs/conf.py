"""Sphinx configuration. The pages of claims come from the ledger that ``lemmata run`` writes beside the README."""

project = "saxe2014"
author = "The contributors of this project"

extensions = ["myst_parser", "lemmata.sphinx_ext"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath"]

lemmata_ledger = "../lemmata-ledger.json"

# Nothing is loaded from the network: formulas are MathML.
html_theme = "furo"
html_math_renderer = "lemmata-mathml"
