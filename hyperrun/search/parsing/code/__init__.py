"""Code as units, and the documentation in its comments."""
