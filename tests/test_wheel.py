"""The wheel as a stranger gets it: built, installed alone, and the example made and built from it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(checkout)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_everything_is_inside(wheel: Path, checkout: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    templates = {
        "mkdocs_ecompm/templates/" + path.relative_to(checkout / "templates").as_posix()
        for path in (checkout / "templates").rglob("*")
        if path.is_file()
    }
    assert templates
    assert templates <= names
    assert "mkdocs_ecompm/py.typed" in names
    assert not [name for name in names if name.startswith(("tests", "project", "docs", "benchmarks"))]


def test_the_example_is_built_from_it(wheel: Path, tmp_path: Path) -> None:
    """The wheel's code and templates alone, beside the libraries that are installed here already."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    libraries = next((environment / "lib").glob("python*")) / "site-packages"
    with ZipFile(wheel) as archive:
        archive.extractall(libraries)
    (libraries / "installed_here.pth").write_text(
        "\n".join(path for path in sys.path if path.endswith("site-packages")), "utf-8"
    )
    python = environment / "bin" / "python"
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def run(*arguments: str, folder: Path) -> None:
        result = subprocess.run(
            [str(python), "-m", *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr

    where = "import mkdocs_ecompm; print(mkdocs_ecompm.__file__)"
    found = subprocess.run([str(python), "-c", where], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert str(libraries) in found.stdout
    run("mkdocs_ecompm", "init", "demo", "--example", folder=tmp_path)
    run("mkdocs", "build", "--strict", folder=tmp_path / "demo")
    assert (tmp_path / "demo" / "site" / "signoffs" / "index.html").is_file()
