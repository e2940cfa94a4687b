"""A Label Studio server, played: its REST API as far as projects, tasks and exports go, with both kinds of tokens, its pages and errors."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as Xml

from web import CUT, Seen, Web, http

LEGACY = "0123456789abcdef0123456789abcdef01234567"
TIME = "2026-11-29T08:00:00.123456Z"
Body = dict[str, Any]


def jwt(kind: str, number: int = 0) -> str:
    """A token as SimpleJWT makes it; its signature is the test's."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"token_type": kind, "exp": 4102444800, "jti": str(number), "user_id": 1})
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), "c2lnbmF0dXJl"])


class Say(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.said = status, {"id": "req-1", "status_code": status, "version": "1.21.0", "detail": detail, "exc_info": None, **more}


class LabelStudioServer:
    """What it holds stands in `projects` and `tasks`. An access token is good for `uses` requests."""

    def __init__(self) -> None:
        self.projects: list[Body] = []
        self.tasks: list[Body] = []
        self.users = [
            {"id": 1, "username": "ada", "email": "ada@example.com", "first_name": "", "last_name": ""},
            {"id": 2, "username": "bob", "email": "bob@example.com", "first_name": "", "last_name": ""},
        ]
        self.gone: list[int] = []
        self.uses, self._access, self._number = 1000, {}, 0
        self.breaks: Callable[[Seen], bool] = lambda seen: False
        self.web = Web(self._answer)
        self.refresh = jwt("refresh")

    @property
    def environ(self) -> dict[str, str]:
        return {"LABEL_STUDIO_URL": f"http://127.0.0.1:{self.web.port}", "LABEL_STUDIO_API_KEY": LEGACY}

    def asked(self, method: str, ending: str) -> list[Seen]:
        return [seen for seen in self.web.seen if seen.method == method and urlsplit(seen.target).path.endswith(ending)]

    def annotate(self, task: Body, by: int = 2, at: str = TIME, cancelled: bool = False, **said: Any) -> None:
        """What somebody answers in the tool: values as the controls of the labelling config give them."""
        config = Xml.fromstring(next(one for one in self.projects if one["id"] == task["project"])["label_config"])
        controls = {tag.get("name"): tag for tag in config.iter() if tag.get("toName")}
        result = []
        for name, value in said.items():
            control = controls[name]
            if "choices" in value:
                assert set(value["choices"]) <= {choice.get("value") for choice in control}
            result.append({
                "id": f"r{len(result)}", "from_name": name, "to_name": str(control.get("toName")).partition(",")[0], "type": control.tag.lower(),
                "value": value, "origin": "manual",
            })  # fmt: skip
        task["annotations"].append({
            "id": 1000 + sum(len(one["annotations"]) for one in self.tasks), "completed_by": by, "result": result, "was_cancelled": cancelled,
            "ground_truth": False, "created_at": at, "updated_at": at, "lead_time": 3.5, "task": task["id"], "project": task["project"],
        })  # fmt: skip

    # -- the protocol -------------------------------------------------------------------------------------------------------------------

    def _answer(self, seen: Seen) -> Any:
        if self.breaks(seen):
            return [CUT]
        try:
            status, said = self._served(seen)
        except Say as error:
            status, said = error.status, error.said
        return http(b"" if said is None else json.dumps(said).encode(), status, Content_Type="application/json")

    def _served(self, seen: Seen) -> tuple[int, Any]:
        at = urlsplit(seen.target)
        body = json.loads(seen.body) if seen.body else {}
        if (seen.method, at.path) == ("POST", "/api/token/refresh/"):
            return self._refreshed(body)
        self._let_in(seen.headers.get("authorization", ""))
        for method, pattern, serve in ROUTES:
            if method == seen.method and (found := re.fullmatch(pattern, at.path)):
                return serve(self, *map(int, found.groups()), body, parse_qs(at.query))
        raise Say(404, "Not found.")

    def _refreshed(self, body: Body) -> tuple[int, Any]:
        if body.get("refresh") != self.refresh:
            raise Say(401, "Token is invalid", code="token_not_valid")
        self._number += 1
        token = jwt("access", self._number)
        self._access = {token: self.uses}
        return 200, {"access": token}

    def _let_in(self, header: str) -> None:
        kind, _, token = header.partition(" ")
        if kind == "Bearer" and self._access.get(token, 0) > 0:
            self._access[token] -= 1
        elif kind == "Bearer":
            raise Say(401, "Given token not valid for any token type", code="token_not_valid")
        elif (kind, token) != ("Token", LEGACY):
            raise Say(401, "Invalid token." if header else "Authentication credentials were not provided.")

    def _project(self, number: int) -> Body:
        found = next((one for one in self.projects if one["id"] == number), None)
        if found is None:
            raise Say(404, "No Project matches the given query.")
        return found

    def list_projects(self, body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        page, size = int(query.get("page", ["1"])[0]), int(query.get("page_size", ["30"])[0])
        found = self.projects[(page - 1) * size : page * size]
        if not found and page > 1:
            raise Say(404, "Invalid page.")
        more = f"http://testserver/api/projects/?page={page + 1}" if page * size < len(self.projects) else None
        return 200, {"count": len(self.projects), "next": more, "previous": None, "results": found}

    def make_project(self, body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        if not 3 <= len(body["title"]) <= 50:
            raise Say(400, "Validation error", validation_errors={"title": ["Ensure this field has no more than 50 characters."]})
        made = {"id": len(self.projects) + 1, "title": body["title"], "created_at": TIME, "task_number": 0}
        self.projects.append(made | _config(body.get("label_config", "<View></View>")))
        return 201, self.projects[-1]

    def change_project(self, number: int, body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        project = self._project(number)
        made = _config(body["label_config"])
        used = {
            (region["from_name"], choice) for task in self.tasks for one in task["annotations"] for region in one["result"]
            for choice in region["value"].get("choices", ())
        }  # fmt: skip
        for name, choice in sorted(used):
            if choice not in made["parsed_label_config"].get(name, {}).get("labels", ()):
                raise Say(400, "Validation error", validation_errors={"label_config": [f"Label {choice} of {name} is used by annotations."]})
        project |= made
        return 200, project

    def import_tasks(self, number: int, body: Any, query: dict[str, list[str]]) -> tuple[int, Any]:
        project = self._project(number)
        wanted = set(re.findall(r'value="\$(\w+)"', project["label_config"]))
        for place, task in enumerate(body):
            if missing := wanted - task["data"].keys():
                error = f'Error at item {place}: "{sorted(missing)[0]}" key is expected in task data [item["data"] = {task["data"]}]'
                raise Say(400, "Validation error", validation_errors={"non_field_errors": [error]})
        for task in body:
            self.tasks.append({
                "id": 100 + len(self.tasks) + len(self.gone), "data": task["data"], "meta": task.get("meta", {}), "project": number,
                "annotations": [], "predictions": task.get("predictions", []), "created_at": TIME, "updated_at": TIME, "is_labeled": False,
                "inner_id": len(self.tasks) + 1,
            })  # fmt: skip
        predictions = sum(len(task.get("predictions", ())) for task in body)
        return 201, {
            "task_count": len(body), "annotation_count": 0, "prediction_count": predictions, "duration": 0.1, "file_upload_ids": [],
            "could_be_tasks_list": False, "found_formats": [], "data_columns": [],
        }  # fmt: skip

    def list_tasks(self, body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        found = [task for task in self.tasks if task["project"] == int(query["project"][0])]
        page, size = int(query.get("page", ["1"])[0]), int(query.get("page_size", ["30"])[0])
        shown = found[(page - 1) * size : page * size]
        if not shown and page > 1:
            raise Say(404, "Invalid page.")
        counted = [{**task, "total_annotations": len(task["annotations"]), "annotations": _stubs(task["annotations"])} for task in shown]
        everything = query.get("fields", ["task_only"])[0] == "all"
        tasks = [task if everything else {name: value for name, value in task.items() if name != "annotations"} for task in counted]
        annotations = sum(len(task["annotations"]) for task in found)
        return 200, {"tasks": tasks, "total": len(found), "total_annotations": annotations, "total_predictions": 0}

    def drop_task(self, number: int, body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        if not any(task["id"] == number for task in self.tasks):
            raise Say(404, "No Task matches the given query.")
        self.gone.append(number)
        self.tasks = [task for task in self.tasks if task["id"] != number]
        return 204, None

    def export(self, number: int, body: Body, query: dict[str, list[str]]) -> tuple[int, Any]:
        self._project(number)
        wanted = set(map(int, query.get("ids[]", ())))
        found = [task for task in self.tasks if task["project"] == number and (not wanted or task["id"] in wanted)]
        everything = query.get("download_all_tasks", ["false"])[0] == "true"
        return 200, [{**task, "predictions": []} for task in found if everything or task["annotations"]]


ROUTES: list[tuple[str, str, Callable[..., tuple[int, Any]]]] = [
    ("GET", "/api/projects/", LabelStudioServer.list_projects),
    ("POST", "/api/projects/", LabelStudioServer.make_project),
    ("GET", r"/api/projects/(\d+)/", lambda server, number, body, query: (200, server._project(number))),
    ("PATCH", r"/api/projects/(\d+)/", LabelStudioServer.change_project),
    ("POST", r"/api/projects/(\d+)/import", LabelStudioServer.import_tasks),
    ("GET", r"/api/projects/(\d+)/export", LabelStudioServer.export),
    ("GET", "/api/tasks/", LabelStudioServer.list_tasks),
    ("DELETE", r"/api/tasks/(\d+)/", LabelStudioServer.drop_task),
    ("GET", "/api/users/", lambda server, body, query: (200, server.users)),
]


def _config(text: str) -> Body:
    """The labelling config, as projects tell it beside its text."""
    try:
        tags = list(Xml.fromstring(text).iter())
    except Xml.ParseError as error:
        raise Say(400, "Validation error", validation_errors={"label_config": [str(error)]}) from None
    objects = {tag.get("name"): tag for tag in tags if str(tag.get("value", "")).startswith("$")}
    parsed = {}
    for tag in tags:
        if about := tag.get("toName"):
            inputs = [{"type": objects[name].tag, "value": objects[name].get("value")[1:]} for name in about.split(",")]
            labels = [choice.get("value") for choice in tag]
            parsed[tag.get("name")] = {"type": tag.tag, "to_name": about.split(","), "inputs": inputs, "labels": labels}
    return {"label_config": text, "parsed_label_config": parsed}


def _stubs(annotations: list[Body]) -> list[Body]:
    """Lists of tasks may tell annotations without their results."""
    return [{"id": one["id"], "is_stub": True, "created_at": one["created_at"]} for one in annotations]


@contextmanager
def label_studio_server() -> Iterator[LabelStudioServer]:
    server = LabelStudioServer()
    with server.web:
        yield server
