"""The wire encoding of SSH (RFC 4251, section 5): numbers and strings with a length in front."""

from __future__ import annotations

from typing import Final

_LONGEST_NUMBER: Final = 16384 // 8 + 1  # as OpenSSH


class MalformedError(ValueError):
    """The bytes are not what they should be; the message says in a clause what is wrong."""


class Reader:
    """Reads one value after another; every read fails cleanly at the end of the bytes."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        end = self._position + count
        if end > len(self._data):
            raise MalformedError("it is cut off")
        found = self._data[self._position : end]
        self._position = end
        return found

    def byte(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def uint32(self) -> int:
        """A number of four bytes."""
        return int.from_bytes(self.take(4), "big")

    def uint64(self) -> int:
        """A number of eight bytes."""
        return int.from_bytes(self.take(8), "big")

    def string(self) -> bytes:
        """A string."""
        start = self._position + 4
        end = start + int.from_bytes(self._data[start - 4 : start], "big")
        if end > len(self._data) or start > len(self._data):
            raise MalformedError("it is cut off")
        self._position = end
        return self._data[start:end]

    def number(self) -> int:
        """A number of any length, not negative."""
        data = self.string()
        if data and data[0] & 0x80:
            raise MalformedError("it has a negative number")
        if len(data.lstrip(b"\0")) > _LONGEST_NUMBER:
            raise MalformedError("it has a number that is too long")
        return int.from_bytes(data, "big")

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self._position

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self._position != len(self._data):
            raise MalformedError("something follows its end")


def string(data: bytes) -> bytes:
    """A string in wire form."""
    return len(data).to_bytes(4, "big") + data
