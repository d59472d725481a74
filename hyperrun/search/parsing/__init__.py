"""Files to chunks, each by the parser it wants."""
