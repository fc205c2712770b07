"""The project's own trust root: found beside the project, in each form, and never by running what the file says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mkdocs.utils import yaml_load
from repositories import TestRepository

from mkdocs_ecompm.assembly import ProjectError
from mkdocs_ecompm.cli.site_settings import trust_roots_at, trust_roots_of_site
from mkdocs_ecompm.git.repository import Repository

ONE, TWO = "a" * 40, "b" * 40


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a project in a repository."""
    TestRepository.create(tmp_path)
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (f"plugins:\n  - search\n  - ecompm:\n      trust_root: {ONE}\n", (ONE,)),
        (f"plugins:\n  ecompm:\n    trust_root: [{ONE}, {TWO}]\n", (ONE, TWO)),
        ("plugins:\n  - ecompm\n", ()),
        ("plugins:\n  - ecompm:\n", ()),
        ("site_name: Shop\n", ()),
        ("", ()),
        (f"plugins:\n  - other:\n      trust_root: {ONE}\n", ()),
        (f"x: !!python/name:os.getcwd\nplugins:\n  - ecompm:\n      trust_root: {ONE}\n", (ONE,)),
        (f"x: !relative\nplugins:\n  - ecompm:\n      trust_root: {ONE}\n", (ONE,)),
        (f"x: 2026-99-99\ny: {'9' * 5000}\nz: !!int\nplugins:\n  - ecompm:\n      trust_root: {ONE}\n", (ONE,)),
        (f"x: &x {{trust_root: {ONE}}}\nplugins:\n  - ecompm:\n      <<: *x\n", (ONE,)),
        (f"x: &x {{trust_root: {ONE}}}\nplugins:\n  - ecompm:\n      <<: [*x]\n      trust_root: {TWO}\n", (TWO,)),
        ("plugins:\n  - ecompm:\n      trust_root: ~\n", ()),
        (f"plugins:\n  - ecompm:\n      project:\n      trust_root: {ONE}\n", (ONE,)),
        (f"plugins:\n  - ecompm:\n      project: [project]\n      trust_root: {ONE}\n", ()),
        (f'plugins:\n  - ecompm:\n      project: "\\ud800"\n      trust_root: {ONE}\n', ()),
        (f"plugins:\n  - ecompm:\n      project: {'a/' * 200_000}\n      trust_root: {ONE}\n", ()),
    ],
)
def test_each_form_is_read(project: Path, settings: str, expected: tuple[str, ...]) -> None:
    (project.parent / "mkdocs.yml").write_text(settings)
    assert trust_roots_of_site(project, None) == expected


@pytest.mark.parametrize("stated", ["abc", "1234", "[abc]", "{a: b}", "main"])
def test_what_is_no_full_id_is_a_sentence(project: Path, stated: str) -> None:
    (project.parent / "mkdocs.yml").write_text(f"plugins:\n  - ecompm:\n      trust_root: {stated}\n")
    with pytest.raises(ProjectError, match="must be a full commit id"):
        trust_roots_of_site(project, None)


def test_what_the_file_says_is_never_run(project: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    (project.parent / "mkdocs.yml").write_text(f"x: !!python/object/apply:os.mkdir ['{trap}']\nplugins: [ecompm]\n")
    assert trust_roots_of_site(project, None) == ()
    assert not trap.exists()


def test_inherited_settings_count(project: Path) -> None:
    (project.parent / "base.yml").write_text(f"plugins:\n  ecompm:\n    trust_root: {ONE}\n")
    (project.parent / "mkdocs.yml").write_text("INHERIT: base.yml\nsite_name: Shop\n")
    assert trust_roots_of_site(project, None) == (ONE,)


def test_the_nearest_file_counts_and_nothing_above_the_repository(project: Path, tmp_path: Path) -> None:
    settings = "plugins:\n  - ecompm:\n      trust_root: "
    inner = tmp_path / "team"
    TestRepository.create(inner)
    (inner / "plan").mkdir()
    (tmp_path / "mkdocs.yml").write_text(settings + ONE)
    assert trust_roots_of_site(inner / "plan", None) == ()
    (inner / "mkdocs.yml").write_text(settings + TWO)
    assert trust_roots_of_site(inner / "plan", None) == (TWO,)
    assert trust_roots_of_site(project, None) == (ONE,)


def test_a_bare_repository_is_asked_for_the_commit_shown(tmp_path: Path) -> None:
    bare = TestRepository.create(tmp_path / "shop.git", bare=True)
    settings = "plugins:\n  - ecompm:\n      trust_root: "
    first = bare.commit("Begin", files={"mkdocs.yml": settings + ONE})
    bare.commit("Another root", files={"mkdocs.yml": settings + TWO})
    assert trust_roots_of_site(Path("project"), bare.folder) == (TWO,)
    assert trust_roots_of_site(Path("project"), bare.folder, at=first) == (ONE,)


NESTED = "k0: &k0 [x, x]\n" + "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 10))
"""Four hundred million items, in a few lines."""


def test_few_lines_do_not_become_millions(project: Path) -> None:
    doubled = "k0: &k0 {x: 1}\n" + "".join(f"k{n}: &k{n} {{a: *k{n - 1}, b: *k{n - 1}}}\n" for n in range(1, 30))
    merged = "k0: &k0 {x: 1}\n" + "".join(f"k{n}: &k{n} {{<<: [*k{n - 1}, *k{n - 1}]}}\n" for n in range(1, 30))
    for text in (
        NESTED + "plugins: *k9\n",
        doubled + "plugins: *k29\n",
        merged + "plugins: *k29\n",
        merged + "<<: *k29\n",
        NESTED,
    ):
        (project.parent / "b.yml").write_text(text)
        (project.parent / "mkdocs.yml").write_text(text + "INHERIT: b.yml\n")
        assert trust_roots_of_site(project, None) == ()


PARENT = f"plugins:\n  ecompm:\n    trust_root: {ONE}\n"


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        ("plugins:\n  ecompm:\n", ()),
        ("plugins:\n  ecompm:\n    trust_root:\n", ()),
        ("plugins:\n", ()),
        ("plugins: [ecompm]\n", ()),
        ("plugins:\n  search:\n", (ONE,)),
        ("plugins:\n  ecompm:\n    as_of: 2026-01-01\n", (ONE,)),
        (f"plugins:\n  ecompm:\n    trust_root: {TWO}\n", (TWO,)),
    ],
)
def test_what_is_inherited_is_what_mkdocs_makes_of_it(project: Path, child: str, expected: tuple[str, ...]) -> None:
    (project.parent / "base.yml").write_text(PARENT)
    settings = project.parent / "mkdocs.yml"
    settings.write_text("INHERIT: base.yml\n" + child)
    assert trust_roots_of_site(project, None) == expected
    with settings.open("rb") as stream:
        plugins = yaml_load(stream).get("plugins") or {}
    options = (plugins.get("ecompm") if isinstance(plugins, dict) else None) or {}
    assert (options.get("trust_root"),) == (expected or (None,))


def test_a_broken_file_is_a_sentence(project: Path) -> None:
    (project.parent / "mkdocs.yml").write_text("plugins: [")
    with pytest.raises(ProjectError, match=r"mkdocs\.yml cannot be read"):
        trust_roots_of_site(project, None)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("INHERIT: mkdocs.yml\n", "inherits from itself"),
        ("INHERIT: /etc/passwd\n", "outside the repository"),
        ("INHERIT: ../../etc/passwd\n", "outside the repository"),
        ("INHERIT: pipe\n", "no file inside the repository"),
        ("INHERIT: loop\n", "no file inside the repository"),
        ('INHERIT: "a\\0b"\n', "outside the repository"),
        ('INHERIT: "a\\udcffb"\n', "outside the repository"),
        (f"INHERIT: {'a' * 5000}\n", "outside the repository"),
        ("plugins: &p\n  a: *p\n", "cannot be read"),
        (NESTED + "plugins:\n  - ecompm:\n      trust_root: *k9\n", "must be a full commit id"),
        ("y: " + "[" * 5000 + "]" * 5000 + "\n", "nested too deep"),
        ("plugins: [\n", "cannot be read"),
        ("a: " + "x" * 2**20 + "\n", "larger than"),
    ],
)
def test_hostile_settings_are_a_sentence(tmp_path: Path, settings: str, sentence: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "project").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "mkdocs.yml").write_text(settings, "utf-8")
    with pytest.raises(ProjectError, match=sentence):
        trust_roots_of_site(tmp_path / "project", None)


def test_inherited_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sites" / "project").mkdir(parents=True)
    (tmp_path / "base.yml").write_text(f"plugins:\n  - ecompm:\n      trust_root: {'ab' * 20}\n", "utf-8")
    (tmp_path / "sites" / "mkdocs.yml").write_text("INHERIT: ../base.yml\nsite_name: x\n", "utf-8")
    assert trust_roots_of_site(tmp_path / "sites" / "project", None) == ("ab" * 20,)


OTHER = f"plugins:\n  - ecompm:\n      project: other\n      trust_root: {ONE}\n"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (OTHER, ()),
        (OTHER.replace("other", '"a\\0b"'), ()),
        (OTHER.replace("other", "./project/"), (ONE,)),
        (OTHER + f"  - ecompm:\n      project: project\n      trust_root: {TWO}\n", (TWO,)),
        (OTHER + f"  - ecompm:\n      trust_root: {TWO}\n", (TWO,)),
    ],
)
def test_the_root_of_another_project_is_none_of_ours(project: Path, settings: str, expected: tuple[str, ...]) -> None:
    (project.parent / "mkdocs.yml").write_text(settings)
    assert trust_roots_of_site(project, None) == expected
    repository = TestRepository(project.parent)
    commit = repository.commit("Settings", files={"mkdocs.yml": settings, "project/risks.yml": "risks: []\n"})
    with Repository.open(project.parent) as opened:
        assert trust_roots_at(opened, commit, "project") == expected


def test_the_project_is_named_in_one_file_and_its_root_in_the_other(project: Path) -> None:
    (project.parent / "base.yml").write_text(f"plugins:\n  ecompm:\n    trust_root: {ONE}\n")
    child = project.parent / "mkdocs.yml"
    child.write_text("INHERIT: base.yml\nplugins:\n  ecompm:\n    project: other\n")
    assert trust_roots_of_site(project, None) == ()
    assert trust_roots_of_site(project.parent / "other", None) == (ONE,)
    child.write_text("INHERIT: base.yml\nplugins:\n  ecompm:\n    project: project\n")
    assert trust_roots_of_site(project, None) == (ONE,)
