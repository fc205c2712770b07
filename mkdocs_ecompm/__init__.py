"""Governance as code for e-commerce projects: YAML in git becomes a site whose agreements can be proved."""

__version__ = "0.1.0"
