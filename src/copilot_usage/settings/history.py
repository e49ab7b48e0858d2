"""Where the history is kept, from the `snapshot-…` inputs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_usage.settings.values import quoted

if TYPE_CHECKING:
    from copilot_usage.settings.values import Values

# A login has no dots; a name may begin with one, but is not `.` or `..`.
_REPOSITORY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")
# git-check-ref-format, narrowed to what is sensible for a branch.
_BRANCH = re.compile(r"(?!refs/)(?!.*(?:\.\.|/[/.]|\.lock(?:/|$)))[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}(?<![./])")


def repository_from(values: Values) -> str | None:
    """`owner/name`, None without one; problems are left with `values`."""
    text = values.text("snapshot-repository")
    if text is not None and not _REPOSITORY.fullmatch(text):
        values.problem("snapshot-repository", f"{quoted(text)} was given, allowed is `owner/name`.")
    if text is not None and not values.given("snapshot-token"):
        values.problem(
            "snapshot-token", "is missing: committing to `snapshot-repository` needs a token with `contents: write`."
        )
    return text


def branch_from(values: Values) -> str:
    """The branch; the folder in it is checked on the way."""
    branch = values.text("snapshot-branch") or "copilot-usage"
    if not _BRANCH.fullmatch(branch):
        values.problem(
            "snapshot-branch", f"{quoted(branch)} was given, allowed is the name of a branch, without `refs/heads/`."
        )
    directory = values.text("snapshot-directory")
    if directory and values.given("snapshot-repository") and not _is_inside(directory):
        values.problem(
            "snapshot-directory",
            f"{quoted(directory)} was given, allowed is a folder inside the branch, such as `snapshots`.",
        )
    return branch


def _is_inside(directory: str) -> bool:
    return all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_. -]*", part) for part in directory.strip("/").split("/"))
