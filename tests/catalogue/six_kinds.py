"""Where each field of the six kinds of datafast went: the lines of docs/coming-from-datafast.md, each with how its effect is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rowsmith.app.results import Result
from rowsmith.core.row import Row
from rowsmith.testing import Request


@dataclass(frozen=True)
class Seen:
    """What there is to see of a run: its result, the rows, and what was sent."""

    result: Result
    rows: list[Row]
    asked: list[Request]

    def sent(self, *words: str, model: str = "") -> bool:
        """Whether one request to a model holds all of these."""
        said = [str(one.data["messages"]) for one in self.asked if model in ("", one.model)]
        return any(all(word in text for word in words) for text in said)

    def columns(self, *names: str) -> bool:
        """Whether every row has these columns, and something in them."""
        return all(row.data.get(name) not in (None, "", []) for row in self.rows for name in names)

    def made_by(self, step: str) -> set[str]:
        """The models that made the rows in a step."""
        return {made["model"] for row in self.rows for made in row.origin["made"] if made["step"] == step}


@dataclass(frozen=True)
class Field:
    """A field of theirs. `here`: words of its line in the docs. `sets`: parameters that are changed; `edit`: settings, by step, that are changed in a
    copy. `shows`: its effect, which without the change is not there. `kept`: rows, where it is not the target; `refused`: what is said where it is
    refused. `recipe`: which is run, if not that of the kind."""

    kind: str
    name: str
    here: str
    shows: Callable[[Seen], bool] = lambda seen: True
    sets: Mapping[str, str] = field(default_factory=dict)
    edit: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    kept: int | None = None
    refused: str = ""
    recipe: str = ""

    @property
    def runs(self) -> str:
        """The recipe that is run; what every kind has is tried with one."""
        return self.recipe or ("raw-text" if self.kind in ("config", "row") else self.kind)

    @property
    def changes(self) -> bool:
        """Whether anything is given; a field of a row stands in every row."""
        return bool(self.sets or self.edit)

    def edited(self, recipe: dict[str, Any]) -> None:
        """Change a copy; a setting that is None goes, and so does a step."""
        for step in list(recipe["steps"]):
            name = step.get("name", step["kind"])
            if name in self.edit and self.edit[name] is GONE:
                recipe["steps"].remove(step)
            for setting, value in self.edit.get(name, {}).items():
                place, _, inner = setting.rpartition("/")
                target = step
                for part in place.split("/") if place else ():
                    target = target[part]
                target.pop(inner, None) if value is None else target.update({inner: value})
        for name in [name for name in recipe["parameters"] if f"${{{name}}}" not in str(recipe)]:  # a recipe with one that is not used is refused
            del recipe["parameters"][name]


GONE: Mapping[str, Any] = {"gone": None}
TARGETS = {"raw-text": 8, "classification": 6, "ultrachat": 6, "multiple-choice": 4, "preference": 3, "evol-pairs": 3}
"""Rows of a run of each kind."""
COPY = "`rowsmith recipes copy`"


def own(step: str, text: str) -> dict[str, dict[str, str]]:
    """A prompt of one's own in a copy."""
    return {step: {"prompt": text}}


def variants(**settings: Any) -> dict[str, dict[str, Any]]:
    """The attributes of raw-text in a copy, with one more."""
    more = {"values/mood": ["calm", "cross"], **settings}
    return {"generate.variants": more, "write": {"prompt": "Compose a {{ mood }} {{ type }} on {{ topic }}, in {{ language_name }}."}}


def drawn(seen: Seen) -> set[str]:
    """The combinations of attributes that rows were made of."""
    return {str(sorted(row.origin["variant"].items())) for row in seen.rows}


def every_language(seen: Seen) -> bool:
    """Each topic, question or text in both."""
    return all(seen.sent(name) for name in ("German", "French")) and {row.origin["variant"]["language"] for row in seen.rows} == {"de", "fr"}


CONFIG = [
    Field("config", "dataset_type", "`rowsmith run raw-text`", lambda seen: seen.result.dataset == "raw-text"),
    Field("config", "prompts", COPY, lambda seen: seen.sent("Compose a letter on bread"),
          edit=own("write", "Compose a {{ type }} on {{ topic }}, in {{ language_name }}.")),
    Field("config", "num_samples_per_prompt", "`--set each=5`", lambda seen: seen.sent("Give 4 different rows."), {"each": "4"}),
    Field("config", "output_file", "`rowsmith export raw-text --as jsonl -o FILE`"),
    Field("config", "languages", "`--set languages='[en, de]'`", every_language, {"languages": "[de, fr]"}),
    Field("config", "expansion", "`generate.variants`", lambda seen: seen.sent("calm letter"), edit=variants()),
    Field("config", "expansion.placeholders", "`values`", lambda seen: seen.sent("cross recipe"), edit=variants()),
    Field("config", "expansion.combinatorial", "`how: all`",
          lambda seen: len(drawn(seen)) == 8 and seen.sent("calm letter"),
          edit=variants(how="all", count=None, **{"values/language": {"languages": ["en"]}})),
    Field("config", "expansion.num_random_samples", "`--set count=100`", lambda seen: len(drawn(seen)) == 4, {"count": "4"}),
    Field("config", "expansion.max_samples", "`cap`", edit=variants(how="all", count=None, cap=3), refused="above the cap of 3"),
]  # fmt: skip
ROW = [
    Field("row", "model_id", "`origin.made`", lambda seen: seen.made_by("write") == {"openai/large"}),
    Field("row", "language", "`language`", lambda seen: seen.columns("language")),
    Field("row", "uuid", "`id`", lambda seen: all(len(row.id) == 32 for row in seen.rows)),
    Field("row", "metadata", "`origin.variant`", lambda seen: all({"topic", "type"} <= row.origin["variant"].keys() for row in seen.rows)),
    Field("row", "source", "`origin.made`", lambda seen: all(row.origin["made"] for row in seen.rows)),
]
CLASSES = "{refund: wants money back, thanks: says thanks}"
CLASSIFICATION = [
    Field("classification", "classes", "`--set labels='{refund: wants money back}'`",
          lambda seen: {row.data["label"] for row in seen.rows} == {"refund", "thanks"}, {"labels": CLASSES}),
    Field("classification", "classes.name", "`--set labels=", lambda seen: seen.sent('the class "refund"'), {"labels": CLASSES}),
    Field("classification", "classes.description", "`--set labels=", lambda seen: seen.sent("- refund: wants money back", model="large"),
          {"labels": CLASSES}),
    Field("classification", "num_samples_per_prompt", "`--set each=5`", lambda seen: seen.sent("Give 2 different rows."), {"each": "2"}),
    Field("classification", "prompts", COPY, lambda seen: seen.sent('Invent 1 for the class "praise": the writer is content and says so.'),
          edit=own("write", "Invent {{ count }} for the class \"{{ label }}\": {{ labels[label] }}. {% for name in labels %}{{ name }} {% endfor %}"
                            "{{ language_name }}")),
    Field("classification", "text", "`text`", lambda seen: seen.columns("text")),
    Field("classification", "label", "`label`", lambda seen: seen.columns("label")),
    Field("classification", "label_source", "`--set columns='[text, label, label_source]'`",
          lambda seen: {row.data.get("label_source") for row in seen.rows} == {"consensus"}, {"columns": "[text, label, label_source]"}),
    Field("classification", "confidence_scores", "`--set confidence=sure --set columns='[text, label, sure]'`",
          lambda seen: {row.data.get("sure") for row in seen.rows} == {0.9}, {"confidence": "sure", "columns": "[text, label, sure]"}),
]  # fmt: skip
RAW = [
    Field("raw-text", "document_types", "`--set types='[letter, recipe]'`", lambda seen: seen.sent("Write a sermon"), {"types": "[sermon, ode]"}),
    Field("raw-text", "topics", "`--set topics='[bread, trams]'`", lambda seen: seen.sent("within moths"), {"topics": "[moths, salt]"}),
    Field("raw-text", "num_samples_per_prompt", "`--set each=5`", lambda seen: seen.sent("Give 4 different rows."), {"each": "4"}),
    Field("raw-text", "text", "`text`", lambda seen: seen.columns("text", "topic", "type")),
    Field("raw-text", "text_source", "`origin.made`", lambda seen: all(row.origin["made"] for row in seen.rows)),
]
ULTRACHAT = [
    Field("ultrachat", "domain", "`--set domain=", lambda seen: seen.sent("You know mining well") and seen.sent("an expert of mining"),
          {"domain": "mining"}),
    Field("ultrachat", "topics_and_subtopics", "`--set topics=", lambda seen: seen.sent('"ores > tin"') and seen.sent('"ores > lead"'),
          {"topics": "{ores: [tin, lead], shafts: [air, props]}"}),
    Field("ultrachat", "personas", "`--set personas=", lambda seen: {row.data["persona"] for row in seen.rows} == {"a miner"},
          {"personas": "[a miner]"}),
    Field("ultrachat", "num_samples", "`--set questions=10`", lambda seen: seen.sent("Write 6 different questions"), {"questions": "6"}),
    Field("ultrachat", "max_turns", "`--set exchanges=10`",
          lambda seen: {row.origin["dialogue"]["exchanges"] for row in seen.rows} == {3}, {"exchanges": "3", "continuation": "1"}),
    Field("ultrachat", "conversation_continuation_prob", "`--set continuation=0.5`",
          lambda seen: {row.origin["dialogue"]["exchanges"] for row in seen.rows} == {1}, {"continuation": "0"}),
    Field("ultrachat", "languages", "`--set languages=", every_language, {"languages": "[de, fr]"}),
    Field("ultrachat", "question_generation_prompts", "step `openings`", lambda seen: seen.sent("Ask 3 things of everyday life, baking > rye"),
          edit=own("openings", "Ask {{ count }} things of {{ domain }}, {{ path }}, {{ topic }}, in {{ language_name }}.")),
    Field("ultrachat", "persona_question_reformulation_prompt", "step `reformulate`", lambda seen: seen.sent("Say as a sailor", model="user"),
          edit=own("reformulate", "Say as {{ persona }}, on {{ topic }}: {{ opening }}")),
    Field("ultrachat", "simulated_assistant_prompt", "`speakers.assistant.system`", lambda seen: seen.sent("Be an oracle of everyday life on rye"),
          edit={"talk": {"speakers/assistant/system": "Be an oracle of {{ domain }} on {{ topic }}."}}),
    Field("ultrachat", "user_followup_prompt", "`speakers.user.prompt`", lambda seen: seen.sent("Go on as a sailor in everyday life on rye"),
          edit={"talk": {"speakers/user/prompt": "Go on as {{ persona }} in {{ domain }} on {{ topic }}, or <done>: {{ dialogue }}"}},
          sets={"continuation": "1"}),
    Field("ultrachat", "opening_question", "`opening`", lambda seen: seen.columns("opening")),
    Field("ultrachat", "messages", "`messages`", lambda seen: seen.columns("messages")),
    Field("ultrachat", "persona", "`persona`", lambda seen: seen.columns("persona")),
    Field("ultrachat", "metadata.domain", "`domain`", lambda seen: seen.columns("domain")),
    Field("ultrachat", "metadata.topic", "`path`", lambda seen: all(" > " in row.data["path"] for row in seen.rows)),
    Field("ultrachat", "metadata.subtopic", "`topic`", lambda seen: seen.columns("topic")),
]  # fmt: skip
MCQ = [
    Field("multiple-choice", "hf_dataset_name", "`--set input=hf:owner/name/config/split`"),
    Field("multiple-choice", "local_file_path", "`--set input=texts.csv`", lambda seen: seen.sent("Cobalt is mined"), {"input": "other.jsonl"}),
    Field("multiple-choice", "text_column", "`--set column=body`", lambda seen: seen.sent("Zinc is smelted"),
          {"input": "other.jsonl", "column": "body"}),
    Field("multiple-choice", "context_column", "`--set context_column=title`", lambda seen: seen.sent("known: On metals"),
          {"input": "other.jsonl", "context_column": "title"}),
    Field("multiple-choice", "sample_count", "`--set sample=200`",
          lambda seen: len({row.origin["source"]["name"] for row in seen.rows}) == 1, {"sample": "1"}),
    Field("multiple-choice", "min_document_length", "`--set shortest=100`", lambda seen: "text_length" in seen.result.dropped,
          {"shortest": "5000"}, kept=0),
    Field("multiple-choice", "max_document_length", "`--set longest=10000`", lambda seen: "text_length" in seen.result.dropped,
          {"longest": "101"}, kept=0),
    Field("multiple-choice", "prompts", "step `ask`", lambda seen: seen.sent("Examine 3 times"),
          edit=own("ask", "Examine {{ count }} times, {{ told }}{{ about }}, in {{ language_name }}: {{ text }}")),
    Field("multiple-choice", "distractor_prompt", "step `tempt`", lambda seen: seen.sent("Mislead about "),
          edit=own("tempt", "Mislead about {{ input }} {{ answer }} {{ language_name }} {{ text }}")),
    Field("multiple-choice", "num_samples_per_prompt", "`--set questions=3`", lambda seen: seen.sent("Write 2 questions"), {"questions": "2"}),
    Field("multiple-choice", "languages", "`--set languages=", lambda seen: seen.sent("in this language: German"), {"languages": "[de]"}),
    Field("multiple-choice", "source_document", "`--set columns='[input, choices, answer, text]'`", lambda seen: seen.columns("text"),
          {"columns": "[input, choices, answer, text]"}),
    Field("multiple-choice", "question", "`input`", lambda seen: seen.columns("input")),
    Field("multiple-choice", "correct_answer", "`choices[answer]`", lambda seen: all(row.data["choices"][row.data["answer"]] for row in seen.rows)),
    Field("multiple-choice", "incorrect_answer_1", "`choices`", lambda seen: all(len(set(row.data["choices"])) == 4 for row in seen.rows)),
    Field("multiple-choice", "incorrect_answer_2", "`choices`", lambda seen: all(len(row.data["choices"]) == 4 for row in seen.rows)),
    Field("multiple-choice", "incorrect_answer_3", "`choices`", lambda seen: all(len(row.data["choices"]) == 4 for row in seen.rows)),
    Field("multiple-choice", "mcq_source", "`origin.made`", lambda seen: seen.made_by("ask") == {"openai/large"}),
]  # fmt: skip
UNJUDGED: dict[str, Mapping[str, Any]] = {
    "judge": GONE, "assessment": GONE, "pair": {"score": "CAST(tier = 'strong' AS INTEGER)", "both": ["tier", "model"]},
    "shape": {"compute": None},
}  # fmt: skip
PREFERENCE = [
    Field("preference", "input_documents", "`--set input=texts.csv`", lambda seen: seen.sent("Cobalt is mined"), {"input": "other.jsonl"}),
    Field("preference", "num_samples_per_prompt", "`--set questions=3`", lambda seen: seen.sent("Write 2 questions"), {"questions": "2"}),
    Field("preference", "languages", "`--set languages=", lambda seen: seen.sent("in this language: German", model="weak"), {"languages": "[de]"}),
    Field("preference", "question_generation_prompts", "step `ask`", lambda seen: seen.sent("Wonder 3 times"),
          edit=own("ask", "Wonder {{ count }} times, {{ language_name }}: {{ text }}")),
    Field("preference", "chosen_response_generation_prompt", "step `strong`",
          lambda seen: seen.sent("as an expert", model="strong") and not seen.sent("as an expert", model="weak"),
          edit=own("strong", "{{ input }} Say it as an expert, {{ language_name }}. {{ style }} {{ text }}")),
    Field("preference", "rejected_response_generation_prompt", "step `weak`",
          lambda seen: seen.sent("just say", model="weak") and not seen.sent("just say", model="strong"),
          edit=own("weak", "{{ input }} just say it, {{ language_name }}. {{ text }}")),
    Field("preference", "llm_as_judge", "`score: CAST(tier = 'strong' AS INTEGER)`",
          lambda seen: not seen.sent("", model="judge") and seen.columns("chosen", "rejected"),
          edit=UNJUDGED, sets={"columns": "[input, chosen, rejected, chosen_tier]"}),
    Field("preference", "judge_prompt", "`criteria`", lambda seen: seen.sent("It rhymes.", model="judge"),
          edit={"judge": {"criteria/accuracy": "It rhymes."}}),
    Field("preference", "evol_instruct", "`rowsmith run evol-pairs`", lambda seen: seen.columns("seed", "chosen", "rejected"), recipe="evol-pairs"),
    Field("preference", "evolution_prompt", "step `evolve`", lambda seen: seen.sent("Twist it"), recipe="evol-pairs",
          edit=own("evolve", "Question: {{ seed }}\nTwist it, {{ operation }}; it was answered: {{ seed_answer }}")),
    Field("preference", "question model", "`--set model=", lambda seen: seen.made_by("ask") == {"openai/asker"}, {"model": "openai/asker"}),
    Field("preference", "chosen model", "`--set chosen=", lambda seen: seen.sent("", model="better"), {"chosen": "openai/better"}),
    Field("preference", "rejected model", "`--set rejected=", lambda seen: seen.sent("", model="worse"), {"rejected": "openai/worse"}),
    Field("preference", "evolution model", "`evol-pairs` has `--set model=", lambda seen: seen.sent("harder question", model="twister"),
          {"model": "openai/twister"}, recipe="evol-pairs"),
    Field("preference", "judge model", "`--set judge=", lambda seen: seen.sent("", model="umpire"), {"judge": "openai/umpire"}),
    Field("preference", "input_document", "`--set columns='[input, chosen, rejected, text]'`", lambda seen: seen.columns("text"),
          {"columns": "[input, chosen, rejected, text]"}),
    Field("preference", "question", "`input`", lambda seen: seen.columns("input")),
    Field("preference", "chosen_response", "`chosen`", lambda seen: seen.columns("chosen")),
    Field("preference", "rejected_response", "`rejected`", lambda seen: seen.columns("rejected")),
    Field("preference", "chosen_model_id", "`chosen_model`", lambda seen: seen.columns("chosen_model")),
    Field("preference", "rejected_model_id", "`rejected_model`", lambda seen: seen.columns("rejected_model")),
    Field("preference", "chosen_response_score", "`chosen_score`", lambda seen: seen.columns("chosen_score")),
    Field("preference", "rejected_response_score", "`rejected_score`", lambda seen: seen.columns("rejected_score")),
    Field("preference", "chosen_response_assessment", "`--set columns='[input, chosen, rejected, chosen_assessment]'`",
          lambda seen: seen.columns("chosen_assessment"), {"columns": "[input, chosen, rejected, chosen_assessment]"}),
    Field("preference", "rejected_response_assessment", "`--set columns='[input, chosen, rejected, rejected_assessment]'`",
          lambda seen: seen.columns("rejected_assessment"), {"columns": "[input, chosen, rejected, rejected_assessment]"}),
    Field("preference", "preference_source", "`origin.made`", lambda seen: seen.made_by("judge") == {"openai/judge"}),
]  # fmt: skip
FIELDS = [*CONFIG, *ROW, *CLASSIFICATION, *RAW, *ULTRACHAT, *MCQ, *PREFERENCE]
PIPELINE = [
    "hf_dataset_name", "local_file_path", "input_columns", "forward_columns", "output_columns", "prompts", "skip_function", "sample_count",
    "num_samples_per_prompt", "languages", "input_data", "generated_outputs", "pipeline_source",
]  # fmt: skip
"""Fields of the generic pipeline, whose effects a test of their own shows."""
