"""Answers are tested like code: `questions.toml`, what is asked of it, and what is told of that."""
