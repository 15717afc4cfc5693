"""The papers' measured checks, attached to the claims of ``theory.papers``."""
