"""The processes that `bench.answers` starts: model, client, and what HyperRun is held against."""
