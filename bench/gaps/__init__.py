"""Whether what readers do not find becomes one gap each, with a name."""
