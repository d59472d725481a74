"""Who may sit at the desk: sessions that the store holds, or a named proxy's header.

A session is a random id in a `__Host-` cookie, and a row under its hash; nothing a browser brings
along becomes one. Every form carries the session's own token beside it.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import asdict, dataclass
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from hyperrun.limits.admission import Limits
from hyperrun.settings import Settings
from hyperrun.storage.store import Store
from hyperrun.web.desk.passwords import matches

COOKIE = "__Host-hyperrun-desk"
ATTEMPTS_A_MINUTE = 5  # of one address
ATTEMPTS_A_MINUTE_IN_ALL = 30
MAX_PASSWORD_CHARS = 1_000
AT_ONCE = 2  # passwords that are compared: each takes 16 MB and 50 ms


class Role(StrEnum):
    """What a visitor of the desk may do."""

    READER = "reader"  # look, and export
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Session:
    """One login. `form` is what its forms carry."""

    role: Role
    user: str
    expires: float
    form: str
    made_for: str  # a mark of the passwords at that time

    @property
    def may_change(self) -> bool:
        """May it do more than look?"""
        return self.role is Role.OPERATOR


class Access:
    """The desk's door."""

    def __init__(self, settings: Settings, store: Store, limits: Limits) -> None:
        self._settings = settings
        self._store = store
        self._limits = limits
        self._comparing = asyncio.Semaphore(AT_ONCE)
        told = json.dumps([settings.desk_password, settings.desk_read_password])
        self._mark = hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def by_password(self) -> bool:
        """Can one log in here, or does a proxy do it?"""
        return bool(self._settings.desk_password or self._settings.desk_read_password)

    async def session(self, request: Request) -> Session | None:
        """Whose request it is; None for a stranger's."""
        proxied = self._proxied(request)
        if proxied is not None:
            return proxied
        held = request.cookies.get(COOKIE, "")
        if not held or len(held) > 100:
            return None
        kept = await self._store.key(_place(held))
        if kept is None:
            return None
        try:
            session = Session(**json.loads(kept))
        except (ValueError, TypeError):
            return None
        if session.expires < time.time() or session.made_for != self._mark:
            await self._store.forget_key(_place(held))
            return None
        return Session(**(asdict(session) | {"role": Role(session.role)}))

    def _proxied(self, request: Request) -> Session | None:
        """Who a proxy says it is. Only one that is named in HYPERRUN_TRUSTED_PROXIES is heard."""
        name = self._settings.desk_header
        named = bool(self._settings.trusted_proxies) and request.scope.get("hyperrun.trusted")
        if not name or not named:
            return None
        told = request.headers.getlist(name)
        user = told[0].strip() if len(told) == 1 else ""
        if not user or len(user) > 200:
            return None
        roles = dict(_role(each) for each in self._settings.desk_users)
        role = roles.get(user, roles.get("*"))
        if role is None:
            return None
        secret = self._store.secret("token.key")
        form = hmac.new(secret, f"desk form {user}".encode(), hashlib.sha256).hexdigest()
        return Session(role, user, time.time() + 60, form, self._mark)

    async def log_in(self, request: Request, password: str) -> Response | None:
        """The response that begins a session; None where the password is none of ours.

        Raises `LimitReached` for too many attempts: they are counted before any is compared.
        """
        address = request.client.host if request.client else ""
        await self._limits.rates.count(
            ("desk_login", address, ATTEMPTS_A_MINUTE),
            ("desk_login_all", "all", ATTEMPTS_A_MINUTE_IN_ALL),
        )
        role = await self._role_of(password)
        if role is None:
            return None
        await self.log_out(request)  # what was there before is over
        held = secrets.token_urlsafe(32)
        hours = self._settings.desk_session_h
        session = Session(
            role, "", time.time() + hours * 3_600, secrets.token_urlsafe(24), self._mark
        )  # fmt: skip
        await self._store.put_key(_place(held), json.dumps(asdict(session)).encode())
        response = Response(status_code=303, headers={"Location": "../desk"})
        response.set_cookie(
            COOKIE, held, max_age=int(hours * 3_600), path="/", secure=True, httponly=True,
            samesite="strict",
        )  # fmt: skip
        return response

    async def _role_of(self, password: str) -> Role | None:
        if not password or len(password) > MAX_PASSWORD_CHARS:
            return None
        found: Role | None = None
        async with self._comparing:
            known: dict[Role, str] = {
                Role.READER: self._settings.desk_read_password,
                Role.OPERATOR: self._settings.desk_password,
            }
            for role, setting in known.items():
                if not setting:
                    continue
                if await asyncio.to_thread(matches, password, setting):
                    found = role
        return found

    async def log_out(self, request: Request) -> Response:
        """End the session, here and in the browser."""
        held = request.cookies.get(COOKIE, "")
        if held and len(held) <= 100:
            await self._store.forget_key(_place(held))
        response = Response(status_code=303, headers={"Location": "../desk/login"})
        response.set_cookie(
            COOKIE, "", max_age=0, path="/", secure=True, httponly=True, samesite="strict"
        )  # fmt: skip
        return response


def is_own_form(session: Session, told: str) -> bool:
    """Does a form come from one of this session's pages?"""
    return hmac.compare_digest(session.form.encode(), told.encode(errors="replace"))


def _place(held: str) -> str:
    """Where a session stands in the store: whoever reads the store cannot take it over."""
    return "desk/" + hashlib.sha256(held.encode(errors="replace")).hexdigest()


def _role(setting: str) -> tuple[str, Role]:
    """ "ann" is an operator, "bob:reader" only looks."""
    name, _, role = setting.rpartition(":")
    if name and role in tuple(Role):
        return name, Role(role)
    return setting, Role.OPERATOR
