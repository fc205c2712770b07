"""Contents at a commit: read once for all commits that share them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from repositories import TestRepository

from mkdocs_ecompm.git.objects import MissingObject
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history import canonical
from mkdocs_ecompm.history import contents as module
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import ContentsHistory
from mkdocs_ecompm.history.digest import digest
from mkdocs_ecompm.load.contents import load_contents
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers import DOCUMENTS


def test_a_blob_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = TestRepository.create(tmp_path / "r")
    parsed: list[str] = []
    real, pieces = module.read_yaml, module.PiecewiseReader.read

    def counting(path: str, data: bytes) -> Any:
        parsed.append(path)
        return real(path, data)

    def in_pieces(reader: module.PiecewiseReader, data: bytes) -> Any:
        parsed.append("in pieces")
        return pieces(reader, data)

    monkeypatch.setattr(module, "read_yaml", counting)
    monkeypatch.setattr(module.PiecewiseReader, "read", in_pieces)
    one = repository.commit(files={"project/charter.yml": "problem: a\n", "project/risks/a.yml": "risks: []\n"})
    two = repository.commit(files={"other.txt": "x"})
    three = repository.commit(files={"project/risks/b.yml": "risks: []\n"})
    with Repository.open(repository.folder) as opened:
        history = ContentsHistory(opened, "project", in_pieces=True)
        assert history.at(one) is history.at(two)
        assert history.folder(one) != history.folder(three)
        for commit in (one, two, three):
            assert history.at(commit).register("charter") == {"problem": "a"}
            history.at(commit).register("risks")
        assert history.at(one).register("raci") is None
    assert parsed == ["in pieces", "project/risks/a.yml", "project/risks/b.yml"]


@pytest.mark.parametrize(
    "text",
    [
        "risks:\n  - id: A\n    title: One # said\n  - id: B\nmatrix: {likelihood: 5}\n",
        "risks:\n  - id: A\n  - id: a\n",
        "risks:\n  - id: A\n  - id: A\n",
        "risks:\n  - id: A\n-later:\n  - id: B\n",
        "risks:\n  - id: A\n  -    id: B\n    title: One\n",
        "risks:\n  - id: A\n    note: &x y\n  - id: B\n    note: *x\n",
        "risks:\n  - id: A\nrisks:\n  - id: B\n",
        "- id: A\n",
        "",
        "\x07",
    ],
)
def test_a_past_register_is_what_the_whole_file_says(tmp_path: Path, text: str) -> None:
    repository = TestRepository.create(tmp_path / "r")
    commit = repository.commit(files={"project/risks.yml": text})
    files = MemoryFiles({"risks.yml": text.encode()}, "project/")
    contents, unreadable = load_contents(files, ["risks"])
    with Repository.open(repository.folder) as opened:
        history = ContentsHistory(opened, "project", in_pieces=True)
        found, again = history.at(commit).read("risks"), history.whole.at(commit).read("risks")
    assert found == again == (contents.get("risks"), unreadable.get("risks"))


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    repository = TestRepository.create(tmp_path / "r")
    bare = repository.commit(files={"project": "a file", "charter.yml": "problem: a\n"})
    with Repository.open(repository.folder) as opened:
        assert ContentsHistory(opened, "project").at(bare).register("charter") is None
        assert ContentsHistory(opened, "").at(bare).register("charter") == {"problem": "a"}
        assert ContentsHistory(opened, "a/b").folder(bare) == ""


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    repository = TestRepository.create(tmp_path / "r")
    commit = repository.commit(files={"project/charter.yml": "problem: a\n", "project/charter/b.yml": "vision: b\n"})
    with Repository.open(repository.folder) as opened, pytest.raises(UnreadableContent):
        ContentsHistory(opened, "project").at(commit).register("charter")


@pytest.mark.parametrize("name", ["charter.yaml", "charter.YML", "charter/\udcff.yml"])
def test_a_file_beside_it_that_the_working_tree_would_refuse(tmp_path: Path, name: str) -> None:
    repository = TestRepository.create(tmp_path / "r")
    main = "project/charter/a.yml" if "/" in name else "project/charter.yml"
    commit = repository.commit(files={main: "problem: a\n"})
    blob = repository.files(commit)[main]
    with Repository.open(repository.folder) as opened:
        assert ContentsHistory(opened, "project").at(commit).register("charter") == {"problem": "a"}
    if "/" in name:
        top = name.encode("utf-8", "surrogateescape").partition(b"/")[2]
        inner = repository.store(
            "tree",
            b"".join(f"{blob[0]} ".encode() + entry + b"\0" + bytes.fromhex(blob[1]) for entry in (b"a.yml", top)),
        )
        project = repository.store("tree", b"40000 charter\0" + bytes.fromhex(inner))
        tree = repository.store("tree", b"40000 project\0" + bytes.fromhex(project))
        raw = repository.raw(commit)
        commit = repository.store("commit", raw.replace(raw[5:45], tree.encode()))
    else:
        commit = repository.commit(files={f"project/{name}": "problem: b\n"})
    with Repository.open(repository.folder) as opened, pytest.raises(UnreadableContent):
        ContentsHistory(opened, "project").at(commit).register("charter")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    repository = TestRepository.create(tmp_path / "r")
    first = repository.commit(files={"project/charter.yml": "../../etc/passwd"})
    blob = repository.files(first)["project/charter.yml"][1]
    project = repository.store("tree", b"120000 charter.yml\0" + bytes.fromhex(blob))
    tree = repository.store("tree", b"40000 project\0" + bytes.fromhex(project))
    raw = repository.raw(first)
    commit = repository.store("commit", raw.replace(raw[5:45], tree.encode()))
    with Repository.open(repository.folder) as opened, pytest.raises(UnreadableContent):
        ContentsHistory(opened, "project").at(commit).register("charter")


def test_a_missing_object_is_an_error(tmp_path: Path) -> None:
    repository = TestRepository.create(tmp_path / "r")
    commit = repository.commit(files={"project/charter.yml": "problem: a\n"})
    repository.remove(repository.files(commit)["project/charter.yml"][1])
    with Repository.open(repository.folder) as opened, pytest.raises(MissingObject):
        ContentsHistory(opened, "project").at(commit).register("charter")


def test_key_files_are_hashed_wherever_they_are(tmp_path: Path) -> None:
    repository = TestRepository.create(tmp_path / "r")
    commit = repository.commit(files={"project/keys/a.asc": "key"})
    with Repository.open(repository.folder) as opened:
        contents = ContentsHistory(opened, "project").at(commit)
        assert contents.key_file("keys/a.asc") == "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
        for path in ("keys", "keys/b.asc", "../x", "keys/a.asc/more", ""):
            assert contents.key_file(path) is None


FIELDS = ("title: One", "title: Two", "status: open", "status: waived", "status: met", "progress: 40", "links: [a]")


def version(random: Random) -> dict[str, str]:
    """Registers whose records change now and then, tracking fields among them; most are as they were before."""
    lists = {"risks": "risks", "obligations": "obligations", "timeline": "tasks"}
    files = {"project/project.yml": "id: shop\n"}
    for register, name in lists.items():
        records = [f"  - id: X-{number}\n    party: it\n    {random.choice(FIELDS)}\n" for number in range(4)]
        records += [
            f"  - id: Y-{number}\n    party: {random.choice(['it', 'legal'])}\n    note: n\n" for number in range(2)
        ]
        files[f"project/{register}.yml"] = f"{name}:\n" + "".join(random.sample(records, random.randint(1, 6)))
    return files


@pytest.mark.parametrize(("seed", "most"), [(0, 100), (1, 100), (2, 3), (3, 1)])
def test_what_versions_share_has_the_digest_that_each_has_alone(
    seed: int, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canonical, "_MOST_KNOWN", most)
    random = Random(seed)  # noqa: S311  # a test that is the same each time
    repository = TestRepository.create(tmp_path / "r")
    artifacts = ("risks", "obligations", "timeline", "risks/X-1", "obligations/it", "obligations/legal", "timeline/X-2")
    versions = [version(random) for _ in range(12)]
    commits = [repository.commit(files=files) for files in versions]
    seen: set[str | None] = set()
    with Repository.open(repository.folder) as opened:
        history = ContentsHistory(opened, "project", in_pieces=True)
        for commit, files in zip(commits, versions, strict=True):
            bare = {path.removeprefix("project/"): text.encode() for path, text in files.items()}
            contents, unreadable = load_contents(MemoryFiles(bare), DOCUMENTS)
            alone = module.shown(State(contents=contents, unreadable=unreadable))
            for artifact in artifacts:
                found = digest(history.at(commit), artifact)
                assert found == digest(alone, artifact)
                seen.add(found)
        known = history.at(commits[-1]).memory["agreed"]
        assert isinstance(known, dict)
        assert 0 < len(known) <= most
    assert len(seen) > 40
