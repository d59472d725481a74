"""Manual pages, and R's help."""
