"""A tokenizer and a model small enough for a test: trained on the rows' own text, ChatML for a template, weights at random."""

from __future__ import annotations

from typing import Any

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}{{ '\n' }}"
    "{% else %}{{ message['content'] + '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def tokenizer(texts: list[str]) -> Any:
    """One that gives every text back as it was."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        [*texts, "system user assistant tool"],
        trainers.BpeTrainer(vocab_size=512, special_tokens=marks, initial_alphabet=alphabet, show_progress=False),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=TEMPLATE, model_max_length=512
    )


def given(case: dict[str, Any], texts: list[str]) -> Any:
    """The tokenizer in the folder that the case names, else one made for its texts."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(case["tokenizer"]) if "tokenizer" in case else tokenizer(texts)


def save_model(size: int, folder: str, *, scores: bool = False) -> None:
    """A Llama of some 100,000 weights; with `scores`, one that gives a number instead of words."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=size, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=512, tie_word_embeddings=True, pad_token_id=0, num_labels=1,
    )  # fmt: skip
    (LlamaForSequenceClassification if scores else LlamaForCausalLM)(config).save_pretrained(folder)
