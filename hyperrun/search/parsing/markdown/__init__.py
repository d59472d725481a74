"""Markdown and its kin, and what their generators add."""
