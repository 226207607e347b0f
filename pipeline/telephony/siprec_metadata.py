"""The metadata of a recording session (RFC 7865): who takes part, and whose each stream is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.parsers.expat import ErrorString

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_BYTES = 100_000
"""Of a document; our choice. Those of real clients have 2 to 5 kB."""

_OWN = {"recording", "datamode", "group", "session", "participant", "stream", "extensiondata"}


class MetadataError(Exception):
    """A document that cannot be read. The text has no word of it."""


@dataclass(frozen=True, slots=True)
class Participant:
    """``aor``: address of record, such as ``sip:8012@example.com``; empty where none is given."""

    number: str
    aor: str = ""
    name: str = ""

    @property
    def user(self) -> str:
        """The part of the address before the @, without scheme and parameters.

        >>> Participant("1", "sip:%2B8612@example.com;user=phone").user
        '+8612'
        """
        rest = re.sub(r"^(sips?|tel):", "", self.aor.strip(), flags=re.IGNORECASE)
        return unquote(re.split(r"[@;?:]", rest, maxsplit=1)[0])


@dataclass(frozen=True, slots=True)
class Metadata:
    """``partial``: only what changed (RFC 7865, section 6.1.1). ``sip_session``: the call's number
    in SIP (RFC 7989), often its Call-ID. ``labels``: number of a stream → its label; ``sends``: number
    of a participant → those of the streams that he speaks in. ``extensions``: name of an element of
    another namespace, in lower case → its text. ``gone``: numbers of those who have left the session
    or its streams; ``here``: of those who are said to take part."""

    partial: bool
    session: str | None
    sip_session: str | None
    participants: tuple[Participant, ...]
    labels: Mapping[str, str]
    sends: Mapping[str, tuple[str, ...]]
    group: str | None
    extensions: Mapping[str, str]
    gone: frozenset[str] = frozenset()
    here: frozenset[str] = frozenset()

    @property
    def senders(self) -> Mapping[str, tuple[str, ...]]:
        """Label of a stream → numbers of those who speak in it, or spoke in it last."""
        found: dict[str, list[str]] = {}
        for who, streams in self.sends.items():
            for label in dict.fromkeys(self.labels[one] for one in streams if one in self.labels):
                found.setdefault(label, []).append(who)
        return {
            label: tuple(one for one in who if one not in self.gone) or tuple(who)
            for label, who in found.items()
        }

    def updated(self, later: Metadata) -> Metadata:
        """This with what came later. Partial metadata need not say again what they said before, such
        as a participant's address or a stream's label."""
        if not later.partial:
            return later
        people = {one.number: one for one in self.participants}
        for one in later.participants:
            known = people.get(one.number, one)
            people[one.number] = replace(one, aor=one.aor or known.aor, name=one.name or known.name)
        return Metadata(
            partial=False,
            session=later.session or self.session,
            sip_session=later.sip_session or self.sip_session,
            participants=tuple(people.values()),
            labels={**self.labels, **later.labels},
            sends={**self.sends, **{who: sent for who, sent in later.sends.items() if sent}},
            group=later.group or self.group,
            extensions={**self.extensions, **later.extensions},
            gone=self.gone - later.here | later.gone,
            here=self.here - later.gone | later.here,
        )


class _NoDoctype(ElementTree.TreeBuilder):
    """Entities can only be declared in a document type, and no metadata needs one."""

    def doctype(self, *_named: str | None) -> None:
        raise MetadataError("the metadata has a document type")


def read_metadata(data: bytes) -> Metadata:
    """What a document says. Names of attributes of the drafts before RFC 7865 are read too. Raises
    ``MetadataError`` for what is no XML, too large, or has a document type."""
    if len(data) > MOST_BYTES:
        raise MetadataError(f"the metadata has more than {MOST_BYTES} bytes")
    parser = ElementTree.XMLParser(target=_NoDoctype())
    try:
        parser.feed(data)
        root = parser.close()
    except ElementTree.ParseError as error:
        raise MetadataError(f"the metadata cannot be read ({ErrorString(error.code)})") from error
    except (ValueError, LookupError) as error:
        raise MetadataError("the metadata cannot be read (its encoding is not known)") from error
    if _name(root) != "recording":
        raise MetadataError("the metadata is no <recording>")
    session = next(_named(root, "session"), None)
    group = next(_named(root, "group"), None)
    sessions, streams = (
        _associated(root, f"participant{kind}assoc") for kind in ("session", "stream")
    )
    gone = frozenset(
        who for said in (sessions, streams) for who, is_here in said.items() if not is_here
    )
    return Metadata(
        partial=_text(next(_named(root, "datamode"), None)).lower() == "partial",
        session=_number(session, "session"),
        sip_session=_sip_session(session),
        participants=tuple(_participant(one) for one in _named(root, "participant")),
        labels=_labels(root),
        sends=_sends(root),
        group=_number(group, "group"),
        extensions=_extensions(root),
        gone=gone,
        here=frozenset((*sessions, *streams)) - gone,
    )


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2].lower()


def _named(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (one for one in root if _name(one) == name)


def _number(element: ElementTree.Element | None, kind: str) -> str | None:
    if element is None:
        return None
    return element.get(f"{kind}_id") or element.get("id") or None


def _sip_session(session: ElementTree.Element | None) -> str | None:
    if session is None:
        return None
    return _text(next(_named(session, "sipsessionid"), None)) or None


def _text(element: ElementTree.Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _participant(element: ElementTree.Element) -> Participant:
    name_id = next(_named(element, "nameid"), None)
    aor = (
        name_id.get("aor", "") if name_id is not None else _text(next(_named(element, "aor"), None))
    )
    name = _text(next(_named(element if name_id is None else name_id, "name"), None))
    return Participant(_number(element, "participant") or "", aor.strip(), name)


def _labels(root: ElementTree.Element) -> dict[str, str]:
    return {
        number: label
        for stream in _named(root, "stream")
        if (number := _number(stream, "stream"))
        and (label := _text(next(_named(stream, "label"), None)))
    }


def _sends(root: ElementTree.Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for element in root:
        if _name(element) not in ("participantstreamassoc", "participant"):
            continue
        if who := _number(element, "participant"):
            sent = (_text(one) for one in _named(element, "send"))
            found[who] = (*found.get(who, ()), *(one for one in sent if one))
    return found


def _associated(root: ElementTree.Element, kind: str) -> dict[str, bool]:
    """Number of a participant → whether one of his associations has not ended."""
    found: dict[str, bool] = {}
    for element in _named(root, kind):
        if who := _number(element, "participant"):
            has_ended = next(_named(element, "disassociate-time"), None) is not None
            found[who] = found.get(who, False) or not has_ended
    return found


def _extensions(root: ElementTree.Element) -> dict[str, str]:
    own = root.tag.rpartition("}")[0]
    found: dict[str, str] = {}
    for element in root.iter():
        strange = element.tag.rpartition("}")[0] != own
        if strange and _name(element) not in _OWN and _text(element):
            found.setdefault(_name(element), _text(element))
    return found
