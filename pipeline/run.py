"""One call from its file to its result: the stages in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import __version__
from pipeline.dynamics import find_interruptions, find_silence, measure_dynamics
from pipeline.ingest import choose_channels, decode_recording, read_metadata, wait_until_settled
from pipeline.ingest.channels import Layout
from pipeline.ingest.decode import Decoded
from pipeline.ingest.find import ensure_unchanged
from pipeline.lexicon import Lexicon, Sheet
from pipeline.pace import find_pace, measure_pace
from pipeline.phrases import Listener, PhraseBook, Phrases, find_phrases, load_meaning
from pipeline.score import score_call
from pipeline.settings import Settings
from pipeline.speakers import Cues, Roles, find_roles
from pipeline.transcribe import Recogniser, find_speech, make_utterances
from pipeline.transcribe.speech import MONO_PAUSE_S, STEREO_PAUSE_S
from pipeline.transcribe.windows import PAD_S
from pipeline.types import (
    SAMPLE_RATE,
    CallFacts,
    CallResult,
    Engine,
    Finding,
    Samples,
    Span,
    Tone,
    Track,
)
from pipeline.volume import measure_levels

StageTimer = Callable[[str], AbstractContextManager[None]]
"""Called with the name of each stage; what it returns is entered while the stage works."""

LEAST_AGENT_SPEECH_S = 1.0
"""An agent who is heard for less cannot be judged (our choice)."""

RUDE_CUE = 0.8
"""Log odds of a forbidden phrase that its side is the agent. On 82 calls it settles the three stereo and
mono calls of rude agents in which nothing else tells; 0.5 and 1.0 do the same."""

RUDE_LEAST_CHARS = 3
"""Shorter ones are said by customers as often (our choice)."""


@dataclass(frozen=True, slots=True)
class Checker:
    """Everything that is loaded once and used for every call."""

    recogniser: Recogniser
    lexicon: Lexicon
    sheet: Sheet
    settings: Settings
    book: PhraseBook
    cues: Cues

    @classmethod
    def of(cls, recogniser: Recogniser, lexicon: Lexicon, sheet: Sheet, settings: Settings) -> Checker:
        """With the lexicon's phrases and the meaning classifier made ready.

        Raises ``ModelError`` where the classifier cannot be read.
        """
        return cls(recogniser, lexicon, sheet, settings, PhraseBook.of(lexicon.rules, load_meaning()), _cues(lexicon))

    @property
    def engine(self) -> Engine:
        return Engine(
            model=self.recogniser.name,
            model_sha256=self.recogniser.sha256,
            lexicon_version=self.lexicon.version,
            scoring_version=f"{self.sheet.id}-{self.sheet.version}",
            callqa_version=__version__,
        )


def _cues(lexicon: Lexicon) -> Cues:
    """The lexicon's cues, and the forbidden phrases, which are what rude agents say."""
    rude = {
        say: RUDE_CUE
        for rule in lexicon.rules
        if rule.kind == "forbidden"
        for phrase in rule.phrases
        for say in {phrase.say, phrase.say.replace("你", "您")}
        if len(say) >= RUDE_LEAST_CHARS and say not in lexicon.customer_cues
    }
    return Cues({**rude, **lexicon.agent_cues}, lexicon.customer_cues)


@dataclass(frozen=True, slots=True, eq=False)
class CheckedCall:
    """A result with the sound that it rests on: one float32 array (n,) a channel at ``SAMPLE_RATE``."""

    result: CallResult
    channels: tuple[Samples, ...]


def check_call(path: Path, checker: Checker, *, timer: StageTimer = lambda _: nullcontext()) -> CheckedCall:
    """Score one recording.

    Raises ``RecordingError`` where it cannot be decoded or is still being written, and
    ``SettingsError`` where the metadata beside it cannot be read.
    """
    before = wait_until_settled(path, settle_s=checker.settings.ingest.settle_s)
    with timer("ingest"):
        meta = read_metadata(path, checker.settings.ingest)
        decoded = decode_recording(path)
        layout = choose_channels(decoded.channels)
    with timer("speech"):
        tracks = with_speech(layout)
    with timer("recognition"):
        utterances = make_utterances(checker.recogniser.recognise(tracks))
    with timer("speakers"):
        roles = find_roles(tracks, utterances, cues=checker.cues, agent_channel=checker.settings.roles.agent_channel)
    ensure_unchanged(path, before)
    facts = CallFacts(roles.utterances, decoded.recording.duration_s, meta, measure_levels(tracks, roles.utterances))
    heard = _Heard(decoded, layout, tracks, roles, facts)
    with timer("phrases"):
        listener = listener_of(tracks, checker.recogniser)
        phrases = find_phrases(facts, checker.book, roles_sure=roles.is_sure, listener=listener)
    with timer("judgement"):
        result = _judge(heard, phrases, checker)
    return CheckedCall(result, decoded.channels)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A call up to the transcript."""

    decoded: Decoded
    layout: Layout
    tracks: tuple[Track, ...]
    roles: Roles
    facts: CallFacts


def listener_of(tracks: Sequence[Track], recogniser: Recogniser) -> Listener:
    """Weighs texts against a stretch of these tracks, with a little sound around it."""
    by_channel: Mapping[int, Samples] = {track.channel: track.samples for track in tracks}

    def weigh(channel: int, span: Span, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        low, high = (int(time_s * SAMPLE_RATE) for time_s in (max(0.0, span.start_s - PAD_S), span.end_s + PAD_S))
        return recogniser.weigh(by_channel[channel][low:high], texts)

    return weigh


def with_speech(layout: Layout) -> tuple[Track, ...]:
    pause_s = STEREO_PAUSE_S if layout.kind == "stereo" else MONO_PAUSE_S
    return tuple(replace(track, speech=find_speech(track.samples, pause_s=pause_s)) for track in layout.tracks)


def _judge(heard: _Heard, phrases: Phrases, checker: Checker) -> CallResult:
    """Everything that follows from the transcript, the phrases and the stretches of speech."""
    limits, facts, roles = checker.settings.limits, heard.facts, heard.roles
    speech = [span for track in heard.tracks for span in track.speech]
    pace = measure_pace(facts.utterances)
    findings = (
        *phrases.findings,
        *find_silence(speech, limits),
        *find_interruptions(facts.utterances, limits, roles_sure=roles.is_sure),
        *find_pace(pace, limits, duration_s=facts.duration_s),
    )
    scored = score_call(
        sorted(findings, key=_place),
        checker.sheet,
        checker.lexicon.rules,
        agent_heard=pace.agent.speaking_s >= LEAST_AGENT_SPEECH_S,
        notes=_notes(heard.decoded, heard.layout, roles),
    )
    return CallResult(
        recording=heard.decoded.recording,
        call=facts.meta,
        engine=checker.engine,
        utterances=facts.utterances,
        findings=scored.findings,
        pace=pace,
        dynamics=measure_dynamics(facts.utterances, scored.findings, speech, stereo=heard.layout.kind == "stereo"),
        tone=Tone(),
        score=scored.score,
        address=phrases.address,
    )


def _place(finding: Finding) -> tuple[float, float, str]:
    return finding.start_s, finding.end_s, finding.rule


def _notes(decoded: Decoded, layout: Layout, roles: Roles) -> list[str]:
    notes = list(layout.notes)
    if decoded.recording.decode_errors:
        notes.append(f"录音有 {decoded.recording.decode_errors} 处损坏，内容可能不完整")
    if roles.note and roles.utterances:
        notes.append(roles.note)
    return notes
