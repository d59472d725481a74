"""The web face: what routes, pages and middleware share."""
