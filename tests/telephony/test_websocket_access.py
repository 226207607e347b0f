"""Who may send calls over a WebSocket: tokens, addresses, browsers."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.exceptions import InvalidStatus

from pipeline.errors import SettingsError
from pipeline.telephony import LOOPBACK, CallBegan, WebSocketOptions, WebSocketServer
from tests.telephony.calls import TOKEN, Heard, run, websocket
from tests.telephony.websocket_client import BOTH, CONNECTED, END, STOP, opened, say, twilio_start


@pytest.mark.parametrize(
    ("header", "status"),
    [("Bearer wrong", 401), ("Basic d3Jvbmc=", 401), ("Basic %%", 401), ("Digest x", 401)],
)
def test_a_wrong_token_is_refused_before_there_is_a_connection(header: str, status: int, caplog):
    async def scenario():
        async with websocket(Heard()) as server:
            with pytest.raises(InvalidStatus) as refusal:
                await say(server, BOTH, additional_headers={"Authorization": header})
            assert refusal.value.response.status_code == status

    run(scenario)
    assert "its token is not known" in caplog.text
    assert "wrong" not in caplog.text


def test_a_token_may_come_in_the_first_message_where_headers_cannot_be_sent():
    heard = Heard()

    async def scenario():
        async with websocket(heard) as server:
            parameters = {"token": TOKEN}
            start = twilio_start(customParameters=parameters)
            assert await say(server, CONNECTED, start, STOP, token=None) == 1000
            assert await say(server, {**BOTH, "token": "wrong"}, token=None) == 1008
            assert await say(server, BOTH, token=None) == 1008
            assert await say(server, bytes(160), token=None) == 1003

    run(scenario)
    assert heard.told() == ["CA1 began", "CA1 ended"]


def test_an_address_of_the_list_needs_no_token_but_a_browser_there_does():
    heard = Heard()

    async def scenario():
        async with websocket(heard, tokens=(), allow=LOOPBACK) as server:
            assert await say(server, BOTH, END, token=None) == 1000
            assert await say(server, BOTH, token=None, origin="https://example.com") == 1008

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]


def test_tokens_of_the_database_are_asked_for():
    heard = Heard()

    async def scenario():
        async with websocket(heard, tokens=(), knows=lambda token: token == "feed") as server:
            assert await say(server, BOTH, END, token="feed") == 1000
            with pytest.raises(InvalidStatus):
                await say(server, BOTH, END)

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]


def test_a_server_that_nobody_may_use_does_not_start():
    async def scenario():
        with pytest.raises(SettingsError, match="a token or a network is needed"):
            await WebSocketServer(WebSocketOptions(port=0), Heard()).start()
        async with websocket(Heard()) as server:
            host, port = server.address
            options = WebSocketOptions(host=host, port=port, tokens=(TOKEN,))
            with pytest.raises(SettingsError, match=f"127.0.0.1:{port}.*choose a free address"):
                await WebSocketServer(options, Heard()).start()

    run(scenario)


def test_a_token_that_is_no_text_is_only_a_wrong_one(caplog):
    async def scenario():
        async with websocket(Heard()) as server:
            assert await say(server, '{"call": "C-1", "token": "\\ud800"}', token=None) == 1008

    run(scenario)
    assert "Traceback" not in caplog.text


def test_more_calls_than_may_be_are_refused():
    heard = Heard()

    async def scenario():
        async with websocket(heard, most=1) as server, opened(server) as connection:
            await connection.send(json.dumps(BOTH))
            await heard.until(lambda: bool(heard.events))
            assert await say(server, {**BOTH, "call": "C-2"}) == 1013

    run(scenario)
    assert heard.told()[0] == "C-1 began"
    assert len(heard.of(CallBegan)) == 1


def test_more_connections_than_may_be_are_refused(caplog):
    heard = Heard()

    async def scenario():
        async with websocket(heard, most=1) as server:
            silent = [await asyncio.open_connection(*server.address) for _ in range(66)]
            await heard.until(lambda: server.opened == 66)
            with pytest.raises(InvalidStatus) as refusal:
                await opened(server)
            assert refusal.value.response.status_code == 503
            silent += [await asyncio.open_connection(*server.address) for _ in range(100)]
            await heard.until(lambda: server.opened <= 66 + 64)
            for _, writer in silent:
                writer.close()
            await heard.until(lambda: server.opened == 0)
            assert await say(server, BOTH, END) == 1000

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert "too many connections" in caplog.text
