"""What a pull request means: what it would change, and who must agree to it. Floor 6."""
