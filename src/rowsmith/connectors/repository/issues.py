"""Issues and pull requests, each a file of JSON: `text`, what was said as Markdown, and what else is known of it as columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from rowsmith.connectors.egress import Egress
from rowsmith.connectors.plain import carried_out
from rowsmith.connectors.repository.address import Place
from rowsmith.connectors.repository.github import DIFF, GitHub
from rowsmith.core.errors import Invalid, RowsmithError
from rowsmith.core.fetching import Fetched, Missed, Reach
from rowsmith.core.row import Json

STATES = ("open", "closed", "all")
_PAGE = 100
_MOST_COMMENTS = 5000
_MOST_DIFF = 1 << 20
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of them: see fetch.fetch. `number`: this one alone; 0: all of them."""

    issues: bool
    pulls: bool
    comments: bool
    diffs: bool
    state: str
    labels: tuple[str, ...]
    since: str
    most: int
    number: int

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise Invalid(f"No issues are {self.state!r}.", f"Choose one of: {', '.join(STATES)}.")
        if self.since:
            _moment(self.since)

    def at(self, path: str) -> str:
        """Where the list begins: issues and pull requests are one list there, oldest first."""
        query = {"state": self.state, "sort": "created", "direction": "asc", "per_page": str(_PAGE)}
        query |= {"labels": ",".join(self.labels)} if self.labels else {}
        query |= {"since": _moment(self.since)} if self.since else {}
        return f"/repos/{quote(path)}/issues?{urlencode(query)}"

    def wants(self, entry: Entry) -> bool:
        """Whether an entry of the list is one that was asked for."""
        return self.pulls if "pull_request" in entry else self.issues


def talked(reach: Reach, hub: GitHub, place: Place, asked: Asked, to: Path) -> Iterator[Fetched | Missed]:
    """What was said, an issue or a pull request at a time. What an earlier call that was interrupted had fetched, and has not changed since, is
    taken from `reach.state`.

    Raises: as GitHub.ask.
    """
    talk = _Talk(reach, hub, place, asked)
    if asked.number:
        at = f"/repos/{quote(place.path)}/issues/{asked.number}"
        yield from talk.given([carried_out(lambda egress: hub.one(egress, at), reach.allowed)], to)
        return
    url, count = asked.at(place.path), 0
    while url:
        reach.note(f"{place.name}: {count:,} issues and pull requests")
        entries, url = carried_out(lambda egress, url=url: hub.page(egress, url), reach.allowed)  # type: ignore[misc]
        wanted = [entry for entry in entries if not isinstance(entry, dict) or asked.wants(entry)]
        taken = wanted[: asked.most - count]
        yield from talk.given(taken, to)
        count += len(taken)
        if len(taken) < len(wanted) or (url and count >= asked.most):
            yield Missed(place.name, "too_many_issues", f"There are more than max_issues ({asked.most:,}); the oldest were taken.")
            break
    reach.note("")


class _Talk:
    """The issues of one repository, with what was said under them."""

    def __init__(self, reach: Reach, hub: GitHub, place: Place, asked: Asked) -> None:
        self._reach, self._hub, self._asked = reach, hub, asked
        self._repository, self._at = place.name, f"/repos/{quote(place.path)}"
        self._folder = reach.state / "issues"
        self._folder.mkdir(parents=True, exist_ok=True)

    def given(self, entries: list[Entry], to: Path) -> Iterator[Fetched | Missed]:
        """A file for each; one of which something cannot be had is told."""
        if not all(map(_told, entries)):
            raise self._hub.stranger()
        for entry in (same := [entry for entry in entries if self._known(entry)]):
            yield Missed(str(entry["html_url"]), "not_modified", "It is as it was.")
        entries = [entry for entry in entries if entry not in same]
        new = [entry for entry in entries if not self._kept(entry).exists()]
        lost = carried_out(lambda egress: self._brought(egress, new), self._reach.allowed) if new else {}
        for entry in entries:
            name = str(entry["html_url"])
            if entry["number"] in lost:
                yield Missed(name, "unreachable", lost[entry["number"]])
                continue
            place = to / f"issue-{entry['number']}.json"
            place.write_bytes(self._kept(entry).read_bytes())
            facts: dict[str, Json] = {"repository": self._repository, "url": name, "number": entry["number"], "updated_at": entry["updated_at"]}
            facts |= {"kind": "pull" if "pull_request" in entry else "issue", "media_type": "application/json"}
            yield Fetched(name, place, {**facts, "fetched_at": datetime.now(UTC).isoformat(timespec="seconds")})

    def _known(self, entry: Entry) -> bool:
        """Whether it was fetched before, and nothing was said since."""
        return bool(self._reach.known.get(str(entry["html_url"]), {}).get("updated_at") == entry["updated_at"])

    def _kept(self, entry: Entry) -> Path:
        """Where an issue, as it was at this moment, is kept until all have come."""
        asked = f"{self._asked.comments:d}{self._asked.diffs:d}"
        return self._folder / f"{entry['number']}-{''.join(filter(str.isdigit, entry['updated_at']))}-{asked}.json"

    async def _brought(self, egress: Egress, entries: list[Entry]) -> dict[int, str]:
        """Write each into the folder; those that could not be had, and why. What ends all of it (limits, network) is raised."""
        lost: dict[int, str] = {}
        for entry in entries:
            try:
                said = await self._said(egress, entry)
                diff = await self._diff(egress, entry)
                document = orjson.dumps({"text": text_of(entry, said, diff), **columns_of(entry)})
            except RowsmithError as error:
                if error.status != 404:
                    raise
                lost[entry["number"]] = str(error)
                continue
            except (KeyError, TypeError, AttributeError) as error:
                lost[entry["number"]] = f"It is not told as GitHub tells it ({type(error).__name__})."
                continue
            place = self._kept(entry)
            part = place.with_suffix(".part")
            part.write_bytes(document)
            part.replace(place)
        return lost

    async def _said(self, egress: Egress, entry: Entry) -> list[Entry]:
        """The comments under an issue, those on lines of code among them, in the order in which they were made."""
        if not self._asked.comments:
            return []
        number, found = entry["number"], []
        if entry.get("comments"):
            found = await self._hub.every(egress, f"{self._at}/issues/{number}/comments?per_page={_PAGE}", _MOST_COMMENTS)
        if "pull_request" in entry:
            found += await self._hub.every(egress, f"{self._at}/pulls/{number}/comments?per_page={_PAGE}", _MOST_COMMENTS)
        return sorted(found, key=lambda comment: str(comment.get("created_at")))

    async def _diff(self, egress: Egress, entry: Entry) -> str:
        if not self._asked.diffs or "pull_request" not in entry:
            return ""
        return (await self._hub.text(egress, f"{self._at}/pulls/{entry['number']}", DIFF))[:_MOST_DIFF]


def _told(entry: Any) -> bool:
    """Whether an entry has what names it: a number, which becomes part of a file's name, an address, and the moment of its last change."""
    if not isinstance(entry, dict) or type(entry.get("number")) is not int:
        return False
    return all(isinstance(entry.get(name), str) for name in ("html_url", "updated_at"))


def columns_of(entry: Entry) -> dict[str, Json]:
    """What is known of an issue beside its text."""
    pull = entry.get("pull_request")
    found: dict[str, Json] = {
        "number": entry["number"], "title": entry["title"], "state": entry["state"], "labels": [_label(label) for label in entry.get("labels") or ()],
        "author": _who(entry), "created_at": entry["created_at"], "updated_at": entry["updated_at"], "closed_at": entry.get("closed_at"),
        "url": entry["html_url"], "comments": entry.get("comments", 0), "kind": "pull" if pull is not None else "issue",
    }  # fmt: skip
    found |= {"state_reason": entry["state_reason"]} if entry.get("state_reason") else {}
    return found | ({"merged_at": pull.get("merged_at")} if pull is not None else {})


def text_of(entry: Entry, said: list[Entry], diff: str) -> str:
    """An issue as Markdown: its title, what its author wrote, and every comment under the name and moment of who made it."""
    parts = [f"# {entry['title']}", _body(entry)]
    parts += [f"```diff\n{diff.rstrip()}\n```"] if diff else []
    for comment in said:
        place = f" on `{comment['path']}`" if comment.get("path") else ""
        parts += [f"## {_who(comment)}, {comment['created_at']}{place}", _body(comment)]
    return "\n\n".join(part for part in parts if part)


def _body(entry: Entry) -> str:
    return str(entry.get("body") or "").replace("\r\n", "\n").strip()


def _who(entry: Entry) -> str:
    return str((entry.get("user") or {}).get("login") or "ghost")


def _label(label: Any) -> str:
    return str(label["name"] if isinstance(label, dict) else label)


def _moment(text: str) -> str:
    """A moment as GitHub takes it.

    Raises:
        Invalid: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is no moment.", "Write since like 2026-01-31 or 2026-01-31T12:00:00Z.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
