"""What a file is by its name and its first bytes: a recording, raw sound, or something else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import SettingsError
from pipeline.types import Hertz, LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path


def set_of(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


AUDIO_SUFFIXES = set_of(
    """.wav .wave .wav49 .bwf .rf64 .w64 .aif .aiff .aifc .caf .au .snd .voc .nist .sph .ircam .sf
    .mp3 .mp2 .mp1 .mpa .mpga .mp4 .m4a .m4b .m4v .m4r .mov .qt .3gp .3gpp .3g2 .aac .adts .latm .loas
    .ogg .oga .ogv .ogx .opus .spx .flac .webm .weba .mka .mkv .wma .wmv .asf .avi .flv .f4v .f4a
    .ts .m2ts .mts .mpg .mpeg .vob .rm .ra .rmvb .ram .amr .awb .3ga .gsm .g729 .g729a .g723 .g723_1
    .ape .tta .wv .mpc .ac3 .eac3 .dss .qcp .lbc .ilbc .mxf .nut"""
)
"""Endings of files that say themselves how their sound is written. A file named on the command line
is tried whatever its name."""

UNDECODABLE = set_of(
    ".ds2 .dvf .msv .nmf .aud .silk .slk .nvf .v3 .v8 .sri .ivc .wve2 .rfa .trs .cca .bkf"
)
"""Endings of recordings for which there is no decoder here: encrypted dictation (DS2), recorders of
one maker, and SILK of messengers."""

ARCHIVES = set_of(".zip .rar .7z .gz .tgz .tar .bz2 .xz .zst .cab .iso")
UNFINISHED = set_of(".part .partial .tmp .temp .crdownload .filepart .download .!ut")

RawForm: TypeAlias = Literal["s16le", "s16be", "u8", "s8", "mulaw", "alaw", "g722", "g726le"]
RAW_FORMS: tuple[RawForm, ...] = (
    "s16le",
    "s16be",
    "u8",
    "s8",
    "mulaw",
    "alaw",
    "g722",
    "g726le",
)


@dataclass(frozen=True, slots=True)
class Raw:
    """How sound without a header is written: the form's name in FFmpeg, the rate, the channels."""

    form: RawForm
    rate_hz: Hertz
    channels: int = 1


RAW: Mapping[str, Raw] = {
    **{f".{name}": Raw("mulaw", 8000) for name in ("ulaw", "ul", "mulaw", "mu", "pcmu", "ulw")},
    **{f".{name}": Raw("alaw", 8000) for name in ("alaw", "al", "pcma", "alw")},
    **{f".{name}": Raw("g722", 16000) for name in ("g722", "722")},
    ".sln": Raw("s16le", 8000),
    **{f".sln{k}": Raw("s16le", k * 1000) for k in (8, 12, 16, 24, 32, 48, 96, 192)},
    ".sln44": Raw("s16le", 44100),
}
"""Asterisk's endings and those of the RTP payloads (RFC 3551); their rates are fixed by the name."""

AMBIGUOUS = set_of(".raw .pcm .lpcm .sw .sb .ub .uw .vox .dat8 .adpcm .g726 .s16 .lin")
"""Raw sound whose rate and law no name tells: read only where ``[ingest] raw`` says them."""

EMPTY_IS_UNANSWERED = frozenset((*RAW, ".gsm", ".g729", ".g729a"))
"""Endings without a header: an empty file of theirs is the recording of a call that nobody
answered."""

SILK = b"#!SILK"
"""How voice messages of WeChat begin, behind one byte of its own."""
ARCHIVE_HEADS = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")
"""How archives begin: .zip, .rar, .7z, .gz."""

HEADS = (
    b"RIFF", b"RIFX", b"RF64", b"riff\x2e\x91\xcf\x11", b"OggS", b"fLaC", b"ID3", b"#!AMR", b"caff",
    b".snd", b"dns.", b"\x1aE\xdf\xa3", b"0&\xb2u\x8ef\xcf\x11", b"wvpk", b"MAC ", b"TTA1", b".RMF", b"\x02dss",
    b"\x03dss", b"Creative Voice File", b"NIST_1A", b"FLV\x01", b".ra\xfd",
)  # fmt: skip
FRAMES = frozenset(
    bytes((0xFF, second)) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2, 0xFD, 0xFC, 0xF1, 0xF9)
)
"""The first bytes of an MPEG or ADTS frame. 0xFFFE is not among them: it opens a text in UTF-16."""

HEAD_BYTES = 20

Kind: TypeAlias = Literal["recording", "raw"]


@dataclass(frozen=True, slots=True)
class Endings:
    """What to read in a folder. ``raw``: sound without a header, by its ending in lower case."""

    raw: Mapping[str, Raw]

    @classmethod
    def of(cls, settings: Iterable[str]) -> Endings:
        """With the lines of ``[ingest] raw``. Raises ``SettingsError``.

        >>> Endings.of([".pcm s16le 8000 2"]).raw[".pcm"]
        Raw(form='s16le', rate_hz=8000, channels=2)
        """
        return cls({**RAW, **dict(read_raw(line) for line in settings)})

    def raw_of(self, name: str) -> Raw | None:
        """How the raw sound of a file is written; ``None`` for a file with a header."""
        return self.raw.get(suffix_of(name))

    def why_not(self, name: str, read_head: Callable[[], bytes]) -> str | None:
        """Why a file is left out, in Chinese; ``None`` for a recording.

        ``read_head`` gives its first ``HEAD_BYTES``, and is asked only where the name does not
        tell.
        """
        suffix = suffix_of(name)
        if suffix in self.raw or suffix in AUDIO_SUFFIXES:
            return None
        if suffix in UNDECODABLE:
            return NO_DECODER
        if suffix in ARCHIVES:
            return PACKED
        if suffix in UNFINISHED:
            return UNFINISHED_COPY
        if suffix in TEXTS:
            return NO_SOUND
        head = read_head()
        if is_recording(head):
            return None
        if SILK in head:
            return NO_DECODER
        if head.startswith(ARCHIVE_HEADS):
            return PACKED
        return RATE_UNKNOWN if suffix in AMBIGUOUS else NO_SOUND


TEXTS = set_of(
    ".txt .csv .tsv .json .jsonl .xml .html .htm .md .log .xls .xlsx .doc .docx .pdf .srt .vtt .lrc .ini .cfg "
    ".toml .yaml .yml .db .sqlite .py .sh .bat .exe .jpg .jpeg .png .gif .bmp .svg .sha256 .md5 .lock .idx"
)
"""Endings of files that are no recordings; they are not opened."""

NO_DECODER = "是录音，但这种格式不能解码"
RATE_UNKNOWN = "是没有文件头的声音，[ingest] raw 里没有写它的采样率"
PACKED = "是压缩包，请先解压"
UNFINISHED_COPY = "还没有传完"
NO_SOUND = "不是录音"
HIDDEN = "是隐藏文件或隐藏文件夹"
MIXED = "是混音，这通的两侧各有文件"
BROKEN_LINK = "是断开的链接"
UNHEARD = frozenset((NO_DECODER, RATE_UNKNOWN, PACKED, BROKEN_LINK))
"""Reasons for which a call may stay unheard. The others are no recordings, or will be read later."""


def suffix_of(name: str) -> str:
    """The ending in lower case, with its dot.

    >>> suffix_of("a.b.WAV"), suffix_of("1762.13")
    ('.wav', '.13')
    """
    return PurePath(name).suffix.lower()


def is_recording(head: bytes) -> bool:
    """Whether a file begins as recordings do.

    >>> is_recording(b"RIFF....WAVE"), is_recording(b"\\xff\\xfea\\x00"), is_recording(b"")
    (True, False, False)
    """
    return (
        head.startswith(HEADS)
        or head[:2] in FRAMES
        or head[4:8] == b"ftyp"
        or (head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"))
    )


def read_head(path: Path | str) -> bytes:
    """The first ``HEAD_BYTES`` of a file; nothing of one that cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - called for each unknown file of a folder
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def read_raw(line: str) -> tuple[str, Raw]:
    """A line of ``[ingest] raw``: ending, form, rate in hertz, and channels if there are two.

    >>> read_raw("PCM alaw 8000")
    ('.pcm', Raw(form='alaw', rate_hz=8000, channels=1))

    Raises ``SettingsError``.
    """
    parts = line.split()
    ending = "." + parts[0].lower().lstrip(".*") if parts else ""
    rate, channels = (*parts[2:], "1")[:2] if len(parts) > 2 else ("", "1")
    form = next((one for one in RAW_FORMS if len(parts) > 1 and one == parts[1]), None)
    fits = 3 <= len(parts) <= 4 and rate.isascii() and rate.isdigit() and channels in ("1", "2")
    if form is None or not fits or not 4000 <= int(rate) <= 192_000:
        raise SettingsError(
            f"[ingest] raw has {line!r}; expected ending, form, rate and channels, such as '.pcm s16le 8000 1' "
            f"(forms: {', '.join(RAW_FORMS)})"
        )
    return ending, Raw(form, int(rate), int(channels))


def count_left_out(found: Iterable[tuple[str, str]]) -> tuple[LeftOut, ...]:
    """Names and reasons as counts by ending and reason, those that may hold calls first.

    >>> [(one.ending, one.count) for one in count_left_out([("a.txt", NO_SOUND), ("b.nmf", NO_DECODER)])]
    [('.nmf', 1), ('.txt', 1)]
    """
    counts = Counter((suffix_of(name), reason) for name, reason in found)
    every = [
        LeftOut(ending, reason, count, unheard=reason in UNHEARD)
        for (ending, reason), count in counts.items()
    ]
    return tuple(sorted(every, key=lambda one: (not one.unheard, -one.count, one.ending)))
