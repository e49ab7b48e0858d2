"""Git objects as Git makes them: bytes in, SHA-1 names out. In Python, so that a server can answer from memory."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from pathlib import Path
from threading import RLock

FOLDER = "40000"
FILE = "100644"
# Mode and name (SHA-1) of the entry at a path.
Entry = tuple[str, str]


class GitObjects:
    """Blobs, trees, commits and refs of one repository, in memory; `lock` makes a ref's update one step."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, bytes]] = {}
        self.refs: dict[str, str] = {}
        self.lock = RLock()

    def add(self, kind: str, body: bytes) -> str:
        """Stores an object and returns its name."""
        name = hashlib.sha1(f"{kind} {len(body)}\0".encode() + body, usedforsecurity=False).hexdigest()
        self._held[name] = (kind, body)
        return name

    def body(self, kind: str, name: str) -> bytes | None:
        """An object's bytes, None if there is no such object of this kind."""
        found_kind, body = self._held.get(name, ("", b""))
        return body if found_kind == kind else None

    def add_files(self, files: Mapping[str, Entry]) -> str:
        """A tree of paths with slashes, folders made on the way; returns the name of the root."""
        here: dict[str, Entry] = {}
        below: dict[str, dict[str, Entry]] = {}
        for path, entry in files.items():
            first, _, rest = path.partition("/")
            if rest:
                below.setdefault(first, {})[rest] = entry
            else:
                here[first] = entry
        here |= {name: (FOLDER, self.add_files(children)) for name, children in below.items()}
        return self.add("tree", b"".join(_encoded(name, entry) for name, entry in sorted(here.items(), key=_order)))

    def entries(self, tree: str) -> dict[str, Entry]:
        """The entries of a tree itself."""
        body, found = self.body("tree", tree) or b"", {}
        while body:
            head, _, rest = body.partition(b"\0")
            mode, _, name = head.partition(b" ")
            found[name.decode()] = (mode.decode(), rest[:20].hex())
            body = rest[20:]
        return found

    def walk(self, tree: str, prefix: str = "") -> dict[str, Entry]:
        """Everything below a tree by its path, folders before what is in them."""
        found: dict[str, Entry] = {}
        for name, (mode, child) in self.entries(tree).items():
            found[prefix + name] = (mode, child)
            if mode == FOLDER:
                found |= self.walk(child, f"{prefix}{name}/")
        return found

    def tree_of(self, commit: str) -> str | None:
        """The tree of a commit."""
        return next(iter(self.headers(commit, "tree")), None)

    def headers(self, commit: str, name: str) -> list[str]:
        """`parent` or `tree` of a commit."""
        head = (self.body("commit", commit) or b"").partition(b"\n\n")[0].decode()
        return [line.partition(" ")[2] for line in head.splitlines() if line.startswith(f"{name} ")]

    def descends(self, commit: str, ancestor: str) -> bool:
        """Whether a ref may go from `ancestor` to `commit` without force."""
        seen, waiting = set(), [commit]
        while waiting:
            found = waiting.pop()
            if found == ancestor:
                return True
            if found not in seen:
                seen.add(found)
                waiting += self.headers(found, "parent")
        return False

    def write_to(self, folder: Path) -> None:
        """Lays everything down as a bare repository that git can read."""
        files = {"HEAD": "ref: refs/heads/main\n", "config": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"}
        (folder / "refs" / "heads").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
        for name, (kind, body) in self._held.items():
            path = folder / "objects" / name[:2] / name[2:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(zlib.compress(f"{kind} {len(body)}\0".encode() + body))
        for ref, name in self.refs.items():
            path = folder / ref
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{name}\n")


def _order(item: tuple[str, Entry]) -> bytes:
    """Git sorts folders as if their names ended in a slash."""
    name, (mode, _) = item
    return name.encode() + (b"/" if mode == FOLDER else b"")


def _encoded(name: str, entry: Entry) -> bytes:
    mode, child = entry
    return f"{mode} {name}\0".encode() + bytes.fromhex(child)
