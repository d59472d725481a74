"""What an operator learns from what readers ask: needs, gaps, and the figures of a time."""
