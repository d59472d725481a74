"""How the server starts as a process."""

import socket

import pytest

from hyperrun.errors import BadSetting
from hyperrun.web.server import check_address


@pytest.mark.parametrize("host", ["127.0.0.1", "no.such.host.invalid"])
def test_an_address_that_cannot_be_listened_at_is_told_in_one_line(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadSetting, match=f"nothing can listen at {host}:{port}") as told:
            check_address(host, port)
        assert "\n" not in str(told.value)
    check_address("127.0.0.1", 0)
