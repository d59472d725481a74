"""A question to an answer: turns, the two answerers, research, prompts."""
