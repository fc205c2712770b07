"""A running git that is not waited for without end.

A repository that was copied as files, not cloned, may have a named pipe or a device where git expects a file, among its
objects or in place of `HEAD`. git waits there for ever. When it has said nothing for a while, such an obstacle is
looked for; if there is none, it is at work, and gets more time.
"""

from __future__ import annotations

import io
import os
import select
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, cast

from mkdocs_ecompm.git.error import GitError

SILENCE: Final = 10.0
LONGEST: Final = 600.0
_WIDTH: Final = 1 << 20
"""Bytes in a pipe: what Linux gives anybody."""
_AT_ONCE: Final = 1 << 18
_MANY: Final = "--buffer"
"""The option by which git answers many questions in one go."""
_WORTH: Final = 3 << 16
_PAUSE: Final = 0.001
_PAUSES: Final = 8
_MOST_FILES: Final = 1_000_000
_IGNORE: Final = ".gitignore"
_OPTION: Final = "--git-dir="
_BLOCKS: Final = (stat.S_ISFIFO, stat.S_ISCHR, stat.S_ISBLK)


class Process(subprocess.Popen[bytes]):
    """A git whose answers are waited for with patience, but not for ever. All its waiting raises GitError."""

    def __init__(self, arguments: list[str], *, folder: Path, **options: Any) -> None:
        super().__init__(arguments, cwd=folder, **options)
        self._folder = folder
        self._arguments = arguments
        if self.stdout is not None and hasattr(select, "poll"):  # Windows has no named pipes among its files
            pipe = cast("io.BufferedReader", self.stdout).detach()
            _widen(pipe.fileno())
            waiting = _Gathering if _MANY in arguments else _Waiting
            self.stdout = cast("IO[bytes]", io.BufferedReader(waiting(pipe, self._check), _AT_ONCE))

    def communicate(self, input: bytes | None = None, timeout: float | None = None) -> tuple[bytes, bytes]:  # noqa: A002  # the base's name
        """As Popen has it; GitError if git does not come to an end."""
        waited = 0.0
        while True:
            try:
                return super().communicate(input, timeout or SILENCE)
            except subprocess.TimeoutExpired:
                if timeout:
                    raise
            input, waited = None, waited + SILENCE  # noqa: A001  # it has been sent
            try:
                self._check(waited)
            except GitError:
                self.__exit__(None, None, None)  # close the pipes
                raise

    def _check(self, waited: float) -> None:
        """Give up if something is in git's way, or if it took too long."""
        found = obstacle(_roots(self._folder, self._arguments)) or obstacle(_rules(self._folder))
        if found is None and waited < LONGEST:
            return
        self.kill()
        self.wait()
        if found is None:
            raise GitError(f"git did not answer for {LONGEST:.0f} seconds.")
        raise GitError(f"git cannot read the repository: {found} is a named pipe or a device, not a file. Remove it.")


class _Waiting(io.RawIOBase):
    """What git prints. `check` is called with the seconds waited, each time that nothing has come for a while."""

    def __init__(self, pipe: io.RawIOBase, check: Callable[[float], None]) -> None:
        self._pipe = pipe
        self._check = check
        self._poll = select.poll()
        self._poll.register(pipe, select.POLLIN)

    def readable(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """Of the pipe."""
        return self._pipe.fileno()

    def readinto(self, buffer: Any) -> int | None:
        """What has come, once something has."""
        waited = 0.0
        while not self._poll.poll(SILENCE * 1000):
            waited += SILENCE
            self._check(waited)
        return cast("int | None", self._pipe.readinto(buffer))

    def close(self) -> None:
        """Close the pipe."""
        self._pipe.close()
        super().close()


class _Gathering(_Waiting):
    """What git prints of many objects: it is let go on for a moment, or each of them would wake us."""

    def readinto(self, buffer: Any) -> int | None:
        """What has come, once it is much, or no more comes for a moment."""
        pauses = 0
        while pauses < _PAUSES and not self._is_over() and _waiting_in(self.fileno()) < _WORTH:
            time.sleep(_PAUSE)
            pauses += 1
        return super().readinto(buffer)

    def _is_over(self) -> bool:
        """Whether git has printed everything."""
        return any(event & select.POLLHUP for _, event in self._poll.poll(0))


def _waiting_in(pipe: int) -> int:
    """How many bytes are in a pipe; more than anybody waits for where a system does not tell."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl  # noqa: PLC0415  # Windows has none
        import termios  # noqa: PLC0415  # the same

        count = bytearray(4)
        fcntl.ioctl(pipe, termios.FIONREAD, count)
        return int.from_bytes(count, sys.byteorder)
    return _WORTH


def _widen(pipe: int) -> None:
    """Let git write on while we think: it and we take turns less often. Where a system does not, all is as it was."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl  # noqa: PLC0415  # Windows has none

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _WIDTH)


def obstacle(roots: Iterable[Path]) -> Path | None:
    """A named pipe or device at or below one of these, or what a link there leads to; None if none is found."""
    waiting = [(root, True) for root in roots]
    seen = 0
    while waiting and seen < _MOST_FILES:
        place, enter = waiting.pop()
        with suppress(OSError):
            if any(blocks(place.stat().st_mode) for blocks in _BLOCKS):
                return place
        with suppress(OSError), os.scandir(place if enter else os.devnull) as entries:
            for entry in entries:
                seen += 1
                if not entry.is_file(follow_symlinks=False):
                    waiting.append((Path(entry.path), not entry.is_symlink()))
    return None


def _rules(folder: Path) -> Iterator[Path]:
    """The files in a working tree that tell git what to overlook."""
    for place, folders, files in islice(os.walk(folder), _MOST_FILES):
        folders[:] = [name for name in folders if name != ".git"]
        if _IGNORE in files:
            yield Path(place, _IGNORE)


def _roots(folder: Path, arguments: Iterable[str]) -> Iterator[Path]:
    """Where git keeps the repository that it was started in, or looks for it."""
    named = next((Path(word.removeprefix(_OPTION)) for word in arguments if word.startswith(_OPTION)), None)
    if named is not None:
        yield named.parent.parent if named.parent.name == "worktrees" else named
        return
    for place in (folder.absolute(), *folder.absolute().parents):
        found = place / ".git"
        if found.exists():
            yield found
            with suppress(OSError):
                if found.is_file():
                    text = found.read_bytes()[:4096].removeprefix(b"gitdir:").strip()
                    yield place / os.fsdecode(text)
            return
        if (place / "HEAD").exists() and (place / "objects").exists():
            yield place
            return
