"""The statements of klambauer2017 as claims: what it prints, and how each statement is checked."""
