"""Prompts that have a name, and their versions. One is spoken of as `name` (its newest version), `name@tag` or `name@version`.

A version's id is the hash of all that it says and of the version before it, so that a history vouches for itself. Versions never change; what
moves is the ref `main`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, select, text

from rowsmith.core.errors import Conflict, Invalid, NotFound, choose
from rowsmith.core.ids import as_written, canonical
from rowsmith.core.prompts import Prompt
from rowsmith.store import events, naming
from rowsmith.store.bodies import tagged
from rowsmith.store.database import Database
from rowsmith.store.datasets import MAIN, check_name
from rowsmith.store.refs import Kind, Ref, check_ref
from rowsmith.store.schema_prompts import named_prompt, prompt_ref, prompt_version

_HEX = re.compile(r"[0-9a-f]{4,32}")
_CREATE = text("INSERT INTO named_prompt (project, name, created_at) VALUES (:project, :name, :now) ON CONFLICT DO NOTHING")
_VERSION = text(
    "INSERT INTO prompt_version (id, prompt, parent, content, author, message, created_at) "
    "VALUES (:id, :prompt, :parent, :content, :author, :message, :created_at)"
)
_NAME_IT = text(
    "INSERT INTO prompt_ref (prompt, name, kind, version, author, message, created_at, digest) "
    "VALUES (:prompt, :name, :kind, :version, :author, :message, :created_at, :digest) ON CONFLICT DO NOTHING"
)
_MOVE = text(
    "UPDATE prompt_ref SET version = :version, author = :author, message = :message, created_at = :created_at, digest = :digest "
    "WHERE prompt = :prompt AND name = :name"
)
_DELETE = text("DELETE FROM prompt_ref WHERE prompt = :prompt AND name = :name AND version = :version AND kind = 'tag'")


@dataclass(frozen=True, slots=True)
class Named:
    """A name with a history. `n` is its number in the database."""

    n: int
    project: str
    name: str
    created_at: float


@dataclass(frozen=True, slots=True)
class PromptVersion:
    """One immutable state of a prompt. `parent`: the version before it, or the one that a fork began at."""

    id: str
    prompt: int
    parent: str | None
    content: bytes
    author: str
    message: str
    created_at: float

    @property
    def said(self) -> Prompt:
        """What it says."""
        return Prompt.model_validate(orjson.loads(self.content))

    @property
    def vouched(self) -> str:
        """The id that vouches for all of it; another than `id` where something was damaged."""
        return tagged(
            b"rowsmith.prompt", canonical([self.prompt, self.parent, self.content.hex(), self.author, self.message, self.created_at])
        ).hex()


class Prompts:
    """The prompts of a database. Every method may be called from any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list(self, project: str) -> Sequence[Named]:
        """The prompts of a project, by name."""
        query = select(named_prompt).where(named_prompt.c.project == project).order_by(named_prompt.c.name)
        with self._db.read() as conn:
            return [Named(*row) for row in conn.execute(query)]

    def get(self, project: str, name: str) -> Named:
        """The prompt of this name.

        Raises:
            NotFound: there is none; the fix lists those there are.
        """
        every = self.list(project)
        for found in every:
            if found.name == name:
                return found
        raise NotFound(f"No prompt is called {name!r}.", choose(name, [found.name for found in every]))

    def commit(
        self, project: str, name: str, said: Prompt, author: str, message: str, *, onto: str | None = None, forks: str | None = None,
        act: str = "added",
    ) -> PromptVersion:  # fmt: skip
        """What the prompt says from now on, as its next version; a name that is new begins a history. The same again: no new version.

        Args:
            onto: the version that has to be the newest one; None: whichever is.
            forks: begin a new prompt at this version of another one.

        Raises:
            Invalid: the name cannot be one.
            Conflict: another version is the newest, or the name of a fork is taken.
        """
        check_name(name, "prompt")
        content = as_written(said.dump())
        with self._db.write() as conn:
            now = self._db.now(conn)
            made = conn.execute(_CREATE, {"project": project, "name": name, "now": now}).rowcount == 1
            if forks is not None and not made:
                raise Conflict(f"There is a prompt called {name!r} already.", "Take another name.")
            mine = select(named_prompt.c.n).where(named_prompt.c.project == project, named_prompt.c.name == name)
            n = int(conn.execute(mine.with_for_update()).scalar_one())  # one after the other, on PostgreSQL too
            head = self._head(conn, n)
            if onto is not None and (head is None or head.id != onto):
                newest = head.id[:12] if head else "none"
                raise Conflict(
                    f"The newest version of {name!r} is {newest}, not {onto[:12]}: somebody has changed it since.",
                    f"See what changed (rowsmith prompts diff {name}@{onto[:12]} {name}), and add yours onto {newest}.",
                )
            if head is not None and head.content == content:
                return head
            version = PromptVersion("", n, forks if head is None else head.id, content, author, message, now)
            version = replace(version, id=version.vouched)
            conn.execute(_VERSION, asdict(version))
            moved = _named(n, MAIN, "branch", version.id, author, message, now)
            conn.execute(_NAME_IT if head is None else _MOVE, moved)
            events.note(conn, now, project, f"prompt.{act}", {"prompt": name, "version": version.id, "by": author})
            return version

    def _head(self, conn: Connection, n: int) -> PromptVersion | None:
        query = select(prompt_version).join(prompt_ref, prompt_ref.c.version == prompt_version.c.id)
        row = conn.execute(query.where(prompt_ref.c.prompt == n, prompt_ref.c.name == MAIN)).one_or_none()
        return _version(row) if row else None

    def refs(self, prompt: Named) -> Sequence[Ref]:
        """The names of its versions, by name: `main`, tags and releases."""
        columns = [prompt_ref.c[name] for name in Ref.__slots__]
        with self._db.read() as conn:
            return [Ref(*row) for row in conn.execute(select(*columns).where(prompt_ref.c.prompt == prompt.n).order_by(prompt_ref.c.name))]

    def log(self, version: PromptVersion) -> Sequence[PromptVersion]:
        """The version and all that it descends from, newest first; of a fork also those of the prompt that it was made of."""
        out = [version]
        with self._db.read() as conn:
            while row := conn.execute(select(prompt_version).where(prompt_version.c.id == out[-1].parent)).one_or_none():
                out.append(_version(row))
        return out

    def resolve(self, project: str, spoken: str) -> tuple[Named, PromptVersion]:
        """The prompt and version that `name`, `name@tag` or `name@version` (at least 4 digits of its id) means.

        Raises:
            NotFound: no such prompt or version; the fix lists the choices.
            Invalid: the digits fit more than one version.
        """
        name, _, which = spoken.partition("@")
        prompt = self.get(project, name)
        refs = {ref.name: ref.version for ref in self.refs(prompt)}
        wanted = refs.get(which or MAIN) or (which if _HEX.fullmatch(which) else "-")
        query = select(prompt_version).where(prompt_version.c.prompt == prompt.n).order_by(prompt_version.c.created_at.desc())
        with self._db.read() as conn:
            every = [_version(row) for row in conn.execute(query)]
        fits = [version for version in every if version.id.startswith(wanted)]
        if len(fits) == 1:
            return prompt, fits[0]
        if fits:
            raise Invalid(f"{spoken!r} fits {len(fits)} versions.", f"Give more digits: {', '.join(v.id[:12] for v in fits)}.")
        choices = [*refs, *(version.id[:12] for version in every[:10])]
        raise NotFound(f"Prompt {name!r} has no tag or version {which!r}.", choose(which, choices))

    def tag(self, prompt: Named, name: str, kind: Kind, version: str, author: str, message: str = "") -> Ref:
        """Name a version for good.

        Raises:
            Conflict: the name is taken. Invalid: it cannot be one.
        """
        check_ref(name, kind)
        with self._db.write() as conn:
            now = self._db.now(conn)
            if conn.execute(_NAME_IT, _named(prompt.n, name, kind, version, author, message, now)).rowcount != 1:
                raise Conflict(f"There is a tag or release called {name!r} already.", "Take another name, or delete that one.")
            events.note(conn, now, prompt.project, f"prompt.{kind}", {"prompt": prompt.name, "name": name, "version": version, "by": author})
        return Ref(name, kind, version, author, message, now)

    def delete(self, prompt: Named, name: str, author: str) -> Ref:
        """Forget a tag; its version stays.

        Raises:
            NotFound: there is none. Conflict: it is a release, or the newest version's name.
        """
        refs = {ref.name: ref for ref in self.refs(prompt)}
        if name not in refs:
            raise NotFound(f"There is no tag called {name!r}.", choose(name, [ref for ref, one in refs.items() if one.kind != "branch"]))
        ref = refs[name]
        if ref.kind != "tag":
            raise Conflict(f"{name!r} is a {ref.kind}, and stays.", "Only tags can be deleted.")
        with self._db.write() as conn:
            if conn.execute(_DELETE, {"prompt": prompt.n, "name": name, "version": ref.version}).rowcount != 1:
                raise Conflict(f"{name!r} has changed meanwhile.", "Look at it again: rowsmith prompts tag NAME.")
            told = {"prompt": prompt.name, "name": name, "version": ref.version, "by": author}
            events.note(conn, self._db.now(conn), prompt.project, "prompt.tag_deleted", told)
        return ref


def problems(db: Database) -> Iterator[tuple[str, str]]:
    """For each version and each ref: (what is wrong, empty when nothing is; where)."""
    with db.read() as conn:
        versions = [_version(row) for row in conn.execute(select(prompt_version))]
        refs = conn.execute(select(prompt_ref)).all()
    ids = {version.id for version in versions}
    for version in versions:
        lost = version.parent is not None and version.parent not in ids
        wrong = "it does not say what its id stands for" if version.vouched != version.id else "the version before it is missing" if lost else ""
        yield wrong, f"prompt version {version.id}"
    for ref in refs:
        said = naming.digest(ref.prompt, ref.name, ref.kind, ref.version, ref.author, ref.message, ref.created_at)
        missing = "its version is missing" if ref.version not in ids else ""
        yield "it does not say what its digest vouches for" if bytes(ref.digest) != said else missing, f"ref {ref.name} of prompt {ref.prompt}"


def _version(row: Any) -> PromptVersion:
    return PromptVersion(row.id, row.prompt, row.parent, bytes(row.content), row.author, row.message, row.created_at)


def _named(prompt: int, name: str, kind: Kind, version: str, author: str, message: str, created_at: float) -> dict[str, Any]:
    said = {"name": name, "kind": kind, "version": version, "author": author, "message": message, "created_at": created_at}
    return {**said, "prompt": prompt, "digest": naming.digest(prompt, name, kind, version, author, message, created_at)}
