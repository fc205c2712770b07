"""Floor 4: the project at a commit: what an artifact's digest was, and what differs between two contents."""
