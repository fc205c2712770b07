"""`ecompm proof`: everything that an auditor needs to check an agreement without trusting anybody, in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from msgspec.structs import replace

from mkdocs_ecompm.cli import Failure
from mkdocs_ecompm.cli.options import Request, project_options
from mkdocs_ecompm.cli.output import say
from mkdocs_ecompm.cli.proof_files import files_of
from mkdocs_ecompm.judging import judge
from mkdocs_ecompm.judging import request as asked_of
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Agreement, Status
from mkdocs_ecompm.signoff.proof import Proof, prove, records_of


@click.command("proof")
@click.argument("artifact")
@project_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The folder to write to; it must be empty or not exist.  [default: proof-ARTIFACT]",
)
@click.option("--at", metavar="REV", help="As it stood at this commit.  [default: HEAD]")
def command(artifact: str, request: Request, out: Path | None, at: str | None) -> None:
    """Write the proof of ARTIFACT (`charter`, `raci/delivery`): texts, signed objects, keys, trust, and the commands.

    The commands in it check everything with git, ssh-keygen and sha256sum alone.
    """
    target = out or Path(f"proof-{artifact.replace('/', '-')}")
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise Failure(f"Nothing was written: {target} exists and is not an empty folder.")
    project, proof = _proof(request, artifact, at or "HEAD")
    _write(target, files_of(project, proof))
    say(f"The proof is in {target}. Read proof.html or proof.md; check it with")
    say()
    say(f"    sh {target / 'commands.sh'} CLONE")
    say()
    say("where CLONE is a clone of the repository that you got yourself. That script uses no part of this program.")


def _proof(request: Request, artifact: str, at: str) -> tuple[Project, Proof]:
    """The project as it is committed, and the proof of one artifact in it."""
    with request.opened() as repository:
        if repository is None or (at == "HEAD" and repository.head() is None):
            raise Failure("There is no commit, so there is nothing to prove.")
    project = judge(request.setting(at=at))
    if project.signoffs.problem:
        raise Failure(f"Nothing can be proved here: {project.signoffs.problem}")
    agreement = _agreement(project, artifact)
    with asked_of(request.setting(at=at)) as asked:
        if asked.repository is None:
            raise Failure("There is no git repository.")
        proof = prove(asked.repository, asked.folder, project.signoffs, agreement.artifact)
    return project, replace(proof, signoffs=replace(proof.signoffs, agreements=(agreement,)))


def _agreement(project: Project, artifact: str) -> Agreement:
    """The agreement on an artifact; one without slots where nobody is asked but somebody spoke."""
    known = {one.artifact.casefold(): one for one in project.signoffs.agreements}
    found = known.get(artifact.casefold())
    if found is not None:
        return found
    records = records_of(project.signoffs, artifact)
    if not records:
        raise click.UsageError(f"Nobody is asked to agree to `{artifact}`, and nobody has said anything about it.")
    today = next((record.digest for record in records if record.current), None)
    return Agreement(records[0].artifact, today, Status.MISSING, None, False, False, (), (), ())  # noqa: FBT003  # plain


def _write(target: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, each new."""
    for name, data in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(data)
