"""What a run may overwrite, and what must exist before it."""
