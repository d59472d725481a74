"""The engine: a question in, a grounded answer out. It knows no routes and no pages."""

__version__ = "0.1.0"
