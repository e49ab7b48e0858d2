"""GitHub's Git Data API over real Git objects (docs: "Git database")."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from copilot_usage.demo.github import Reply, Request, error_reply
from fakes.git_objects import FILE, FOLDER, GitObjects

_BOT = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com> 1790000000 +0000"


class GitData:
    """One repository; `url`: the address of its API."""

    def __init__(self) -> None:
        self.objects = GitObjects()
        self.url = ""

    def answer(self, path: str, request: Request, url: str) -> Reply:
        """`path`: below `/repos/{owner}/{repo}/`, of which `url` is the address."""
        self.url = url
        if not self.objects.refs and path.startswith("git/"):
            return error_reply(409, "Git Repository is empty.")
        for pattern, respond in _ROUTES:
            match = re.fullmatch(pattern, f"{request.method} {path}")
            if match:
                with self.objects.lock:
                    return respond(self, request, *match.groups())
        return error_reply(404, "Not Found")

    def commit_file(self, path: str, content: bytes, message: str, ref: str) -> str:
        """A commit with this file on top of a branch, as the contents endpoint makes it; returns its name."""
        head = self.objects.refs.get(ref)
        files = self._files(self.objects.tree_of(head) or "") if head else {}
        files[path] = (FILE, self.objects.add("blob", content))
        commit = self._commit(self.objects.add_files(files), [head] if head else [], message)
        self.objects.refs[ref] = commit
        return commit

    def _files(self, tree: str) -> dict[str, tuple[str, str]]:
        return {path: entry for path, entry in self.objects.walk(tree).items() if entry[0] != FOLDER}

    def _commit(self, tree: str, parents: list[str], message: str) -> str:
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {_BOT}", f"committer {_BOT}"]
        return self.objects.add("commit", ("\n".join(lines) + f"\n\n{message}").encode())

    def _ref(self, ref: str) -> dict[str, Any]:
        sha = self.objects.refs[ref]
        target = {"type": "commit", "sha": sha, "url": f"{self.url}/git/commits/{sha}"}
        return {"ref": ref, "node_id": "", "url": f"{self.url}/git/{ref}", "object": target}

    def get_ref(self, _: Request, name: str) -> Reply:
        ref = f"refs/{name}"
        return Reply(200, self._ref(ref)) if ref in self.objects.refs else error_reply(404, "Not Found")

    def get_matching(self, _: Request, name: str) -> Reply:
        return Reply(200, [self._ref(ref) for ref in sorted(self.objects.refs) if ref.startswith(f"refs/{name}")])

    def post_ref(self, request: Request) -> Reply:
        ref, sha = request.body["ref"], request.body["sha"]
        if ref in self.objects.refs:
            return error_reply(422, "Reference already exists")
        if self.objects.body("commit", sha) is None:
            return error_reply(422, "Object does not exist")
        self.objects.refs[ref] = sha
        return Reply(201, self._ref(ref))

    def patch_ref(self, request: Request, name: str) -> Reply:
        ref, sha = f"refs/{name}", request.body["sha"]
        if ref not in self.objects.refs:
            return error_reply(422, "Reference does not exist")
        if not request.body.get("force") and not self.objects.descends(sha, self.objects.refs[ref]):
            return error_reply(422, "Update is not a fast forward")
        self.objects.refs[ref] = sha
        return Reply(200, self._ref(ref))

    def delete_ref(self, _: Request, name: str) -> Reply:
        gone = self.objects.refs.pop(f"refs/{name}", None)
        return Reply(204) if gone else error_reply(422, "Reference does not exist")

    def get_tree(self, request: Request, name: str) -> Reply:
        tree = self._tree_named(name)
        if tree is None:
            return error_reply(404, "Not Found")
        found = self.objects.walk(tree) if request.query.get("recursive") else self.objects.entries(tree)
        # Asked for by a commit, or by a branch, GitHub names the commit here, not the tree.
        return Reply(200, {**self._tree(tree, found), "sha": self.objects.refs.get(f"refs/heads/{name}", name)})

    def _tree_named(self, name: str) -> str | None:
        commit = self.objects.refs.get(f"refs/heads/{name}", name)
        if self.objects.body("commit", commit) is not None:
            return self.objects.tree_of(commit)
        return name if self.objects.body("tree", name) is not None else None

    def _tree(self, tree: str, found: dict[str, tuple[str, str]]) -> dict[str, Any]:
        listed = [self._entry(path, mode, sha) for path, (mode, sha) in found.items()]
        return {"sha": tree, "url": f"{self.url}/git/trees/{tree}", "tree": listed, "truncated": False}

    def _entry(self, path: str, mode: str, sha: str) -> dict[str, Any]:
        if mode == FOLDER:
            return {"path": path, "mode": "040000", "type": "tree", "sha": sha, "url": f"{self.url}/git/trees/{sha}"}
        known = {"size": len(self.objects.body("blob", sha) or b""), "url": f"{self.url}/git/blobs/{sha}"}
        return {"path": path, "mode": mode, "type": "blob", "sha": sha, **known}

    def post_tree(self, request: Request) -> Reply:
        base = request.body.get("base_tree")
        if base and self.objects.body("tree", base) is None:
            return error_reply(422, "base_tree is not a valid tree oid")
        files = self._files(base) if base else {}
        for entry in request.body["tree"]:
            if "content" in entry:
                files[entry["path"]] = (entry["mode"], self.objects.add("blob", entry["content"].encode()))
            elif entry["sha"] is None:
                files.pop(entry["path"], None)
            elif self.objects.body("blob", entry["sha"]) is None:
                return error_reply(422, f"tree.sha {entry['sha']} is not a valid blob")
            else:
                files[entry["path"]] = (entry["mode"], entry["sha"])
        tree = self.objects.add_files(files)
        return Reply(201, self._tree(tree, self.objects.entries(tree)))

    def get_blob(self, _: Request, name: str) -> Reply:
        body = self.objects.body("blob", name)
        if body is None:
            return error_reply(404, "Not Found")
        content = base64.encodebytes(body).decode()
        described = {"sha": name, "node_id": "", "size": len(body), "url": f"{self.url}/git/blobs/{name}"}
        return Reply(200, {**described, "content": content, "encoding": "base64"})

    def post_blob(self, request: Request) -> Reply:
        content = request.body["content"]
        body = base64.b64decode(content) if request.body.get("encoding") == "base64" else content.encode()
        name = self.objects.add("blob", body)
        return Reply(201, {"sha": name, "url": f"{self.url}/git/blobs/{name}"})

    def get_commit(self, _: Request, name: str) -> Reply:
        if self.objects.body("commit", name) is None:
            return error_reply(404, "Not Found")
        return Reply(200, self._commit_described(name))

    def post_commit(self, request: Request) -> Reply:
        tree, parents = request.body["tree"], request.body.get("parents", [])
        if self.objects.body("tree", tree) is None:
            return error_reply(422, "Tree SHA does not exist")
        if any(self.objects.body("commit", parent) is None for parent in parents):
            return error_reply(422, "Parent SHA does not exist or is not a commit object")
        return Reply(201, self._commit_described(self._commit(tree, parents, request.body["message"])))

    def _commit_described(self, name: str) -> dict[str, Any]:
        tree = self.objects.tree_of(name)
        message = (self.objects.body("commit", name) or b"").partition(b"\n\n")[2].decode()
        return {
            "sha": name,
            "url": f"{self.url}/git/commits/{name}",
            "html_url": "",
            "tree": {"sha": tree, "url": f"{self.url}/git/trees/{tree}"},
            "message": message,
            "parents": [{"sha": sha, "url": "", "html_url": ""} for sha in self.objects.headers(name, "parent")],
        }

    def put_contents(self, request: Request, path: str) -> Reply:
        branch = request.body.get("branch") or "main"
        ref = f"refs/heads/{branch}"
        if self.objects.refs and ref not in self.objects.refs:
            return error_reply(404, f"Branch {branch} not found")
        if ref in self.objects.refs and path in self._files(self.objects.tree_of(self.objects.refs[ref]) or ""):
            return error_reply(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
        commit = self.commit_file(path, base64.b64decode(request.body["content"]), request.body["message"], ref)
        content = {"path": path, "name": path.rpartition("/")[2], "sha": "", "type": "file", "url": ""}
        return Reply(201, {"content": content, "commit": self._commit_described(commit)})


_ROUTES: tuple[tuple[str, Callable[..., Reply]], ...] = (
    (r"GET git/refs?/(heads/.+)", GitData.get_ref),
    (r"GET git/matching-refs/(heads/.*)", GitData.get_matching),
    (r"POST git/refs", GitData.post_ref),
    (r"PATCH git/refs/(heads/.+)", GitData.patch_ref),
    (r"DELETE git/refs/(heads/.+)", GitData.delete_ref),
    (r"GET git/trees/(.+)", GitData.get_tree),
    (r"POST git/trees", GitData.post_tree),
    (r"GET git/blobs/(\w+)", GitData.get_blob),
    (r"POST git/blobs", GitData.post_blob),
    (r"GET git/commits/(\w+)", GitData.get_commit),
    (r"POST git/commits", GitData.post_commit),
    (r"PUT contents/(.+)", GitData.put_contents),
)
