"""The commits that led to one, each a file of JSON: `text`, its message (and its diff by choice), and what else is known of it as columns.

Used in the child process. Addresses of mail are left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from rowsmith.connectors.repository.choice import Say, Taking

_MOST_PATHS = 1000
_MOST_DIFF = 1 << 20
_LARGE = 128 << 10
"""Bytes of a file from which its changes are named and not shown: comparing takes the square of its lines."""


def take_commits(store: Any, head: bytes, most: int, diffs: bool, taking: Taking, to: Path, say: Say) -> None:
    """Look at the newest commits, at most so many, and write them into the folder `to`, newest first; where paths were asked for, those that change
    one of them."""
    for count, commit in enumerate(_walked(store, head)):
        if count == most:
            say({"missed": "", "reason": "too_many_commits", "detail": f"There are more than max_commits ({most:,}); the newest were looked at."})
            return
        try:
            changes = [change for change in _changes(store, commit) if taking.asks(_path(change))]
            if taking.narrow and not changes:
                continue
            document = _document(commit, [_path(change) for change in changes], _diff(store, changes) if diffs else "")
        except Exception as error:  # noqa: BLE001 - whatever damaged objects lead to costs the commit alone
            say({"missed": commit.id.decode(), "reason": "broken_file", "detail": f"The commit cannot be read ({type(error).__name__})."})
            continue
        (to / f"commit-{count}").write_bytes(orjson.dumps(document))
        say({"file": f"commit-{count}", "path": commit.id.decode(), "kind": "commit", "language": "", "size": 0})


def _walked(store: Any, head: bytes) -> Iterator[Any]:
    """The commits up to this one, newest first, as far as they are there."""
    from dulwich.objects import ObjectID
    from dulwich.walk import Walker

    for entry in Walker(store, [ObjectID(head)], get_parents=lambda commit: [parent for parent in commit.parents if parent in store]):
        yield entry.commit


def _document(commit: Any, paths: list[str], diff: str) -> dict[str, Any]:
    said = commit.message.decode("utf-8", "replace").replace("\r\n", "\n").strip()
    return {
        "text": said + (f"\n\n```diff\n{diff.rstrip()}\n```" if diff else ""), "commit": commit.id.decode(), "title": said.partition("\n")[0],
        "author": commit.author.decode("utf-8", "replace").partition(" <")[0], "parents": [parent.decode() for parent in commit.parents],
        "created_at": _moment(commit.author_time), "committed_at": _moment(commit.commit_time), "paths": paths[:_MOST_PATHS], "changed": len(paths),
        "kind": "commit",
    }  # fmt: skip


def _moment(seconds: int) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):  # a year that no calendar here has
        return None


def _changes(store: Any, commit: Any) -> Iterator[Any]:
    """What a commit changes of its parent. Merges, and commits whose parents were not fetched, say nothing."""
    from dulwich.diff_tree import tree_changes

    if len(commit.parents) > 1 or any(parent not in store for parent in commit.parents):
        return
    before = store[commit.parents[0]].tree if commit.parents else None
    yield from tree_changes(store, before, commit.tree)


def _path(change: Any) -> str:
    entry = change.new if change.new is not None and change.new.path is not None else change.old
    return str(entry.path.decode("utf-8", "replace"))


def _diff(store: Any, changes: list[Any]) -> str:
    """The changes as a unified diff, up to a size."""
    from dulwich.patch import write_object_diff

    out = io.BytesIO()
    for change in changes:
        old, new = _side(change.old), _side(change.new)
        if any(sha is not None and (sha not in store or len(store[sha].as_raw_string()) > _LARGE) for *_, sha in (old, new)):
            out.write(f"# {_path(change)}: too large to be shown\n".encode())
        else:
            write_object_diff(out, store, old, new)
        if out.tell() > _MOST_DIFF:
            break
    return out.getvalue()[:_MOST_DIFF].decode("utf-8", "replace")


def _side(entry: Any) -> tuple[Any, Any, Any]:
    return (None, None, None) if entry is None or entry.sha is None else (entry.path, entry.mode, entry.sha)
