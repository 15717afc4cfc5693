"""``python -m lemmata``: the command line, where its script is not on the path."""

from lemmata.cli import main

main(prog_name="lemmata")
