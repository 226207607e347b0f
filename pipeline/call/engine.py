"""The engine that other programs embed: everything that is loaded once, and calls scored by it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.call.checker import Checker
from pipeline.call.recording import check_call
from pipeline.call.written import check_conversation
from pipeline.errors import ModelError, UnreadableError
from pipeline.imports import NameMap, Turn, conversation_of, read_conversations
from pipeline.lexicon import (
    check_review_only,
    choose_lexicons,
    load_lexicon,
    load_scorecards,
    overlay_of,
)
from pipeline.phrases import PhraseBook, load_meaning
from pipeline.privacy import mask_result
from pipeline.report import result_from_dict, result_to_dict
from pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.imports import Conversation, Medium
    from pipeline.lexicon import Lexicon, ScorecardBook
    from pipeline.types import CallMeta, CallResult


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """Rules, scorecards and, where it was loaded, the speech model. ``load_engine`` makes one.

    Use an engine in one thread at a time; a process that scores on several cores loads one in each
    worker process."""

    lexicon: Lexicon
    scorecards: ScorecardBook
    settings: Settings
    book: PhraseBook
    checker: Checker | None
    """``None``: no speech model, for texts only."""

    def score(self, path: str | Path, *, call: CallMeta | None = None) -> CallResult:
        """Transcribe, check and score one recording: WAV, MP3, Opus, A-law and others, mono or
        stereo, at any sample rate.

        ``call``: agent, queue and start of the call; ``None`` reads them from ``metadata.csv``
        beside the recording, or from the file's name as the settings say. Personal data is not
        masked in the result; ``to_json`` masks it. A recording in which nobody speaks has no
        utterances, and ``score.total`` is ``None``.

        Raises ``RecordingError`` where the file is missing, has no sound or is still being written,
        ``SettingsError`` where the metadata beside it cannot be read, ``LexiconError`` for a
        regular expression that does not end, ``ModelError`` for an engine without a speech model,
        ``SpeechServerError`` (a ``RecordingError``) for a speech server that does not answer.
        """
        parts = self.score_parts(path, call=call)
        wanted = (part for part in parts if call and part.call.agent_id == call.agent_id)
        return next(wanted, parts[0])

    def score_parts(
        self, path: str | Path, *, call: CallMeta | None = None
    ) -> tuple[CallResult, ...]:
        """As ``score``, with one result for each agent where agents surely follow each other in the
        recording; ``score`` gives that of the agent whom ``call`` names, else the first one's."""
        if self.checker is None:
            raise ModelError(
                "this engine has no speech model; load it with load_engine(model='base')"
            )
        return check_call(Path(path), self.checker, call=call).results

    def check(self, conversation: Conversation) -> CallResult:
        """Score one conversation that was written down. Raises ``LexiconError``."""
        return check_conversation(
            conversation, self.book, self.lexicon, self.scorecards, self.settings
        )


def load_engine(
    model: str | None = "base",
    lexicons: str | Path | None = None,
    settings: str | Path | Settings | None = None,
) -> Engine:
    """Everything that is loaded once, in about three seconds.

    ``model``: ``base``, which comes with callqa, or a folder in faster-whisper's format; nothing is
    downloaded. With ``[recogniser] kind = "openai"`` it is the witness of what a server writes.
    ``None`` loads no speech model: such an engine checks texts only. ``lexicons``: a
    folder with rules and scorecards; ``None`` for the one that the settings name, or else those
    that come with callqa. ``settings``: the
    path of a ``callqa.toml``, or ``Settings``; ``None`` for the defaults, whatever lies in the
    current folder. The site's own additions (``site.yaml``) are those of the folder, or those that
    the settings name.

    Raises ``ModelError``, ``LexiconError`` (in Chinese, with file and line) and ``SettingsError``.
    """
    chosen = _settings(settings)
    folder = choose_lexicons(chosen.site.lexicons) if lexicons is None else Path(lexicons)
    is_of_site = settings is not None and lexicons is None
    overlay = overlay_of(chosen.site) if is_of_site else None
    lexicon = load_lexicon(folder, overlay)
    rule_ids = [rule.id for rule in lexicon.rules]
    check_review_only(chosen.scoring.review_only, rule_ids)
    sheets = load_scorecards(
        folder / "scoring",
        rule_ids=rule_ids,
        duties=lexicon.duties,
        usual=chosen.scoring.sheet,
        overlay=overlay,
    )
    if model is None:
        book = PhraseBook.of(lexicon.rules, load_meaning())
        return Engine(lexicon, sheets, chosen, book, None)
    from pipeline.transcribe import load_recogniser  # noqa: PLC0415 - seconds to load; texts need none

    with_model = replace(chosen, site=replace(chosen.site, model=model))
    recogniser = load_recogniser(with_model, inventions=lexicon.inventions)
    checker = Checker.of(recogniser, lexicon, sheets, chosen)
    return Engine(lexicon, sheets, chosen, checker.book, checker)


def names_of(settings: Settings) -> NameMap:
    """What the site's texts call the sides."""
    texts = settings.texts
    return NameMap(texts.agent, texts.customer, texts.system)


def check_text(
    source: str | Path | Sequence[Turn],
    *,
    medium: Medium = "voice",
    call: CallMeta | None = None,
    engine: Engine | None = None,
) -> CallResult:
    """Check a finished transcript or a chat by the rules for calls, without a recording.

    ``source``: the path of a file with one conversation (JSON, CSV, XLSX, SRT, VTT:
    docs/imports.md), or the turns themselves. ``medium`` and ``call`` belong to turns; a file says
    them itself. ``chat``: typed, so nothing is looked for by its sound. ``engine``: without one the
    rules that come with callqa are loaded anew, which takes about two seconds; give one to check
    many. No speech model is loaded. What needs a recording is ``None`` in the result.

    Raises ``UnreadableError`` for a file that is no transcript or holds several conversations
    (``check_texts`` reads those), for times that cannot be and where nobody speaks, and
    ``LexiconError``.
    """
    if isinstance(source, (str, Path)):
        found = read_conversations(
            Path(source), names_of(engine.settings if engine else Settings())
        )
        if len(found) > 1:
            raise UnreadableError(
                f"{source}: {len(found)} conversations; expected one; use check_texts"
            )
        conversation = found[0]
    else:
        conversation = conversation_of(source, medium=medium, call=call)
    return (engine or load_engine(model=None)).check(conversation)


def check_texts(path: str | Path, *, engine: Engine | None = None) -> tuple[CallResult, ...]:
    """Check every conversation of a file, in its order; at least one. Raises as ``check_text``."""
    by = engine or load_engine(model=None)
    conversations = read_conversations(Path(path), names_of(by.settings))
    return tuple(by.check(conversation) for conversation in conversations)


def to_json(result: CallResult, *, masked: bool = True) -> str:
    """The result as one line of JSON, in the form of docs/result.md.

    ``masked``: personal data is hidden by ``*``, as in everything that callqa writes. Take
    ``False`` only where the reader may see it.
    """
    shown = mask_result(result) if masked else result
    return json.dumps(result_to_dict(shown), ensure_ascii=False)


def from_json(text: str) -> CallResult:
    """The result that ``to_json`` or ``callqa score --jsonl`` wrote. Raises ``ValueError`` with the
    path to a bad value."""
    return result_from_dict(json.loads(text))


def _settings(given: str | Path | Settings | None) -> Settings:
    if given is None:
        return Settings()
    return given if isinstance(given, Settings) else load_settings(Path(given))
