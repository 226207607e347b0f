"""Talk to a speech server with OpenAI's ``/v1/audio/transcriptions``: one address, no redirects,
nothing from the environment, and an end to all waiting.

What cannot help is not tried again. A server that is away or busy is waited for; one that answers
wrongly is asked ``TRIES`` times.
"""

from __future__ import annotations

import io
import json
import random
import stat
import threading
import time
import wave
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from pipeline.errors import ServerAwayError, SettingsError, SpeechServerError
from pipeline.transcribe.answers import ServerText, read_answer
from pipeline.transcribe.server_faults import (
    MOST_SAID,
    FaultError,
    asked_s,
    fault_of,
    host_of,
    read_body,
    short,
)
from pipeline.types import SAMPLE_RATE, load_extra

if TYPE_CHECKING:
    from pipeline.settings import RecogniserSettings
    from pipeline.types import Samples, Seconds

ENDPOINT = "/audio/transcriptions"

TRIES = 3
"""Requests for one window that a server may answer wrongly (our choice)."""

CONNECT_S: Seconds = 5.0
FIRST_PAUSE_S: Seconds = 0.5
LONGEST_PAUSE_S: Seconds = 10.0
"""Waits between tries double from the first to the longest, each shortened by up to half at random,
so that many workers do not come back at once (our choice)."""


BUSY = frozenset({408, 425, 429, 502, 503, 504})
"""Statuses that pass: too many requests, starting, overloaded (RFC 9110, RFC 6585)."""

FOR_ALL = frozenset({401, 402, 403, 404, 405, 407, 410, 426, 501})
"""Statuses that every request will meet: the token, the address or the method is wrong."""

UNKNOWN_FORM = frozenset({400, 422})
"""Statuses of servers that do not know ``verbose_json`` (vLLM, for models without times)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One window to be written down. ``until``: the moment of ``time.monotonic`` at which waiting
    ends; ``stop``: set where nobody waits for the answer any more."""

    samples: Samples
    until: float
    stop: threading.Event = field(default_factory=threading.Event)


class SpeechServer:
    """The server of ``[recogniser]``. May be used by several threads."""

    def __init__(self, settings: RecogniserSettings) -> None:
        """Reads the token. Contacts nobody. Raises ``SettingsError`` and ``ExtraError``."""
        self._requests = load_extra("requests", extra="server", use='[recogniser] kind = "openai"')
        base = settings.url.rstrip("/")
        self._url = base if base.endswith(ENDPOINT) else base + ENDPOINT
        self._settings = settings
        if settings.ca_file and not Path(settings.ca_file).is_file():
            raise SettingsError(
                f"[recogniser] ca_file = {settings.ca_file!r}: there is no such file"
            )
        self._token = read_token(Path(settings.token_file)) if settings.token_file else ""
        self._session = self._open()
        self._form = "verbose_json"

    @property
    def host(self) -> str:
        """Host and port, as the settings name them."""
        return urlsplit(self._url).netloc

    def transcribe(self, request: Request) -> ServerText:
        """The text of one window of at most 30 s.

        Raises ``ServerAwayError`` and ``SpeechServerError``.
        """
        sound, length_s = encode_wav(request.samples), len(request.samples) / SAMPLE_RATE
        wrong, pauses = 0, 0
        while True:
            try:
                return self._try(sound, length_s, request.until, self._form)
            except FaultError as fault:
                wrong += not fault.away
                if wrong == TRIES:
                    raise SpeechServerError(
                        f"{self._named}: {fault.reason}, {TRIES} times; see the server's log"
                    ) from fault
                pause_s = _pause_s(pauses) if fault.pause_s is None else fault.pause_s
                pauses += 1
                if time.monotonic() + pause_s >= request.until or request.stop.wait(pause_s):
                    raise ServerAwayError(
                        f"{self._named}: {fault.reason}; start it or see its log, and run again"
                    ) from fault

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @property
    def _named(self) -> str:
        return f"the speech server {self.host}"

    def _open(self) -> Any:
        """A session that takes neither proxies, netrc nor certificates from the environment, and
        keeps no cookies."""
        session = self._requests.Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.verify = self._settings.ca_file or True
        if self._settings.proxy:
            session.proxies = {"http": self._settings.proxy, "https": self._settings.proxy}
        adapter = self._requests.adapters.HTTPAdapter(pool_maxsize=self._settings.at_once)
        for scheme in ("http://", "https://"):
            session.mount(scheme, adapter)
        session.headers.update({"User-Agent": "callqa", "Accept": "application/json"})
        if self._token:
            session.headers["Authorization"] = f"Bearer {self._token}"
        return session

    def _try(self, sound: bytes, length_s: Seconds, until: float, form: str) -> ServerText:
        """One request. Raises ``FaultError`` where another may help, else as ``transcribe``."""
        errors = self._requests.exceptions
        left_s = max(0.1, until - time.monotonic())
        longest_s = min(self._settings.timeout_s, left_s)
        try:
            with self._session.post(
                self._url,
                data=self._fields(form),
                files={"file": ("window.wav", sound, "audio/wav")},
                timeout=(min(CONNECT_S, left_s), longest_s),
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = read_body(answer, until)
            if answer.status_code in UNKNOWN_FORM and form == "verbose_json":
                text = self._try(sound, length_s, until, "json")
                self._form = "json"
                return text
            self._refuse(answer, body)
        except errors.SSLError as error:
            raise ServerAwayError(
                f"{self._named}: its certificate is refused; see [recogniser] ca_file"
            ) from error
        except errors.RequestException as error:
            raise fault_of(errors, error, longest_s) from error
        try:
            return read_answer(json.loads(body), length_s)
        except (ValueError, RecursionError) as error:
            raise FaultError(f"its answer cannot be read: {short(error)}") from error

    def _fields(self, form: str) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "model": self._settings.model,
            "response_format": form,
            "temperature": "0",
        }
        if self._settings.language:
            fields["language"] = self._settings.language
        if form == "verbose_json":
            fields["timestamp_granularities[]"] = ["word", "segment"]
        return fields

    def _refuse(self, answer: Any, body: bytes) -> None:
        """Raises what stands behind any status but 200."""
        status: int = answer.status_code
        if status == 200:
            return
        if 300 <= status < 400:
            raise ServerAwayError(
                f"{self._named} sends on to {host_of(answer.headers.get('Location', ''))}; recordings go "
                "to the host of [recogniser] url only: write the right address there"
            )
        said = self._quote(body)
        if status in FOR_ALL:
            raise ServerAwayError(
                f"{self._named} refuses with status {status}{said}; see [recogniser] url, model and token_file"
            )
        if status in BUSY:
            raise FaultError(
                f"it is busy, status {status}{said}", away=True, pause_s=asked_s(answer)
            )
        if status >= 500:
            raise FaultError(f"it failed with status {status}{said}")
        raise SpeechServerError(
            f"{self._named} refuses this sound with status {status}{said}; see [recogniser] model"
        )

    def _quote(self, body: bytes) -> str:
        text = body[: 10 * MOST_SAID].decode("utf-8", "replace")
        if self._token:
            text = text.replace(self._token, "***")
        shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MOST_SAID]
        return f" ({shown})" if shown else ""


def read_token(path: Path) -> str:
    """The token in a file that only its owner may read. Raises ``SettingsError``."""
    where = f"[recogniser] token_file = {str(path)!r}"
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            token = file.read(4096).strip()
    except OSError as error:
        raise SettingsError(f"{where}: cannot be read ({error.strerror or error})") from error
    if mode & 0o077:
        raise SettingsError(
            f"{where}: others may read it (mode {mode:04o}); chmod 600 it, and replace the token"
        )
    if not token or not all(33 <= byte < 127 for byte in token):
        raise SettingsError(f"{where}: expected one line of ASCII without spaces")
    return token.decode("ascii")


def encode_wav(samples: Samples) -> bytes:
    """A WAV file, 16 bits, mono, at ``SAMPLE_RATE``; what is beyond -1..1 is clipped."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        writer.writeframes((np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def _pause_s(done: int) -> Seconds:
    longest_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(done, 16))
    return longest_s * random.uniform(0.5, 1.0)
