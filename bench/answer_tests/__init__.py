"""Whether answer tests catch what breaks, and nothing else."""
