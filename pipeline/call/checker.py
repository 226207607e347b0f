"""What is loaded once and used for every call: the recogniser, rules, scorecards and models."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pipeline import __version__
from pipeline.call.listen import ListeningModels
from pipeline.call.second_ear import SecondEar, digest_with_ear
from pipeline.phrases import PhraseBook, load_meaning, load_sayers
from pipeline.sound import encrypt_series
from pipeline.speakers import Cues, SpectralVoice, load_camplus
from pipeline.tone import ToneModel, load_tone_model
from pipeline.types import Baselines, Provenance

if TYPE_CHECKING:
    from pipeline.lexicon import Lexicon, Scorecard, ScorecardBook
    from pipeline.settings import Settings
    from pipeline.transcribe import Recogniser

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
