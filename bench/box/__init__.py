"""Benches of the box that searches and answers."""
