"""Messages of SIP cut out of a TCP stream (RFC 3261, section 18.3), with keep-alive lines between them."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

from pipeline.telephony.sip import (
    MOST_BODY_BYTES,
    MOST_HEADER_BYTES,
    SipError,
    SipMessage,
    read_message,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pipeline.types import Seconds

MOST_BLANK_BYTES = 32_768
"""Line ends between two messages. Our choice: a keep-alive (RFC 5626) each second for two hours."""

_AT_ONCE = 4096
_BLANK = b"\r\n"
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})[ \t]*\r\n", re.IGNORECASE)


class SipStream:
    """The messages of a connection. ``first_s``: the first one must have begun by then; ``whole_s``:
    one that has begun must be whole by then; ``still_s``: without a byte for so long, keep-alive lines
    too, the connection has ended."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        *,
        first_s: Seconds,
        whole_s: Seconds,
        still_s: Seconds,
    ) -> None:
        self._reader = reader
        self._first_s, self._whole_s, self._still_s = first_s, whole_s, still_s
        self._rest = b""
        self._is_first = True

    async def read(self) -> SipMessage:
        """The next message. Raises ``SipError``; ``EOFError`` where the stream ends."""
        await self._begin()
        self._is_first = False
        async with _within(self._whole_s, SipError("a message was not whole in time")):
            return await self._message()

    async def _begin(self) -> None:
        """Waits for the first byte of a message."""
        blank = 0
        limit_s = self._first_s if self._is_first else self._still_s
        ended = SipError("it sent no message in time") if self._is_first else EOFError()
        async with _within(limit_s, ended) as limit:
            while True:
                began = self._rest.lstrip(_BLANK)
                blank += len(self._rest) - len(began)
                self._rest = began
                if blank > MOST_BLANK_BYTES:
                    raise SipError("it sends line ends and no message")
                if began:
                    return
                self._rest = await self._more()
                if not self._is_first:
                    limit.reschedule(asyncio.get_running_loop().time() + self._still_s)

    async def _message(self) -> SipMessage:
        while (end := self._rest.find(_END)) < 0:
            if len(self._rest) > MOST_HEADER_BYTES:
                raise SipError("the header is too large")
            self._rest += await self._more()
        head = self._rest[: end + len(_END)]
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        if len(head) > MOST_HEADER_BYTES or length > MOST_BODY_BYTES:
            raise SipError("the message is too large")
        body = self._rest[len(head) :]
        if len(body) < length:
            body += await self._reader.readexactly(length - len(body))
        self._rest = body[length:]
        return read_message(head + body[:length])

    async def _more(self) -> bytes:
        data = await self._reader.read(_AT_ONCE)
        if not data:
            raise EOFError
        return data


@contextlib.asynccontextmanager
async def _within(seconds: Seconds, ended: Exception) -> AsyncIterator[asyncio.Timeout]:
    """Raises ``ended`` after so long; a time-out of the network stays what it is."""
    try:
        async with asyncio.timeout(seconds) as limit:
            yield limit
    except TimeoutError:
        if limit.expired():
            raise ended from None
        raise
