"""Long-lived `git cat-file --batch`: any number of objects through one process, each checked against its id."""

from __future__ import annotations

import re
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from threading import Thread
from typing import IO, Final, cast

from mkdocs_ecompm.git.objects import (
    DamagedObject,
    GitObject,
    MissingObject,
    ObjectError,
    ObjectMismatch,
    hash_of,
    is_id,
    made_object,
)

# As many questions as surely fit into the pipe while git waits for us to read its answers (16 KiB on some systems).
_AHEAD: Final = 200
_SAID: Final = re.compile(rb"(commit|tree|blob|tag) (\d{1,18})")
_NOTHING: Final = ObjectError("", "git gave no answer.")


class Batch:
    """Reads objects. A process starts when the first one is wanted, and again if it died.

    Who asks while an earlier answer is still being read gets a second process: answers never meet the wrong question.
    """

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]], object_format: str) -> None:
        self._start = start
        self._hash = hash_of(object_format)
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
        answers = self.answers(process)
        try:
            while _ask(process, coming, waiting):
                for _ in range(max(len(waiting) - _AHEAD // 2, 1)):  # answers that can be read before more is asked
                    answer = next(answers, _NOTHING)
                    name = waiting.popleft()
                    if answer is _NOTHING:  # git gave up on this object: ask a new process for those behind it
                        end(process)
                        process = self._start()
                        answers = self.answers(process)
                        _send(process, waiting)
                        answer = DamagedObject(name)
                    yield _checked(name, answer)
        finally:
            if waiting:  # the asker lost interest, and answers are still under way
                end(process)
            else:
                self._idle.append(process)

    def answers(self, process: subprocess.Popen[bytes]) -> Iterator[GitObject | ObjectError | None]:
        """What git answers, one object after the other; None for one that it does not have. It ends if git died."""
        pipe = process.stdout
        if pipe is None:
            raise AssertionError("every process has a pipe to read from")
        readline, read, make_hash, headers = pipe.readline, pipe.read, self._hash, _Headers()
        while line := readline():
            name, _, said = line[:-1].partition(b" ")
            kind, length, header = headers[said]
            if not kind:
                yield None
                continue
            data = read(length)[:-1]  # a newline follows it
            if len(data) != length - 1:
                return
            oid = name.decode()
            hashed = make_hash(header + data, usedforsecurity=False).hexdigest()
            yield made_object((oid, kind, data)) if hashed == oid else ObjectMismatch(oid)

    def close(self) -> None:
        """End every process."""
        while self._idle:
            end(self._idle.pop())


class _Headers(dict[bytes, tuple[str, int, bytes]]):
    """What git says of an object, such as `tree 245`: its type, the bytes that follow, and what is hashed before them.

    The type is empty for anything else that git may say. Most objects are as long as another one.
    """

    def __missing__(self, said: bytes) -> tuple[str, int, bytes]:
        """Read it, and remember it."""
        words = _SAID.fullmatch(said)
        found = self[said] = (words[1].decode(), int(words[2]) + 1, said + b"\0") if words else ("", 0, b"")
        return found


def _checked(name: str, answer: GitObject | ObjectError | None) -> GitObject | ObjectError:
    """The answer for a name: what has another id than it was asked by is not what was asked for."""
    if answer is None:
        return MissingObject(name)
    if isinstance(answer, GitObject) and name != answer.oid and is_id(name):
        return ObjectMismatch(answer.oid)
    return answer


def _ask(process: subprocess.Popen[bytes], coming: Iterator[str], waiting: deque[str]) -> bool:
    """Keep git supplied with questions; whether an answer is due."""
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


def ask_all(process: subprocess.Popen[bytes], oids: Iterable[str]) -> None:
    """Ask for many objects beside the reading of the answers, or git and we would wait for each other."""
    asked = "".join(f"{oid}\n" for oid in oids).encode("ascii")
    Thread(target=_feed, args=(process, asked), daemon=True).start()


def _feed(process: subprocess.Popen[bytes], asked: bytes) -> None:
    with suppress(OSError, ValueError), cast("IO[bytes]", process.stdin) as pipe:  # whoever read may have ended it
        pipe.write(asked)


def end(process: subprocess.Popen[bytes]) -> None:
    """Close a process's pipes, and wait until it is gone."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    process.wait()
