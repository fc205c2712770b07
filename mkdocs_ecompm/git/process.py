"""The one place that starts git. Nothing that a user or a repository configured decides what it answers or runs.

A repository may come from anybody: its configuration can name programs (`core.fsmonitor`, `gpg.program`,
`diff.external`, `core.sshCommand`, hooks), move objects (replace refs, grafts, a commit-graph) or fetch missing ones
from a server. All of that is switched off here, for every command. Arguments are full hex ids and options that this
package wrote; what a person typed goes to git's standard input, never to its command line.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final, cast

from mkdocs_ecompm.git.error import GitError
from mkdocs_ecompm.git.patience import Process

__all__ = ["GitError", "check_version", "command", "environment", "failure", "lines", "run", "start"]

OLDEST_GIT: Final = (2, 34)
NOWHERE: Final = os.devnull

# Configuration of the command line wins over that of the repository, of the user and of the system.
_SETTINGS: Final[Mapping[str, str]] = {
    "advice.graftFileDeprecated": "false",
    "core.alternateRefsCommand": "",
    "core.attributesFile": NOWHERE,
    "core.commitGraph": "false",
    "core.excludesFile": NOWHERE,
    "core.fsmonitor": "false",
    "core.hooksPath": NOWHERE,
    "core.pager": "cat",
    "core.quotePath": "false",
    "core.sshCommand": "false",
    "core.untrackedCache": "false",
    "diff.external": "",
    "gc.auto": "0",
    "gpg.program": "false",
    "gpg.ssh.program": "false",
    "i18n.commitEncoding": "UTF-8",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}

_ENVIRONMENT: Final[Mapping[str, str]] = {
    "GIT_ALLOW_PROTOCOL": "none",  # older versions do not know GIT_NO_LAZY_FETCH: no transport, no fetch
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": NOWHERE,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": NOWHERE,
    "GIT_GRAFT_FILE": NOWHERE,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",  # messages are recognised by their English words
}

# Where to stop looking for a repository is the machine's affair, not the repository's.
_KEPT: Final = frozenset({"GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH"})


def environment(*, own_settings: bool = False) -> dict[str, str]:
    """The variables that git gets. With `own_settings` the user's configuration is read: only to ask what he trusts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    kept.pop("LANGUAGE", None)
    ignored = {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM"} if own_settings else frozenset()
    if own_settings:
        kept.update({name: os.environ[name] for name in ignored if name in os.environ})
    return kept | {name: value for name, value in _ENVIRONMENT.items() if name not in ignored}


def command(arguments: Sequence[str], settings: Sequence[tuple[str, str]] = ()) -> list[str]:
    """The whole command line of a hardened git."""
    pairs = (*_SETTINGS.items(), *settings)
    return ["git", "--no-pager", *(part for name, value in pairs for part in ("-c", f"{name}={value}")), *arguments]


def start(  # noqa: PLR0913  # each of them is another stream or setting of the process
    arguments: Sequence[str],
    *,
    folder: Path,
    settings: Sequence[tuple[str, str]] = (),
    own_settings: bool = False,
    errors: int | IO[bytes] = subprocess.PIPE,
    source: int | IO[bytes] = subprocess.PIPE,
    output: int | IO[bytes] = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start git with pipes on all sides, or its messages going to `errors`, reading from `source`, writing to `output`.

    Raises:
        GitError: git is not installed, or the folder is not there.
    """
    try:
        return Process(  # no shell; the arguments are ids and options of this package
            command(arguments, settings),
            folder=folder,
            env=environment(own_settings=own_settings),
            stdin=source,
            stdout=output,
            stderr=errors,
            bufsize=1 << 16,
        )
    except FileNotFoundError:
        if not folder.is_dir():
            raise GitError(f"There is no folder {folder}.") from None
        raise GitError("The command `git` was not found; install git 2.34 or newer.") from None
    except (NotADirectoryError, PermissionError) as error:
        raise GitError(f"git cannot be started in {folder}: {error.strerror}.") from None


def run(
    arguments: Sequence[str],
    *,
    folder: Path,
    data: bytes = b"",
    settings: Sequence[tuple[str, str]] = (),
    own_settings: bool = False,
) -> bytes:
    """What git printed.

    Raises:
        GitError: git failed; the message says with which words.
    """
    process = start(arguments, folder=folder, settings=settings, own_settings=own_settings)
    out, err = process.communicate(data)
    if process.returncode:
        raise GitError(failure(arguments, err))
    return out


def lines(arguments: Sequence[str], *, folder: Path) -> Iterator[bytes]:
    """What git prints, line by line, while it is still at work.

    Raises:
        GitError: git failed; the message says with which words.
    """
    # Nobody reads its messages meanwhile, and a full pipe would stop it: in the rare case it is asked once more.
    with start(arguments, folder=folder, errors=subprocess.DEVNULL) as process:
        cast("IO[bytes]", process.stdin).close()
        try:
            yield from cast("IO[bytes]", process.stdout)
        except GeneratorExit:  # nobody wants the rest
            process.kill()
            raise
    if process.returncode:
        run(arguments, folder=folder)
        raise GitError(failure(arguments, b""))


def failure(arguments: Sequence[str], messages: bytes) -> str:
    """A sentence for what git said before it gave up."""
    verb = next((argument for argument in arguments if not argument.startswith("-")), "")
    lines = messages.decode("utf-8", "replace").strip().splitlines()
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "no reason")
    return f"git {verb} failed: {said.removeprefix('fatal: ').removeprefix('error: ').rstrip('.')}."


def check_version(answer: bytes) -> None:
    """Make sure that git is new enough; `answer` is what `git version` printed.

    Raises:
        GitError: it is older than 2.34, the first that knows SSH signatures and every option used here.
    """
    words = answer.decode("ascii", "replace").split()
    found = words[2] if len(words) > 2 else "an unknown version"
    if tuple(int(part) for part in found.split(".")[:2] if part.isdigit()) < OLDEST_GIT:
        raise GitError(f"git is too old: found {found}, at least 2.34 is needed.")
