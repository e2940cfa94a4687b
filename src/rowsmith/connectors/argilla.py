"""A dataset of Argilla (server 2.8), by its REST API (`/api/v1`).

Argilla never changes the fields of a record that it has: a row that says something else becomes another record. So a record's `external_id` is the
row's id and a hash of what people see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from rowsmith.connectors.api import Query, Refused, Service
from rowsmith.connectors.review_tool import Answer, Held, Record, moment
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.ids import canonical
from rowsmith.core.row import Json

NAME, URL, KEY = "Argilla", "ARGILLA_API_URL", "ARGILLA_API_KEY"
_PAGE, _MOST_GONE = 100, 100
_ANSWERED = ("submitted",)
_OURS = ("columns",)
"""Metadata that are of the row. Others may stand beside it, for whoever sorts records there."""


class ArgillaDataset:
    """The dataset `name` of a workspace (see ReviewTool)."""

    def __init__(self, service: Service, key: str, workspace: str, name: str) -> None:
        self._service, self._key = service, {"X-Argilla-Api-Key": key}
        self.workspace, self.name = workspace, name
        self._workspace: str | None = None
        self._dataset: dict[str, Any] | None = None

    def held(self) -> Iterator[Held]:
        """See ReviewTool."""
        if self._found():
            for record in self._records():
                yield _held(record)

    def labels(self) -> set[str]:
        """See ReviewTool."""
        return _labels(self._questions()) if self._found() else set()

    def prepare(self, settings: Json) -> None:
        """See ReviewTool; what a broken push left half made is made whole.

        Raises:
            Invalid: the dataset is there, and asks something else.
        """
        if not self._found():
            facts = {name: settings[name] for name in ("guidelines", "allow_extra_metadata", "distribution")}
            body = {"name": self.name, "workspace_id": self._made_workspace(), **facts}
            self._dataset = self._ask("POST", "/datasets", body=body, wants=["id", "status"])
        if self._dataset is not None and self._dataset["status"] == "draft":
            for kind in ("fields", "questions"):
                there = {found["name"] for found in self._list(self._at(kind))}
                for one in settings[kind]:
                    if one["name"] not in there:
                        self._ask("POST", self._at(kind), body=one)
            self._dataset = self._ask("PUT", self._at("publish"), wants=["id", "status"])
        self._check(settings)

    def add(self, records: Sequence[Record]) -> None:
        """See ReviewTool."""
        questions = {question["name"]: question["id"] for question in self._questions()}
        self._ask("POST", self._at("records/bulk"), body={"items": [_sent(record, questions) for record in records]})

    def remove(self, keys: Sequence[str]) -> None:
        """See ReviewTool."""
        for start in range(0, len(keys), _MOST_GONE):
            self._ask("DELETE", self._at("records"), query=[("ids", ",".join(keys[start : start + _MOST_GONE]))])

    def answers(self) -> Iterator[Answer]:
        """See ReviewTool: what was submitted; drafts are not done, and discarded records were passed over."""
        if not self._found():
            raise NotFound(f"Argilla has no dataset {self.name!r} in {self.workspace!r}.", "Correct the name, or push to it first.")
        people = self._people()
        for record in self._records():
            for response in record.get("responses") or ():
                if response["status"] in _ANSWERED:
                    said = {name: value["value"] for name, value in (response["values"] or {}).items()}
                    author = people.get(response["user_id"], response["user_id"])
                    yield Answer(_held(record), author, moment(response["updated_at"]), said)

    # -- within -------------------------------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, *, query: Query = (), body: Json = None, wants: Sequence[str] = ()) -> Any:
        return self._service.ask(method, f"/api/v1{path}", self._key, query=query, body=body, wants=wants)

    def _list(self, path: str, query: Query = ()) -> list[Any]:
        found: list[Any] = self._ask("GET", path, query=query, wants=["items"])["items"]
        return found

    def _at(self, path: str) -> str:
        assert self._dataset is not None
        return f"/datasets/{self._dataset['id']}/{path}"

    def _found(self) -> bool:
        if self._dataset is None and (workspace := self._workspace_id()) is not None:
            query = [("workspace_id", workspace), ("name", self.name)]
            every = self._list("/me/datasets", query)
            self._dataset = next((found for found in every if (found["name"], found["workspace_id"]) == (self.name, workspace)), None)
        return self._dataset is not None

    def _workspace_id(self) -> str | None:
        if self._workspace is None:
            every = self._list("/me/workspaces")
            self._workspace = next((found["id"] for found in every if found["name"] == self.workspace), None)
        return self._workspace

    def _made_workspace(self) -> str:
        if (found := self._workspace_id()) is not None:
            return found
        self._workspace = made = str(self._ask("POST", "/workspaces", body={"name": self.workspace}, wants=["id"])["id"])
        return made

    def _questions(self) -> list[Any]:
        return self._list(self._at("questions"))

    def _check(self, settings: Json) -> None:
        """Hold what is there to what is to be asked: a dataset that is published takes no further question, field or option."""
        questions = self._questions()
        fields = {found["name"] for found in self._list(self._at("fields"))}
        wanted = {*(f"the field {one['name']!r}" for one in settings["fields"] if one["name"] not in fields)}
        names = {question["name"] for question in questions}
        wanted |= {f"the question {one['name']!r}" for one in settings["questions"] if one["name"] not in names}
        wanted |= {f"the label {label!r}" for label in _labels(settings["questions"]) - _labels(questions)}
        if wanted:
            what = f"The dataset {self.name!r} of Argilla has not {', '.join(sorted(wanted)[:5])}, and takes none any more."
            raise Invalid(what, "Push to a dataset with another name.")

    def _records(self) -> Iterator[Any]:
        start = 0
        while True:
            query: Query = [("include", "responses"), ("offset", start), ("limit", _PAGE)]
            items = self._list(self._at("records"), query)
            yield from items
            start += len(items)
            if len(items) < _PAGE:
                return

    def _people(self) -> dict[str, str]:
        """What users are called. Owners alone may see everybody; others see those of the workspace."""
        every = [self._ask("GET", "/me", wants=["id", "username"])]
        for path in (f"/workspaces/{self._workspace_id()}/users", "/users"):
            try:
                every += self._list(path)
            except Refused as error:
                if error.http != 403:
                    raise
        return {user["id"]: user["username"] for user in every}


def _held(record: Any) -> Held:
    row = (record.get("external_id") or "").partition(":")[0]
    answered = any(one["status"] in _ANSWERED for one in record.get("responses") or ())
    metadata = {name: value for name, value in (record.get("metadata") or {}).items() if name in _OURS}
    return Held(record["id"], row, {"id": row, "fields": record["fields"], "metadata": metadata}, answered)


def _sent(record: Record, questions: Mapping[str, str]) -> Record:
    said = record.get("suggestions", {})
    suggestions = [{"question_id": questions[name], "type": "model", **one} for name, one in said.items() if name in questions]
    seen = {"fields": record["fields"], "metadata": record.get("metadata", {})}
    return {**seen, "external_id": f"{record['id']}:{blake2b(canonical(seen), digest_size=8).hexdigest()}", "suggestions": suggestions}


def _labels(questions: Sequence[Any]) -> set[str]:
    options = [question["settings"].get("options", ()) for question in questions if question["name"] == "label"]
    return {option["value"] for found in options for option in found}
