"""Files, commits, issues and pull requests of a repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import orjson
from pydantic import Field, model_validator

from rowsmith.core.documents import Document
from rowsmith.core.ports import Context, Input
from rowsmith.core.row import Bad, New
from rowsmith.steps.outside import Outside

SAID = ("commit", "issue", "pull")
"""Kinds of what the connector itself has written down, as JSON: `text`, and columns beside it."""


class ReadRepository(Outside):
    """Reads a repository on GitHub, GitLab, Gitea, Bitbucket or another host of git, or a clone on this machine: a row for each of its files,
    commits, issues and pull requests. A branch or tag is pinned to its commit.

    What comes is fetched once and kept in the home; a run reads that, and `--refresh` asks anew. Documentation and code are told apart by name;
    what is generated, vendored or binary is left out. `chunk.code` cuts code into functions and classes. Tokens are secrets: GITHUB_TOKEN,
    GITLAB_TOKEN, GITEA_TOKEN, BITBUCKET_TOKEN, GIT_TOKEN (rowsmith keys add GITHUB_TOKEN --url https://api.github.com).

    A commit is its message, with author, date, parents and the paths that it changed in columns; `diffs` shows what it changed there.

    Origin: `source` {name (the path), repository, commit, ref, kind (docs, code, data, other), language, licence_file, hash, read_as, span}.
    """

    reaches: ClassVar[str] = "repository"

    url: str = Field(
        description="https://github.com/owner/name, git+https://host/owner/name@ref#folder, or the folder of a clone on this machine.", min_length=1
    )
    ref: str | None = Field(None, description="Branch, tag or commit. Default: that of the address, else the default branch.", min_length=1)
    paths: list[str] = Field([], description="Patterns of paths to take, such as docs/**/*.md. Default: all.")
    exclude: list[str] = Field([], description="Patterns of paths to leave out.")
    kinds: list[Literal["docs", "code", "data", "other"]] = Field([], description="Kinds to take. Default: docs and code, or all that `paths` names.")
    keep: list[Literal["generated", "vendored", "binary"]] = Field([], description="What is left out otherwise, and is to be taken.")
    max_file_bytes: Annotated[int, Field(ge=1)] = Field(10 << 20, description="Largest file, in bytes.")
    max_files: Annotated[int, Field(ge=1)] = Field(10_000, description="Most files.")
    max_bytes: Annotated[int, Field(ge=1)] = Field(2 << 30, description="Most bytes of all files together.")
    max_archive_bytes: Annotated[int, Field(ge=1)] = Field(1 << 30, description="Most bytes of the archive or pack that is fetched.")
    method: Literal["archive", "clone"] = Field("archive", description="Fetch the forge's archive, or one commit through git's own protocol.")
    working_tree: bool = Field(False, description="Of a clone on this machine: the files as they lie there, not as they were committed.")
    files: bool = Field(True, description="Whether files are read.")
    issues: bool = Field(False, description="Whether issues are read (GitHub).")
    pulls: bool = Field(False, description="Whether pull requests are read (GitHub).")
    comments: bool = Field(True, description="Whether comments stand in the text of an issue or a pull request.")
    diffs: bool = Field(False, description="Whether the diff of a pull request or commit stands in its text.")
    state: Literal["open", "closed", "all"] = Field("all", description="Which issues and pull requests.")
    labels: list[str] = Field([], description="Labels that an issue or pull request has to have, all of them.")
    since: str = Field("", description="Only issues and pull requests that changed since this moment (ISO 8601).")
    max_issues: Annotated[int, Field(ge=1)] = Field(1000, description="Most issues and pull requests.")
    commits: bool = Field(False, description="Whether the commits that led to it are read, too; with `paths`, those that change one of them.")
    max_commits: Annotated[int, Field(ge=1)] = Field(1000, description="Most commits, from the newest.")
    forge: Literal["", "github", "gitlab", "gitea", "bitbucket"] = Field("", description="What a host runs that is not known by its name.")
    api: str = Field("", description="Where GitHub's API answers, for a server of one's own.")

    @property
    def address(self) -> str:
        """The repository."""
        return self.url

    def inputs(self, ctx: Context) -> list[Input]:
        """The files that are the repository's own."""
        return [source for source in super().inputs(ctx) if source.facts.get("kind") not in SAID]

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """A row for every document and record of its files, then for every commit, issue and pull request; a bad one for what did not come."""
        yield from super().read(ctx)
        for source in super().inputs(ctx):
            if source.facts.get("kind") in SAID:
                said = orjson.loads(source.path.read_bytes())
                yield self.document(source, Document(said.pop("text"), said["kind"], columns=said))

    @model_validator(mode="after")
    def _something(self) -> ReadRepository:
        if not (self.files or self.issues or self.pulls or self.commits):
            raise ValueError("`files`, `issues`, `pulls` and `commits` are all false; read one of them.")
        return self
