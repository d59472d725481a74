"""Where a passage can be read on the documentation site."""
