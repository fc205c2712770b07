"""Reviews as a reader meets them: the strip, the record page, the JSON, and a proof that plain tools check."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from commands import run_ecompm
from reviewed_scenes import ACCOUNTS, HOST, ReviewedScene, with_reviews
from scenes import AS_OF, CHARTER, PEOPLE, changed, person

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.site.agreement import AgreementView, views
from mkdocs_ecompm.site.renderer import Renderer
from mkdocs_ecompm.site.strip import strip_of

BOTH = changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "1"})


@pytest.fixture
def scene(tmp_path: Path) -> ReviewedScene:
    """Trust that was changed by review, and a charter that was agreed to by review."""
    scene = ReviewedScene(tmp_path / "repository", people=with_reviews(BOTH, reviews="yes"))
    people = changed(scene.people)
    person(people, "mia")["name"] = "Mia K."
    scene.commit("Squash", None, people=people)
    trust = scene.review("ben", artifacts={"trust": scene.digest("trust")}, id="101")
    scene.record_reviews(trust)
    said = scene.say("reject charter", "ana")
    about = {"number": 8, "seen": [{"commit": said, "at": "2026-01-05T18:00:00Z"}]}
    scene.record_reviews(
        scene.review("ana", id="202", submitted_at="2026-01-06T09:00:00Z", body="Fine <b>now</b>"), about=about
    )
    scene.repository.check_out()
    return scene


def project_of(scene: ReviewedScene) -> Project:
    return assemble(Setting(folder=scene.repository.folder / "project", as_of=AS_OF))


def test_the_strip_says_who_recorded_it(scene: ReviewedScene) -> None:
    strip = strip_of(project_of(scene), "charter")
    assert strip is not None
    (card,) = strip.cards
    assert (card.people, card.badge.word, card.evidence) == (("ana",), "holds", "review, recorded by the collector")
    scene.record_reviews(scene.review("ana", "dismissed", id="202", submitted_at="2026-01-06T09:00:00Z"))
    scene.repository.check_out()
    strip = strip_of(project_of(scene), "charter")
    assert strip is not None
    assert "said in a review was dismissed" in strip.sentence.rest


def test_the_record_page_tells_the_review(scene: ReviewedScene) -> None:
    project = project_of(scene)
    page = next(view for view in views(project) if view.path == "signoffs/charter")
    html = Renderer(project).page(page)
    for words in (
        f"202 of pull request 8 of shop/project at {HOST}",
        f"ana-r, number {ACCOUNTS['ana']}",
        "Review, recorded by the collector",
        "2026-01-06 09:00 UTC",
        f"project/evidence/{HOST}-8.json",
        "Fine &lt;b&gt;now&lt;/b&gt;",
    ):
        assert words.casefold() in html.casefold(), words
    context = page.context
    assert isinstance(context, AgreementView)
    commands = "\n".join(command for check in context.checks for command in check.commands)
    assert f":project/evidence/{HOST}-8.json" in commands
    assert "collector " in commands


def test_the_json_has_what_was_seen(scene: ReviewedScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scene.repository.folder)
    answer = json.loads(run_ecompm("signoffs", "--format", "json", "--as-of", AS_OF.isoformat()).output)
    records = [(one["kind"], one["person"], one["artifact"], one["seen"], one["counts"]) for one in answer["records"]]
    assert records == [
        ("review", "ben", "trust", "2026-01-05T15:00:00Z", True),
        ("commit", "ana", "charter", "2026-01-05T18:00:00Z", False),
        ("review", "ana", "charter", "2026-01-05T15:00:00Z", True),
    ]


def test_plain_tools_check_a_proof_of_reviews(
    scene: ReviewedScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scene.repository.folder)
    folder = tmp_path / "proof"
    answer = run_ecompm("proof", "charter", "--out", str(folder), "--as-of", AS_OF.isoformat())
    assert answer.exit_code == 0, answer.output
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--branch=main", scene.repository.folder, clone], check=True, env=os.environ)
    done = subprocess.run(["sh", folder / "commands.sh", clone], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"ok  review 202 in files/{scene.repository.tip()[:12]}/project/evidence/{HOST}-8.json" in done.stdout  # type: ignore[index]
    assert "ok  attestor collector" in done.stdout
    assert "ok  admin ben" in done.stdout
    told = (folder / "proof.md").read_text("utf-8")
    assert f"review 202 of pull request 8 of shop/project at {HOST}" in told.replace("\\", "")
    evidence = next(folder.glob("files/*/project/evidence/*-8.json"))
    evidence.write_text(evidence.read_text().replace('"approved"', '"rejected"'))
    broken = subprocess.run(["sh", folder / "commands.sh"], capture_output=True, text=True, check=False)
    assert broken.returncode == 1


def test_a_stale_review_shows_what_changed(scene: ReviewedScene) -> None:
    scene.commit("Change", "ben", charter=changed(CHARTER, problem="Another"))
    scene.repository.check_out()
    project = project_of(scene)
    html = Renderer(project).page(next(view for view in views(project) if view.path == "signoffs/charter"))
    assert "Another" in html
    assert "does not cover" in html
