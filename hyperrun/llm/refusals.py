"""What a provider's refusal means: which of our errors, which parameter, how long a prompt may be.

A body may quote the reader, as guardrails and validators do. So nothing is concluded from a word
somewhere in it: a parameter is unsupported only where the error names it as its `param`, or where
one sentence of the message both names it and says so, and that sentence is none of the reader's.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from hyperrun.errors import (
    ModelContextTooLong,
    ModelDown,
    ModelError,
    ModelFiltered,
    ModelQuotaSpent,
    ModelRateLimited,
    ModelRefusedKey,
    ModelUnknown,
)

# What can be left out of a request, and how a refusal names it.
_NAMES = {
    "tools": r"\btools?\b|\btool[_ -]?(?:use|calls?|calling|choice)\b"
    r"|\bfunction[_ ]call(?:s|ing)?\b",
    "temperature": r"\btemperature\b",
    "max_tokens": r"\bmax_tokens\b",
    "max_completion_tokens": r"\bmax_completion_tokens\b",
    "stream_options": r"\bstream_options\b",
    "system": r"\bsystem (?:role|message|prompt|instruction)s?\b|\bdeveloper instructions?\b"
    r"|\brole:? ['\"`]?system\b",
    "reasoning_effort": r"\breasoning_effort\b|\breasoning\.effort\b|\bthinking\b"
    r"|\bbudget_tokens\b|\breasoning effort\b",
    "reasoning_content": r"\breasoning_content\b|\breasoning_details\b",
    "cache_control": r"\bcache_control\b|\bprompt caching\b",
}
PARAMETERS = tuple(_NAMES)
_NAMED = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _NAMES.items()}
_PARAMS = {
    "tool_choice": "tools",
    "thinking": "reasoning_effort",
    "messages.reasoning_content": "reasoning_content",
}
_UNSUPPORTED = re.compile(
    r"not (?:yet |currently )?(?:be )?support|n't support|unsupported|unrecogni[sz]ed"
    r"|unknown (?:field|parameter|name|argument|key)|unexpected (?:keyword|field|argument)"
    r"|not permitted|not allowed|no endpoints found that support|requires? (?:the )?--"
    r"|not enabled|not available|extra (?:inputs?|fields?)|does not accept|deprecated"
    r"|param requires|only the default",
    re.IGNORECASE,
)
_USE_INSTEAD = re.compile(r"use ['\"`]?max_completion_tokens['\"`]? instead", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]{3,400}(?:[.!?](?=\s|$)|\n|$|\.)")
_UNSUPPORTED_CODES = ("unsupported_parameter", "unsupported_value", "extra_forbidden",
                      "unknown_parameter")  # fmt: skip
# Statuses with which a server says that it cannot do something. llama.cpp says 500, OpenRouter 404.
_SAYS_UNSUPPORTED = (400, 404, 405, 422, 500, 501)

TOO_LONG_CODES = ("context_length_exceeded", "exceed_context_size_error", "context_window_exceeded")
_TOO_LONG = re.compile(
    r"maximum context length|context[_ ]length[_ ]exceeded|exceed_context_size"
    r"|(?:prompt|input|request|message)s? (?:is|are|was) too long|too many (?:input )?tokens"
    r"|exceeds? (?:the )?(?:available |model'?s? )?(?:maximum )?context|context window"
    r"|input token count\D{0,20}\d+\D{0,20}exceeds|maximum (?:prompt|input) length"
    r"|reduce the length of|tokens?`? \+ `?max_new_tokens`? must be|max_model_len"
    r"|context length of only|context (?:size|limit) (?:exceeded|has been)|larger than the context",
    re.IGNORECASE,
)
_NUMBER = r"(\d{3,8}(?:,\d{3})*)"
_WINDOWS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\"?n_ctx\"?\W{{1,5}}{_NUMBER}",
        rf"context (?:length|window|size)(?: of the model)?(?: is| of| for this model is)?"
        rf"(?: only)?\W{{0,4}}{_NUMBER}",
        rf"{_NUMBER}[- ]tokens? (?:context|maximum)|>\s*{_NUMBER}\s*maximum",
        rf"> {_NUMBER} maximum",
        rf"maximum number of (?:input )?tokens (?:allowed )?\W{{0,3}}{_NUMBER}",
        rf"maximum (?:prompt|input|context) length\D{{1,20}}{_NUMBER}",
        rf"with {_NUMBER} maximum context length",
        rf"must be\W{{1,4}}<=?\W{{0,3}}{_NUMBER}|available context size\W{{0,4}}{_NUMBER}",
        rf"max_model_len\D{{1,10}}{_NUMBER}",
    )
)
_SENT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\"?n_prompt_tokens\"?\W{{1,5}}{_NUMBER}",
        rf"{_NUMBER} in (?:the )?(?:messages|your prompt)",
        rf"(?:messages|prompt|request|input)\s*\(?(?:resulted in|contains?(?: at least)?|is|has)"
        rf"\D{{0,15}}{_NUMBER}",
        rf"too long\W{{1,4}}{_NUMBER} tokens",
        rf"input token count\W{{1,4}}{_NUMBER}",
        rf"request \({_NUMBER} tokens\)|requested {_NUMBER} tokens",
    )
)
_NO_QUOTA = re.compile(
    r"insufficient[_ ](?:quota|balance|credits?|funds)|credit balance is too low|billing_hard_limit"
    r"|billing_not_active|requires more credits|out of credits",
    re.IGNORECASE,
)
_FILTERED = re.compile(
    r"content[_ ]filter|content_policy_violation|ResponsibleAIPolicyViolation"
    r"|content management policy|PROHIBITED_CONTENT|blocked by content filtering",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The parts of a refusal that mean something."""

    status: int
    code: str = ""  # and type
    param: str = ""
    message: str = ""
    forbidden: tuple[str, ...] = ()  # fields that a validator does not permit, by name
    numbers: tuple[tuple[str, int], ...] = ()  # the error's own fields: n_ctx

    @property
    def is_too_long(self) -> bool:
        """Was the prompt longer than the model's window?"""
        return (
            self.code_is(*TOO_LONG_CODES)
            or self.status == 413
            or (self.status in (400, 404, 422, 500) and bool(_TOO_LONG.search(self.message)))
        )

    def code_is(self, *codes: str) -> bool:
        """Is one of `codes` the error's code or type?"""
        return any(code in self.code.split() for code in codes)


def read(status: int, body: str) -> Refusal:
    """A refusal's parts, from any of the shapes that servers give it."""
    try:
        whole = json.loads(body)
    except ValueError:
        return Refusal(status, message=body[:2_000])
    if isinstance(whole, list) and whole:  # Gemini's
        whole = whole[0]
    if not isinstance(whole, dict):
        return Refusal(status, message=str(whole)[:2_000])
    error = whole.get("error", whole)
    if not isinstance(error, dict):
        error = whole | {"message": str(error)}
    validated = error.get("detail", whole.get("detail"))
    forbidden: list[str] = []
    message = error.get("message") or error.get("msg") or ""
    if isinstance(validated, list):
        for each in validated:
            if isinstance(each, dict) and each.get("type") == "extra_forbidden":
                forbidden += [str(part) for part in each.get("loc") or () if isinstance(part, str)]
    elif isinstance(validated, str):
        message = message or validated
    if isinstance(message, dict):  # a validator's report as the message, as Mistral gives it
        nested = read(status, json.dumps(message))
        forbidden += nested.forbidden
        message = nested.message
    metadata = error.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("raw"), str):  # OpenRouter's
        message = f"{message}\n{metadata['raw'][:1_000]}"
    code = " ".join(str(error.get(name) or "") for name in ("code", "type", "status"))
    inner = error.get("innererror")
    if isinstance(inner, dict):
        code += f" {inner.get('code') or ''}"
    numbers = tuple(
        (name, value)
        for name in ("n_ctx", "n_prompt_tokens")
        if isinstance(value := error.get(name), int)
    )
    return Refusal(
        status, code, str(error.get("param") or ""), str(message)[:2_000], tuple(forbidden), numbers
    )


def unsupported(refusal: Refusal, said: Iterable[str] = ()) -> frozenset[str]:
    """Which of `PARAMETERS` the provider says that it does not take.

    `said` are the texts that were sent: a sentence that stands in one of them is a quotation.
    """
    if refusal.status not in _SAYS_UNSUPPORTED or refusal.is_too_long:
        return frozenset()
    found = set()
    for name in (refusal.param, *refusal.forbidden):
        root = re.split(r"[\[.]", name)[0]
        root = _PARAMS.get(name, _PARAMS.get(root, root))
        says_so = refusal.forbidden or refusal.code_is(*_UNSUPPORTED_CODES)
        if root in _NAMES and (says_so or _UNSUPPORTED.search(refusal.message)):
            found.add(root)
    for sentence in _own_sentences(refusal.message, said):
        if _USE_INSTEAD.search(sentence):
            found.add("max_tokens")
        elif _UNSUPPORTED.search(sentence):
            found |= {name for name, named in _NAMED.items() if named.search(sentence)}
    if "max_tokens" in found:
        found.discard("max_completion_tokens")  # it is named as what to use
    return frozenset(found)


def _own_sentences(message: str, said: Iterable[str]) -> Iterator[str]:
    texts = [_squeezed(text) for text in said]
    for quoted in re.findall(r"[\"“«'`]([^\"”»\n]{12,2000})[\"”»'`]", message):
        if any(_squeezed(quoted) in text for text in texts):
            message = message.replace(quoted, "")
    for text in texts:
        if len(text) >= 8 and text[-200:] in _squeezed(message):
            return  # it repeats the question: whatever it says may be the reader's
    for found in _SENTENCE.finditer(message):
        squeezed = _squeezed(found[0])
        if not any(squeezed in text for text in texts):
            yield found[0]


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def window(refusal: Refusal) -> tuple[int, int]:
    """The model's window and the prompt's length in tokens, as it is told; 0: unsaid."""
    numbers = dict(refusal.numbers)
    return (
        numbers.get("n_ctx") or _first(_WINDOWS, refusal.message),
        numbers.get("n_prompt_tokens") or _first(_SENT, refusal.message),
    )


def _first(patterns: Iterable[re.Pattern[str]], text: str) -> int:
    for pattern in patterns:
        if found := pattern.search(text):
            number = next(group for group in found.groups() if group)
            return int(number.replace(",", ""))
    return 0


def wait_s(told: str, now_s: float) -> float:
    """How long a `Retry-After` asks to wait: seconds, or a date of HTTP (RFC 9110, 10.2.3); 0 where
    it is neither."""
    try:
        wait = float(told) if told[:1].isdecimal() else _date_s(told) - now_s
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(wait, 0.0)


def _date_s(told: str) -> float:
    return parsedate_to_datetime(told).timestamp()


def error_of(refusal: Refusal, detail: str, retry_after_s: float = 0.0) -> ModelError:
    """The error to tell; `detail` is for the log."""
    status, coded = refusal.status, f"{refusal.code} {refusal.message[:300]}"
    if refusal.is_too_long:
        return ModelContextTooLong(detail, *window(refusal))
    if status == 402 or (status in (400, 403, 429) and _NO_QUOTA.search(coded)):
        return ModelQuotaSpent(detail)
    if status in (200, 400, 403, 422) and _FILTERED.search(coded):
        return ModelFiltered(detail)
    if status in (401, 403) or refusal.code_is("authentication_error", "invalid_api_key"):
        return ModelRefusedKey(detail)
    if status == 404:
        return ModelUnknown(detail)
    if status == 429 or "rate_limit" in refusal.code or refusal.code_is("429"):
        return ModelRateLimited(detail, retry_after_s)
    is_down = refusal.code_is("server_error", "overloaded_error", "api_error", "timeout_error")
    if status >= 500 or status == 408 or is_down or re.search(r"\b5\d\d\b", refusal.code):
        return ModelDown(detail)
    return ModelError(detail)
