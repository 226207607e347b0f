"""Words by a server, and this machine's Whisper as the witness of the sound.

The server writes the text of each window. Whisper's alignment says how likely each character of it
is in the sound, which becomes its confidence, and where it lies, unless the server gave times that
can be. So a text that the sound does not bear out has words of low confidence, whoever wrote it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pipeline.transcribe.answers import ServerText
from pipeline.transcribe.clock import time_words
from pipeline.transcribe.guard import is_invented, is_loop, is_too_dense, plain
from pipeline.transcribe.placing import gather, place_words
from pipeline.transcribe.speech_server import Request, SpeechServer
from pipeline.transcribe.windows import Window, batches_of, pack_windows
from pipeline.types import SAMPLE_RATE, Word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pipeline.ear import States, StatesListener
    from pipeline.settings import RecogniserSettings
    from pipeline.transcribe.answers import Times
    from pipeline.transcribe.placing import AlignedPart
    from pipeline.transcribe.recogniser import Recognition
    from pipeline.transcribe.whisper import WhisperRecogniser
    from pipeline.types import Seconds, Span, Track

Found: TypeAlias = tuple[Window, list[tuple[int, Word]]]

NOTHING = ServerText("")


class Named(Protocol):
    """What a result says of a model."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Name and digest of what writes the words, and the digest of the model whose states a second
    ear reads; nothing of it need be loaded."""

    name: str
    sha256: str
    encoder_sha256: str


def identity_of(server: SpeechServer, chosen: RecogniserSettings, witness: Named) -> Identity:
    """See ``ServerRecogniser.name`` and ``sha256``."""
    known = ("openai", chosen.model, chosen.language, chosen.revision, witness.sha256)
    return Identity(
        f"{chosen.model}@{server.host}+{witness.name}",
        hashlib.sha256("\n".join(known).encode()).hexdigest(),
        witness.sha256,
    )


@dataclass(frozen=True, slots=True, eq=False)
class ServerRecogniser:
    """The text recogniser is ``server``, the witness ``witness``. For one thread at a time."""

    server: SpeechServer
    witness: WhisperRecogniser
    settings: RecogniserSettings
    inventions: Collection[str] = ()
    hears_itself: bool = False

    @property
    def name(self) -> str:
        """The server's model, where it runs, and the witness: ``paraformer@10.0.0.5:8000+base``."""
        return identity_of(self.server, self.settings, self.witness).name

    @property
    def sha256(self) -> str:
        """Of all that is known of the server's model, and of the witness's weights. The address is
        no part of it: a server may move."""
        return identity_of(self.server, self.settings, self.witness).sha256

    @property
    def encoder_sha256(self) -> str:
        """Of the witness, whose states a second ear reads."""
        return self.witness.sha256

    def recognise(
        self, tracks: Sequence[Track], *, listen: StatesListener | None = None
    ) -> tuple[Recognition, ...]:
        """See ``TextRecogniser.recognise``. The server may take as long as the tracks last, and
        ``wait_s``.

        Raises ``ServerAwayError`` and ``SpeechServerError``.
        """
        windows = [window for track in tracks for window in pack_windows(track)]
        batches = batches_of(windows, most=self.settings.batch_size)
        self.witness.forget()
        until = time.monotonic() + self.settings.wait_s + _longest_s(tracks)
        found = list(self._place(batches, until, listen)) if batches else []
        return gather(tracks, found, self.inventions)

    def weigh(
        self, track: Track, span: Span, texts: Sequence[str]
    ) -> tuple[tuple[float, ...], ...]:
        """See ``Witness.weigh``."""
        return self.witness.weigh(track, span, texts)

    def states_of(self, track: Track, span: Span) -> States:
        """See ``Witness.states_of``."""
        return self.witness.states_of(track, span)

    def _place(
        self,
        batches: Sequence[Sequence[Window]],
        until: float,
        listen: StatesListener | None,
    ) -> Iterator[Found]:
        """The words of each window. While the server works, the witness hears."""
        stop = threading.Event()
        ask = partial(self._ask, until=until, stop=stop)
        ordered = [window for batch in batches for window in batch]
        with ThreadPool(min(self.settings.at_once, len(ordered))) as pool:
            try:
                answers = pool.imap(ask, ordered)
                for batch in batches:
                    encoded = self.witness.hear(batch, listen)
                    texts = [self._usable(next(answers), window) for window in batch]
                    aligned = self.witness.align(encoded, [one.text for one in texts])
                    for one, text, parts in zip(encoded, texts, aligned, strict=True):
                        moved = retime(parts, text.times)
                        words = place_words(one.window, moved)
                        own = time_words(one.window, one.reading, words)
                        yield one.window, own if moved is parts else words
            finally:
                stop.set()

    def _ask(self, window: Window, *, until: float, stop: threading.Event) -> ServerText:
        return self.server.transcribe(Request(window.samples, until, stop))

    def _usable(self, heard: ServerText, window: Window) -> ServerText:
        """The text, or none where nobody can have said it."""
        text = heard.text
        if (
            is_loop(text)
            or is_too_dense(text, window.speech_s)
            or is_invented(text, self.inventions)
            or not plain(text)
        ):
            return NOTHING
        return heard


def retime(parts: Sequence[AlignedPart], times: Times | None) -> Sequence[AlignedPart]:
    """The parts at the server's times; as they are where there are none, or for another text."""
    lengths = [len(plain(part["word"])) for part in parts]
    if times is None or sum(lengths) != len(times):
        return parts
    moved: list[AlignedPart] = []
    at = 0
    for part, length in zip(parts, lengths, strict=True):
        own = times[at : at + length]
        moved.append({**part, "start": own[0][0], "end": own[-1][1]} if own else part)
        at += length
    return moved


def _longest_s(tracks: Sequence[Track]) -> Seconds:
    return max((len(track.samples) / SAMPLE_RATE for track in tracks), default=0.0)
