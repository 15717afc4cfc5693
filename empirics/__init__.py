"""What training does: one experimental concern a module; every prediction is asked of ``theory``."""
