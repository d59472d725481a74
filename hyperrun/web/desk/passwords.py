"""The desk's password, as it is or as its hash: `python -m hyperrun.web.desk.passwords`."""

import base64
import getpass
import hashlib
import hmac
import secrets
import sys

from hyperrun.settings.checks import MIN_PASSWORD_CHARS as MIN_CHARS

PREFIX = "scrypt:"
N, R, P = 2**14, 8, 1


def hashed(password: str, salt: bytes = b"") -> str:
    """The password as it may stand in `HYPERRUN_DESK_PASSWORD` without telling it."""
    salt = salt or secrets.token_bytes(16)
    return ":".join((PREFIX[:-1], _text(salt), _text(_scrypt(password, salt))))


def matches(password: str, setting: str) -> bool:
    """Is it the password of the setting? Takes 50 ms either way: for a thread."""
    if setting.startswith(PREFIX):
        try:
            _, salt, told = setting.split(":")
            wanted, salt_bytes = _bytes(told), _bytes(salt)
        except ValueError:
            return False
        return hmac.compare_digest(_scrypt(password, salt_bytes), wanted)
    # Both as hashes: neither length nor time tells anything.
    salt_bytes = b"of one comparison"
    return hmac.compare_digest(_scrypt(password, salt_bytes), _scrypt(setting, salt_bytes))


def fault(setting: str) -> str:
    """Why a setting is no hash to use; "" where it is one, or a password."""
    if not setting.startswith(PREFIX):
        return ""
    parts = setting.split(":")
    try:
        whole = len(parts) == 3 and len(_bytes(parts[1])) >= 8 and len(_bytes(parts[2])) == 64
    except ValueError:
        whole = False
    return "" if whole else "is no hash that python -m hyperrun.web.desk.passwords makes"


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(errors="replace"), salt=salt, n=N, r=R, p=P)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main() -> int:
    """Ask for a password, print its hash."""
    password = (
        getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip()
    )
    if len(password) < MIN_CHARS:
        print(f"hyperrun: at least {MIN_CHARS} characters", file=sys.stderr)
        return 2
    print(hashed(password))
    return 0


if __name__ == "__main__":
    sys.exit(main())
