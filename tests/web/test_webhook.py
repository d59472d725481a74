"""POST /reindex: a push webhook updates the index."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from hyperrun.web.webhook import is_authentic
from tests.leaks import MARK

SECRET = f"a {MARK} of the webhook"
BODY = b'{"ref": "refs/heads/main"}'


def signed(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_a_webhook_with_the_secret_brings_the_index_up_and_nobody_else(
    serve: Callable[..., Any],
) -> None:
    server = serve(reindex_secret=SECRET)
    stranger = httpx.post(f"{server.url}/reindex", headers={"X-Gitlab-Token": "x"}, content=BODY)
    assert stranger.status_code == 404
    headers = {"X-Hub-Signature-256": signed(SECRET, BODY)}
    answer = httpx.post(f"{server.url}/reindex", headers=headers, content=BODY, timeout=30)
    assert answer.status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {SECRET}"},
        {"x-gitlab-token": SECRET},
        {"x-hub-signature-256": signed(SECRET, BODY)},
        {"x-forgejo-signature": signed(SECRET, BODY).removeprefix("sha256=")},
    ],
)
def test_every_forges_way_to_know_the_secret_is_known(headers: dict[str, str]) -> None:
    assert is_authentic(headers, BODY, SECRET)


@pytest.mark.parametrize(
    ("secret", "headers"),
    [
        (SECRET, {}),
        (SECRET, {"authorization": "Bearer "}),
        (SECRET, {"authorization": f"Bearer {SECRET}x"}),
        (SECRET, {"authorization": f"Basic {SECRET}"}),
        (SECRET, {"authorization": "Bearer é"}),
        (SECRET, {"x-gitlab-token": "wrong"}),
        (SECRET, {"x-hub-signature-256": signed("wrong", BODY)}),
        (SECRET, {"x-hub-signature-256": signed(SECRET, b"another body")}),
        (SECRET, {"x-hub-signature-256": "sha256="}),
        ("", {}),
        ("", {"authorization": "Bearer "}),
        ("", {"x-hub-signature-256": signed("", BODY)}),
    ],
)
def test_nobody_else_knows_it(secret: str, headers: dict[str, str]) -> None:
    assert not is_authentic(headers, BODY, secret)
