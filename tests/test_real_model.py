"""Twenty questions to a real model with a window of 2,048 tokens: each is answered, with sources.

Takes minutes, and runs where the group `models` is installed; elsewhere it says so.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import generators
from tests.answering.test_turns import Reader
from tests.real_model import MISSING, is_installed, running_real_model
from tests.server import RunningServer, Serve

ROOT = Path(__file__).parents[1]
QUESTIONS = [
    "How do I start it?", "Which port does it listen on?", "How do I set a model?",
    "Where are conversations stored?", "What happens without a key?",
    "How do I embed it in MkDocs?",
    "Can readers use their own key?", "How do I limit what it costs a day?",
    "What does HYPERRUN_MAX_ANSWER_TOKENS do?", "How is the index built?",
    "Which languages does it speak?", "How do I run it behind nginx?", "What is ColGrep?",
    "How do I delete old conversations?", "Does it set cookies?", "How do I change the title?",
    "Can an answer be shared?", "How do I see what readers ask?", "What is the capital of France?",
    "And how do I turn that off?",
]  # fmt: skip


@pytest.fixture(scope="module")
def real_model() -> Iterator[str]:
    if not is_installed():
        generators.missing(MISSING)
    with running_real_model() as url:
        yield url


@pytest.mark.elsewhere
@pytest.mark.timeout(1_500)
def test_twenty_questions_to_a_small_model_end_well_and_show_their_sources(
    serve: Serve, real_model: str, tmp_path: Path
) -> None:
    docs = tmp_path / "project"
    (docs / "docs").mkdir(parents=True)
    for name in ("README.md", "CHANGELOG.md", "docs/features.md"):
        (docs / name).write_text((ROOT / name).read_text())
    server: RunningServer = serve(
        repo_path=str(docs),
        model="openai/smollm2",
        api_base=real_model,
        max_answer_tokens=80,
        answer_timeout_s=240.0,
        model_first_token_timeout_s=200.0,
        model_idle_timeout_s=60.0,
    )
    reader = Reader(server)
    failed, without_sources, cited = [], [], 0
    for question in QUESTIONS:
        end = reader.follow(reader.ask(question), timeout_s=300)
        if "notice error" in end:
            sentence = re.search(r"notice error.*?<span>(.*?)</span>", end, re.S)
            failed.append((question, sentence and sentence[1]))
        if "source-card" not in end:
            without_sources.append(question)
        cited += 'class="citation' in end
        print(question, "failed" if "notice error" in end else "ended", flush=True)
    print(f"{len(QUESTIONS) - len(failed)} answered, {cited} with citations")
    assert not failed
    assert set(without_sources) <= {"What is the capital of France?"}
