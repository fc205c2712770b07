from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from commands import run_ecompm
from repositories import SigningKey
from small_shop import DEPARTMENTS_AND_ROLES

MIA, JAN, EVE = (SigningKey.make(name) for name in ("mia", "jan", "eve"))

PEOPLE = f"""\
trust:
  admins: [mia]
people:
  - id: mia
    name: Mia Köster
    department: marketing
    roles: [sponsor]
    keys:
      - ssh: "{MIA.line}"
  - id: jan
    name: Jan Weber
    department: it
    keys:
      - ssh: "{JAN.line}"
  - id: tom
    name: Tom Albers
    department: marketing
{DEPARTMENTS_AND_ROLES}"""
FILES = {
    "project/project.yml": "id: shop\nname: New shop\n",
    "project/people.yml": PEOPLE,
    "project/charter.yml": "problem: The shop is old.\nscope:\n  in: [the web shop]\n",
    "project/signoffs.yml": (
        "signoffs:\n  - artifact: charter\n    approvers: [sponsor, it]\n"
        "  - artifact: risks\n    approvers: [it]\n    independent: yes\n"
    ),
    "project/risks.yml": (
        "risks:\n  - id: R-1\n    title: Lost rankings\n    kind: threat\n    likelihood: 2\n    impact: 3\n"
        "    owner: mia\n    status: open\n"
    ),
}
Run = Callable[..., Result]


class Clone:
    """A repository in which somebody works with his own git."""

    def __init__(self, folder: Path, settings: Path) -> None:
        self.folder = folder
        self.settings = settings

    def git(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=check)
        return done.stdout.rstrip("\n")

    def configure(self, name: str, value: str) -> None:
        self.git("config", "--file", str(self.settings), name, value)

    def be(self, key: SigningKey) -> None:
        self.configure("user.name", key.name.capitalize())
        self.configure("user.email", f"{key.name}@shop.example")
        self.configure("gpg.format", "ssh")
        self.configure("user.signingkey", str(key.file(self.settings.parent)))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def commit(self, message: str = "Change") -> str:
        self.git("add", "--all")
        self.git("commit", "-q", "-S", "-m", message)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    @property
    def message(self) -> str:
        return self.git("show", "-s", "--format=%B")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    folder = tmp_path / "clone"
    folder.mkdir()
    settings = tmp_path / "gitconfig"
    settings.touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.chdir(folder)
    found = Clone(folder, settings)
    found.git("init", "-q", "--initial-branch=main")
    found.be(MIA)
    for name, text in FILES.items():
        found.write(name, text)
    found.commit("Begin")
    return found


@pytest.fixture
def sign() -> Run:
    def run(*arguments: str) -> Result:
        return run_ecompm("sign", *arguments)

    return run


def refused(clone: Clone, answer: Result, *words: str) -> None:
    """The command said why and how to go on, with exit status 2; no branch has moved."""
    assert answer.exit_code == 2, answer.output
    for word in words:
        assert word in answer.stderr
    assert clone.git("rev-list", "--all", "--grep=Signoff:") == ""


# --- signing ----------------------------------------------------------------------------------------------------------


def test_it_shows_the_text_who_speaks_for_what_and_signs_with_the_users_own_git(clone: Clone, sign: Run) -> None:
    before = clone.head

    answer = sign("charter", "--yes", "-m", "Read twice\n\nand liked.", "--condition", "only in May")

    assert answer.exit_code == 0, answer.output
    for words in ("Problem: The shop is old.", "Mia Köster (mia)", "Sponsor: charter", "only in May", "It counts."):
        assert words in answer.output
    assert "Nobody has agreed to it before" in answer.output
    digest = run_ecompm("digest", "charter").output.split()[0]
    assert clone.message == (
        f"Read twice\n\nand liked.\n\nSignoff: approve charter digest={digest}\nCondition: only in May"
    )
    assert clone.git("rev-parse", "HEAD^") == before
    assert clone.git("diff", "HEAD^", "HEAD") == ""
    signers = clone.folder.parent / "signers"
    signers.write_text(f"mia {MIA.line}\n", "ascii")
    verified = clone.git("-c", f"gpg.ssh.allowedSignersFile={signers}", "log", "-1", "--format=%G? %GS")
    assert verified == "G mia"
    status = run_ecompm("signoffs", "charter").output
    assert "sponsor  valid" in status


def test_nothing_that_is_staged_slips_in_and_nothing_is_lost(clone: Clone, sign: Run) -> None:
    clone.write("staged.txt", "mine")
    clone.git("add", "staged.txt")
    clone.write("project/risks.yml", FILES["project/risks.yml"].replace("R-1", "R-2"))
    clone.git("add", "project/risks.yml")
    clone.write("project/charter.yml", "# only a comment\n" + FILES["project/charter.yml"])
    before = clone.git("status", "--porcelain")

    assert sign("charter", "--yes").exit_code == 0

    assert clone.git("status", "--porcelain") == before == " M project/charter.yml\nM  project/risks.yml\nA  staged.txt"
    assert clone.git("diff", "--name-only", "HEAD^", "HEAD") == ""
    assert "commit: Approve charter" in clone.git("reflog", "-1")


def test_no_hook_of_the_repository_runs(clone: Clone, sign: Run) -> None:
    for hook in ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "reference-transaction"):
        path = clone.folder / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {clone.folder}/ran\nexit 1\n")
        path.chmod(0o755)

    assert sign("charter", "--yes").exit_code == 0

    assert not (clone.folder / "ran").exists()


def test_it_shows_what_changed_since_the_same_person_agreed(clone: Clone, sign: Run) -> None:
    sign("charter", "--yes")
    clone.write("project/charter.yml", FILES["project/charter.yml"].replace("old", "ancient"))
    clone.commit()

    answer = sign("charter", "--yes")

    assert "since you agreed on" in answer.output
    assert "Problem: The shop is old. -> The shop is ancient." in answer.output
    clone.be(JAN)
    assert "since Mia Köster agreed on" in sign("charter", "--yes").output


def test_decisions_are_taken_back_and_objected_to(clone: Clone, sign: Run) -> None:
    sign("charter", "--yes")
    assert "charter: rejected" in sign("charter", "--decision", "reject", "--yes").output
    assert clone.message.splitlines()[0] == "Reject charter"
    assert "charter: withdrawn" in sign("charter", "--decision", "withdraw", "--yes").output


def test_several_artifacts_are_one_commit(clone: Clone, sign: Run) -> None:
    clone.be(JAN)
    answer = sign("charter", "risks", "--as", "it", "--yes")
    assert answer.exit_code == 0, answer.output
    assert clone.message.count("Signoff: approve") == 2
    assert clone.message.count(" as=it digest=sha256:") == 2


def test_a_project_elsewhere_is_named_in_the_line(clone: Clone, sign: Run) -> None:
    clone.git("mv", "project", "governance")
    clone.commit()
    answer = sign("charter", "--project", "governance", "--yes")
    assert answer.exit_code == 0, answer.output
    assert clone.message.endswith(" project=shop")


# --- asking -----------------------------------------------------------------------------------------------------------


def test_without_a_terminal_it_asks_nothing_and_needs_yes(clone: Clone, sign: Run) -> None:
    answer = sign("charter")
    refused(clone, answer, "no terminal", "--yes")
    assert "The shop is old." in answer.output


@pytest.mark.parametrize(("reply", "signed"), [(b"y\n", 1), (b"n\n", 0), (b"\n", 0)])
def test_on_a_terminal_it_asks(clone: Clone, reply: bytes, signed: int) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, reply)
        code = "from mkdocs_ecompm.cli import main; main(prog_name='ecompm')"
        done = subprocess.run(
            [sys.executable, "-c", code, "sign", "charter"],
            cwd=clone.folder,
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert "Do you approve this?" in done.stdout
    assert done.returncode == 1 - signed
    assert len(clone.git("rev-list", "--grep=Signoff:", "HEAD").splitlines()) == signed


# --- refusals, each with the way out ----------------------------------------------------------------------------------


def test_uncommitted_changes_of_the_artifact(clone: Clone, sign: Run) -> None:
    clone.write("project/charter.yml", FILES["project/charter.yml"].replace("old", "new"))
    refused(clone, sign("charter", "--yes"), "has uncommitted changes", "git commit", "git stash")
    clone.write("project/charter.yml", "problem: [\n")
    refused(clone, sign("charter", "--yes"), "cannot be read", "git stash")


def test_an_artifact_that_is_not_committed_yet_and_one_that_is_not_there(clone: Clone, sign: Run) -> None:
    clone.write("project/raci.yml", "matrices:\n  - id: delivery\n    name: Delivery\n    activities: []\n")
    refused(clone, sign("raci/delivery", "--yes"), "is not committed yet")
    refused(clone, sign("chartr", "--yes"), "There is no artifact `chartr`", "Did you mean `charter`?")


def test_what_a_gate_covers_counts_as_its_own(clone: Clone, sign: Run) -> None:
    clone.write(
        "project/timeline.yml",
        "gates:\n  - id: G1\n    name: Ready\n    date: 2026-02-27\n    requires: [charter]\n    decision: open\n",
    )
    clone.commit()
    clone.write("project/charter.yml", FILES["project/charter.yml"].replace("old", "new"))
    refused(clone, sign("timeline/G1", "--yes"), "`timeline/G1` has uncommitted changes")


def test_somebody_who_is_not_asked(clone: Clone, sign: Run) -> None:
    refused(clone, sign("risks", "--yes"), "Mia Köster is not asked to agree to `risks`", "IT (it)", "people.yml")
    refused(clone, sign("charter", "--as", "it", "--yes"), "cannot agree to `charter` as it", "--as sponsor")
    clone.be(JAN)
    refused(clone, sign("trust", "--yes"), "Jan Weber is no admin")


def test_a_key_that_nobody_has_and_one_that_is_retired(clone: Clone, sign: Run) -> None:
    clone.be(EVE)
    refused(clone, sign("charter", "--yes"), EVE.fingerprint, "belongs to nobody", "ecompm sign trust")
    clone.be(MIA)
    retired = f'"{JAN.line}"\n        revoked: {{reason: retired}}'
    clone.write("project/people.yml", PEOPLE.replace(f'"{JAN.line}"', retired))
    clone.commit("Retire\n\nSignoff: approve trust")
    clone.be(JAN)
    answer = sign("charter", "--yes")
    assert answer.exit_code == 2
    assert "Jan Weber cannot sign with the key" in answer.stderr


def test_no_key_is_configured(clone: Clone, sign: Run) -> None:
    clone.git("config", "--file", str(clone.settings), "--unset", "user.signingkey")
    refused(clone, sign("charter", "--yes"), "No signing key is configured", "git config --global user.signingkey")
    clone.git("config", "--file", str(clone.settings), "--unset", "gpg.format")
    clone.configure("gpg.program", "/nonexistent/gpg")
    refused(clone, sign("charter", "--yes"), "git could not sign", "git config --global gpg.format ssh")


def test_a_key_that_git_asks_a_command_for(clone: Clone, sign: Run) -> None:
    key = clone.git("config", "user.signingkey")
    clone.git("config", "--file", str(clone.settings), "--unset", "user.signingkey")
    clone.configure("gpg.ssh.defaultKeyCommand", f"echo key::{MIA.line}")
    agent = clone.folder.parent / "signer"
    agent.write_text(f'#!/bin/sh\nfor last; do :; done\nexec ssh-keygen -Y sign -n git -f {key} "$last"\n')
    agent.chmod(0o755)
    clone.configure("gpg.ssh.program", str(agent))
    answer = sign("charter", "--yes")
    assert answer.exit_code == 0, answer.output


def test_a_private_key_that_is_not_there(clone: Clone, sign: Run) -> None:
    clone.configure("user.signingkey", MIA.line)
    refused(clone, sign("charter", "--yes"), "git could not sign", "Nothing was signed")
    clone.configure("user.signingkey", "ssh-ed25519 damaged")
    refused(clone, sign("charter", "--yes"), "cannot be read")


def test_a_key_that_only_signing_can_tell(clone: Clone, sign: Run) -> None:
    public = Path(f"{clone.git('config', 'user.signingkey')}.pub")
    public.rename(public.with_name("elsewhere"))
    answer = sign("charter", "--yes")
    assert answer.exit_code == 0, answer.output
    assert len(clone.git("rev-list", "--all").splitlines()) == 2  # the probe belongs to no branch


def test_a_program_in_the_configuration_of_the_repository_is_not_started(clone: Clone, sign: Run) -> None:
    evil = clone.folder.parent / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {clone.folder}/ran\n")
    evil.chmod(0o755)
    for name in ("gpg.ssh.program", "gpg.ssh.defaultKeyCommand", "gpg.program"):
        clone.git("config", name, str(evil))
        refused(clone, sign("charter", "--yes"), name.lower(), "is not started", "git config --global")
        clone.git("config", "--unset", name)
    assert not (clone.folder / "ran").exists()


def test_author_and_committer_that_differ(clone: Clone, sign: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.configure("committer.name", "Somebody else")
    refused(clone, sign("charter", "--yes"), "Somebody else", "as the committer", "GIT_AUTHOR_*")
    clone.git("config", "--file", str(clone.settings), "--unset", "committer.name")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "1770000000 +0000")
    refused(clone, sign("charter", "--yes"), "two different people or times")


def test_git_does_not_know_who_the_user_is(clone: Clone, sign: Run) -> None:
    clone.configure("user.useConfigOnly", "true")
    clone.git("config", "--file", str(clone.settings), "--unset", "user.email")
    refused(clone, sign("charter", "--yes"), "Tell git who you are", "git config --global user.email")


def test_a_merge_a_rebase_and_no_branch(clone: Clone, sign: Run) -> None:
    (clone.folder / ".git/MERGE_HEAD").write_text(f"{clone.head}\n")
    refused(clone, sign("charter", "--yes"), "A merge is under way", "git merge --abort")
    (clone.folder / ".git/MERGE_HEAD").unlink()
    (clone.folder / ".git/rebase-merge").mkdir()
    refused(clone, sign("charter", "--yes"), "A rebase is under way", "git rebase --abort")
    (clone.folder / ".git/rebase-merge").rmdir()
    clone.git("checkout", "-q", "--detach")
    refused(clone, sign("charter", "--yes"), "detached HEAD", "git switch")


def test_no_repository_no_commit_and_a_bare_one(
    clone: Clone, sign: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "bare.git"
    clone.git("clone", "-q", "--bare", str(clone.folder), str(bare))
    refused(clone, sign("charter", "--repository", str(bare), "--yes"), "bare")
    lonely = tmp_path / "lonely/project"
    lonely.mkdir(parents=True)
    (lonely / "charter.yml").write_text("problem: x\n")
    monkeypatch.chdir(lonely.parent)
    refused(clone, sign("charter", "--yes"), "There is no git repository", "git init")
    subprocess.run(["git", "init", "-q"], check=True)
    refused(clone, sign("charter", "--yes"), "There is no commit yet")


def test_without_a_trust_section_nobody_can_sign(clone: Clone, sign: Run) -> None:
    clone.git("checkout", "-q", "--orphan", "other")
    clone.write("project/people.yml", PEOPLE.partition("people:")[2].join(["people:", ""]))
    clone.commit("Begin without trust")
    refused(clone, sign("charter", "--yes"), "No sign-off can count", "trust section")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-m", "Fine\n\nSignoff: approve risks"),
        ("--condition", "one\nSignoff: approve trust"),
        ("--condition", "one\n\ntwo"),
        ("--as", "it digest=sha256:0"),
    ],
)
def test_no_text_of_the_user_becomes_another_line(clone: Clone, sign: Run, arguments: tuple[str, str]) -> None:
    answer = sign("charter", *arguments, "--yes")
    assert answer.exit_code == 2
    assert clone.git("rev-list", "--all", "--grep=Signoff:") == ""


def test_what_would_not_count_for_a_reason_of_its_history_goes_nowhere(clone: Clone, sign: Run) -> None:
    clone.be(JAN)
    clone.write("project/risks.yml", FILES["project/risks.yml"].replace("impact: 3", "impact: 4"))
    clone.commit("Jan raises the impact himself")
    refused(clone, sign("risks", "--yes"), "would not count", "[not-independent]")


# --- trust ------------------------------------------------------------------------------------------------------------


def test_an_admin_approves_trust_and_it_is_in_force(clone: Clone, sign: Run) -> None:
    clone.write("project/people.yml", PEOPLE.replace("head: jan", "head: mia"))
    clone.commit("Mia heads IT")
    answer = sign("trust", "--yes")
    assert answer.exit_code == 0, answer.output
    assert "since the trust state in force" in answer.output
    assert "Department it, head: Jan Weber -> Mia Köster" in answer.output
    assert "is in force now" in answer.output


def test_with_a_quorum_of_two_one_approval_waits_for_the_other(clone: Clone, sign: Run) -> None:
    clone.write("project/people.yml", PEOPLE.replace("admins: [mia]", "admins: [mia, jan]\n  quorum: 2"))
    clone.commit("Two of us")
    assert "is in force now" in sign("trust", "--yes").output
    clone.write(
        "project/people.yml", (clone.folder / "project/people.yml").read_text().replace("head: jan", "head: tom")
    )
    clone.commit("Tom heads IT")
    assert "that of other admins is still wanting" in sign("trust", "--yes").output
    clone.be(JAN)
    assert "is in force now" in sign("trust", "--yes").output
    assert "was in force already" in sign("trust", "--yes").output


def test_a_person_adds_one_new_key_to_himself(clone: Clone, sign: Run) -> None:
    clone.be(JAN)
    second = SigningKey.make("jan-second")
    clone.write("project/people.yml", PEOPLE.replace(f'"{JAN.line}"', f'"{JAN.line}"\n      - ssh: "{second.line}"'))
    clone.commit("My new key")
    answer = sign("trust", "--yes")
    assert answer.exit_code == 0, answer.output
    assert "is in force now" in answer.output


@pytest.fixture(autouse=True)
def _only_here() -> Iterator[None]:
    """Signing writes nowhere but into the repository of the test: none of ours moves."""
    ours = Path(__file__).parents[2]
    head = (ours / ".git/HEAD").read_text() if (ours / ".git/HEAD").exists() else ""
    yield
    assert head == ((ours / ".git/HEAD").read_text() if head else "")
