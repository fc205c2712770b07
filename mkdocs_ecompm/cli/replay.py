"""The worked example as a repository: its year replayed commit by commit, with the same ids on every machine.

The story stands in `templates/example/steps.yml`: who did what when, in which words, with which key. A step's overlay
is a folder of whole files as they were from that step on. Commits and tags are built here, signed here, and written by
git.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from mkdocs_ecompm.git.writing import FILE, Writer, commit_content, tag_content
from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.setting import ProjectError
from mkdocs_ecompm.templates import templates_folder

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAIN: Final = "main"
AS_OF: Final = date(2026, 8, 24)
"""The day on which the example is looked at; the mkdocs.yml in it pins the same."""
SEED: Final = "mkdocs-ecompm example, a throw-away key: "
"""What stands before a key's name where its private half is made. Anybody can make it: it protects nothing."""

HIDDEN: Final = re.compile("^dot-")
"""How a file's name begins that is hidden in the repository but not here."""

Files = Mapping[str, str]
"""Path in the repository -> id of the blob."""


class Step(Struct, frozen=True):
    """One commit of the story, or a tag on the last one.

    Without a `key` it is unsigned. `merge` names the branch that is merged, `tag` the tag that is made.
    """

    author: str
    when: datetime
    message: str
    key: str = ""
    overlay: str = ""
    branch: str = MAIN
    merge: str = ""
    tag: str = ""

    @property
    def person(self) -> bytes:
        """Who did it and when, as git writes it."""
        return f"{self.author} {int(self.when.timestamp())} {self.when:%z}".encode()


class Branch(Struct, frozen=True):
    """Where a branch stands: its last commit, the files there, and those of the commit where it began."""

    tip: str = ""
    files: Files = field(default_factory=dict)
    start: Files = field(default_factory=dict)


def replay(target: Path) -> str:
    """Write the example's repository to `target`, with its last state checked out; the id of the last commit.

    Raises:
        ProjectError: the target is no folder, or not an empty one.
        GitError: git is missing or cannot write there.
    """
    if target.is_dir() and any(target.iterdir()):
        raise ProjectError(f"The folder {target} is not empty; name a new one for the example.")
    if target.exists() and not target.is_dir():
        raise ProjectError(f"{target} is a file; name a new folder for the example.")
    with Writer.create(target, branch=MAIN) as writer:
        branches: dict[str, Branch] = {}
        for step in steps():
            if step.tag:
                _tag(writer, branches[step.branch].tip, step)
            else:
                _commit(writer, branches, step)
        tip = branches[MAIN].tip
        writer.check_out(MAIN, tip)
    return tip


# --- the story ----------------------------------------------------------------------------------------------------


def folder() -> Path:
    """Where the story and its overlays are."""
    return templates_folder() / "example"


def steps() -> Iterator[Step]:
    """The steps of the story, in order.

    Raises:
        ProjectError: the file with the story is damaged.
    """
    path = folder() / "steps.yml"
    content = read_yaml(path.name, path.read_bytes()).content
    if content is None:
        raise ProjectError(f"The story of the example in {path} is damaged; install mkdocs-ecompm again.")
    people = {_text(person, "id"): person for person in _mappings(content, "people")}
    for step in _mappings(content, "steps"):
        person = people[_text(step, "who")]
        yield Step(
            author=f"{_text(person, 'name')} <{_text(person, 'email')}>",
            when=datetime.fromisoformat(_text(step, "when")),
            message=_text(step, "message"),
            key=_text(step, "key"),
            overlay=_text(step, "overlay"),
            branch=_text(step, "branch") or MAIN,
            merge=_text(step, "merge"),
            tag=_text(step, "tag"),
        )


def _mappings(content: YamlMap, key: str) -> Iterator[YamlMap]:
    value = content.get(key)
    return (item for item in (value if isinstance(value, YamlList) else ()) if isinstance(item, YamlMap))


def _text(mapping: YamlMap, key: str) -> str:
    value = mapping.get(key, "")
    return value if isinstance(value, str) else ""


# --- keys ---------------------------------------------------------------------------------------------------------


@cache
def private_key(name: str) -> Ed25519PrivateKey:
    """The throw-away key of this name: its seed is the SHA-256 of a fixed text and the name, known to everybody."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  # heavy

    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256((SEED + name).encode()).digest())


def public_key(name: str) -> str:
    """The line for people.yml of the throw-away key of this name."""
    from mkdocs_ecompm.signatures.sshsig import public_line  # noqa: PLC0415  # heavy

    return public_line(private_key(name), f"{name}@example")


# --- commits and tags ---------------------------------------------------------------------------------------------


def _commit(writer: Writer, branches: dict[str, Branch], step: Step) -> None:
    """Write the commit of a step, and move its branch there. A merge takes the files that its branch changed."""
    main = branches.get(MAIN, Branch())
    here = branches.get(step.branch, Branch(main.tip, main.files, start=main.files))
    files = dict(here.files)
    parents = (here.tip,) if here.tip else ()
    if step.merge:
        other = branches.pop(step.merge)
        parents = (*parents, other.tip)
        files |= {path: blob for path, blob in other.files.items() if other.start.get(path) != blob}
    for path, data in _overlay(step.overlay):
        files[path] = writer.blob(data)
    tree = writer.tree({path: (FILE, blob) for path, blob in files.items()})
    content = commit_content(tree, parents, step.person, step.person, step.message.encode(), sign=_signer(step))
    branches[step.branch] = Branch(writer.commit(content), files, here.start)


def _tag(writer: Writer, commit: str, step: Step) -> None:
    """Write the tag of a step, and let its name point there."""
    content = tag_content(commit, step.tag, step.person, step.message.encode(), sign=_signer(step))
    writer.tag(step.tag, writer.annotation(content))


def _overlay(name: str) -> Iterator[tuple[str, bytes]]:
    root = folder() / name
    for path in sorted(root.rglob("*")) if name else ():
        if path.is_file():
            place = path.relative_to(root)
            yield place.with_name(HIDDEN.sub(".", place.name)).as_posix(), path.read_bytes()


def _signer(step: Step) -> Callable[[bytes], bytes] | None:
    from mkdocs_ecompm.signatures.sshsig import sign  # noqa: PLC0415  # heavy

    return partial(sign, key=private_key(step.key)) if step.key else None
