"""Components in MDX, read and never run."""
