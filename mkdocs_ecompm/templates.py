"""Where the product's own templates are: inside the package when installed, else beside it in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def templates_folder() -> Path:
    """The folder with `pages/`, `parts/`, `charts/`, `partials/`, `assets/` and `starter/`.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "templates", package.parent / "templates"):
        if (folder / "pages").is_dir():
            return folder
    raise FileNotFoundError(f"The templates of mkdocs-ecompm are missing beside {package}; install it again.")
