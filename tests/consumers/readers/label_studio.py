"""What Label Studio makes of files and of a server: its check of labelling configs, tasks and predictions, and its own client."""

from __future__ import annotations

import json
import sys
from typing import Any

from label_studio_sdk import LabelStudio
from label_studio_sdk.label_interface import LabelInterface


def checked(case: dict[str, Any]) -> dict[str, Any]:
    """A labelling config and the tasks that go with it."""
    found = LabelInterface(case["config"])
    found.validate()
    with open(case["path"], encoding="utf-8") as file:
        tasks = json.load(file)
    problems = [f"task {number}" for number, task in enumerate(tasks) if not found.validate_task({"data": task["data"]})]
    for task in tasks:
        for prediction in task.get("predictions", ()):
            problems += found.validate_prediction(prediction, return_errors=True)
    problems += [f"annotation {one}" for one in case.get("annotations", ()) if not found.validate_annotation(one)]
    controls = {control.name: [control.tag, control.to_name] for control in found.controls}
    return {"kept": len(tasks), "problems": problems, "controls": controls, "sample": found.generate_sample_task()}


def seen(case: dict[str, Any]) -> dict[str, Any]:
    """What its client reads of a server."""
    client = LabelStudio(base_url=case["url"], api_key=case["key"])
    (project,) = list(client.projects.list(title=case["title"]))
    tasks = [[task.data, task.meta, len(task.predictions)] for task in client.tasks.list(project=project.id, fields="all")]
    exported = b"".join(client.projects.exports.download_sync(project.id, export_type="JSON", download_all_tasks=True))
    return {"tasks": tasks, "exported": len(json.loads(exported)), "config": client.projects.get(project.id).label_config}


if __name__ == "__main__":
    print(json.dumps({case["name"]: (seen if "url" in case else checked)(case) for case in json.load(sys.stdin)}))
