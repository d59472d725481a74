"""A prompt that fits a model's window, whatever the window."""

import pytest

from hyperrun.answering import prompts
from hyperrun.answering.fitting import PromptFitter
from hyperrun.domain import PageContext, Source
from hyperrun.llm.windows import estimated_prompt, estimated_tokens
from hyperrun.passage import Passage

INSTRUCTIONS = prompts.system_prompt("", "lamps")
WITHOUT = prompts.system_prompt("", "lamps", with_tools=False)
QUESTION = "How do I dim a lamp?"


def source(number: int, lines: int = 40) -> Source:
    """A passage of about 300 tokens."""
    text = "\n".join(f"line {line} of passage {number}, it says" for line in range(lines))
    passage = Passage(
        f"docs/{number}.md", 1, lines, text=text, title=f"Title {number}", kind="prose"
    )
    return Source(number, passage)


def prompt(passages: int = 6, turns: int = 3) -> tuple[PromptFitter, list[dict[str, str]]]:
    """A fitter and the messages of one question."""
    history = []
    for turn in range(turns):
        history.append({"role": "user", "content": f"Old question {turn}?"})
        history.append({"role": "assistant", "content": f"Old answer {turn}. " * 60})
    fitter = PromptFitter(len(history), (INSTRUCTIONS, WITHOUT))
    block = prompts.passages([source(number + 1) for number in range(passages)])
    fitter.blocks.append(block)
    content = prompts.question(QUESTION, PageContext(), block)
    return fitter, [
        {"role": "system", "content": INSTRUCTIONS}, *history, {"role": "user", "content": content}
    ]  # fmt: skip


@pytest.mark.parametrize("room", [1_000, 1_200, 1_500, 2_000, 2_500, 3_000, 6_000])
def test_a_prompt_fits_and_keeps_what_matters_most(room: int) -> None:
    fitter, messages = prompt()
    fitted = fitter(messages, room, with_tools=True)
    assert estimated_prompt(fitted) <= room
    assert fitted[0]["content"] == INSTRUCTIONS
    assert fitted[-1]["content"].endswith(QUESTION)
    assert "[1] Title 1" in fitted[-1]["content"]
    roles = [each["role"] for each in fitted]
    assert roles == ["system", *["user", "assistant"] * (len(roles) // 2 - 1), "user"]
    assert fitted[-1]["content"].count("```") % 2 == 0


@pytest.mark.parametrize(
    ("room", "passages", "turns"),
    [(900, [1], 1), (1_500, [1, 2, 3], 0), (2_150, [1, 2, 3], 3), (2_700, [1, 2, 3, 4], 3)],
)
def test_the_best_passages_come_before_the_conversation_and_that_before_the_others(
    room: int, passages: list[int], turns: int
) -> None:
    fitter, messages = prompt()
    fitted = fitter(messages, room, with_tools=True)
    content = fitted[-1]["content"]
    assert [number for number in range(1, 7) if f"[{number}] Title" in content] == passages
    assert len(fitted) == 2 + 2 * turns
    assert not turns or fitted[-3]["content"] == "Old question 2?"


def test_of_an_old_answer_its_beginning_is_kept_before_it_is_dropped() -> None:
    fitter, messages = prompt(passages=1, turns=3)
    whole = estimated_prompt(messages)
    fitted = fitter(messages, whole - 100, with_tools=True)
    assert len(fitted) == len(messages)
    assert fitted[2]["content"].endswith(" …") and len(fitted[2]["content"]) < 420
    assert fitted[-2]["content"] == messages[-2]["content"]


def test_what_fits_is_left_as_it_is() -> None:
    fitter, messages = prompt()
    assert fitter(messages, 0, with_tools=True) == messages
    assert fitter(messages, 1_000_000, with_tools=True) == messages


def test_a_later_searchs_passages_are_kept_before_an_earlier_ones() -> None:
    fitter, messages = prompt(turns=0)
    later = prompts.passages([source(number + 11) for number in range(3)])
    fitter.blocks.append(later)
    call = {"id": "a", "type": "function", "function": {"name": "search_code", "arguments": "{}"}}
    messages += [
        {"role": "assistant", "content": None, "tool_calls": [call]},  # type: ignore[dict-item]
        {"role": "tool", "tool_call_id": "a", "content": later.text},
    ]
    fitted = fitter(messages, 1_800, with_tools=True)
    assert estimated_prompt(fitted) <= 1_800
    assert "[11] Title" in fitted[-1]["content"] and fitted[-1]["tool_call_id"] == "a"
    assert "[4] Title" not in str(fitted)


def test_a_model_without_tools_is_not_told_to_search() -> None:
    fitter, messages = prompt(turns=0)
    fitted = fitter(messages, 0, with_tools=False)
    assert "search" not in fitted[0]["content"] and "does not say" in fitted[0]["content"]
    assert "search again" in fitter(messages, 0, with_tools=True)[0]["content"]
    own = PromptFitter(0, ("Be brief.", "Be brief."))
    system = [{"role": "system", "content": "Be brief."}]
    assert own(system, 0, with_tools=False)[0]["content"] == "Be brief."


@pytest.mark.parametrize(
    "text", ["Hello there, you. " * 50, "ランプの明るさを変える。" * 50, "x = [1, 2]\n" * 90]
)
def test_an_estimate_is_rather_more_than_fewer(text: str) -> None:
    assert len(text.encode()) / 4.6 <= estimated_tokens(text) <= len(text.encode())
