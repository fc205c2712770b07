"""The files of a proof: a certificate to read and print, the same as data, the raw evidence, and the commands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from mkdocs_ecompm.cli.proof_script import script
from mkdocs_ecompm.cli.proof_text import markdown
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import SignoffRecord
from mkdocs_ecompm.signoff.proof import Exhibit, Proof, StoredFile, allowed_signers, document, trust_document
from mkdocs_ecompm.signoff.report import to_json
from mkdocs_ecompm.site.agreed_text import lines, passages
from mkdocs_ecompm.site.agreement import NOT_QUALIFIED, AgreementView, view
from mkdocs_ecompm.site.assets import stylesheet
from mkdocs_ecompm.site.links import resolve
from mkdocs_ecompm.site.renderer import Renderer

SIGNATURE_FILES: Final = {"ssh": "sig", "openpgp": "asc", "x509": "p7s"}
_PAPER: Final = """
:root { --md-default-bg-color: #fff; --md-code-font: monospace; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; font: 20px/1.5 sans-serif; background: #fff; }
code { font-family: monospace; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
"""
"""What Material gives to a page of the site, and a certificate needs of its own. Their sizes are made for 20 pixels."""


def files_of(project: Project, proof: Proof) -> dict[str, bytes]:
    """Every file of a proof by its path in the folder; the sums of the others come last."""
    made = view(project, proof.signoffs.agreements[0], whole=True)
    context: AgreementView = made.context  # type: ignore[assignment]  # a view holds any context
    files: dict[str, bytes] = {
        "proof.html": _page(made.title, Renderer(project).page(made)).encode(),
        "proof.md": markdown(project, context, proof).encode(),
        "proof.json": _json(_facts(project, proof)),
    }
    for digest, text in proof.texts.items():
        files[f"{text_file(digest)}.json"] = document(text)
        files[f"{text_file(digest)}.txt"] = ("\n".join(lines(passages(text.content))) + "\n").encode()
    for exhibit in proof.exhibits.values():
        files.update(_exhibit_files(exhibit))
    for commit, stored in proof.files.items():
        files.update({stored_file(commit, one): one.data for one in stored})
    files.update(_trust_files(project, proof))
    files["commands.sh"] = script(project, proof).encode()
    sums = (f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in sorted(files.items()))
    files["SHA256SUMS"] = ("\n".join(sums) + "\n").encode()
    return files


def text_file(digest: str) -> str:
    """Where a text is, without the ending."""
    return f"agreed/{digest.removeprefix('sha256:')[:16]}"


def stored_file(commit: str, stored: StoredFile) -> str:
    """Where a file is that a commit holds."""
    return f"files/{commit[:12]}/{stored.path}"


def trust_file(proof: Proof, commit: str) -> str:
    """Where a trust state is, without the ending."""
    return f"trust/{list(proof.states).index(commit):02}-{commit[:12]}"


def signature_file(exhibit: Exhibit) -> str:
    """Where the signature of a commit is; an empty text if it has none."""
    ending = SIGNATURE_FILES.get(exhibit.verdict.format)
    return f"commits/{exhibit.commit}.{ending}" if ending and exhibit.signature is not None else ""


def _exhibit_files(exhibit: Exhibit) -> Iterator[tuple[str, bytes]]:
    yield f"commits/{exhibit.commit}.commit", exhibit.raw
    yield f"commits/{exhibit.commit}.payload", exhibit.payload
    if signature_file(exhibit) and exhibit.signature is not None:
        yield signature_file(exhibit), exhibit.signature


def _trust_files(project: Project, proof: Proof) -> Iterator[tuple[str, bytes]]:
    name = str(getattr(project.state.documents.get("project"), "id", ""))
    for commit, state in proof.states.items():
        yield f"{trust_file(proof, commit)}.json", trust_document(name, state)
        head = f"# Who could sign in the trust state of commit {commit}. Times are UTC: use it with TZ=UTC.\n"
        yield f"{trust_file(proof, commit)}.allowed_signers", (head + _joined(allowed_signers(state))).encode()
        for stored in proof.key_files[commit]:
            yield stored_file(commit, stored), stored.data


def _joined(texts: list[str]) -> str:
    return "".join(f"{text}\n" for text in texts)


def _page(title: str, html: str) -> str:
    """A page that needs nothing beside it: no site, no script, no request."""
    inner = resolve(html, lambda _path: None)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{stylesheet()}\n{_PAPER}</style>\n</head>\n"
        f'<body class="md-typeset" data-md-color-scheme="default">\n<main>{inner}</main>\n</body>\n</html>\n'
    )


# --- the data ---------------------------------------------------------------------------------------------------------


def _facts(project: Project, proof: Proof) -> dict[str, Any]:
    """All of it as data: the engine's answer about this artifact, and which files here stand behind it."""
    name = getattr(project.state.documents.get("project"), "id", None)
    answer = to_json(proof.signoffs, name, project.as_of)
    evidence = {record.id: _evidence(proof, record) for record in proof.signoffs.records}
    return {
        **answer,
        "artifact": proof.artifact,
        "statement": NOT_QUALIFIED,
        "object_format": proof.object_format,
        "records": [{**record, **evidence[record["id"]]} for record in answer["records"]],
        "texts": [{"digest": digest, "file": f"{text_file(digest)}.json"} for digest in proof.texts],
        "trust_states": [_state(proof, commit) for commit in proof.states],
    }


def _evidence(proof: Proof, record: SignoffRecord) -> Mapping[str, Any]:
    exhibit = proof.exhibits[record.commit]
    return {
        "object": f"commits/{record.commit}.commit",
        "payload": f"commits/{record.commit}.payload",
        "payload_sha256": hashlib.sha256(exhibit.payload).hexdigest(),
        "signature_file": signature_file(exhibit) or None,
        "trust_states": list(record.base),
        "blobs": [
            {"path": stored.path, "blob": stored.blob, "file": stored_file(record.commit, stored)}
            for stored in proof.files[record.commit]
        ],
    }


def _state(proof: Proof, commit: str) -> Mapping[str, Any]:
    adopted = next((one for one in proof.signoffs.trust.adopted if one.commit == commit), None)
    return {
        "commit": commit,
        "file": f"{trust_file(proof, commit)}.json",
        "by": list(adopted.by) if adopted else [],
        "approvals": list(adopted.approvals) if adopted else [],
        "base": list(adopted.base) if adopted else [],
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
