from __future__ import annotations

import os
from pathlib import Path

import pytest

from mkdocs_ecompm.load.files import MAX_BYTES, FileEntry, FilesError, FolderFiles, MemoryFiles


@pytest.fixture
def files(tmp_path: Path) -> FolderFiles:
    (tmp_path / "project" / "keys").mkdir(parents=True)
    (tmp_path / "outside.yml").write_text("secret")
    (tmp_path / "project" / "risks.yml").write_text("a: 1\n")
    (tmp_path / "project" / "keys" / "ana.asc").write_text("key")
    return FolderFiles(tmp_path / "project", "project/")


def test_the_listing_is_sorted_and_has_no_hidden_files(files: FolderFiles) -> None:
    (files.folder / ".cache").mkdir()
    (files.folder / ".cache" / "x.yml").write_text("")
    (files.folder / ".hidden.yml").write_text("")
    (files.folder / "empty").mkdir()
    assert files.listing() == [FileEntry("keys/ana.asc", "file"), FileEntry("risks.yml", "file")]
    assert files.read("keys/ana.asc") == b"key"


def test_links_are_listed_and_not_followed(files: FolderFiles) -> None:
    (files.folder / "link.yml").symlink_to("risks.yml")
    (files.folder / "up").symlink_to("..")
    (files.folder / "nowhere.yml").symlink_to("nothing")
    kinds = {entry.path: entry.kind for entry in files.listing()}
    assert kinds == {
        "keys/ana.asc": "file",
        "link.yml": "link",
        "nowhere.yml": "link",
        "risks.yml": "file",
        "up": "link",
    }


@pytest.mark.parametrize(
    "path", ["../outside.yml", "/etc/passwd", "keys/../../outside.yml", "up/outside.yml", "link.yml", "", "a\0b"]
)
def test_no_path_leaves_the_folder(files: FolderFiles, path: str) -> None:
    (files.folder / "link.yml").symlink_to("risks.yml")
    (files.folder / "up").symlink_to("..")
    with pytest.raises(FilesError, match=r"leaves the project folder|symbolic link"):
        files.read(path)


def test_a_pipe_and_a_name_that_is_not_utf8_are_listed_as_other(files: FolderFiles) -> None:
    os.mkfifo(files.folder / "pipe.yml")
    with open(os.fsencode(files.folder) + b"/b\xff.yml", "wb"):  # noqa: PTH123  # a path in bytes
        pass
    kinds = {entry.path: entry.kind for entry in files.listing()}
    assert (kinds["pipe.yml"], kinds["b\ufffd.yml"]) == ("other", "other")


def test_a_large_file_is_not_read_to_its_end(files: FolderFiles) -> None:
    with (files.folder / "big.yml").open("wb") as handle:
        handle.truncate(MAX_BYTES * 4)
    assert len(files.read("big.yml")) == MAX_BYTES + 1


def test_what_is_not_there_is_told_in_a_sentence(files: FolderFiles, tmp_path: Path) -> None:
    with pytest.raises(FilesError, match=r"The file .*nothing\.yml cannot be read: .*\.$"):
        files.read("nothing.yml")
    with pytest.raises(FilesError, match=r"The folder .*missing cannot be listed: .*\.$"):
        FolderFiles(tmp_path / "missing").listing()
    with pytest.raises(FilesError, match=r"There is no file x\.yml\."):
        MemoryFiles().read("x.yml")


def test_folders_without_end_are_a_sentence(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 70)
    deep.mkdir(parents=True)
    with pytest.raises(FilesError, match="folders deep"):
        FolderFiles(tmp_path, "project/").listing()
