"""score.form: each problem by its definition, look-alikes let alone, every shape alike."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from form_words import ANSWERS, OPENINGS, REFUSALS
from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.flags import Flag, flags_of
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import parts
from rowsmith.steps.score.form import PROBLEMS, Form

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import truth_form

QUESTION = "Why do cyclists ride close behind one another in a race?"
ANSWER = "The rider in front pushes the air aside, so those behind meet less resistance. They save up to a third of their strength."


def flags(data: dict[str, Any], **settings: Any) -> list[Flag]:
    (found,) = Form(**settings).rows(row(data), StepContext(Path()))
    assert isinstance(found, Row)
    told = list(flags_of(found))
    assert found.scores == {"form": len({flag.reason for flag in told})}
    return told


def reasons(data: dict[str, Any], **settings: Any) -> set[str]:
    return {flag.reason for flag in flags(data, **settings)}


def answered(answer: str) -> dict[str, Any]:
    return {"input": QUESTION, "answer": answer}


@pytest.mark.parametrize("half", ["open", "open-2"])
def test_the_open_rows_of_the_truth(half: str) -> None:
    found = truth_form.measured(half)
    assert (found["precision"], found["recall"]) == (1.0, 1.0)
    assert all(one["precision"] == one["recall"] == 1.0 for one in found["problems"].values())


def test_the_rows_that_were_written_last() -> None:
    """Two headlines of a plain text look like sentences."""
    found = truth_form.measured("open-3")
    assert found["precision"] >= 0.99
    assert found["recall"] == 1.0
    found = truth_form.measured("open-4")
    assert (found["precision"], found["recall"]) == (1.0, 1.0)


@pytest.mark.parametrize("answer", REFUSALS)
def test_refusals_in_other_words(answer: str) -> None:
    assert "refusal" in reasons(answered(answer))


@pytest.mark.parametrize("opening", OPENINGS)
def test_stock_openings_in_other_words(opening: str) -> None:
    assert reasons(answered(f"{opening} {ANSWER}")) == {"boilerplate"}


@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_that_look_alike(answer: str) -> None:
    assert reasons(answered(answer)) == set()


@pytest.mark.parametrize(
    ("data", "problem", "path", "text"),
    [
        (answered(f"{ANSWER} Write to [your name]."), "placeholder", "answer", "[your name]"),
        (answered(f"{ANSWER}\n\n{QUESTION}"), "prompt_copy", "answer", QUESTION.rstrip("?")),
        (answered(f"{ANSWER}<|im_end|>"), "scaffolding", "answer", "<|im_end|>"),
        (answered(ANSWER.replace("air", "a\ufffdr")), "encoding", "answer", "\ufffd"),
        ({"input": "Wer läuft schnell und warum?", "answer": f"{ANSWER} FÃ¼r alle."}, "encoding", "answer", "Ã¼"),
        (answered(f"Great question! {ANSWER}"), "boilerplate", "answer", "Great question"),
        (answered(f"{ANSWER} Come to <address here> at noon."), "placeholder", "answer", "<address here>"),
        (answered(f"{ANSWER} It costs $XX.XX a month."), "placeholder", "answer", "$XX.XX"),
        (answered(f"{ANSWER} Meet near the [old mill] at noon."), "placeholder", "answer", "[old mill]"),
        (answered(f"{ANSWER} Sign here: ________"), "placeholder", "answer", "________"),
        (answered(f"{ANSWER} نلتقي في [المكان] غدًا."), "placeholder", "answer", "[المكان]"),
    ],
)
def test_the_place_of_a_problem(data: dict[str, Any], problem: str, path: str, text: str) -> None:
    (flag,) = flags(data)
    assert (flag.check, flag.reason, flag.path) == ("form", problem, path)
    assert flag.span is not None and data[path][slice(*flag.span)] == text


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        ("- Wash the brush.\n- Dry it in the sun.\n- Hang it on a", False),
        ("- Wash the brush.\n- Dry it in the sun.\n- Hang it on a nail by the do", False),
        ("- Wash the brush\n- Dry it in the sun\n- Hang it on a nail", True),
        ("The wind is broken by the rider in front (as trials in a tunnel have sho", False),
        ("הרוכב הראשון דוחף את האוויר הצידה ולכן מי שנוסע מאחוריו חוסך כוח רב על", False),
        ("先頭の選手が風を受けるので、後ろの選手は楽になる。だから集団で走り、順番に先頭を", False),
        ('"a riders\' shelter that moves with them, and that costs the first of them most"', True),
    ],
)
def test_answers_that_break_off(answer: str, whole: bool) -> None:
    assert reasons(answered(answer)) == (set() if whole else {"truncated"})


@pytest.mark.parametrize(
    "end",
    [
        "Come and see for yourselves! #harbour #opening",
        '"We row as one or not at all." – Ada Pell',
        'He closed the book and said: "That was the last of the nine, and now we go home"',
        "The speed after three seconds is v = 9.81 m/s² · 3 s ≈ 29.4 m/s",
        "Iron takes up oxygen and water: 4 Fe + 3 O2 + 6 H2O → 4 Fe(OH)3",
        "If nobody answers, call the caretaker on the ground floor: 0800 555 0142",
        "Both reviews praise the soup and blame the chairs.\nSentiment: mixed",
        "Two of the four are left, since one is broken.\nSo the answer is 2",
        "Type this and wait for a moment:\n\nsudo systemctl restart cups",
        "It remembers the branch from then on.\n\n    git push --set-upstream origin lantern",
        "Then comes the chapter with the maps.\n\nThe Long Way Round: How Riders Share the Wind Among Them on Open Roads",
        "We look forward to seeing you there. Kind regards, Nina",
    ],
)
def test_ends_that_need_no_full_stop(end: str) -> None:
    assert reasons(answered(f"{ANSWER} {end}")) == set()
    assert reasons(answered(f"{ANSWER} {end}\n\n{ANSWER[:-40]}")) == {"truncated"}


def test_the_end_of_a_list_is_held_against_the_items_before_it() -> None:
    items = "Needed:\n- flour and water\n- a pinch of salt\n\n1. Mix the flour.\n2. Knead it well.\n3. Let it rest.\n4. Heat the oven to its"
    assert reasons(answered(items)) == {"truncated"}


def test_prose_that_follows_code_may_break_off() -> None:
    behind = "It is as short as a program can be that does anything. In this example we print the"
    assert reasons(answered(f"First a block:\n\n```python\nprint(1)\n```\n\n{behind}")) == {"truncated"}


@pytest.mark.parametrize(
    "answer",
    [
        "The area of one face gives that of the whole:\n\n\\[ \\text{Total cost} = \\text{number of faces} \\times a^2 \\]",
        "Rate = [(end value / first value) ^ (1 / number of years)] - 1, and the range [2, value - 1] holds the rest.",
        "By the theorem each bounded sequence {x_n} has a part {x_nk} that comes as near to its limit as one wants.",
        "You may leave the mark out or write it, based on the context and on how well you know each other.",
    ],
)
def test_brackets_of_a_formula_are_not_to_be_filled(answer: str) -> None:
    assert reasons(answered(answer)) == set()


def test_a_heading_among_others_is_no_mark_of_a_template() -> None:
    recipe = "### Ingredients:\n- oats\n- hot water\n\n### Instructions:\n1. Mix.\n2. Bake."
    assert reasons({"input": "How do I make oatcakes?", "answer": recipe}) == set()
    assert reasons(answered(f"{ANSWER}\n\n### Instructions:\nAnswer.")) == {"scaffolding"}


@pytest.mark.parametrize(
    ("asked", "answer", "refuses"),
    [
        ("May I keep a coin that I find?", "It is not illegal to keep a coin that you find.", False),
        ("Remind the team of the list.", "Please send the complete list to the front desk by Friday.", False),
        ("Compare the two lists.", "Please send the complete list to me.", True),
        ("Write a question for an interview with a sailor.", "Can you tell me more about your first night at sea?", False),
        ("How was the first night at sea?", "Can you tell me more about your first night at sea?", True),
        ("Play a troll and answer a traveller.", "I cannot let you pass, and I will not answer your silly riddles!", False),
        ("Write a poem about tar.", "I must decline to write this poem.", True),
        ("What will the weather be?", "I don't have real-time data on it.", True),
    ],
)
def test_what_is_a_refusal_hangs_on_what_was_asked(asked: str, answer: str, refuses: bool) -> None:
    assert ("refusal" in reasons({"input": asked, "answer": answer})) == refuses


@pytest.mark.parametrize(
    ("asked", "answer", "refuses"),
    [
        ("What do you think of cities?", "Como inteligencia artificial, no tengo opiniones propias.", True),
        ("What do you think of cities?", "Je n'ai pas d'avis. Les uns aiment la foule, les autres le calme, et presque tous en changent.", False),
        ("Write an email: the attachment is missing.", "Dear Sam, no attachment came through with your mail. Could you send it again?", False),
        ("Summarise the attachment.", "No attachment came through with your mail. Could you send it again?", True),
        ("Translate this document.", "The document was not attached to your message.", True),
        ("Give me a question for a shy guest.", "Which book would you take to an island, and why?", False),
        ("What does the policy say on pets?", "The policy prohibits dogs above ten kilos. Cats are fine.", False),
    ],
)
def test_what_is_said_within_a_sentence_may_refuse(asked: str, answer: str, refuses: bool) -> None:
    assert ("refusal" in reasons({"input": asked, "answer": answer})) == refuses


def test_a_question_that_is_given_back_asks_for_nothing() -> None:
    assert reasons({"input": "How do you choose the right paper?", "answer": "How do you choose the right paper?"}) == {"prompt_copy"}


@pytest.mark.parametrize("greeting", ["Hello, I will be away until May.", "Bonjour, je serai absent lundi.", "Hola, voy a llegar tarde."])
def test_a_greeting_begins_a_letter_that_was_asked_for(greeting: str) -> None:
    assert reasons({"input": "Write a short message to my neighbour.", "answer": f"{greeting} {ANSWER}"}) == set()
    announced = f"Hello! Here is a message that you can use: {ANSWER}"
    assert reasons({"input": "Write a short message to my neighbour.", "answer": announced}) == {"boilerplate"}


@pytest.mark.parametrize(
    "body",
    [
        '{"model": "large", "messages": [{"role": "user", "content": "Why?"}], "temperature": 0.5}',
        '[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]',
        '{"prompt": "Why?", "max_tokens": 256}',
        "POST /v1/chat/completions HTTP/1.1\n\n{}",
        'curl https://api.example.com/v1/messages -d "{}"',
    ],
)
def test_the_body_of_a_call_is_no_answer(body: str) -> None:
    assert reasons(answered(body)) == {"scaffolding"}
    assert reasons({"input": "Show me a JSON payload or a call for a chat endpoint.", "answer": body}) == set()


@pytest.mark.parametrize(
    ("asked", "answer", "short"),
    [
        ("Write a Python expression that squares each number.", "`[x * x for x in xs]`", False),
        ("Which git command lists branches?", "git branch", False),
        ("Write an Excel formula for the mean of A1 to A9.", "=AVERAGE(A1:A9)", False),
        ("Write a Python function and say what it does.", "It adds (twice).", True),
        ("Réponds par oui ou par non : la glace flotte-t-elle ?", "Oui", False),
        ("Numa palavra: a capital do Peru?", "Lima", False),
    ],
)
def test_what_may_be_short(asked: str, answer: str, short: bool) -> None:
    assert reasons({"input": asked, "answer": answer}, shortest=12) == ({"length"} if short else set())


@pytest.mark.parametrize(
    "place",
    [
        "(Your Name)", "(insert date)", "$POPULATION", "@@name@@", "xx.xx.xxxx", "XX years",
        "【会社名】", "[お名前]", "〇〇", "__AGE__", "<address>", "........",
    ],
)
def test_places_left_open(place: str) -> None:
    assert reasons(answered(f"{ANSWER} It was made for {place} in the town.")) == {"placeholder"}


@pytest.mark.parametrize("end", ["太陽に近づくと氷が気体になり、", "وعندما يقترب من الشمس يتحول الجليد،"])
def test_commas_of_other_scripts_end_nothing(end: str) -> None:
    assert reasons(answered(f"{ANSWER} {end}")) == {"truncated"}


def test_a_question_without_blanks_between_its_words_is_copied_too() -> None:
    asked = "海岸の道を歩くには何日かかりますか。"
    assert reasons({"input": asked, "answer": f"{asked}多くの人は八日から十日ほどかかります。"}) == {"prompt_copy"}
    assert reasons({"input": asked, "answer": "海岸の道を歩くには八日から十日ほどかかります。"}) == set()


def test_one_of_two_near_languages_is_not_a_third() -> None:
    """It may be Spanish or Portuguese, and is no Italian."""
    answer = "Sumerja la maceta en agua hasta que dejen de salir burbujas, y no vuelva a regar hasta que la tierra esté casi seca."
    assert reasons(answered(answer), language="it") == {"language"}
    assert reasons(answered(answer), language="es") == set()


def test_a_turn_that_calls_a_tool_is_not_measured() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "tide", "arguments": "{}"}}
    told = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "Let me look that up.", "tool_calls": [call]}]
    told += [{"role": "tool", "tool_call_id": "1", "content": "high"}, {"role": "assistant", "content": ANSWER}]
    assert reasons({"messages": told}, shortest=12) == set()
    del told[1]["tool_calls"]
    assert reasons({"messages": told}, shortest=12) == {"length"}


def test_a_plain_text_that_breaks_off_is_told_from_a_headline() -> None:
    assert reasons({"text": "The keeper of the light went up the stairs of the tower and found that the"}) == {"truncated"}
    assert reasons({"text": "Council votes to close harbour lido after boilers fail third winter running, say members"}) == set()


def test_a_refusal_is_found_where_a_tale_is_asked_for() -> None:
    asked = "Write a short story about a tailor and a king."
    assert reasons({"input": asked, "answer": "I'm sorry, but I cannot help with this request. Please try another topic."}) == {"refusal"}
    assert reasons({"input": asked, "answer": "I cannot help you, said the tailor to the king, for no needle sews a coat against fear."}) == set()


def test_turns_of_a_chat() -> None:
    user, assistant = {"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}
    assert reasons({"messages": [user, assistant]}) == set()
    (flag,) = flags({"messages": [user, user, assistant]})
    assert (flag.reason, flag.path) == ("roles", "messages.1")
    (flag,) = flags({"messages": [user, assistant, {"role": "system", "content": "Be brief."}]})
    assert (flag.reason, flag.path) == ("system", "messages.2")
    (flag,) = flags({"messages": [user, {"role": "assistant", "content": None}]})
    assert (flag.reason, flag.path) == ("empty", "messages.1")
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    called = {"role": "assistant", "content": None, "tool_calls": [call]}
    assert reasons({"messages": [user, called, {"role": "tool", "content": "3"}, assistant]}) == set()
    thanks = [{"role": "user", "content": "Thanks!"}, {"role": "assistant", "content": "You're welcome."}]
    assert reasons({"messages": [user, assistant, *thanks]}) == set()
    parted = {"role": "assistant", "content": [{"type": "text", "text": ANSWER}, {"type": "text", "text": "TODO: more of it."}]}
    assert [(flag.reason, flag.path) for flag in flags({"messages": [user, parted]})] == [("placeholder", "messages.1.content.1.text")]


def test_columns_that_say_nothing() -> None:
    assert reasons({"input": QUESTION, "answer": " "}) == {"empty"}
    assert reasons({"input": QUESTION, "chosen": ANSWER, "rejected": None}) == {"empty"}
    assert reasons({"instruction": QUESTION, "input": "", "output": ANSWER, "note": None, "reasoning": ""}) == set()


def test_what_is_asked_for() -> None:
    asked = {"input": "Name it as JSON.", "answer": '{"a": 1}'}
    assert reasons(asked, json=True) == set()
    assert reasons({**asked, "answer": '{"a": NaN}'}, json=True) == {"json"}
    schema = {"type": "object", "required": ["b"]}
    assert reasons(asked, schema=schema) == {"schema"}
    assert reasons({**asked, "answer": "none"}, schema=schema) == {"schema"}
    assert reasons(asked, schema={"required": ["note"]}, schema_of="row") == {"schema"}
    assert reasons(answered(ANSWER), language="de") == {"language"}
    assert reasons(answered(ANSWER), language="en") == set()
    assert reasons(answered("Because of the wind.")) == set()
    assert reasons(answered("Because of the wind."), shortest=4) == set()
    assert reasons(answered("Because of the wind."), shortest=5) == {"length"}
    assert reasons(answered(f"{ANSWER} " * 200)) == set()
    assert reasons(answered(ANSWER), longest=5) == {"length"}


def test_each_problem_is_switched_off_and_on() -> None:
    data = answered("I'm sorry, but I can't help with that.")
    assert reasons(data, shortest=12) == {"refusal", "length"}
    assert reasons(data, problems=["refusal"]) == {"refusal"}
    assert reasons(data, problems=[one for one in PROBLEMS if one not in ("refusal", "length")]) == set()


def test_a_row_is_dropped_for_its_first_problem() -> None:
    (found,) = Form(action="drop").rows(row(answered(f"Great question! {ANSWER}")), StepContext(Path()))
    assert found == Drop("boilerplate", "Great question")


def test_settings_that_are_wrong_together() -> None:
    assert "more than" in Form(shortest=10, longest=3).check()[0]
    assert "no JSON Schema" in Form(schema={"type": 3}).check()[0]
    assert Form(schema={"$ref": "https://elsewhere.example/x.json"}).check() == []
    assert "Unresolvable" in _error({"$ref": "https://elsewhere.example/x.json"})


def _error(schema: dict[str, Any]) -> str:
    with pytest.raises(Exception, match="Unresolvable") as found:
        flags({"input": "JSON?", "answer": "{}"}, schema=schema)
    return str(found.value)


LINES = [json.loads(line) for line in (truth_form.FOLDER / "open.jsonl").read_text(encoding="utf-8").splitlines()]


@given(st.sampled_from(LINES), st.randoms(use_true_random=False))
def test_the_order_of_columns_changes_nothing(line: dict[str, Any], random: Any) -> None:
    names = list(line["data"])
    random.shuffle(names)
    other = {**line, "data": {name: line["data"][name] for name in names}}
    assert truth_form.found(other) == truth_form.found(line)


@given(st.sampled_from([line["data"] for line in LINES if set(line["data"]) == {"input", "answer"}]))
def test_every_shape_says_the_same(data: dict[str, Any]) -> None:
    chat = {"messages": [{"role": "user", "content": data["input"]}, {"role": "assistant", "content": data["answer"]}]}
    wanted = reasons(data)
    assert reasons({"question": data["input"], "response": data["answer"]}) == wanted
    assert reasons({"prompt": data["input"], "completion": data["answer"]}) == wanted
    assert reasons(chat) == wanted


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_checked_and_every_place_lies_within_it(question: str, answer: str) -> None:
    data = {"input": question, "answer": answer}
    texts = {part.path: part.text for part in parts(data)}
    for flag in flags(data):
        if flag.span is not None:
            assert 0 <= flag.span[0] <= flag.span[1] <= len(texts[flag.path])
