"""A long history written into one pack: git itself would need minutes for it."""

from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import zlib
from dataclasses import dataclass, field
from pathlib import Path

KINDS = {"commit": 1, "tree": 2, "blob": 3}


@dataclass
class Pack:
    """Objects on their way into one pack: thirty thousand of them would be slow to write one by one."""

    body: io.BytesIO = field(default_factory=io.BytesIO)
    known: set[str] = field(default_factory=set)

    def add(self, kind: str, data: bytes) -> str:
        """Store an object; its id."""
        name = hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data, usedforsecurity=False).hexdigest()
        if name not in self.known:
            self.known.add(name)
            size, head = len(data) >> 4, [KINDS[kind] << 4 | len(data) & 15]
            while size:
                head[-1] |= 128
                head.append(size & 127)
                size >>= 7
            self.body.write(bytes(head) + zlib.compress(data))
        return name

    def tree(self, entries: dict[str, str], mode: bytes = b"100644") -> str:
        """Store a tree of files, or of folders."""
        lines = (b"%s %s\0%s" % (mode, name.encode(), bytes.fromhex(oid)) for name, oid in sorted(entries.items()))
        return self.add("tree", b"".join(lines))

    def write(self, folder: Path) -> None:
        """Hand everything to git."""
        data = b"PACK" + struct.pack(">II", 2, len(self.known)) + self.body.getvalue()
        pack = data + hashlib.sha1(data, usedforsecurity=False).digest()
        subprocess.run(["git", "index-pack", "--stdin"], cwd=folder, input=pack, check=True, capture_output=True)
