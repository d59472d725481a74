"""What lasts: conversations, secrets, and the files they are in."""
