"""Untrusted Markdown to safe HTML, block by block; citations."""
