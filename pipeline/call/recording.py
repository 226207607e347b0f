"""One call from its file to its result: the stages in order."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Protocol, TypeVar

from pipeline import __version__
from pipeline.call.agents_of_recording import (
    as_parts,
    part_call,
    part_heard,
    tell_turns,
)
from pipeline.call.broken_off import judge_as_heard
from pipeline.call.hand_over import duties_elsewhere, judge_own_words, tell_agents_apart
from pipeline.call.listen import DiarizedTranscript, ListeningModels, StageTimer, listen
from pipeline.call.measure import Guidance, measure_call
from pipeline.call.no_chance import unless_no_chance
from pipeline.call.no_talk import NO_TALK_NOTES, find_no_talk
from pipeline.call.one_thread import in_one_thread
from pipeline.call.second_ear import CallEar, SecondEar, digest_with_ear
from pipeline.call.written_parts import unless_lost
from pipeline.dynamics import judge_hang_up, with_record
from pipeline.errors import CallqaError, ServerAwayError, UnreadableError
from pipeline.ingest import (
    DecodedCall,
    HowRecorded,
    Layout,
    call_metadata_faults,
    choose_channels,
    decode_call,
    ensure_unchanged,
    how_call_recorded,
    read_call_metadata,
    untold_beside_call,
    wait_until_settled,
)
from pipeline.knowledge import count_answers, find_knowledge, settle
from pipeline.phrases import Listener, PhraseBook, find_phrases, load_meaning, load_sayers
from pipeline.score import LEAST_AGENT_SPEECH_S, figures_of, leave_to_people, score_call
from pipeline.sound import encrypt_series, make_print, measure_levels
from pipeline.speakers import Cues, SpectralVoice, load_camplus
from pipeline.tone import ToneModel, load_tone_model
from pipeline.topics import read_matter
from pipeline.types import (
    Baselines,
    CallFacts,
    CallResult,
    CustomerOutcome,
    Failure,
    Finding,
    Provenance,
    Series,
    Span,
    Track,
    part_sha256,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pipeline.ear import PhraseHearing
    from pipeline.lexicon import Lexicon, Scorecard, ScorecardBook
    from pipeline.settings import Settings
    from pipeline.speakers import AgentTurn
    from pipeline.transcribe import Recogniser
    from pipeline.types import CallMeta, HandOver, Recording

log = logging.getLogger(__name__)

T = TypeVar("T")

RUDE_CUE = 0.8
"""Log odds of a forbidden phrase that its side is the agent. On 82 calls it settles the three
stereo and mono calls of rude agents in which nothing else tells; 0.5 and 1.0 do the same."""

RUDE_LEAST_CHARS = 3
"""Shorter ones are said by customers as often (our choice)."""


@dataclass(frozen=True, slots=True)
class Checker:
    """Everything that is loaded once and used for every call."""

    recogniser: Recogniser
    lexicon: Lexicon
    sheets: ScorecardBook
    settings: Settings
    book: PhraseBook
    ears: ListeningModels
    tone_model: ToneModel | None = None
    history: Baselines = field(default_factory=Baselines)
    second: SecondEar | None = None
    """``None``: there is no second ear for this recogniser."""

    @classmethod
    def of(
        cls,
        recogniser: Recogniser,
        lexicon: Lexicon,
        sheets: ScorecardBook,
        settings: Settings,
        *,
        history: Baselines | None = None,
    ) -> Checker:
        """With the lexicon's phrases, the meaning classifier and the models that the settings name
        made ready.

        Raises ``ModelError`` where one of them cannot be read.
        """
        encrypt_series(settings.site.is_encrypted)
        book = PhraseBook.of(lexicon.rules, load_meaning())
        ears = ListeningModels(
            recogniser,
            load_camplus() if settings.roles.voices == "camplus" else SpectralVoice(),
            _cues(lexicon),
            lexicon.talk.announcements,
            settings.roles.agent_channel,
        )
        tone_model = load_tone_model(Path(settings.tone.model)) if settings.tone.model else None
        return cls(
            recogniser,
            lexicon,
            sheets,
            settings,
            book,
            ears,
            tone_model,
            history or Baselines(),
            SecondEar.of(recogniser, book),
        )

    def engine(self, sheet: Scorecard) -> Provenance:
        """What a result depends on that was scored with ``sheet``."""
        return provenance_of(self.recogniser, self.lexicon, self.settings, sheet)


class Model(Protocol):
    """What a result says of the speech model."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def encoder_sha256(self) -> str: ...


def provenance_of(
    model: Model, lexicon: Lexicon, settings: Settings, sheet: Scorecard
) -> Provenance:
    """What a result depends on. The model need not be loaded. Raises ``ModelError`` where a head
    cannot be read."""
    return Provenance(
        model=model.name,
        model_sha256=digest_with_ear(model.sha256, model.encoder_sha256),
        lexicon_version=lexicon.version,
        scoring_version=sheet.mark,
        callqa_version=__version__,
        settings_version=settings.version,
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
    return Cues({**rude, **lexicon.agent_cues}, lexicon.customer_cues, load_sayers())


@dataclass(frozen=True, slots=True, eq=False)
class CheckedCall:
    """A result with the sound that it rests on: one float32 series (n,) a channel at
    ``SAMPLE_RATE``."""

    result: CallResult
    channels: tuple[Series, ...]
    sound_print: bytes = b""
    """The fingerprint of the sound; empty for a call without a conversation."""
    faults: tuple[str, ...] = ()
    """Cells of the metadata beside the recording that are left unknown, each with its reason."""
    unread: str = ""
    """In Chinese: the columns of the table beside the recording that are not read."""
    others: tuple[CallResult, ...] = ()
    """Of a recording in which agents follow each other: the parts after the first one."""

    @property
    def results(self) -> tuple[CallResult, ...]:
        """One result for each agent, in the order in which they speak."""
        return (self.result, *self.others)


@in_one_thread
def check_call(
    path: Path,
    checker: Checker,
    *,
    call: CallMeta | None = None,
    timer: StageTimer = lambda _: nullcontext(),
) -> CheckedCall:
    """Score one recording. ``call``: who called whom and when, where the caller knows it; else it
    is read beside the recording. Where agents surely follow each other in it, each has a result.

    Raises ``RecordingError`` where it cannot be decoded or is still being written, and
    ``SettingsError`` where the metadata beside it cannot be read.
    """
    ingest = checker.settings.ingest
    before = wait_until_settled(path, settle_s=ingest.settle_s, settings=ingest)
    with timer("ingest"):
        meta = call or read_call_metadata(path, ingest)
        faults = () if call else call_metadata_faults(path, ingest)
        unread = "" if call else untold_beside_call(path, ingest)
        how = HowRecorded() if call else how_call_recorded(path, ingest)
        try:
            whole = decode_call(path, ingest)
        except UnreadableError:
            ensure_unchanged(
                path, before, ingest
            )  # a network folder that went away meanwhile is not the recording's fault
            raise
        decoded, layout = whole.decoded, _layout_of(whole)
    hearing = checker.second.hearing() if checker.second else None
    listened = listen(
        layout,
        _ears_for(checker, whole, meta, path, how),
        timer,
        second=hearing.hear if hearing else None,
    )
    ensure_unchanged(path, before, ingest)
    talk, voices = checker.lexicon.talk, checker.ears.voices
    recording, judge = decoded.recording, _Judge(checker, hearing, timer, faults)
    turns = tell_turns(listened, meta, talk, voices)
    if turns:
        result, *others = judge.parts(listened, meta, recording, turns)
    else:
        heard, hand_over = tell_agents_apart(
            listened, meta, talk, voices, handed_over_s=how.handed_over_s
        )
        result, others = judge.call(heard, meta, recording, hand_over=hand_over), []
    result, *others = judge_as_heard(
        (result, *others), how.not_heard, checker.sheets, checker.lexicon.rules
    )
    with timer("fingerprint"):
        sound_print = b"" if result.no_talk else make_print(decoded.channels)
    return CheckedCall(result, decoded.channels, sound_print, faults, unread, tuple(others))


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges what was heard in one recording. ``hearing``: of the second ear, where there is one."""

    checker: Checker
    hearing: PhraseHearing | None
    timer: StageTimer
    faults: Sequence[str]

    def parts(
        self,
        heard: DiarizedTranscript,
        meta: CallMeta,
        recording: Recording,
        turns: Sequence[AgentTurn],
    ) -> tuple[CallResult, ...]:
        """One result for each agent, in their order."""
        whole = meta.call_id or PurePath(recording.path).stem
        ids = [f"{whole}#{number}" for number in range(1, len(turns) + 1)]
        ends = [*(turn.start_s for turn in turns[1:]), recording.duration_s]
        alone = []
        for at, (turn, end_s) in enumerate(zip(turns, ends, strict=True)):
            own = replace(
                recording,
                sha256=part_sha256(recording.sha256, at + 1),
                stretch=Span(turn.start_s, end_s),
                file_sha256=recording.sha256 if at else "",
            )
            call = part_call(meta, turns, at, ids)
            alone.append(self.call(part_heard(heard, turn, end_s), call, own))
        sheets = [self.checker.sheets.choose(one.call.queue, one.call.day) for one in alone]
        return as_parts(alone, sheets, self.checker.lexicon, whole)

    def call(
        self,
        heard: DiarizedTranscript,
        meta: CallMeta,
        recording: Recording,
        *,
        hand_over: HandOver | None = None,
    ) -> CallResult:
        """The result of a call, or of an agent's part as of a call of its own."""
        checker, timer, lexicon = self.checker, self.timer, self.checker.lexicon
        tracks = tuple(acoustics.track for acoustics in heard.tracks)
        utterances, sure = heard.roles.utterances, heard.roles.is_sure
        judged = recording.judged
        facts = CallFacts(
            utterances,
            judged.end_s,
            meta,
            measure_levels(tracks, utterances),
            begins_s=judged.start_s,
            sides_doubtful=heard.roles.sides_doubtful,
        )
        with timer("phrases"):
            phrases = find_phrases(
                facts,
                checker.book,
                roles_sure=sure,
                listener=listener_of(tracks, checker.recogniser),
                check_all=not checker.recogniser.hears_itself,
                ear=CallEar(self.hearing, checker.recogniser, tracks) if self.hearing else None,
            )
        with timer("measures"):
            rules = Guidance(
                checker.settings.limits, lexicon.talk, checker.history, checker.tone_model
            )
            measures = measure_call(heard, facts, recording, phrases.findings, rules)
            matter = read_matter(utterances, lexicon, meta, roles_sure=sure)
            knowledge = find_knowledge(utterances, lexicon.knowledge, day=meta.day, roles_sure=sure)
        sheet = checker.sheets.choose(meta.queue, meta.day)
        no_talk = find_no_talk(tracks, utterances, heard.sounds, duration_s=facts.duration_s)
        notes = _notes(recording, heard, self.faults) + (
            (NO_TALK_NOTES[no_talk],) if no_talk else ()
        )
        found = () if no_talk else (*phrases.findings, *measures.findings, *knowledge.findings)
        if not no_talk:
            found = judge_hang_up(found, utterances, meta, duration_s=facts.duration_s)
        own = judge_own_words(sorted(found, key=_place), utterances, hand_over, lexicon.rules)
        own = unless_lost(own, notes)
        owed = unless_no_chance(own, utterances, meta, recording, lexicon.rules)
        not_due = phrases.not_due | duties_elsewhere(lexicon.rules, hand_over)
        findings = leave_to_people(owed, checker.settings.scoring.review_only)
        checks = settle(knowledge.checks, findings)
        figures = figures_of(
            measures.pace,
            measures.dynamics,
            measures.tone,
            phrases.address,
            CustomerOutcome().with_words(matter.settlement),
            duration_s=judged.duration_s,
            knowledge=count_answers(checks, findings),
        )
        with timer("score"):
            scored = score_call(
                findings,
                sheet,
                lexicon.rules,
                figures={} if hand_over else figures,
                agent_heard=measures.pace.agent.speaking_s >= LEAST_AGENT_SPEECH_S,
                notes=notes,
                not_due=not_due,
            )
        return CallResult(
            recording=recording,
            call=facts.meta,
            engine=checker.engine(sheet),
            utterances=utterances,
            findings=scored.findings,
            pace=measures.pace,
            dynamics=with_record(measures.dynamics, meta),
            tone=measures.tone,
            score=scored.score,
            address=phrases.address,
            sounds=heard.sounds,
            overlaps=measures.overlaps,
            not_due=tuple(sorted(not_due)),
            topics=matter.topics,
            settlement=matter.settlement,
            knowledge=checks,
            notes=notes,
            no_talk=no_talk,
            hand_over=hand_over,
        )


def _layout_of(whole: DecodedCall) -> Layout:
    layout = choose_channels(whole.decoded.channels)
    return replace(layout, notes=(*whole.notes, *layout.notes), unaligned=whole.unaligned)


def _ears_for(
    checker: Checker, whole: DecodedCall, meta: CallMeta, path: Path, how: HowRecorded
) -> ListeningModels:
    """With the channel of this call's agent: as the names of its two files say, else as the table
    beside it says, else as the settings say for its queue or name."""
    roles = checker.settings.roles
    channel = how.agent_channel or roles.channel_of(queue=meta.queue, name=path.name)
    if whole.decoded.recording.sides:
        channel = "left" if whole.agent_first else "auto"
    outbound = meta.direction == "outbound"
    return replace(checker.ears, agent_channel=channel, outbound=outbound)


def listener_of(tracks: Sequence[Track], recogniser: Recogniser) -> Listener:
    """Weighs texts against a stretch of these tracks."""
    by_channel: Mapping[int, Track] = {track.channel: track for track in tracks}

    def weigh(channel: int, span: Span, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return recogniser.weigh(by_channel[channel], span, texts)

    return weigh


def _place(finding: Finding) -> tuple[float, float, str]:
    return finding.start_s, finding.end_s, finding.rule


def _notes(
    recording: Recording, heard: DiarizedTranscript, faults: Sequence[str]
) -> tuple[str, ...]:
    notes = list(heard.notes)
    if faults:
        notes.append(f"录音旁的表里这通有 {len(faults)} 处没有读懂，按未知处理")
    if recording.decode_errors:
        notes.append(f"录音有 {recording.decode_errors} 处损坏，内容可能不完整")
    if heard.roles.note and heard.roles.utterances:
        notes.append(heard.roles.note)
    return tuple(notes)


def check_calls(
    paths: Iterable[Path],
    checker: Checker,
    *,
    find_known: Callable[[Path], CheckedCall | None] = lambda _: None,
    timer: StageTimer = lambda _: nullcontext(),
) -> Iterator[tuple[Path, CheckedCall | Failure]]:
    """Each path with its checked call, or with why it failed. No recording stops the others; a
    speech server that is away does (``ServerAwayError``).
    ``find_known``: gives a call that need not be checked again."""

    def check(path: Path) -> CheckedCall:
        return find_known(path) or check_call(path, checker, timer=timer)

    for path in paths:
        yield path, result_or_failure(path, partial(check, path))


def result_or_failure(
    path: Path, work: Callable[[], T], *, passing: tuple[type[Exception], ...] = ()
) -> T | Failure:
    """What ``work`` returns, or the failure that it ended in. What nobody foresaw is logged with
    its trace. Errors of the kinds ``passing`` are raised, and ``ServerAwayError``: no other recording
    fares better."""
    raised: tuple[type[Exception], ...] = (*passing, ServerAwayError)
    try:
        return work()
    except raised:
        raise
    except CallqaError as error:
        return Failure(str(path), str(error))
    except Exception as error:
        log.debug("unforeseen failure of %s", path, exc_info=True)
        return Failure(
            str(path), f"{path}: unforeseen {type(error).__name__}: {error}; run again with --debug"
        )
