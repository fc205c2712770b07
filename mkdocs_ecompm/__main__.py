"""`python -m mkdocs_ecompm` is the `ecompm` command."""

from mkdocs_ecompm.cli import run

if __name__ == "__main__":
    run()
