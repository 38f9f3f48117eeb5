"""Nobody is thrown out of a room because nothing happens in it."""

from __future__ import annotations

import json
import subprocess

import pytest


@pytest.mark.last
@pytest.mark.timeout(200)
def test_stock_clients_with_their_stock_watchdogs_stay_connected_in_quiet_rooms(
    quiet_rooms: subprocess.Popen[bytes],
) -> None:
    assert quiet_rooms.stdout is not None
    result = json.loads(quiet_rooms.stdout.readline())
    assert result["event"] == "done", result
    for connection in result["connections"]:
        assert (connection["opens"], connection["closes"]) == (1, []), connection
    assert len(result["connections"]) == 5
