"""The servers of the settings, each with a client of its protocol, to the lines of the wall."""

from __future__ import annotations

import asyncio
import socket
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.live import Servers, servers_of
from pipeline.live.replaying import _sides_of
from pipeline.settings import Settings, parse_settings
from pipeline.store import Store
from pipeline.telephony import AnnouncedCall, Replay, play
from tests.live.line import HearsInOrder, Line
from tests.sounds import TWO_SIDES
from tests.telephony.siprec_client import client, packet

UUIDS = {"agent": str(uuid.uuid4()), "customer": str(uuid.uuid4())}
SAID = {number: ["您好，请讲。", "我要退款。"] for number in range(20)}


def site(folder: Path) -> Settings:
    raw = {
        "live": {
            "recordings": str(folder / "calls"),
            "audiosocket": {"listen": "127.0.0.1:0"},
            "websocket": {"listen": "127.0.0.1:0"},
            "siprec": {
                "listen": "127.0.0.1:0", "allow": ["127.0.0.0/8"], "ports": "41000-41099",
                "agents": r"sip:(8\d{3})@.*",
            },
        }
    }  # fmt: skip
    return parse_settings(raw, where="callqa.toml")


@pytest.mark.long
def test_each_protocol_brings_its_call_to_the_wall(tmp_path: Path) -> None:
    settings = site(tmp_path)
    with Store.open(tmp_path / "callqa.db") as store:
        line = Line(tmp_path / "calls", store, HearsInOrder(SAID, confidence=0.98), now=time.time())
        known = {one: AnnouncedCall("A-1", side, None, "8001") for side, one in UUIDS.items()}  # type: ignore[arg-type]
        made = servers_of(
            settings.live, line.calls.take, lookup=known.get, knows="t".__eq__, clock=time.time
        )
        servers = Servers(made)
        servers.start()
        try:
            taken = replace(settings.live, audiosocket=replace(
                settings.live.audiosocket, listen=f"127.0.0.1:{made['audiosocket'].address[1]}"
            ))  # fmt: skip
            again = Servers(
                servers_of(
                    taken, line.calls.take, lookup=known.get, knows="t".__eq__, clock=time.time
                )
            )
            with pytest.raises(SettingsError):
                again.start()
            sides = _sides_of(TWO_SIDES, settings)
            asyncio.run(send_all(made, sides))
            deadline = time.time() + 60
            while len(line.scorer.asked) < 3:
                assert time.time() < deadline
                line.now = time.time()
                line.work()
                time.sleep(0.1)
            line.work()
        finally:
            servers.close()
        line.work()
        found = [store.live.find(number) for number in (1, 2, 3)]
        named = {store.live_calls.find(one.id).protocol: one for one in found if one}  # type: ignore[union-attr]
        assert set(named) == {"audiosocket", "websocket", "siprec"}
        assert (named["audiosocket"].name, named["audiosocket"].agent_id) == ("A-1", "8001")
        assert (named["siprec"].agent_id, named["siprec"].customer_id) == ("8012", "13800138000")
        for path in line.scorer.asked:
            assert path.stat().st_size > 100_000
        assert len(line.scorer.asked) == 3


async def send_all(made: dict, sides: dict) -> None:  # type: ignore[type-arg]
    audio, web, siprec = (made[name] for name in ("audiosocket", "websocket", "siprec"))
    first = {side: one[: 4 * 8000] for side, one in sides.items()}
    other = {side: one[6 * 8000 : 10 * 8000] for side, one in sides.items()}  # the same is one call
    await play(
        first, 8000,
        Replay(address=audio.address, protocol="audiosocket", name="A-1", codec="l16", speed=8, uuids=UUIDS),
    )  # fmt: skip
    await play(
        other, 8000,
        Replay(address=web.address, protocol="plain", name="W-1", speed=8, token="t", agent_id="8002"),
    )  # fmt: skip
    async with asyncio.timeout(30), client(siprec) as caller:
        reply = await caller.call()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for at in range(200):
                for port in reply.ports:
                    out.sendto(packet(at, b"\x55" * 80 + b"\x2a" * 80), ("127.0.0.1", port))
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.5)
        assert (await caller.ask(caller.request("BYE"))).status == 200
