"""Conversations with assistants and among people as documents."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from documents_read import document, documents, everything, fault

from rowsmith.core.documents import Document
from rowsmith.core.records import Fault

AT = "2026-03-05T09:30:0{}.000Z"


def lines(*entries: Any) -> str:
    return "".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in entries)


def entry(number: int, kind: str, content: Any, parent: int | None = None, **more: Any) -> dict[str, Any]:
    """An entry of a session of Claude Code."""
    inner = {"role": kind, "content": content}
    if kind == "assistant":
        inner |= {"id": more.pop("id", f"msg_{number}"), "model": "claude-opus-4-5", "type": "message"}
    return {
        "type": kind, "message": inner, "uuid": f"u{number}", "parentUuid": None if parent is None else f"u{parent}", "sessionId": "s",
        "timestamp": AT.format(number % 10), "isSidechain": False, "cwd": "/home/x", "version": "2.1.0", **more,
    }  # fmt: skip


def use(key: str, **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": key, "name": "Read", "input": given}


def result(key: str, content: Any) -> list[dict[str, Any]]:
    return [{"type": "tool_result", "tool_use_id": key, "content": content}]


def test_a_session_of_claude_code(tmp_path: Path) -> None:
    body = lines(
        {"type": "summary", "summary": "Mending the pump", "leafUuid": "u8"},
        {"type": "file-history-snapshot", "messageId": "x", "snapshot": {}},
        entry(0, "user", "Caveat: what follows was run by the user.", isMeta=True),
        entry(1, "user", "Mend the pump.", 0),
        entry(2, "assistant", [{"type": "thinking", "thinking": "Look first.", "signature": "x"}], 1, id="m1"),
        entry(3, "assistant", [{"type": "text", "text": "I look at it."}], 2, id="m1"),
        entry(4, "assistant", [use("t1", path="a.py")], 3, id="m1"),
        entry(5, "user", result("t1", "x = 1"), 4, toolUseResult={"stdout": "x = 1"}),
        entry(6, "assistant", [use("t2", path="ü.py")], 5, id="m1"),
        entry(7, "user", [*result("t2", [{"type": "text", "text": "y = 2"}, {"type": "image", "source": {}}])], 6),
        entry(8, "assistant", [{"type": "text", "text": "# Done\n\nIt works."}], 7),
        entry(9, "user", "An agent's own task", None, isSidechain=True),
    )
    found = document(tmp_path, "session.jsonl", body)
    assert found.kind == "claude_code" and found.columns["title"] == "Mending the pump" and found.columns["model"] == "claude-opus-4-5"
    assert found.columns["started_at"] == AT.format(0)
    assert found.columns["messages"] == [
        {"role": "developer", "content": "Caveat: what follows was run by the user."},
        {"role": "user", "content": "Mend the pump."},
        {
            "role": "assistant", "content": "I look at it.", "thinking": "Look first.",
            "tool_calls": [
                {"id": "t1", "type": "function", "function": {"name": "Read", "arguments": '{"path":"a.py"}'}},
                {"id": "t2", "type": "function", "function": {"name": "Read", "arguments": '{"path":"ü.py"}'}},
            ],
        },
        {"role": "tool", "content": "x = 1", "tool_call_id": "t1"},
        {"role": "tool", "content": "y = 2", "tool_call_id": "t2"},
        {"role": "assistant", "content": "# Done\n\nIt works."},
    ]  # fmt: skip
    assert found.text.endswith(
        "## User\n\nMend the pump.\n\n## Assistant\n\nI look at it.\n\nCalls `Read`:\n\n```json\n{\"path\":\"a.py\"}\n```\n\nCalls `Read`:\n\n"
        "```json\n{\"path\":\"ü.py\"}\n```\n\n## Tool\n\n```\nx = 1\n```\n\n## Tool\n\n```\ny = 2\n```\n\n## Assistant\n\n# Done\n\nIt works."
    )  # fmt: skip
    assert [number for _, number in found.marks["turns"]] == [1, 2, 3, 4, 5, 6]
    assert all(found.text[at : at + 3] == "## " for at, _ in found.marks["turns"])
    assert found.marks["times"] == [(at, AT.format(second)) for (at, _), second in zip(found.marks["turns"], (0, 1, 2, 5, 7, 8), strict=True)]
    assert "1 entries of agents that it called are left out." in found.notes


def test_of_a_prompt_that_was_put_anew_the_last_stays(tmp_path: Path) -> None:
    body = lines(
        entry(1, "user", "Hello."), entry(2, "assistant", [{"type": "text", "text": "Hi."}], 1),
        entry(3, "user", "First try.", 2), entry(4, "assistant", [{"type": "text", "text": "Wrong."}], 3),
        entry(5, "user", "Second try.", 2), entry(6, "assistant", [{"type": "text", "text": "Right."}], 5),
    )  # fmt: skip
    found = document(tmp_path, "a.jsonl", body)
    assert [one["content"] for one in found.columns["messages"]] == ["Hello.", "Hi.", "Second try.", "Right."]
    assert found.notes == ("2 entries of prompts that were taken back are left out.",)


def test_what_the_program_wrote_itself_is_no_answer(tmp_path: Path) -> None:
    failed = entry(3, "assistant", [{"type": "text", "text": "API Error: 529"}], 2, isApiErrorMessage=True)
    failed["message"]["model"] = "<synthetic>"
    body = lines(entry(1, "user", "So far: a pump.", isCompactSummary=True), entry(2, "user", "Go on.", 1), failed)
    found = document(tmp_path, "a.jsonl", body)
    assert [(one["role"], one["content"]) for one in found.columns["messages"]] == [("developer", "So far: a pump."), ("user", "Go on.")]
    assert found.notes == ("1 answers that the program wrote in place of a model are left out.",) and "model" not in found.columns


def test_a_session_that_is_still_written(tmp_path: Path) -> None:
    body = lines(entry(1, "user", "Hello."), entry(2, "assistant", [{"type": "text", "text": "Hi."}], 1))
    found = document(tmp_path, "a.jsonl", body + '{"type":"assist')
    assert len(found.columns["messages"]) == 2 and found.notes == ("1 of its lines are no JSON objects, and are left out.",)


def item(number: int, kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": AT.format(number), "type": "response_item", "payload": {"type": kind, **payload}}


def words(kind: str, text: str) -> list[dict[str, str]]:
    return [{"type": kind, "text": text}]


CODEX = [
    item(1, "message", role="user", content=words("input_text", "<environment_context>\n  <cwd>/x</cwd>\n</environment_context>")),
    item(2, "message", role="user", content=words("input_text", "List the files.")),
    item(3, "reasoning", summary=[{"type": "summary_text", "text": "**Listing**"}], content=None, encrypted_content="gAAA"),
    item(3, "function_call", name="shell", arguments='{"command":["ls"]}', call_id="c1"),
    item(4, "function_call_output", call_id="c1", output='{"output":"a.py\\n","metadata":{"exit_code":0}}'),
    item(5, "custom_tool_call", call_id="c2", name="apply_patch", input="*** Begin"),
    item(6, "custom_tool_call_output", call_id="c2", output="Success"),
    item(7, "message", role="assistant", content=words("output_text", "There is a.py.")),
]
CODEX_READ = [
    {"role": "developer", "content": "<environment_context>\n  <cwd>/x</cwd>\n</environment_context>"},
    {"role": "user", "content": "List the files."},
    {
        "role": "assistant", "content": "", "thinking": "**Listing**",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "shell", "arguments": '{"command":["ls"]}'}}],
    },
    {"role": "tool", "content": "a.py\n", "tool_call_id": "c1"},
    {
        "role": "assistant", "content": "",
        "tool_calls": [{"id": "c2", "type": "function", "function": {"name": "apply_patch", "arguments": '{"input":"*** Begin"}'}}],
    },
    {"role": "tool", "content": "Success", "tool_call_id": "c2"},
    {"role": "assistant", "content": "There is a.py."},
]  # fmt: skip


@pytest.mark.parametrize("old", [False, True])
def test_a_session_of_codex(tmp_path: Path, old: bool) -> None:
    meta = {"id": "r", "timestamp": AT.format(0), "cwd": "/x", "instructions": None, "git": {}}
    now = [
        {"timestamp": AT.format(0), "type": "session_meta", "payload": meta},
        {"timestamp": AT.format(1), "type": "turn_context", "payload": {"model": "gpt-5-codex", "cwd": "/x"}},
        {"timestamp": AT.format(2), "type": "event_msg", "payload": {"type": "user_message", "message": "List the files."}},
    ]
    body = lines(meta, {"record_type": "state"}, *(one["payload"] for one in CODEX)) if old else lines(*now, *CODEX)
    found = document(tmp_path, "rollout-1.jsonl", body)
    assert found.kind == "codex" and found.columns["started_at"] == AT.format(0) and found.columns.get("model") == (None if old else "gpt-5-codex")
    assert found.columns["messages"] == CODEX_READ


def node(key: str, parent: str | None, role: str, content: Any, children: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    content = {"content_type": "text", "parts": [content]} if isinstance(content, str) else content
    message = {"id": key, "author": {"role": role, "name": more.pop("name", None)}, "create_time": 1_700_000_000.5, "content": content, **more}
    return {key: {"id": key, "message": message, "parent": parent, "children": list(children)}}


CITED = "\ue200cite\ue202turn0search0\ue201【12†L1-L2】"


def chat(title: str = "Das Meer") -> dict[str, Any]:
    mapping = {
        "root": {"id": "root", "message": None, "parent": None, "children": ["s"]},
        **node("s", "root", "system", "", ("q",), metadata={"is_visually_hidden_from_conversation": True}),
        **node("q", "s", "user", "Wie tief ist das Meer?", ("a1", "a2")),
        **node("a1", "q", "assistant", "Ein Meter.", metadata={"model_slug": "gpt-4o"}),
        **node("a2", "q", "assistant", {"content_type": "thoughts", "thoughts": [{"summary": "x", "content": "Ich rechne."}]}, ("c",)),
        **node("c", "a2", "assistant", {"content_type": "code", "text": "print(3688)"}, ("t",), recipient="python"),
        **node("t", "c", "tool", {"content_type": "execution_output", "text": "3688\n"}, ("f",), name="python"),
        **node("f", "t", "assistant", f"Im Mittel 3688 m. {CITED}", ("p",), recipient="all", metadata={"model_slug": "gpt-5"}),
        **node("p", "f", "user", {"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer"}, "Und hier?"]}),
    }  # fmt: skip
    return {"title": title, "create_time": 1_700_000_000.0, "mapping": mapping, "current_node": "p", "default_model_slug": "auto"}


def test_the_export_of_chatgpt_gives_the_branch_that_was_open_last(tmp_path: Path) -> None:
    first, second = documents(tmp_path, "conversations.json", json.dumps([chat(), chat("二")]))
    assert (first.member, second.member, second.columns["title"]) == ("1", "2", "二")
    assert first.columns["title"] == "Das Meer" and first.columns["model"] == "gpt-5" and first.columns["started_at"] == "2023-11-14T22:13:20+00:00"
    assert first.columns["messages"] == [
        {"role": "user", "content": "Wie tief ist das Meer?"},
        {
            "role": "assistant", "content": "", "thinking": "Ich rechne.",
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "python", "arguments": '{"input":"print(3688)"}'}}],
        },
        {"role": "tool", "content": "3688\n", "tool_call_id": "c", "name": "python"},
        {"role": "assistant", "content": "Im Mittel 3688 m. "},
        {"role": "user", "content": "Und hier?"},
    ]  # fmt: skip
    assert first.notes == ("1 messages of other branches are left out.", "1 pictures and other parts that are no text are left out.")


def packed(**members: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/") + ".json", body if isinstance(body, str) else json.dumps(body))
    return out.getvalue()


def test_the_export_of_chatgpt_as_it_comes_and_broken(tmp_path: Path) -> None:
    (found,) = documents(tmp_path, "export.zip", packed(conversations=[chat()], user={}, shared=[]))
    assert found.kind == "chatgpt" and found.member == "1"
    assert len(documents(tmp_path, "export.zip", packed(**{"conversations-000": [chat()], "conversations-001": [chat(), chat()]}))) == 3
    assert document(tmp_path, "one.json", json.dumps(chat())).columns["title"] == "Das Meer"
    whole = json.dumps([chat(), chat()])
    first, broken = everything(tmp_path, "conversations.json", whole[:-500])
    assert isinstance(first, Document) and isinstance(broken, Fault) and "breaks off" in broken.detail
    looped = chat()
    looped["mapping"]["root"]["parent"] = "p"
    assert len(document(tmp_path, "conversations.json", json.dumps([looped])).columns["messages"]) == 5


def said(second: int, text: str, user: str = "U1", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": f"17000000{second:02}.000100", **more}


USERS = [
    {"id": "U1", "name": "ann", "profile": {"display_name": "Ann", "real_name": "Ann B."}},
    {"id": "U2", "name": "bo", "profile": {"display_name": ""}},
]
DAY = [
    said(1, "<@U1> has joined the channel", subtype="channel_join"),
    said(2, "Hi <@U2>, see <https://x.org/a?b=1&amp;c|the page> in <#C1|general> &lt;now&gt; <!here>", thread_ts="1700000002.000100"),
    said(3, "Later.", "U2"),
    said(4, "A reply.", "U2", thread_ts="1700000002.000100"),
    {"type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "deploy", "ts": "1700000005.0001", "attachments": [{"text": "Done."}]},
    said(6, "", files=[{"name": "plan.pdf"}]),
    said(7, "", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "Block"}}, {"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "words."}]}]}]),
]


def test_the_export_of_slack_gives_a_document_for_each_conversation(tmp_path: Path) -> None:
    days = {"general__2023-11-14": DAY, "D1__2023-11-15": [said(9, "Psst.")]}
    body = packed(users=USERS, channels=[{"id": "C1", "name": "general"}], dms=[{"id": "D1"}], **days)
    direct, general = sorted(documents(tmp_path, "slack.zip", body), key=lambda one: one.member)
    assert (direct.member, direct.text) == ("D1", "## User (Ann)\n\nPsst.")
    assert general.columns["title"] == "general" and general.columns["started_at"] == "2023-11-14T22:13:22+00:00"
    assert [(one["role"], one["name"], one["content"]) for one in general.columns["messages"]] == [
        ("user", "Ann", "Hi @bo, see the page in #general <now> @here"), ("user", "bo", "A reply."), ("user", "bo", "Later."),
        ("assistant", "deploy", "Done."), ("user", "Ann", "[plan.pdf]"), ("user", "Ann", "Block words."),
    ]  # fmt: skip
    assert [when for _, when in general.marks["times"]][:3] == [f"2023-11-14T22:13:2{second}+00:00" for second in (2, 4, 3)]
    assert general.notes == ("1 entries that people came, went or changed the channel are left out.",)


def test_a_day_of_slack_alone(tmp_path: Path) -> None:
    found = document(tmp_path, "export/general/2023-11-14.json", json.dumps([said(1, "Hi.", user_profile={"display_name": "Ann"}), said(2, "Ho.")]))
    assert found.kind == "slack" and found.columns["title"] == "general"
    assert [one["name"] for one in found.columns["messages"]] == ["Ann", "U1"]


def test_a_day_that_is_broken_costs_its_conversation(tmp_path: Path) -> None:
    body = packed(users=USERS, channels=[], **{"a__2023-11-14": [said(1, "Hi.")], "b__2023-11-14": "[{]"})
    found = {one.member if isinstance(one, Document) else one.file: type(one) for one in everything(tmp_path, "slack.zip", body)}
    assert found == {"a": Document, "slack.zip/b": Fault}


@pytest.mark.parametrize("body", ['{"a": 1}\n{"a": 2}\n', '[{"a": 1}]', "{}", '[{"type": "message"}]'])
def test_other_json_is_no_conversation(tmp_path: Path, body: str) -> None:
    assert fault(tmp_path, "a.json", body).reason == "records"
