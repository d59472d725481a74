"""More than one process over one PostgreSQL: what it costs, what it stands, how it grows."""
