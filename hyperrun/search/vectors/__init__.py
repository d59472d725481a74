"""What passages mean, as vectors beside the words of the index."""
