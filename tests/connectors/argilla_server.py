"""An Argilla server, played: its REST API (`/api/v1`, 2.8) as far as datasets, records and responses go, with its keys, pages and errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from web import CUT, Seen, Web, http

OWNER, ANNOTATOR = "argilla.owner-key", "argilla.annotator-key"
TIME = "2026-11-29T08:00:00.123456"
NAME = re.compile(r"(?=.*[a-z0-9])[a-z0-9_-]+")
Body = dict[str, Any]


class Say(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, detail: Any) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class ArgillaServer:
    """What it holds stands in `workspaces`, `datasets` and `records`. `breaks` says of a request that the connection is to be cut,
    `says` replaces all answers."""

    def __init__(self) -> None:
        self.users = {OWNER: _user("ada", "owner"), ANNOTATOR: _user("bob", "annotator")}
        self.workspaces: list[Body] = []
        self.datasets: list[Body] = []
        self.parts: dict[tuple[str, str], list[Body]] = {}
        self.records: dict[str, list[Body]] = {}
        self.gone: list[str] = []
        self.breaks: Callable[[Seen], bool] = lambda seen: False
        self.says: Callable[[Seen], tuple[int, Any]] | None = None
        self.web = Web(self._answer)

    @property
    def environ(self) -> dict[str, str]:
        return {"ARGILLA_API_URL": f"http://127.0.0.1:{self.web.port}", "ARGILLA_API_KEY": OWNER}

    def asked(self, method: str, ending: str) -> list[Seen]:
        return [seen for seen in self.web.seen if seen.method == method and urlsplit(seen.target).path.endswith(ending)]

    def respond(self, record: Body, who: str = ANNOTATOR, status: str = "submitted", at: str = TIME, **values: Any) -> None:
        """What somebody answers in the tool; the server holds an answer to the questions of its dataset."""
        questions = {one["name"]: one for one in self.parts[record["dataset_id"], "questions"]}
        for name, value in values.items():
            options = [option["value"] for option in questions[name]["settings"].get("options", ())]
            assert not options or value in options, (value, options)
        user = self.users[who]["id"]
        record["responses"] = [one for one in record["responses"] if one["user_id"] != user] + [{
            "id": str(uuid4()), "values": {name: {"value": value} for name, value in values.items()}, "status": status, "record_id": record["id"],
            "user_id": user, "inserted_at": at, "updated_at": at,
        }]  # fmt: skip

    def every(self) -> list[Body]:
        """The records of all datasets."""
        return [record for records in self.records.values() for record in records]

    # -- the protocol -------------------------------------------------------------------------------------------------------------------

    def _answer(self, seen: Seen) -> Any:
        if self.breaks(seen):
            return [CUT]
        try:
            status, said = self._served(seen) if self.says is None else self.says(seen)
        except Say as error:
            status, said = error.status, {"detail": error.detail}
        return http(b"" if said is None else json.dumps(said).encode(), status, Content_Type="application/json")

    def _served(self, seen: Seen) -> tuple[int, Any]:
        at = urlsplit(seen.target)
        user = self.users.get(seen.headers.get("x-argilla-api-key", ""))
        if user is None:
            detail = {"code": "argilla.api.errors::UnauthorizedError", "params": {"detail": "Could not validate credentials"}}
            raise Say(401, detail)
        words = at.path.removeprefix("/api/v1/").split("/")
        body = json.loads(seen.body) if seen.body else {}
        for pattern, serve in ROUTES:
            method, *wanted = pattern.split(" ")[0:1] + pattern.split(" ")[1].split("/")
            if method == seen.method and len(wanted) == len(words) and all(one in ("*", word) for one, word in zip(wanted, words, strict=True)):
                return serve(self, user, [word for one, word in zip(wanted, words, strict=True) if one == "*"], body, parse_qs(at.query))
        raise Say(404, "Not Found")

    def _dataset(self, name: str) -> Body:
        found = next((one for one in self.datasets if one["id"] == name), None)
        if found is None:
            raise Say(404, f"Dataset with id `{name}` not found")
        return found

    def list_datasets(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        wanted = {name: query[name][0] for name in ("workspace_id", "name") if name in query}
        return 200, {"items": [one for one in self.datasets if all(one[name] == value for name, value in wanted.items())]}

    def make_workspace(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        _owner(user)
        if any(one["name"] == body["name"] for one in self.workspaces):
            raise Say(409, f"Workspace with name `{body['name']}` is not unique")
        self.workspaces.append({"id": str(uuid4()), "name": body["name"], "inserted_at": TIME, "updated_at": TIME})
        return 201, self.workspaces[-1]

    def make_dataset(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        _owner(user)
        if not re.fullmatch(r"(?!-|_)[a-zA-Z0-9-_ ]{1,200}", body["name"]):
            raise _wrong("name", 'string does not match regex "^(?!-|_)[a-zA-Z0-9-_ ]+$"')
        made = {
            "id": str(uuid4()), "status": "draft", "guidelines": None, "distribution": {"strategy": "overlap", "min_submitted": 1},
            "metadata": None, "last_activity_at": TIME, "inserted_at": TIME, "updated_at": TIME, **body,
        }  # fmt: skip
        self.datasets.append(made)
        self.records[made["id"]] = []
        self.parts |= {(made["id"], kind): [] for kind in ("fields", "questions", "metadata-properties", "vectors-settings")}
        return 201, made

    def list_part(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        self._dataset(words[0])
        if (words[0], words[1]) not in self.parts:
            raise Say(404, "Not Found")
        return 200, {"items": self.parts[words[0], words[1]]}

    def make_part(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        dataset, parts = self._dataset(words[0]), self.parts[words[0], words[1]]
        if dataset["status"] != "draft":
            raise Say(422, f"{words[1].removesuffix('s').capitalize()} cannot be created for a published dataset")
        if not NAME.fullmatch(body["name"]) or any(one["name"] == body["name"] for one in parts):
            raise Say(422, f"{words[1]} with name `{body['name']}` cannot be created")
        _options(body["settings"])
        made = {"id": str(uuid4()), "dataset_id": words[0], "inserted_at": TIME, "updated_at": TIME}
        parts.append({"description": None, "required": False, **body, **made})
        return 201, parts[-1]

    def publish(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        dataset = self._dataset(words[0])
        if dataset["status"] == "ready":
            raise Say(422, "Dataset is already published")
        for kind in ("fields", "questions"):
            if not any(one["required"] for one in self.parts[words[0], kind]):
                raise Say(422, f"Dataset cannot be published without required {kind}")
        dataset["status"] = "ready"
        return 200, dataset

    def add_records(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        dataset = self._dataset(words[0])
        _owner(user)
        if dataset["status"] != "ready":
            raise Say(422, "Records cannot be created for a non published dataset")
        if not 1 <= len(body["items"]) <= 500:
            raise _wrong("items", "ensure this value has at most 500 items")
        there = {one["external_id"] for one in self.records[words[0]]}
        for place, item in enumerate(body["items"]):
            self._check_record(words[0], item, place)
            if item.get("external_id") in there or [one.get("external_id") for one in body["items"]].count(item["external_id"]) > 1:
                raise Say(422, f"Record at position {place} is not valid because found external ids that already exist: {item['external_id']}")
        made = [self._record(words[0], item) for item in body["items"]]
        self.records[words[0]] += made
        return 201, {"items": [_without(one, "responses", "suggestions") for one in made]}

    def put_records(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Fields of records that are there stay what they are."""
        there = {one["external_id"]: one for one in self.records[words[0]]}
        new = [item for item in body["items"] if item["external_id"] not in there]
        old = [item for item in body["items"] if item["external_id"] in there]
        for item in old:
            there[item["external_id"]] |= {name: item[name] for name in ("metadata",) if name in item}
        made = self.add_records(user, words, {"items": new}, query)[1]["items"] if new else []
        found = [there[item["external_id"]] for item in old]
        return 200, {"items": made + found, "updated_item_ids": [one["id"] for one in found]}

    def change_dataset(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        dataset = self._dataset(words[0])
        dataset |= {name: value for name, value in body.items() if name in ("name", "guidelines", "allow_extra_metadata", "distribution", "metadata")}
        return 200, dataset

    def list_records(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        self._dataset(words[0])
        _owner(user)
        start, limit = int(query.get("offset", ["0"])[0]), int(query.get("limit", ["50"])[0])
        if not 1 <= limit <= 1000:
            raise _wrong("limit", "ensure this value is less than or equal to 1000")
        beside = {part for value in query.get("include", ()) for part in value.split(",")}
        absent = {"responses", "suggestions"} - beside
        found = self.records[words[0]]
        return 200, {"items": [_without(one, *absent) for one in found[start : start + limit]], "total": len(found)}

    def drop_records(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        wanted = query["ids"][0].split(",")
        if len(wanted) > 100:
            raise Say(422, "Cannot delete more than 100 records at once")
        self.gone += wanted
        self.records[words[0]] = [one for one in self.records[words[0]] if one["id"] not in wanted]
        return 204, None

    def list_users(self, user: Body, words: list[str], body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        _owner(user)
        return 200, {"items": list(self.users.values()) if not words else []}

    def _check_record(self, dataset: str, item: Body, place: int) -> None:
        fields = {one["name"]: one for one in self.parts[dataset, "fields"]}
        questions = {one["id"]: one for one in self.parts[dataset, "questions"]}
        wrong = ""
        if item["fields"].keys() != fields.keys():
            wrong = f"fields {sorted(item['fields'])} are not {sorted(fields)}"
        for name, value in item["fields"].items():
            chat = fields.get(name, {}).get("settings", {}).get("type") == "chat"
            if chat and not (isinstance(value, list) and all(_is_message(one) for one in value)):
                wrong = f"field value for '{name}' is no list of messages"
            if not chat and not isinstance(value, str):
                wrong = f"text field value for '{name}' must be a string"
        for said in item.get("suggestions") or ():
            question = questions.get(said["question_id"])
            options = [option["value"] for option in question["settings"].get("options", ())] if question else []
            if question is None or (options and said["value"] not in options) or not isinstance(said["value"], str):
                wrong = f"suggestion {said['value']!r} is not valid, expected one of {options}"
        if wrong:
            raise Say(422, f"Record at position {place} is not valid because {wrong}")

    def _record(self, dataset: str, item: Body) -> Body:
        suggestions = [{"id": str(uuid4()), "type": None, "score": None, "agent": None, "inserted_at": TIME, "updated_at": TIME, **one}
                       for one in item.get("suggestions") or ()]  # fmt: skip
        return {
            "id": str(uuid4()), "status": "pending", "fields": item["fields"], "metadata": item.get("metadata"),
            "external_id": item.get("external_id"), "responses": [], "suggestions": suggestions, "dataset_id": dataset,
            "inserted_at": TIME, "updated_at": TIME,
        }  # fmt: skip


ROUTES: list[tuple[str, Callable[..., tuple[int, Any]]]] = [
    ("GET me", lambda server, user, words, body, query: (200, user)),
    ("GET me/workspaces", lambda server, user, words, body, query: (200, {"items": server.workspaces})),
    ("GET workspaces/*", lambda server, user, words, body, query: (200, next(one for one in server.workspaces if one["id"] == words[0]))),
    ("GET me/datasets", ArgillaServer.list_datasets),
    ("GET datasets/*", lambda server, user, words, body, query: (200, server._dataset(words[0]))),
    ("GET me/datasets/*/*", ArgillaServer.list_part),
    ("POST workspaces", ArgillaServer.make_workspace),
    ("POST datasets", ArgillaServer.make_dataset),
    ("PUT datasets/*/publish", ArgillaServer.publish),
    ("POST datasets/*/records/bulk", ArgillaServer.add_records),
    ("PUT datasets/*/records/bulk", ArgillaServer.put_records),
    ("PATCH datasets/*", ArgillaServer.change_dataset),
    ("GET datasets/*/records", ArgillaServer.list_records),
    ("DELETE datasets/*/records", ArgillaServer.drop_records),
    ("GET datasets/*/*", ArgillaServer.list_part),
    ("POST datasets/*/*", ArgillaServer.make_part),
    ("GET workspaces/*/users", ArgillaServer.list_users),
    ("GET users", ArgillaServer.list_users),
]


def _user(name: str, role: str) -> Body:
    return {
        "id": str(uuid4()), "username": name, "first_name": name.capitalize(), "last_name": None, "role": role,
        "inserted_at": TIME, "updated_at": TIME,
    }  # fmt: skip


def _wrong(name: str, message: str) -> Say:
    """How the server tells what a schema does not take."""
    return Say(422, [{"loc": ["body", name], "msg": message, "type": "value_error"}])


def _owner(user: Body) -> None:
    if user["role"] != "owner":
        raise Say(403, {"code": "argilla.api.errors::ForbiddenOperationError", "params": {"detail": "Operation not allowed"}})


def _options(settings: Body) -> None:
    """What the schemas of questions demand."""
    options = settings.get("options")
    if settings["type"] == "label_selection":
        values = [option["value"] for option in options]
        visible = settings.get("visible_options")
        good = 2 <= len(values) <= 500 and len(set(values)) == len(values) and all(1 <= len(value) <= 200 for value in values)
        if not good or (visible is not None and not 3 <= visible <= len(values)):
            raise _wrong("settings", "the options are not valid")
    if settings["type"] == "rating" and not (2 <= len(options) <= 11 and all(0 <= option["value"] <= 10 for option in options)):
        raise _wrong("settings", "the ratings are not valid")


def _is_message(one: Any) -> bool:
    return isinstance(one, dict) and re.fullmatch(r"\S{1,20}", one["role"]) is not None and 1 <= len(one["content"]) <= 20_000


def _without(record: Body, *names: str) -> Body:
    return {name: value for name, value in record.items() if name not in names}


@contextmanager
def argilla_server() -> Iterator[ArgillaServer]:
    server = ArgillaServer()
    with server.web:
        yield server
