"""What happened between two states of a project, told in the project's own terms. Floor 4."""
