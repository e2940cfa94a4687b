"""A project of Label Studio, by its REST API as label-studio-sdk 2.1.2 speaks it.

Annotations stay with a task whose data change, so a row that says something else becomes another task.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree as Xml

import orjson

from rowsmith.connectors.api import Query, Refused, Service
from rowsmith.connectors.review_tool import Answer, Held, Record, moment
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.row import Json

NAME, URL, KEY = "Label Studio", "LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"
_PAGE = 100
_OURS = ("row", "columns")
"""What is of the row in `meta`; others may stand beside it."""
_SIDES = {"left": "chosen", "right": "rejected"}


def require_title(title: str) -> None:
    """Raises Invalid for a title that Label Studio takes for no project."""
    if not 3 <= len(title) <= 50:
        raise Invalid(f"A project of Label Studio cannot be called {title!r}.", "A title has 3 to 50 characters.")


class LabelStudioProject:
    """The project of this title (see ReviewTool)."""

    def __init__(self, service: Service, key: str, title: str) -> None:
        self._service, self._key = service, key
        self.name = title
        self._access: str | None = None
        self._project: dict[str, Any] | None = None

    def held(self) -> Iterator[Held]:
        """See ReviewTool."""
        if self._found():
            yield from map(_held, self._tasks())

    def labels(self) -> set[str]:
        """See ReviewTool."""
        return _labels(self._project) if self._found() else set()

    def prepare(self, settings: Json) -> None:
        """See ReviewTool. A labelling config that asks all that it has to is left as people have made it."""
        if not self._found():
            self._project = self._ask("POST", "/api/projects/", body={"title": self.name, "label_config": settings}, wants=["id"])
        elif not _covers(self._project, settings):
            self._project = self._ask("PATCH", self._at(""), body={"label_config": settings}, wants=["id"])

    def add(self, records: Sequence[Record]) -> None:
        """See ReviewTool."""
        self._ask("POST", self._at("import"), body=list(records))

    def remove(self, keys: Sequence[str]) -> None:
        """See ReviewTool."""
        for key in keys:
            self._ask("DELETE", f"/api/tasks/{key}/")

    def answers(self) -> Iterator[Answer]:
        """See ReviewTool; annotations that were cancelled are those that people skipped."""
        if not self._found():
            raise NotFound(f"Label Studio has no project {self.name!r}.", "Correct the title, or push to it first.")
        people = {user["id"]: _who(user) for user in _listed(self._ask("GET", "/api/users/"))}
        answered = [task["id"] for task in self._tasks() if _answered(task)]
        for start in range(0, len(answered), _PAGE):
            some = answered[start : start + _PAGE]
            query = [("exportType", "JSON"), ("download_all_tasks", "true"), *(("ids[]", key) for key in some)]
            for task in (task for task in self._ask("GET", self._at("export"), query=query) if task["id"] in some):
                for annotation in task["annotations"]:
                    if not annotation.get("was_cancelled"):
                        by = annotation["completed_by"]
                        author = _who(by) if isinstance(by, dict) else people.get(by, f"user {by}")
                        yield Answer(_held(task), author, moment(annotation["updated_at"]), _said(annotation["result"]))

    # -- within -------------------------------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, *, query: Query = (), body: Json = None, wants: Sequence[str] = ()) -> Any:
        try:
            return self._service.ask(method, path, self._authorized(), query=query, body=body, wants=wants)
        except Refused as error:
            if error.http != 401 or self._access is None:
                raise
            self._access = None  # an access token lives for minutes
            return self._service.ask(method, path, self._authorized(), query=query, body=body, wants=wants)

    def _authorized(self) -> dict[str, str]:
        """The header of a legacy token, or of an access token that a personal access token brings."""
        if not _is_personal(self._key):
            return {"Authorization": f"Token {self._key}"}
        if self._access is None:
            self._access = self._service.ask("POST", "/api/token/refresh/", {}, body={"refresh": self._key}, wants=["access"])["access"]
        return {"Authorization": f"Bearer {self._access}"}

    def _at(self, path: str) -> str:
        assert self._project is not None
        return f"/api/projects/{self._project['id']}/{path}"

    def _found(self) -> bool:
        number = 1
        while self._project is None:
            query: Query = [("title", self.name), ("page", number), ("page_size", _PAGE)]
            page = self._ask("GET", "/api/projects/", query=query, wants=["results"])
            found = next((project for project in page["results"] if project["title"] == self.name), None)
            if found is not None:  # lists may leave parts out
                self._project = self._ask("GET", f"/api/projects/{found['id']}/", wants=["id"])
            elif not page.get("next"):
                return False
            number += 1
        return True

    def _tasks(self) -> Iterator[Any]:
        assert self._project is not None
        number, seen = 1, 0
        while True:
            query = [("project", self._project["id"]), ("page", number), ("page_size", _PAGE), ("fields", "all")]
            page = self._ask("GET", "/api/tasks/", query=query, wants=["tasks", "total"])
            yield from page["tasks"]
            number, seen = number + 1, seen + len(page["tasks"])
            if not page["tasks"] or seen >= page["total"]:
                return


def _held(task: Any) -> Held:
    meta = task.get("meta") or {}
    ours = {name: value for name, value in meta.items() if name in _OURS}
    return Held(str(task["id"]), str(meta.get("row", "")), {"data": task["data"], "meta": ours}, _answered(task))


def _answered(task: Any) -> bool:
    return bool(task.get("annotations") or task.get("total_annotations"))


def _covers(project: Any, config: str) -> bool:
    """Whether the project asks all that this labelling config asks."""
    asked = project.get("parsed_label_config") or {}
    ours = Xml.fromstring(config)
    names = {tag.get("name") for tag in ours.iter() if tag.get("toName")}
    labels = {choice.get("value") for tag in ours.iter("Choices") if tag.get("name") == "label" for choice in tag}
    return names <= asked.keys() and labels <= _labels(project)


def _labels(project: Any) -> set[str]:
    return set((project.get("parsed_label_config") or {}).get("label", {}).get("labels", ()))


def _listed(found: Any) -> list[Any]:
    """A list, or the results of a page."""
    every: list[Any] = found["results"] if isinstance(found, dict) else found
    return every


def _who(user: Any) -> str:
    return str(user.get("email") or user.get("username") or f"user {user.get('id')}")


def _said(result: Sequence[Any]) -> dict[str, Json]:
    """Answers by question, of the regions of an annotation."""
    said: dict[str, Json] = {}
    for region in result:
        value = region.get("value") or {}
        for key, found in value.items():
            if key in ("choices", "text"):
                said[region["from_name"]] = "\n".join(found) if isinstance(found, list) else found
            elif key in ("rating", "selected"):
                said[region["from_name"]] = _SIDES.get(found, found) if key == "selected" else found
    return said


def _is_personal(key: str) -> bool:
    """Whether it is a personal access token: a JWT that says of itself that it is to be refreshed."""
    parts = key.split(".")
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))) if len(parts) == 3 else None
    except (binascii.Error, ValueError):
        return False
    return isinstance(claims, dict) and claims.get("token_type") == "refresh"
