"""Annotated tags, real ones and those of somebody who wants us to stumble."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import SigningKey, TestRepository

from mkdocs_ecompm.git import tags
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tags import Tag, annotated_tags

ANA = SigningKey.make("ana")


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    made = TestRepository.create(tmp_path / "made")
    made.commit("Begin", files={"a": "1"})
    return made


def found(made: TestRepository) -> dict[str, Tag]:
    with Repository.open(made.folder) as repository:
        return {tag.name: tag for tag in annotated_tags(repository)}


def test_tags_of_git_loose_and_packed(made: TestRepository) -> None:
    tip = made.tip() or ""
    person = ("-c", "user.name=Ana", "-c", "user.email=ana@shop.example")
    assert found(made) == {}
    for name in ("plan", "deep/er/ü"):
        made.git(*person, "tag", "-a", "-m", "A plan", name, tip, GIT_COMMITTER_DATE="1770000000 +0100")
    made.git("tag", "light", tip)
    for _ in range(2):
        answer = found(made)
        assert set(answer) == {"plan", "deep/er/ü"}
        assert {tag.commit for tag in answer.values()} == {tip}
        assert answer["plan"].oid == made.git("rev-parse", "plan")
        assert answer["plan"].when.timestamp() == 1770000000
        assert answer["plan"].raw == made.git("cat-file", "tag", "plan").encode() + b"\n"
        made.git("pack-refs", "--all")
        made.git("gc", "-q")


def test_a_tag_of_a_tag_leads_to_the_commit(made: TestRepository) -> None:
    tip = made.tip() or ""
    last = made.tag("0", tip)
    for number in range(1, 20):
        last = made.tag(str(number), last, kind="tag")
    answer = found(made)
    assert set(answer) == {str(number) for number in range(9)}
    assert {tag.commit for tag in answer.values()} == {tip}


def test_what_leads_to_no_commit_is_none(made: TestRepository) -> None:
    blob, tip = made.store("blob", b"x"), made.tip() or ""
    made.tag("blob", blob, kind="blob")
    made.tag("tree", made.tree({}), kind="tree")
    made.tag("gone", made.tag("inner", tip), kind="tag")
    made.tag("not-a-tag", tip, kind="tag")
    made.tag("wrong", "x" * 40)
    made.tag("short", tip[:10])
    made.point("refs/tags/raw", blob)
    made.point("refs/tags/missing", "1" * 40)
    (made.git_dir / "refs/tags/junk").write_text("junk\n")
    made.remove(made.git("rev-parse", "inner"))
    assert set(found(made)) == set()


def test_one_under_another_name_is_none(made: TestRepository) -> None:
    made.tag("plan", made.tip() or "", ANA, ref="final")
    assert found(made) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace(b"tagger", b"extra x\ntagger"),
        lambda raw: raw.replace(b"tag plan\n", b""),
        lambda raw: raw.replace(b"type commit\n", b"type commit\ntype commit\n"),
        lambda raw: raw.replace(b"\ntagger", b"\n folded\ntagger"),
        lambda _raw: b"",
        lambda _raw: b"\n\n",
        lambda raw: raw.replace(b"type commit", b"type blob"),
        lambda raw: raw + b"x" * (1 << 20),
    ],
)
def test_a_malformed_one_is_none(made: TestRepository, change: object) -> None:
    made.tag("plan", made.tip() or "", change=change)  # type: ignore[arg-type]
    assert found(made) == {}


@pytest.mark.parametrize("name", ["--help", "-d", "x" * 251])
def test_names_that_look_like_something_else(made: TestRepository, name: str) -> None:
    oid = made.tag("plan", made.tip() or "", change=lambda raw: raw.replace(b"tag plan", f"tag {name}".encode()))
    (made.git_dir / "packed-refs").write_text(f"{oid} refs/tags/{name}\n")
    assert set(found(made)) == ({name} if len(name) < 250 else set())


def test_a_name_that_is_no_utf_8(made: TestRepository) -> None:
    oid = made.tag("plan", made.tip() or "", change=lambda raw: raw.replace(b"tag plan", b"tag \xff"))
    (made.git_dir / "packed-refs").write_bytes(oid.encode() + b" refs/tags/\xff\n")
    assert set(found(made)) == {"\ufffd"}


def test_a_tampered_one_is_none(made: TestRepository) -> None:
    oid = made.tag("plan", made.tip() or "")
    made.store("tag", made.raw(oid).replace(b"A plan", b"B plan"), oid=oid)
    assert found(made) == {}


def test_a_damaged_one_is_none(made: TestRepository) -> None:
    tip = made.tip() or ""
    made.tag("good", tip)
    oid = made.tag("plan", tip)
    (made.git_dir / "objects" / oid[:2] / oid[2:]).write_bytes(b"junk")
    assert set(found(made)) == {"good"}


def test_very_many(made: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three processes, however many tags there are, tags of tags too."""
    tip = made.tip() or ""
    inner = made.tag("inner", tip)
    lines = []
    for number in range(3000):
        payload = f"object {inner}\ntype tag\ntag t{number}\ntagger A <a@b> 1770000000 +0000\n\nx\n".encode()
        lines.append(f"{made.store('tag', payload)} refs/tags/t{number}\n")
    (made.git_dir / "packed-refs").write_text("".join(lines))
    started = []
    run = tags.run
    monkeypatch.setattr(tags, "run", lambda *given, **named: started.append(1) or run(*given, **named))
    assert len(found(made)) == 3001
    assert len(started) == 3


def test_refs_that_cannot_be_read_are_an_error(made: TestRepository) -> None:
    with Repository.open(made.folder) as repository:
        (made.git_dir / "packed-refs").write_text("junk\n")
        with pytest.raises(GitError):
            annotated_tags(repository)
