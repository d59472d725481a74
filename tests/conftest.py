"""Fixtures for every test. Real things only: servers in threads, Chromium, a second origin."""

from tests.browser import chromium, page

__all__ = ["chromium", "page"]
