"""The statements of saxe2014 as claims: what it prints, and how each statement is checked."""
