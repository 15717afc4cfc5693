"""The papers: one module or package each, read top to bottom."""
