"""How well HyperRun answers without a language model, judged by what a reader sees."""
