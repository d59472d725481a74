"""A missing section, drafted by the model as a patch that a person looks at: never pushed."""
