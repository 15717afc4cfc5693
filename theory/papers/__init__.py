"""The papers: one module each, read top to bottom."""
