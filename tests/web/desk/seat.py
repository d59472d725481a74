"""Somebody at the desk, over HTTP; cookies are held by hand, for ours go over HTTPS alone."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx

from tests.server import RunningServer

PASSWORD = "correct horse battery"
READ_PASSWORD = "only looking around"
COOKIE = re.compile(r"(__Host-hyperrun-desk)=([^;]*)")


@dataclass
class Seat:
    """A browser at the desk of one server."""

    url: str
    cookie: str = ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A page; a redirect is not followed."""
        return httpx.get(f"{self.url}{path}", headers=self._with(headers))

    def post(self, path: str, data: dict[str, str], **headers: str) -> httpx.Response:
        """A form, as the desk's own page would send it."""
        own = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"} | headers
        return httpx.post(f"{self.url}{path}", data=data, headers=self._with(own))

    def log_in(self, password: str = PASSWORD) -> httpx.Response:
        """Keep the cookie, if there is one."""
        answer = self.post("/desk/login", {"password": password})
        for held in COOKIE.finditer(answer.headers.get("set-cookie", "")):
            self.cookie = f"{held[1]}={held[2]}"
        return answer

    @property
    def form(self) -> str:
        """What this session's forms carry."""
        found = re.search(r'name="form" value="([^"]+)"', self.get("/desk/sources").text)
        return unescape(found[1]) if found else ""

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Cookie": self.cookie} | named if self.cookie else named


def seat(server: RunningServer, **headers: Any) -> Seat:
    """A browser that has logged in."""
    found = Seat(server.url)
    assert found.log_in().status_code == 303
    return found
