"""What the recipe that teaches a writer stands on: its settings, the base, rows, steps, result."""
