"""Objects of an API that documentation describes out of their source."""
