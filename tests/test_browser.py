"""The browser harness itself: two origins, storage as readers have it, complaints that are seen."""

import pytest
from playwright.sync_api import Page

from tests.browser import Answer, bare_chromium, host_site


def test_a_host_page_and_its_frame_are_two_sites(page: Page) -> None:
    with (
        host_site({"/": "<p>inner"}, host="localhost") as inner,
        host_site({"/": f"<iframe src='{inner.url()}'></iframe>"}) as outer,
    ):
        page.goto(outer.url())
        page.frame_locator("iframe").locator("p").wait_for()
        assert inner.requests[0].headers["Sec-Fetch-Site"] == "cross-site"


def test_an_exception_and_a_console_error_are_both_complaints(page: Page) -> None:
    script = "<script>console.error('first'); throw new Error('second')</script>"
    with host_site({"/": script}) as host:
        page.goto(host.url())
    said = page.complaints.said  # type: ignore[attr-defined]
    assert [part for part in ("first", "second") if any(part in each for each in said)] == [
        "first",
        "second",
    ]


@pytest.mark.slow
def test_blocked_third_party_cookies_are_not_sent_from_a_frame() -> None:
    cookie = {"Set-Cookie": "seen=1; SameSite=None; Secure"}
    inner_pages = {"/": Answer("<p>inner", headers=cookie)}
    for blocked in (False, True):
        with (
            host_site(inner_pages, host="localhost") as inner,
            host_site({"/": f"<iframe src='{inner.url()}'></iframe>"}) as outer,
            bare_chromium(block_third_party_cookies=blocked) as context,
        ):
            page = context.new_page()
            for _ in range(2):
                page.goto(outer.url())
                page.frame_locator("iframe").locator("p").wait_for()
            sent = [each.headers.get("Cookie") for each in inner.requests if each.path == "/"]
            assert sent == [None, None if blocked else "seen=1"]


def test_a_file_outside_the_folder_is_not_served(tmp_path, page: Page) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "secret").write_text("no")
    with host_site(folder=tmp_path / "site") as host:
        assert host.answer("/../secret").status == 404
