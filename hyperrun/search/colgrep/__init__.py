"""Search by meaning with the ColGrep program."""
