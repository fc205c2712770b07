"""Long-lived `git cat-file --batch`: any number of objects through one process, each checked against its id."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import IO, Final, cast

from mkdocs_ecompm.git.objects import (
    DamagedObject,
    GitObject,
    MissingObject,
    ObjectError,
    ObjectMismatch,
    digest,
    is_id,
)

# As many questions as surely fit into the pipe while git waits for us to read its answers (16 KiB on some systems).
_AHEAD: Final = 200


class Batch:
    """Reads objects. A process starts when the first one is wanted, and again if it died.

    Who asks while an earlier answer is still being read gets a second process: answers never meet the wrong question.
    """

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]], object_format: str) -> None:
        self._start = start
        self._object_format = object_format
        self._idle: list[subprocess.Popen[bytes]] = []

    def find(self, name: str) -> GitObject | None:
        """The object that git understands by `name`, checked; None if there is none.

        Raises:
            ObjectMismatch: its content is not what its id says.
            DamagedObject: git cannot read it.
        """
        (answer,) = self.read([name])
        # git also gives up on a name that asks too much of a reflog; only an id can name a damaged object
        if isinstance(answer, MissingObject) or (isinstance(answer, DamagedObject) and not is_id(name)):
            return None
        if isinstance(answer, ObjectError):
            raise answer
        return answer

    def read(self, names: Iterable[str]) -> Iterator[GitObject | ObjectError]:
        """Every object in the order asked; for one that cannot be relied on, the error that says why."""
        coming = iter(names)
        waiting: deque[str] = deque()
        process = self._idle.pop() if self._idle else self._start()
        try:
            while _ask(process, coming, waiting):
                answer = self._answer(process, waiting[0])
                name = waiting.popleft()
                if answer is None:  # git gave up on this object: ask a new process for those behind it
                    _end(process)
                    process = self._start()
                    _send(process, waiting)
                yield answer or DamagedObject(name)
        finally:
            if waiting:  # the asker lost interest, and answers are still under way
                _end(process)
            else:
                self._idle.append(process)

    def close(self) -> None:
        """End every process."""
        while self._idle:
            _end(self._idle.pop())

    def _answer(self, process: subprocess.Popen[bytes], name: str) -> GitObject | ObjectError | None:
        """The next answer; None if there is none because git died."""
        pipe = cast("IO[bytes]", process.stdout)
        line = pipe.readline()
        words = line.split()
        if len(words) != 3 or not words[2].isdigit():
            return MissingObject(name) if line else None
        oid, kind, size = words[0].decode(), words[1].decode(), int(words[2])
        data = pipe.read(size + 1)[:size]
        if len(data) != size:
            return None
        if digest(kind, data, self._object_format) != oid or (is_id(name) and name != oid):
            return ObjectMismatch(oid)
        return GitObject(oid, kind, data)


def _ask(process: subprocess.Popen[bytes], coming: Iterator[str], waiting: deque[str]) -> bool:
    """Keep git supplied with questions; whether an answer is due."""
    if len(waiting) <= _AHEAD // 2:
        more = list(islice(coming, _AHEAD - len(waiting)))
        _send(process, more)
        waiting.extend(more)
    return bool(waiting)


def _send(process: subprocess.Popen[bytes], names: Iterable[str]) -> None:
    text = "".join(f"{name}\n" for name in names)
    if text:
        pipe = cast("IO[bytes]", process.stdin)
        with suppress(BrokenPipeError):  # it died: the missing answer will tell
            pipe.write(text.encode("utf-8", "surrogateescape"))
            pipe.flush()


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):
            cast("IO[bytes]", pipe).close()
    process.wait()
