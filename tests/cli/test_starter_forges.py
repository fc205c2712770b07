"""What `ecompm init --forge` writes: valid, with least rights, and its scripts run against a forge made of files."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from repositories import SigningKey, TestRepository

Run = Callable[..., Result]
STARTER = Path(__file__).parents[2] / "templates/starter/forges"
WORKFLOWS = sorted(STARTER.glob("git*/dot-git*/workflows/*.yml"))
GITHUB = [path for path in WORKFLOWS if "github" in str(path)]
PIPELINE = STARTER / "gitlab/dot-gitlab-ci.yml"
SCRIPTS = sorted(STARTER.glob("*/dot-git*/*.py"))
TOKEN = "tok-4711-secret"  # noqa: S105  # the word that must appear nowhere
MARK = "<!-- ecompm-review -->"
PROGRAMS = "/tmp/ecompm/bin"  # noqa: S108  # as the scripts have it


def workflow(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def jobs(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from workflow(path)["jobs"].items()


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for _, job in jobs(path):
        yield from job["steps"]


def script(path: Path, name: str) -> str:
    return next(str(step["run"]) for step in steps(path) if step.get("name") == name)


def triggers(path: Path) -> set[str]:
    return set(workflow(path)[True])  # YAML 1.1 takes `on` for a yes


ids = {"ids": lambda path: f"{path.parts[-4]}-{path.name}" if "workflows" in path.parts else path.name}


# --- init -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forge", ["github", "gitlab", "gitea"])
def test_init_writes_what_the_forge_runs(
    tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch, forge: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = ecompm("init", "shop", "--forge", forge)
    assert answer.exit_code == 0, answer.output
    assert forge in answer.stdout
    written = {path.relative_to("shop").as_posix() for path in Path("shop").rglob("*") if path.is_file()}
    wanted = {
        re.sub(r"(^|/)dot-", r"\1.", path.relative_to(STARTER / forge).as_posix()).removesuffix(".jinja")
        for path in (STARTER / forge).rglob("*")
        if path.is_file()
    }
    assert wanted <= written
    assert not any("forges" in name or "dot-" in name for name in written)
    others = {"github": ".github", "gitlab": ".gitlab", "gitea": ".gitea"}
    assert {name.split("/")[0] for name in written} & set(others.values()) == {others[forge]}
    assert re.search(r"(?m)^mkdocs-ecompm\[forge\]==\d[\w.]*$", Path("shop/requirements.txt").read_text())
    assert ecompm("check", "--project", "shop/project", "--fail-on", "warning").exit_code == 0
    host = {"github": "github.com", "gitlab": "gitlab.com", "gitea": "codeberg.org"}[forge]
    assert f"#   - host: {host}\n" in Path("shop/project/people.yml").read_text("utf-8")


def test_without_a_forge_there_is_none(tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ecompm("init", "shop")
    assert not Path("shop/requirements.txt").exists()
    assert sorted(path.name for path in Path("shop").iterdir() if path.name.startswith(".")) == [".gitignore"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--forge", "gitub"], "Did you mean `github`?"),
        (["--forge", "bitbucket"], "They are github, gitlab, gitea; Forgejo is gitea."),
        (["--forge", "../github"], "There is no continuous integration for `../github`"),
        (["--forge", "gitlab", "--example"], "pinned history"),
    ],
)
def test_what_cannot_be_written_is_told(
    tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = ecompm("init", "shop", *arguments)
    assert answer.exit_code == 2
    assert says in answer.stderr
    assert not Path("shop").exists()


# --- the shape of the files -------------------------------------------------------------------------------------------


def schema_check(kind: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{kind}", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_workflows_are_valid(tmp_path: Path) -> None:
    done = schema_check("github-workflows", *WORKFLOWS)
    assert done.returncode == 0, done.stdout
    broken = tmp_path / "broken.yml"
    broken.write_text(GITHUB[0].read_text("utf-8").replace("timeout-minutes", "timeout"))
    assert schema_check("github-workflows", broken).returncode == 1


def test_the_pipeline_is_valid(tmp_path: Path) -> None:
    done = schema_check("gitlab-ci", PIPELINE)
    assert done.returncode == 0, done.stdout
    broken = tmp_path / "broken.yml"
    broken.write_text(PIPELINE.read_text("utf-8").replace("expire_in: 1 week", "expires: 1 week"))
    assert schema_check("gitlab-ci", broken).returncode == 1


def test_an_auditor_of_workflows_finds_nothing() -> None:
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [str(zizmor), "--offline", "--no-progress", "--min-severity=low", *map(str, GITHUB)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, **ids)
def test_every_job_has_its_rights_and_its_time(path: Path) -> None:
    assert workflow(path)["permissions"] in ({}, {"contents": "read"})
    for name, job in jobs(path):
        assert isinstance(job["permissions"], dict), name
        assert job["timeout-minutes"] <= 30, name


@pytest.mark.parametrize("path", WORKFLOWS, **ids)
def test_no_foreign_word_becomes_a_command(path: Path) -> None:
    for step in steps(path):
        assert "${{" not in step.get("run", ""), "what is put into a script is run: use the environment"
        shell = step.get("shell") or workflow(path).get("defaults", {}).get("run", {}).get("shell")
        assert "run" not in step or shell == "bash", "without a name the shell does not stop in a pipe"
    assert "eval" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, **ids)
def test_nothing_is_given_to_foreign_code(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "pull_request_target" not in text
    if "pull_request" in triggers(path):
        assert "secrets." not in text
        assert all(set(job["permissions"].values()) == {"read"} for _, job in jobs(path))
    else:
        assert "github.event.pull_request" not in text
        checked_out = re.findall(r"git checkout[^\n]*", text)
        assert all(re.search(r'"\$GITHUB_SHA"$|-B main origin/main$', line) for line in checked_out)


def test_who_reads_cannot_write_and_who_writes_reads_no_commit() -> None:
    found = dict(jobs(STARTER / "github/dot-github/workflows/review.yml"))
    assert set(found["report"]["permissions"].values()) == {"read"}
    assert found["comment"]["permissions"] == {"pull-requests": "write"}
    assert "git " not in "".join(step["run"] for step in found["comment"]["steps"])
    assert "ecompm review " not in "".join(step["run"] for step in found["comment"]["steps"])


@pytest.mark.parametrize("path", GITHUB, **ids)
def test_secrets_are_those_of_an_environment(path: Path) -> None:
    for name, job in jobs(path):
        uses_secret = "secrets." in json.dumps(job)
        assert not uses_secret or job["environment"] == "collector", name
        assert not uses_secret or job["if"] == "github.ref == 'refs/heads/main'"


@pytest.mark.parametrize("path", WORKFLOWS, **ids)
def test_actions_of_others_are_pinned(path: Path) -> None:
    for line in path.read_text("utf-8").splitlines():
        if "uses:" in line:
            assert re.search(r"uses: actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("path", [*WORKFLOWS, PIPELINE], **ids)
def test_the_whole_history_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "--depth" not in text
    assert path != PIPELINE or workflow(path)["variables"]["GIT_DEPTH"] == "0"


def test_jobs_of_the_pipeline_that_need_secrets_run_on_the_default_branch_alone() -> None:
    pipeline = workflow(PIPELINE)
    assert "merge_request_event" in str(pipeline["workflow"])
    for name in ("comment", "collect", "pages"):
        (rule,) = pipeline[name]["rules"]
        assert rule["if"].startswith("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"), name
    for name in ("comment", "collect"):
        assert pipeline[name]["environment"]["name"] in ("comments", "collector")
    for name in ("check", "report"):
        assert "TOKEN" not in json.dumps(pipeline[name])
        shown = "its author can write it, and it would look like our word"
        assert "expose_as" not in pipeline[name]["artifacts"], shown


@pytest.mark.parametrize("path", [*WORKFLOWS, PIPELINE, *STARTER.glob("*/dot-git*/*.sh")], **ids)
def test_the_shell_can_read_it(path: Path) -> None:
    if path.suffix == ".sh":
        scripts = [path.read_text("utf-8")]
    elif path == PIPELINE:
        scripts = [
            "\n".join(job["script"]) for job in workflow(path).values() if isinstance(job, dict) and "script" in job
        ]
    else:
        scripts = [step["run"] for step in steps(path) if "run" in step]
    for text in scripts:
        done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


# --- the scripts, run -------------------------------------------------------------------------------------------------


class Forge:
    """A forge made of files: a repository, and programs that write down how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.work.mkdir()
        self.origin = TestRepository.create(folder / "served/o/r", bare=True)
        self.first = self.origin.commit("Begin", files={"requirements.txt": "", "project/project.yml": "id: shop\n"})
        self.second = self.origin.commit("More", files={"docs/x.md": "x"})
        self.calls = folder / "calls"
        self.output = folder / "output"
        self.output.touch()
        self.bin = folder / "bin"
        self.bin.mkdir()

    def program(self, name: str, text: str, at: Path | None = None) -> None:
        path = at or self.bin / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/usr/bin/env bash\nprintf "%s\\n" "{name} $*" >> "{self.calls}"\n{text}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run(self, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
        (self.folder / "home").mkdir(exist_ok=True)
        environment = {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_SERVER_URL": f"file://{self.folder}/served",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_SHA": self.second,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_OUTPUT": str(self.output),
            **variables,
        }
        (self.folder / "temp").mkdir(exist_ok=True)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
        return subprocess.run(
            command,
            cwd=self.work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def checked_out(self) -> None:
        """Let an old commit be checked out, as a run finds it that waited for long."""
        self.run(f"git clone --quiet file://{self.folder}/served/o/r . && git checkout --quiet {self.first}")

    def outputs(self) -> dict[str, str]:
        """What a step hands on, as the runner reads it."""
        found: dict[str, str] = {}
        lines = iter(self.output.read_text("utf-8").split("\n"))
        for line in lines:
            name, mark, end = line.partition("<<")
            if mark:
                taken = []
                for more in lines:
                    if more == end:
                        break
                    taken.append(more)
                found[name] = "\n".join(taken)
            elif "=" in line:
                found[line.partition("=")[0]] = line.partition("=")[2]
        return found


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


CHECK_OUTS = [
    (path, step["name"], str(step["run"]))
    for path in WORKFLOWS
    for step in steps(path)
    if "git init --quiet ." in step.get("run", "") and "mkdocs" not in step["run"]
]


@pytest.mark.parametrize("case", CHECK_OUTS, ids=lambda case: f"{case[0].parts[-4]}-{case[0].stem}")
def test_the_commit_is_there_with_its_history_and_without_the_token(forge: Forge, case: tuple[Path, str, str]) -> None:
    forge.origin.point("refs/pull/7/head", forge.second)
    done = forge.run(case[2], TOKEN=TOKEN, NUMBER="7")
    assert done.returncode == 0, done.stderr
    log = subprocess.run(["git", "rev-list", "HEAD"], cwd=forge.work, capture_output=True, text=True, check=True).stdout
    assert log.split() == [forge.second, forge.first]
    assert (forge.work / "requirements.txt").is_file()
    assert TOKEN not in done.stdout + done.stderr
    assert not [path for path in forge.work.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


REVIEW = STARTER / "github/dot-github/workflows/review.yml"


def test_the_pull_request_is_found_by_its_head(forge: Forge) -> None:
    forge.program("gh", 'printf "number=7\\n"')
    text = script(REVIEW, "The pull request with this head")
    about = {"HEAD": "a" * 40, "OWNER": "mallory", "BRANCH": "b", "TARGET": "main"}
    done = forge.run(text, **{**about, "BRANCH": 'x"; touch owned; $(touch owned) `touch owned`'})
    assert done.returncode == 0, done.stderr
    assert forge.outputs() == {"number": "7"}
    assert not list(forge.work.iterdir())
    assert f'select(.head.sha == "{"a" * 40}" and .base.ref == "main")' in forge.calls.read_text()
    assert "--raw-field base=main" in forge.calls.read_text()
    assert forge.run(text, **{**about, "HEAD": 'x") | .[]'}).returncode != 0
    assert forge.run(text, **{**about, "TARGET": 'x") | .[]'}).returncode != 0


@pytest.mark.skipif(shutil.which("jq") is None, reason="gh has it built in; here it is a program of its own")
def test_only_the_pull_request_of_this_head_into_the_default_branch_is_taken(forge: Forge) -> None:
    listed = [
        {"number": 6, "head": {"sha": "b" * 40}, "base": {"ref": "main"}},
        {"number": 5, "head": {"sha": "a" * 40}, "base": {"ref": "mine"}},
        {"number": 7, "head": {"sha": "a" * 40}, "base": {"ref": "main"}},
        {"number": 8, "head": {"sha": "a" * 40}, "base": {"ref": "main"}},
    ]
    (forge.folder / "listed").write_text(json.dumps(listed))
    forge.program("gh", f'jq --raw-output "${{@: -1}}" < {forge.folder}/listed')
    text = script(REVIEW, "The pull request with this head")
    assert forge.run(text, HEAD="a" * 40, OWNER="o", BRANCH="b", TARGET="main").returncode == 0
    assert forge.outputs() == {"number": "7"}
    for head, target in (("f", "main"), ("b", "mine")):
        forge.output.write_text("")
        assert forge.run(text, HEAD=head * 40, OWNER="o", BRANCH="b", TARGET=target).returncode == 0
        assert forge.outputs() == {}


def test_another_target_is_checked_and_reported_anew() -> None:
    check = workflow(STARTER / "github/dot-github/workflows/check.yml")
    assert set(check[True]["pull_request"]["types"]) == {"opened", "synchronize", "reopened", "edited"}
    assert "if" not in check["jobs"]["check"], "a required check that is skipped has passed"


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_report_is_handed_on_whatever_stands_in_it(forge: Forge, status: int) -> None:
    report = (
        f"{MARK}\n## Ana\nEOF\nreport<<x\n$(touch owned) `touch owned` ${{{{ x }}}} ::set-output name=number::8\nä\n"
    )
    (forge.folder / "said").write_text(report)
    forge.program("python3-venv", "")
    place = forge.folder / "temp/ecompm/bin"
    forge.program("pip", "", place / "pip")
    forge.program("ecompm", f"cat {forge.folder}/said; exit {status}", place / "ecompm")
    forge.program("python3", f'if [ "$1" = -m ]; then exit 0; fi\nexec {sys.executable} "$@"')
    forge.checked_out()
    before = sorted(forge.work.iterdir())
    done = forge.run(script(REVIEW, "The report"), TARGET="main", HEAD="a" * 40)
    assert (done.returncode == 0) == (status < 2), done.stderr
    if status < 2:
        assert forge.outputs()["report"].strip() == report.strip()
        assert list(forge.outputs()) == ["report"]
        assert f"ecompm review {forge.second} {'a' * 40} --format markdown" in forge.calls.read_text()
    assert sorted(forge.work.iterdir()) == before


def test_a_report_that_is_too_long_is_cut(forge: Forge) -> None:
    (forge.folder / "said").write_text(MARK + "ä" * 100_000)
    place = forge.folder / "temp/ecompm/bin"
    forge.program("pip", "", place / "pip")
    forge.program("ecompm", f"cat {forge.folder}/said", place / "ecompm")
    forge.program("python3", f'if [ "$1" = -m ]; then exit 0; fi\nexec {sys.executable} "$@"')
    forge.checked_out()
    done = forge.run(script(REVIEW, "The report"), TARGET="main", HEAD="a" * 40)
    assert done.returncode == 0, done.stderr
    assert len(forge.outputs()["report"].encode()) < 61_000
    assert "too long for a comment" in forge.outputs()["report"]


COMMENT = script(REVIEW, "One comment, kept up to date")


@pytest.mark.parametrize(
    ("found", "method"), [("", "POST repos/o/r/issues/7/comments"), ("55\n66", "PATCH repos/o/r/issues/comments/55")]
)
def test_there_is_one_comment(forge: Forge, found: str, method: str) -> None:
    forge.program("gh", f'case "$*" in *--paginate*) printf "{found}\\n";; esac')
    report = f"{MARK}\n$(touch owned) `touch owned` \"' %s"
    done = forge.run(COMMENT, NUMBER="7", REPORT=report)
    assert done.returncode == 0, done.stderr
    assert method in forge.calls.read_text().splitlines()[-1]
    assert (forge.folder / "temp/comment.md").read_text() == report + "\n"
    assert not list(forge.work.iterdir())


@pytest.mark.parametrize("variables", [{"NUMBER": "7/../8"}, {"NUMBER": ""}, {"REPORT": "Buy here"}])
def test_nothing_else_is_posted(forge: Forge, variables: Mapping[str, str]) -> None:
    forge.program("gh", "")
    assert forge.run(COMMENT, **{"NUMBER": "7", "REPORT": MARK, **variables}).returncode != 0
    assert not forge.calls.exists()


@pytest.mark.parametrize("case", ["pull_request there drift", "push there drift fails", "push there", "push drift"])
@pytest.mark.parametrize("kind", ["github", "gitea"])
def test_drift_of_codeowners_stops_the_default_branch_alone(forge: Forge, kind: str, case: str) -> None:
    if "there" in case:
        (forge.work / f".{kind}").mkdir()
        (forge.work / f".{kind}/CODEOWNERS").touch()
    forge.program("ecompm", f"exit {int('drift' in case)}", forge.folder / "temp/ecompm/bin/ecompm")
    text = script(STARTER / f"{kind}/dot-{kind}/workflows/check.yml", "CODEOWNERS as the project asks for it")
    text = text.replace(PROGRAMS, str(forge.folder / "temp/ecompm/bin"))
    done = forge.run(text, GITHUB_EVENT_NAME=case.split(maxsplit=1)[0])
    assert (done.returncode != 0) == ("fails" in case)
    assert ("::warning::" in done.stdout) == ("there drift" in case)


@pytest.mark.parametrize(("source", "fails"), [("merge_request_event", False), ("push", True)])
def test_drift_of_codeowners_on_gitlab(forge: Forge, source: str, fails: bool) -> None:
    (forge.work / ".gitlab").mkdir()
    (forge.work / ".gitlab/CODEOWNERS").touch()
    (forge.work / ".gitlab/code_quality.py").write_text("print('[]')")
    programs = forge.folder / "programs"
    forge.program("ecompm", 'case "$*" in *codeowners*) exit 1;; *json*) echo "{}";; esac', programs / "ecompm")
    forge.program("mkdocs", "", programs / "mkdocs")
    text = "\n".join(workflow(PIPELINE)["check"]["script"]).replace(PROGRAMS, str(programs))
    done = forge.run(text, CI_PIPELINE_SOURCE=source)
    assert (done.returncode != 0) == fails, done.stderr
    assert "out of date" in done.stdout


# --- the collectors ---------------------------------------------------------------------------------------------------

COMMIT = """
echo "$*" | grep -q 'reviews pull' || exit 0
mkdir -p project/evidence && echo '{}' > project/evidence/x-1.json
git add project/evidence && git commit --quiet -S -m Evidence
"""


def collect(forge: Forge, kind: str, status: int, **more: str) -> subprocess.CompletedProcess[str]:
    key = SigningKey.make("collector").file(forge.folder)
    url = f"file://{forge.folder}/served/"
    (forge.folder / "home").mkdir(exist_ok=True)
    (forge.folder / "home/.gitconfig").write_text(f'[url "{url}"]\n\tinsteadOf = git@forge.example:\n')
    forge.program("gh", 'echo "forge.example ssh-ed25519 AAAA"')
    body = COMMIT + f"exit {status}"
    if kind == "github":
        path = STARTER / "github/dot-github/workflows/collect.yml"
        forge.program("ecompm", body, forge.folder / "temp/ecompm/bin/ecompm")
        done = forge.run(script(path, "The default branch, and the commits that were reviewed"), TOKEN=TOKEN)
        assert done.returncode == 0, done.stderr
        text = script(path, "Evidence").replace("git@$host:$GITHUB_REPOSITORY.git", "git@forge.example:o/r")
        values = {"GITHUB_TOKEN": TOKEN, "COLLECTOR_KEY": key.read_text()}
    elif kind == "gitlab":
        forge.program("ecompm", body, forge.folder / "venv/ecompm")
        forge.run(f"git clone --quiet file://{forge.folder}/served/o/r.git .")
        text = (STARTER / "gitlab/dot-gitlab/collect.sh").read_text().replace(PROGRAMS, str(forge.folder / "venv"))
        values = {
            "COLLECTOR_TOKEN": TOKEN,
            "COLLECTOR_KEY": str(key),
            "CI_SERVER_URL": f"file://{forge.folder}/served",
            "CI_PROJECT_PATH": "o/r",
            "CI_DEFAULT_BRANCH": "main",
        }
    else:
        forge.program("ecompm", body, forge.folder / "venv/ecompm")
        forge.program("pip", "", forge.folder / "venv/pip")
        forge.program("python3", f'if [ "$1" = -m ]; then exit 0; fi\nexec {sys.executable} "$@"')
        text = script(STARTER / "gitea/dot-gitea/workflows/collect.yml", "Evidence")
        text = text.replace(PROGRAMS, str(forge.folder / "venv"))
        values = {
            "GITEA_TOKEN": TOKEN,
            "COLLECTOR_KEY": key.read_text(),
            "REMOTE": "git@forge.example:o/r",
            "KNOWN_HOSTS": "forge.example ssh-ed25519 AAAA",
            "PROJECT": "o/r",
        }
    return forge.run(text, **{**values, **more})


@pytest.mark.parametrize("status", [0, 2])
@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_evidence_is_signed_and_pushed_and_the_key_is_gone(forge: Forge, kind: str, status: int) -> None:
    if kind == "gitlab":
        (forge.folder / "served/o/r").rename(forge.folder / "served/o/r.git")
        forge.origin = TestRepository(forge.folder / "served/o/r.git", bare=True)
    forge.origin.point("refs/pull/7/head", forge.second)
    done = collect(forge, kind, status)
    assert done.returncode == status, done.stderr
    raw = forge.origin.git("cat-file", "commit", "main")
    assert forge.origin.git("log", "-1", "--format=%s", "main") == "Evidence"
    assert "-----BEGIN SSH SIGNATURE-----" in raw
    assert TOKEN not in done.stdout + done.stderr + forge.calls.read_text()
    private = b"BEGIN OPENSSH PRIVATE KEY"
    left = [path for path in forge.work.rglob("*") if path.is_file() and private in path.read_bytes()]
    left += [path for path in (forge.folder / "temp").rglob("*") if path.is_file() and private in path.read_bytes()]
    assert left == []


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_without_a_key_nothing_is_collected_and_nothing_fails(forge: Forge, kind: str) -> None:
    if kind == "gitlab":
        (forge.folder / "served/o/r").rename(forge.folder / "served/o/r.git")
        forge.origin = TestRepository(forge.folder / "served/o/r.git", bare=True)
    done = collect(forge, kind, 0, COLLECTOR_KEY="")
    assert done.returncode == 0
    assert "Nothing is collected" in done.stdout
    assert "reviews pull" not in (forge.calls.read_text() if forge.calls.exists() else "")


# --- comments on GitLab and Gitea -------------------------------------------------------------------------------------


class Api:
    """The comments of a forge over HTTP, on this machine."""

    def __init__(self, lists: Mapping[str, Any]) -> None:
        self.lists = dict(lists)
        self.asked: list[tuple[str, str, Any]] = []
        self.tokens: set[str] = set()
        self.elsewhere = ""
        api = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                path, _, query = self.path.partition("?")
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                api.asked.append((self.command, path, body))
                api.tokens.add(self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization") or "")
                known = api.lists.get(path, {})
                if isinstance(known, int):
                    self.send_response(known)
                    self.send_header("Location", api.elsewhere)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                found = [] if isinstance(known, list) and re.search(r"page=[2-9]", query) else known
                data = json.dumps(found).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815  # the names that the server calls

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def writes(self) -> list[tuple[str, str, Any]]:
        return [call for call in self.asked if call[0] != "GET"]


SAYS = f"{MARK}\nNew words"


def api(forge: Forge, kind: str, comments: Any) -> Api:
    """An API with the pull requests 7 and 9 to the default branch; 7 has these comments, 9 has none."""
    if kind == "gitlab":
        return Api(
            {
                "/user": {"id": 9},
                "/projects/1/merge_requests": [{"iid": number, "sha": forge.second} for number in (7, 9)],
                "/projects/1/merge_requests/7/notes": comments,
                "/projects/1/merge_requests/9/notes": [old(kind, MINE[kind], SAYS)],
            }
        )
    base = "/api/v1/repos/o/r"
    branches = ((7, "main"), (8, "other"), (9, "main"))
    listed = [{"number": number, "head": {"sha": forge.second}, "base": {"ref": ref}} for number, ref in branches]
    return Api(
        {
            f"{base}/pulls": listed,
            f"{base}/issues/7/comments": comments,
            f"{base}/issues/9/comments": [old(kind, MINE[kind], SAYS)],
        }
    )


def run_post(
    forge: Forge, kind: str, served: Api, program: str, change: Callable[[str], str] = str
) -> subprocess.CompletedProcess[str]:
    for number in (7, 9):
        forge.origin.point(f"refs/merge-requests/{number}/head", forge.second)
    forge.run(f"git clone --quiet file://{forge.folder}/served/o/r .")
    seen = f'printf "%s" "${{COMMENT_TOKEN:-none}}" > {forge.folder}/seen\n'
    forge.program("ecompm", seen + program, forge.folder / "venv/ecompm")
    text = (STARTER / f"{kind}/dot-{kind}/post_reviews.py").read_text().replace(PROGRAMS, str(forge.folder / "venv"))
    (forge.folder / "post.py").write_text(change(text))
    try:
        done = forge.run(
            f"{sys.executable} {forge.folder}/post.py",
            COMMENT_TOKEN=TOKEN,
            CI_API_V4_URL=served.address,
            CI_PROJECT_ID="1",
            CI_DEFAULT_BRANCH="main",
            GITHUB_SERVER_URL=served.address,
        )
    finally:
        served.server.shutdown()
        served.server.server_close()
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    return done


def post(forge: Forge, kind: str, comments: list[Any], said: str = SAYS, status: int = 0) -> Api:
    served = api(forge, kind, comments)
    (forge.folder / "said").write_text(said)
    done = run_post(forge, kind, served, f"cat {forge.folder}/said; exit {status}")
    assert done.returncode == (0 if status < 2 and said.startswith(MARK) else 1), done.stdout + done.stderr
    return served


def old(kind: str, who: int, body: str) -> dict[str, Any]:
    return {"id": 55, "body": body, "author" if kind == "gitlab" else "user": {"id": who}}


MINE = {"gitlab": 9, "gitea": -2}
PLACE = {"gitlab": "/projects/1/merge_requests/7/notes", "gitea": "/api/v1/repos/o/r/issues/7/comments"}
UPDATE = {
    "gitlab": ("PUT", "/projects/1/merge_requests/7/notes/55"),
    "gitea": ("PATCH", "/api/v1/repos/o/r/issues/comments/55"),
}


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_the_first_report_is_a_new_comment(forge: Forge, kind: str) -> None:
    api = post(forge, kind, [old(kind, 3, f"{MARK}\nsomebody else's")])
    assert api.writes() == [("POST", PLACE[kind], {"body": f"{MARK}\nNew words"})]
    assert api.tokens == {TOKEN if kind == "gitlab" else f"token {TOKEN}"}
    assert (forge.folder / "seen").read_text() == "none"
    assert f"ecompm review {forge.second} {forge.second} --format markdown" in forge.calls.read_text()


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_a_later_report_takes_its_place(forge: Forge, kind: str) -> None:
    api = post(forge, kind, [old(kind, MINE[kind], f"{MARK}\nOld words")], status=1)
    assert api.writes() == [(*UPDATE[kind], {"body": f"{MARK}\nNew words"})]


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_the_same_report_disturbs_nobody(forge: Forge, kind: str) -> None:
    assert post(forge, kind, [old(kind, MINE[kind], f"{MARK}\nNew words\n")]).writes() == []


@pytest.mark.parametrize("who", [-1, -3, 3])
def test_the_comment_of_somebody_else_is_not_written_over_on_gitea(forge: Forge, who: int) -> None:
    """Nor of who is gone (-1), nor of another account that the forge plays itself."""
    assert post(forge, "gitea", [old("gitea", who, f"{MARK}\nOld words")]).writes()[0][0] == "POST"


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
@pytest.mark.parametrize("answer", [403, 500, {"message": "hiccup"}, [{"id": 1}]])
def test_what_goes_wrong_with_one_stops_none_of_the_others(forge: Forge, kind: str, answer: Any) -> None:
    served = api(forge, kind, answer)
    served.lists[PLACE[kind].replace("7", "9")] = []
    done = run_post(forge, kind, served, f'printf "%s" "{MARK} x"')
    assert (done.returncode, done.stdout.startswith(("!7: ", "#7: "))) == (1, True), done.stdout
    assert served.writes() == [("POST", PLACE[kind].replace("7", "9"), {"body": f"{MARK} x"})]


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_a_program_without_end_stops_none_of_the_others(forge: Forge, kind: str) -> None:
    served = api(forge, kind, [])
    served.lists[PLACE[kind].replace("7", "9")] = []
    program = f'[ -e {forge.folder}/one ] || {{ touch {forge.folder}/one; exec sleep 60; }}; printf "%s" "{MARK} x"'
    done = run_post(forge, kind, served, program, lambda text: text.replace("TIMEOUT = 120", "TIMEOUT = 2"))
    assert (done.returncode, "timed out after 2 seconds" in done.stdout) == (1, True), done.stdout
    assert [path for _, path, _ in served.writes()] == [PLACE[kind].replace("7", "9")]


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_what_a_program_says_begins_no_line_of_the_log(forge: Forge, kind: str) -> None:
    done = run_post(forge, kind, api(forge, kind, []), 'printf "one\\n::error::two\\n" >&2; exit 2')
    assert [line[1:] for line in done.stdout.splitlines()] == ["7: one ::error::two", "9: one ::error::two"]


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_the_token_follows_no_redirect_to_another_host(forge: Forge, kind: str) -> None:
    other, served = Api({"*": []}), api(forge, kind, 302)
    served.elsewhere = f"{other.address}/steal"
    try:
        done = run_post(forge, kind, served, f'printf "%s" "{SAYS}"')
    finally:
        other.server.shutdown()
        other.server.server_close()
    assert (done.returncode, other.asked) == (1, [])


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_a_list_that_is_none_is_not_an_empty_one(forge: Forge, kind: str) -> None:
    served = api(forge, kind, [])
    served.lists["/projects/1/merge_requests" if kind == "gitlab" else "/api/v1/repos/o/r/pulls"] = {"message": "no"}
    done = run_post(forge, kind, served, "exit 0")
    assert (done.returncode, "something else than a list" in done.stderr) == (1, True)


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
@pytest.mark.parametrize(("said", "status"), [("no report", 0), (f"{MARK}\nhalf", 2)])
def test_what_is_no_report_is_not_posted(forge: Forge, kind: str, said: str, status: int) -> None:
    assert post(forge, kind, [], said, status).writes() == []


# --- findings on GitLab -----------------------------------------------------------------------------------------------


def test_findings_stand_beside_their_lines_on_gitlab(tmp_path: Path) -> None:
    place = {"path": "project/risks.yml", "line": 14, "column": 5}
    findings = [
        {"code": "bad-date", "severity": "error", "about": "text", "message": "no day", "hint": "so", **place},
        {
            "code": "trust-x",
            "severity": "warning",
            "about": "project",
            "message": "m",
            "hint": "",
            "path": None,
            "line": None,
        },
    ]
    (tmp_path / "findings.json").write_text(json.dumps({"version": 1, "findings": findings}))
    command = [sys.executable, STARTER / "gitlab/dot-gitlab/code_quality.py", tmp_path / "findings.json"]
    (found,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert (found["severity"], found["check_name"], found["description"]) == ("major", "bad-date", "no day so")
    assert found["location"] == {"path": "project/risks.yml", "lines": {"begin": 14}}
    assert re.fullmatch(r"[0-9a-f]{64}", found["fingerprint"])


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_scripts_need_nothing_but_python(path: Path) -> None:
    imported = set(re.findall(r"(?m)^(?:import|from) (\w+)", path.read_text("utf-8")))
    assert imported <= set(sys.stdlib_module_names)
