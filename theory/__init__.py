"""What the papers say, exactly: one mathematical object a module, one paper a module of ``theory.papers``."""
