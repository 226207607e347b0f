"""A speech server over a real wire: what is sent, to whom, what is tried again, and when it ends."""

from __future__ import annotations

import io
import logging
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ServerAwayError, SettingsError, SpeechServerError
from pipeline.settings import RecogniserSettings
from pipeline.transcribe import Request, SpeechServer, server_faults
from pipeline.transcribe import speech_server as module
from pipeline.types import SAMPLE_RATE
from tests.speech_wire import Reply, Wire, free_port, wire

SOUND = np.full(SAMPLE_RATE, 0.5, np.float32)
SAID = Reply({"text": "您好。"})


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)


def settings(shown: Wire | str, **changes) -> RecogniserSettings:
    url = shown if isinstance(shown, str) else shown.url
    return RecogniserSettings(**{"kind": "openai", "url": url, "model": "paraformer"} | changes)


def ask(shown: Wire | str, *, within_s: float = 5.0, **changes):
    server = SpeechServer(settings(shown, **changes))
    try:
        return server.transcribe(Request(SOUND, time.monotonic() + within_s))
    finally:
        server.close()


def test_a_window_goes_out_as_openai_s_form_has_it_and_its_text_comes_back():
    with wire(SAID) as shown:
        assert ask(shown).text == "您好。"

    ((path, _, fields),) = shown.asked
    with wave.open(io.BytesIO(fields.pop("file")[0])) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (16000, 1, 16000)
    assert path == "/v1/audio/transcriptions"
    assert fields == {
        "model": [b"paraformer"],
        "language": [b"zh"],
        "temperature": [b"0"],
        "response_format": [b"verbose_json"],
        "timestamp_granularities[]": [b"word", b"segment"],
    }


def test_the_whole_address_may_be_given_as_well():
    with wire(SAID) as shown:
        ask(shown.url + "/audio/transcriptions/")

    assert shown.asked[0][0] == "/v1/audio/transcriptions"


def test_a_server_that_does_not_know_the_long_form_is_asked_for_the_short_one_from_then_on():
    with wire(Reply(b"no verbose_json here", 400), SAID) as shown:
        server = SpeechServer(settings(shown))
        for _ in range(2):
            assert server.transcribe(Request(SOUND, time.monotonic() + 5)).text == "您好。"
        server.close()

    forms = [fields["response_format"] for _, _, fields in shown.asked]
    assert forms == [[b"verbose_json"], [b"json"], [b"json"]]
    assert "timestamp_granularities[]" not in shown.asked[1][2]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"", 503, (("Retry-After", "0"),)),
        Reply(b"", 429, (("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),)),
        Reply(b"", 429, (("Retry-After", "soon"),)),
        Reply(b"", 502),
        Reply(b"out of memory", 500),
        Reply(b"{", 200),
        Reply(b"\xff\xfe", 200),
        Reply(b"[" * 100_000, 200),
        Reply([], 200),
        Reply({"text": None}, 200),
        Reply({"result": "x"}, 200),
        Reply({"text": "half"}, 200, cut=True),
    ],
    ids=lambda reply: f"{reply.status} {reply.data[:12]!r}",
)
def test_what_may_pass_is_tried_again(reply: Reply):
    with wire(reply, SAID) as shown:
        assert ask(shown).text == "您好。"

    assert len(shown.asked) == 2


def test_a_pause_that_the_server_asks_for_is_kept(monkeypatch: pytest.MonkeyPatch):
    with wire(Reply(b"", 503, (("Retry-After", "1"),)), SAID) as shown:
        began = time.monotonic()
        ask(shown)

    assert time.monotonic() - began >= 1.0
    assert len(shown.asked) == 2


def test_a_pause_beyond_the_end_of_patience_is_not_waited_for():
    with (
        wire(Reply(b"", 429, (("Retry-After", "3600"),))) as shown,
        pytest.raises(ServerAwayError, match="it is busy, status 429"),
    ):
        ask(shown)

    assert len(shown.asked) == 1


@pytest.mark.parametrize("reply", [Reply(b"boom", 500), Reply(b"{", 200)], ids=["500", "no JSON"])
def test_a_server_that_answers_wrongly_is_asked_three_times(reply: Reply):
    with wire(reply) as shown, pytest.raises(SpeechServerError, match="3 times") as error:
        ask(shown)

    assert len(shown.asked) == 3
    assert not isinstance(error.value, ServerAwayError)


def test_an_answer_without_an_end_is_not_read_to_the_end():
    with (
        wire(Reply(b" " * (server_faults.MOST_BYTES + 1))) as shown,
        pytest.raises(SpeechServerError, match="longer than 4 MiB"),
    ):
        ask(shown)


def test_a_server_that_hangs_is_away_when_patience_ends():
    with (
        wire(Reply({"text": "x"}, takes_s=0.5)) as shown,
        pytest.raises(ServerAwayError, match="no answer in"),
    ):
        ask(shown, within_s=0.3, timeout_s=0.2)


def test_a_server_that_is_not_there_is_waited_for_until_patience_ends():
    port = free_port()

    with pytest.raises(ServerAwayError) as error:
        ask(f"http://127.0.0.1:{port}/v1", within_s=0.3)

    assert str(error.value) == (
        f"the speech server 127.0.0.1:{port}: it does not answer; start it or see its log, and run again"
    )


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_a_refusal_that_every_request_meets_is_not_tried_again(status: int):
    with (
        wire(Reply(b'{"error": "wrong key"}', status)) as shown,
        pytest.raises(ServerAwayError, match=f"status {status} .*wrong key"),
    ):
        ask(shown)

    assert len(shown.asked) == 1


@pytest.mark.parametrize("status", [413, 415, 418])
def test_a_refusal_of_one_sound_is_no_fault_of_the_others(status: int):
    with (
        wire(Reply(b"too long", status)) as shown,
        pytest.raises(SpeechServerError, match="refuses this sound") as error,
    ):
        ask(shown)

    assert (len(shown.asked), isinstance(error.value, ServerAwayError)) == (1, False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_to_another_host_or_to_the_same(status: int):
    with (
        wire(SAID) as other,
        wire(Reply(b"", status, (("Location", other.url),))) as shown,
        pytest.raises(ServerAwayError, match=r"sends on to 127\.0\.0\.1:\d+; recordings"),
    ):
        ask(shown)

    assert (len(shown.asked), len(other.asked)) == (1, 0)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used_and_one_of_the_settings_is(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    with wire(SAID) as shown, wire(Reply({"text": "through"})) as proxy:
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)

        assert ask(shown).text == "您好。"
        assert ask(shown, proxy=proxy.url).text == "through"

    assert (len(shown.asked), len(proxy.asked)) == (1, 1)


def token_file(folder: Path, content: str = "sk-secret-1\n", mode: int = 0o600) -> str:
    path = folder / "token"
    path.write_text(content)
    path.chmod(mode)
    return str(path)


def test_the_token_of_the_file_is_sent_and_no_netrc_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with wire(SAID) as shown:
        ask(shown, token_file=token_file(tmp_path))
        ask(shown)

    sent = [headers.get("Authorization") for _, headers, _ in shown.asked]
    assert sent == ["Bearer sk-secret-1", None]


def test_a_token_that_the_server_repeats_is_in_no_message(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    with (
        wire(Reply(b"wrong key sk-secret-1", 401)) as shown,
        pytest.raises(ServerAwayError) as error,
    ):
        ask(shown, token_file=token_file(tmp_path))

    assert "wrong key ***" in str(error.value)
    assert "sk-secret" not in str(error.value) + caplog.text


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_token_that_others_may_read_is_refused(mode: int, tmp_path: Path):
    with pytest.raises(SettingsError, match="others may read it"):
        SpeechServer(settings("http://h/v1", token_file=token_file(tmp_path, mode=mode)))


@pytest.mark.parametrize("content", ["", "\n", "a b", "a\nb", "钥匙", "a\r\nX-Evil: 1"])
def test_a_token_that_is_none_is_refused(content: str, tmp_path: Path):
    with pytest.raises(SettingsError, match="one line of ASCII"):
        SpeechServer(settings("http://h/v1", token_file=token_file(tmp_path, content)))


def test_a_token_file_or_a_file_of_certificates_that_is_not_there_is_named(tmp_path: Path):
    for name in ("token_file", "ca_file"):
        with pytest.raises(SettingsError, match=f"{name} = .*missing"):
            SpeechServer(settings("http://h/v1", **{name: str(tmp_path / "missing")}))


def test_no_cookie_of_the_server_comes_back_to_it():
    reply = Reply({"text": "好"}, headers=(("Set-Cookie", "a=b; Path=/"),))
    with wire(reply) as shown:
        server = SpeechServer(settings(shown))
        for _ in range(2):
            server.transcribe(Request(SOUND, time.monotonic() + 5))
        server.close()

    assert "Cookie" not in shown.asked[1][1]
