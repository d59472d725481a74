"""Language models: which one, its client, its price."""
