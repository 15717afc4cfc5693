"""The statements of mypaper as claims: what it prints, and how each statement is checked."""
