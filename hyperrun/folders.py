"""Folders that only the server's own user can look into."""

from pathlib import Path


def private_folder(folder: Path) -> Path:
    """`folder`, made with mode 0700 where it is not there yet."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
