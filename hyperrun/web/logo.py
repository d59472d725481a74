"""The project's picture as a response: an image out of the repository, and nothing else of it."""

from pathlib import Path

from hyperrun.files import read_bytes

MAX_BYTES = 512 * 1024
MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
}
LOGO_HEADERS = {"Cache-Control": "public, max-age=3600"}  # the policy of every page lets none run


def logo_address(setting: str, found: Path | None) -> str:
    """Where the picture is shown from, relative to the server; "" where there is none."""
    if setting.startswith("https://"):
        return setting
    return "logo" if found else ""


def read_logo(path: Path | None) -> tuple[bytes, str] | None:
    """The picture and its media type; None where there is none, or it is too large."""
    media_type = MEDIA_TYPES.get(path.suffix.lower()) if path else None
    if path is None or media_type is None:
        return None
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        return read_bytes(path), media_type
    except OSError:
        return None
