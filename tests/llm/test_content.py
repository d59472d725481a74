"""Thoughts and tool calls in what a model writes, however it is cut up."""

import json
import random

import pytest

from hyperrun.llm.content import ContentFilter

TOOLS = ("search_code",)


def taken(text: str, size: int, tools: tuple[str, ...] = TOOLS, **how: bool) -> ContentFilter:
    """`text` fed in pieces of `size` characters."""
    content = ContentFilter(tools, **how)
    words = ""
    for start in range(0, len(text), size):
        content.feed(text[start : start + size])
        if content.retracted:
            words, content.retracted = "", False
        words += content.words
        content.words = ""
    content.finish()
    content.words = words + content.words
    return content


SIZES = pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])


@SIZES
@pytest.mark.parametrize(
    ("text", "words", "thoughts"),
    [
        ("<think>Hm, so.</think>\n\nThe answer.", "The answer.", "Hm, so."),
        ("\n<think>\nHm.\n</think>\nThe answer.", "The answer.", "\nHm.\n"),
        ("<thinking>a < b</thinking>Yes.", "Yes.", "a < b"),
        ("[THINK]a [1] b[/THINK]Yes.", "Yes.", "a [1] b"),
        ("Hm, let me see.\nSo.\n</think>\n\nThe answer.", "The answer.", "Hm, let me see.\nSo.\n"),
        ("Hm, so.</think>\n\nThe answer.", "The answer.", "Hm, so."),
        ("<think>One.</think>First.\n<think>Two.</think>Second.", "First.\nSecond.", "One.Two."),
        ("<think>never closed", "", "never closed"),
        ("Write `<think>` and `</think>` around it.",
         "Write `<think>` and `</think>` around it.", ""),
        ("The tag </think> closes it.", "The tag </think> closes it.", ""),
        ("```html\n<think>\n</think>\n```\nDone.", "```html\n<think>\n</think>\n```\nDone.", ""),
        ("a < b and c </t", "a < b and c </t", ""),
        ("<thin air>", "<thin air>", ""),
        ("- one\n- two\n\n`x`", "- one\n- two\n\n`x`", ""),
        ('{"key": 1} is JSON.', '{"key": 1} is JSON.', ""),
        ('```json\n{"name": "not a tool"}\n```', '```json\n{"name": "not a tool"}\n```', ""),
        ("search_codebase is a word", "search_codebase is a word", ""),
    ],
)  # fmt: skip
def test_thoughts_are_told_from_words(size: int, text: str, words: str, thoughts: str) -> None:
    content = taken(text, size)
    assert (content.words, content.thoughts) == (words, thoughts)
    assert content.calls == []


@SIZES
@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "search_code", "arguments": {"query": "dim", "k": 3}}\n</tool_call>',
        '<tool_call>{"name": "search_code", "arguments": {"query": "dim", "k": 3}}',
        '[TOOL_CALLS][{"name": "search_code", "arguments": {"query": "dim", "k": 3}}]',
        '[TOOL_CALLS]search_code{"query": "dim", "k": 3}',
        '<|python_tag|>{"name": "search_code", "parameters": {"query": "dim", "k": 3}}',
        '<|python_tag|>search_code.call(query="dim", k=3)',
        '<function=search_code>{"query": "dim", "k": 3}</function>',
        "<tool_call>\n<function=search_code>\n<parameter=query>\ndim\n</parameter>\n<parameter=k>3"
        "</parameter>\n</function>\n</tool_call>",
        "<tool_call>search_code\n<arg_key>query</arg_key>\n<arg_value>dim</arg_value>\n"
        "<arg_key>k</arg_key>\n<arg_value>3</arg_value>\n</tool_call>",
        '{"name": "search_code", "parameters": {"query": "dim", "k": 3}}',
        '{"type": "function", "function": {"name": "search_code", "arguments": '
        '"{\\"query\\": \\"dim\\", \\"k\\": 3}"}}',
        '```json\n{"tool": "search_code", "args": {"query": "dim", "k": 3}}\n```',
        "```tool_code\nprint(search_code(query='dim', k=3))\n```",
        '[search_code(query="dim", k=3)]',
        'search_code("dim", k=3)',
    ],
)
def test_a_tool_call_written_as_text_is_a_call(size: int, text: str) -> None:
    content = taken(text, size)
    [call] = content.calls
    assert call["function"]["name"] == "search_code"
    assert json.loads(call["function"]["arguments"]) == {"query": "dim", "k": 3}
    assert content.words == ""


@SIZES
def test_words_before_a_written_call_are_kept(size: int) -> None:
    text = 'Let me see.\n<tool_call>{"name": "search_code", "arguments": {}}</tool_call>'
    content = taken("<think>Hm.</think>" + text, size)
    assert content.words.strip() == "Let me see." and len(content.calls) == 1


def test_without_tools_everything_is_text() -> None:
    text = '{"name": "search_code", "arguments": {"query": "dim"}}'
    assert taken(text, 3, ()).words == text


@SIZES
def test_a_model_known_to_think_first_is_not_shown_thinking(size: int) -> None:
    content = taken("Hm.\n</think>\n\nYes.", size, thinks_first=True)
    assert (content.words, content.thoughts, content.opened_in_template) == ("Yes.", "Hm.\n", True)
    content = taken("Yes, at once.", size, thinks_first=True)
    assert content.words == "Yes, at once." and not content.opened_in_template


def test_no_text_is_lost_however_it_is_cut() -> None:
    chance = random.Random(7)
    parts = [
        "word ",
        "\n",
        "```py\n",
        "```\n",
        "<",
        "</",
        "`",
        "[1]",
        "{",
        "think",
        "> ",
        "🙂",
        "* ",
    ]
    for _ in range(500):
        text = "".join(chance.choice(parts) for _ in range(40))
        whole, cut = taken(text, 10_000), taken(text, chance.randint(1, 9))
        assert (whole.words, whole.thoughts) == (cut.words, cut.thoughts), text
        if not whole.thoughts and not whole.calls:
            assert whole.words == text.lstrip()
