"""The documentation: its site builds strictly and asks no other host; every command and every YAML in it works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import pytest
import yaml
from small_shop import DEPARTMENTS_AND_ROLES

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.cli import COMMANDS, main
from mkdocs_ecompm.model.catalogue import CATALOGUE, is_text
from mkdocs_ecompm.plugin_options import EcompmConfig
from mkdocs_ecompm.registers import DOCUMENTS

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
FENCE = re.compile(
    r"^(?P<marks>`{3,})(?P<kind>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<code>.*?)^(?P=marks)$",
    re.MULTILINE | re.DOTALL,
)

# What a reader needs around a single file that the docs show: who the ids are.
CAST = f"""
people:
  - id: mia
    name: Mia
    department: marketing
    roles: [sponsor]
  - id: jan
    name: Jan
    department: it
{DEPARTMENTS_AND_ROLES}"""
PLAN = "gates:\n  - id: G1\n    name: Ready\n    date: 2026-02-27\n"

# Commands that fetch, serve or ask are replaced; everything else runs as it stands.
REPLACED = """
pip() { :; }
mkdocs() { if [ "$1" = serve ]; then command mkdocs build --strict; else command mkdocs "$@"; fi; }
set -euo pipefail
"""


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: Path
    kind: str
    title: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.name}-{self.title or self.kind}"


def blocks(*kinds: str) -> list[Block]:
    return [
        Block(page, match["kind"], match["title"] or "", match["code"])
        for page in PAGES
        for match in FENCE.finditer(page.read_text("utf-8"))
        if match["kind"] in kinds
    ]


def test_every_block_says_what_it_is() -> None:
    known = {"sh", "yaml", "json", "python", "jinja", "text", "markdown"}
    assert {match["kind"] for page in PAGES for match in FENCE.finditer(page.read_text("utf-8"))} <= known
    for page in PAGES:
        assert "```" not in FENCE.sub("", page.read_text("utf-8")), page


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml_is_read_without_a_mistake(block: Block, tmp_path: Path) -> None:
    if not block.title.startswith("project/"):
        assert yaml.safe_load(block.code)
        return
    files = {
        "project/project.yml": "id: shop\nname: Shop\n",
        "project/people.yml": CAST,
        "project/timeline.yml": PLAN,
        block.title: block.code,
    }
    (tmp_path / "project").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    found = assemble(Setting(folder=tmp_path / "project", as_of=date(2026, 3, 2))).findings
    assert [item.message for item in found if is_text(item)] == []


@pytest.mark.parametrize("block", [block for block in blocks("yaml") if block.title == "mkdocs.yml"], ids=str)
def test_settings_are_those_of_the_plugin(block: Block) -> None:
    options = next(
        (
            item["ecompm"]
            for item in yaml.safe_load(block.code)["plugins"]
            if isinstance(item, dict) and "ecompm" in item
        ),
        {},
    )
    config = EcompmConfig()
    config.load_dict(options)
    assert config.validate() == ([], [])


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    assert json.loads(block.code)["version"] == 1


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_runs(block: Block) -> None:
    exec(compile(block.code, str(block.page), "exec"), {"__name__": "lessons"})  # noqa: S102  # our own docs


@pytest.mark.parametrize("page", sorted({block.page for block in blocks("sh")}), ids=lambda page: page.name)
def test_commands_work_in_the_order_of_the_page(page: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / ".ssh" / "id_ed25519"], check=True)
    if "ssh-keygen" in page.read_text("utf-8"):
        shutil.rmtree(home / ".ssh")
    (home / ".gitconfig").write_text(
        "[user]\nname = Mia\nemail = mia@shop.example\n"
        f"signingkey = {home}/.ssh/id_ed25519.pub\n[gpg]\nformat = ssh\n[init]\ndefaultBranch = main\n"
    )
    script = REPLACED + "".join(block.code for block in blocks("sh") if block.page == page)
    (tmp_path / "work").mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path / "work",
        env={
            **environment,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own site, built strictly."""
    target = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return target


def test_our_site_asks_no_other_host(site: Path) -> None:
    loaded = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"?(https?://[^\s\">]+)")
    for path in site.rglob("*.html"):
        found = [url for url in loaded.findall(path.read_text("utf-8")) if "canonical" not in url]
        assert found == [], path


def test_the_tables_are_made_from_the_code(site: Path) -> None:
    findings = (site / "reference/findings/index.html").read_text("utf-8")
    assert all(f"<code>{code}</code>" in findings for code in CATALOGUE)
    registers = (site / "reference/registers/index.html").read_text("utf-8")
    for document in DOCUMENTS.values():
        for name in document.lists:
            assert f"<code>{name}</code>" in registers
    assert "<!-- " not in registers.partition("<article")[2].partition("</article")[0]


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/reference/settings.md").read_text("utf-8")
    assert [name for name, _ in EcompmConfig._schema if f"`{name}`" not in text] == []


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_and_option_is_documented(name: str) -> None:
    text = (ROOT / "docs/reference/commands.md").read_text("utf-8")
    shared, _, rest = text.partition("\n## ")
    section = next(part for part in f"\n## {rest}".split("\n## ecompm ") if part.startswith(f"{name}\n"))
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
    assert [option for option in options if option not in section + shared] == []


def test_the_hook_for_pre_commit_runs_a_command_that_exists() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    program, command, *_ = hook["entry"].split()
    assert (program, command in COMMANDS) == ("ecompm", True)
    assert hook["pass_filenames"] is False
