"""What goes wrong with git, as a sentence."""

from __future__ import annotations


class GitError(Exception):
    """Something about git or the repository that a person has to know; the message is a whole sentence."""
