from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from mkdocs_ecompm import __version__
from mkdocs_ecompm.cli import COMMANDS
from mkdocs_ecompm.cli.output import safe

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[bytes]]


def test_version_and_help_name_the_product_and_every_command(ecompm: Run) -> None:
    assert ecompm("--version").output.strip() == f"ecompm, version {__version__}"
    answer = ecompm("--help")
    assert answer.exit_code == 0
    assert all(name in answer.output for name in COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_in_the_table_exists_and_explains_itself(ecompm: Run, name: str) -> None:
    answer = ecompm(name, "--help")
    assert answer.exit_code == 0, answer.output
    assert f"ecompm {name}" in answer.output


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from mkdocs_ecompm.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'yaml', 'jinja2', 'git', 'cryptography', 'mkdocs', 'markdown', 'babel', 'subprocess'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_an_unknown_command_is_a_usage_error_with_a_hint(ecompm: Run) -> None:
    answer = ecompm("chek")
    assert answer.exit_code == 2
    assert "Did you mean `check`?" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as-of", "2026-02-30"), "there is no day 2026-02-30"),
        (("--as-of", "30.06.2026"), "not a day as YYYY-MM-DD"),
        (("--trust-root", "abc123"), "not a full commit id"),
        (("--format", "xml"), "'xml' is not one of"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_wrong_options_are_usage_errors(ecompm: Run, arguments: tuple[str, ...], said: str) -> None:
    answer = ecompm("check", *arguments)
    assert answer.exit_code == 2
    assert said in answer.stderr


@pytest.mark.usefixtures("shop")
def test_a_wrong_source_date_epoch_is_said(ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    answer = ecompm("check")
    assert answer.exit_code == 2
    assert "SOURCE_DATE_EPOCH must be a number of seconds" in answer.stderr


@pytest.mark.usefixtures("shop")
def test_source_date_epoch_is_the_clock(ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1771372799")  # 2026-02-17T23:59:59Z
    assert '"as_of": "2026-02-17"' in ecompm("export").stdout
    assert '"as_of": "2026-03-01"' in ecompm("export", "--as-of", "2026-03-01").stdout


@pytest.mark.parametrize("command", ["check", "export", "signoffs"])
def test_no_project_is_one_sentence_and_exit_2(
    tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = ecompm(command)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith("ecompm: There is no project folder project")
    assert len(answer.stderr.splitlines()) == 1


def test_no_repository_where_one_is_named_is_one_sentence(shop: Path, ecompm: Run) -> None:
    answer = ecompm("check", "--repository", str(shop / "project"))
    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1
    assert "Traceback" not in answer.stderr


def test_an_operating_system_error_is_one_sentence(shop: Path, ecompm: Run) -> None:
    (shop / "out").write_text("a file where a folder is asked for")
    answer = ecompm("schema", "--out", str(shop / "out" / "deeper"))
    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1
    assert answer.stderr.startswith("ecompm: ")


def test_output_is_utf_8_whatever_the_locale(shop: Path, process: Process) -> None:
    text = (shop / "project/risks.yml").read_text("utf-8").replace("likelihood: 2", "likelihood: mehr → ł")
    (shop / "project/risks.yml").write_text(text, "utf-8")
    done = process("check", cwd=shop, LC_ALL="C", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert done.returncode == 1
    assert "mehr → ł".encode() in done.stdout


def test_a_reader_who_has_gone_is_no_traceback(shop: Path) -> None:
    code = "from mkdocs_ecompm.cli import main; main()"
    command = [sys.executable, "-c", code, "schema"]
    with subprocess.Popen(command, cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        running.wait()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("command", "status"), [("signatures", 0), ("schema", 0), ("--help", 0), ("nosuch", 2)])
def test_a_closed_stream_changes_no_status(shop: Path, command: str, status: int, closed: str) -> None:
    subprocess.run(["git", "init", "-q"], cwd=shop, check=True)
    line = f'"{sys.executable}" -m mkdocs_ecompm {command} {closed}'
    done = subprocess.run(["sh", "-c", line], cwd=shop, capture_output=True, check=False)
    assert done.returncode == status
    assert b"Traceback" not in done.stderr
    assert bool(done.stdout) == (status == 0 and ">&-" not in closed.replace("2>&-", ""))


def test_all_is_written_before_the_process_ends(shop: Path) -> None:
    command = [sys.executable, "-m", "mkdocs_ecompm", "schema"]
    with subprocess.Popen(command, cwd=shop, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert json.loads(running.stdout.read(100) + running.stdout.read())
        assert running.wait() == 0


def test_what_is_printed_cannot_steer_a_terminal() -> None:
    assert safe("a\x1b[31mb\u202ec\td\n") == "a\\u001b[31mb\\u202ec\td\n"
