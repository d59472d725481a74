"""How the server starts as a process."""

import asyncio
import errno
import os
import socket
import threading
from pathlib import Path

import pytest
import uvicorn

from hyperrun.errors import BadSetting
from hyperrun.settings import Settings
from hyperrun.web.server import check_address, server
from main import create_app
from tests.server import write_repository


@pytest.mark.parametrize("host", ["127.0.0.1", "no.such.host.invalid"])
def test_an_address_that_cannot_be_listened_at_is_told_in_one_line(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadSetting, match=f"nothing can listen at {host}:{port}") as told:
            check_address(host, port)
        assert "\n" not in str(told.value)
    check_address("127.0.0.1", 0)


class BusyLoop(asyncio.SelectorEventLoop):
    """Says at its end what uvloop says where a child's pipe closes in that moment."""

    def close(self) -> None:
        """Close, and complain."""
        was_open = not self.is_closed()
        super().close()
        if was_open:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))


def test_an_event_loop_that_is_busy_at_its_end_is_no_error(tmp_path: Path) -> None:
    repository = str(write_repository(tmp_path))
    app = create_app(Settings(repo_path=repository, data_dir=tmp_path / "data", search="embedded"))
    config = uvicorn.Config(app, port=0, log_level="warning", loop=f"{__name__}:BusyLoop")
    ending = server(config)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            ending.run()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not ending.started and thread.is_alive():
        thread.join(0.01)
    ending.should_exit = True
    thread.join(20)
    assert (thread.is_alive(), failed) == (False, [])
