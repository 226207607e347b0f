"""The order of messages that a column of running numbers says, where times are too coarse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.imports.tables import TableRow

_NAMES = frozenset(
    map(
        spelling,
        ["序号", "顺序", "顺序号", "消息序号", "消息顺序", "语句序号", "句子序号", "轮次", "对话轮次", "行号", "序號", "順序", "seq", "seq_no", "seqno", "seq_id", "msg_seq", "message_seq", "sequence", "sequence_no", "turn", "turn_id", "turn_no", "turn_index", "sentence_id", "sentence_no", "sentence_index", "msg_index", "line_no", "order_no", "sort_no"],
    )
)  # fmt: skip


def is_sequence(name: str) -> bool:
    """Whether a column numbers the messages of a conversation.

    >>> is_sequence("消息序号"), is_sequence("Seq_No"), is_sequence("工号")
    (True, True, False)
    """
    return spelling(name) in _NAMES


def in_sequence(
    rows: Sequence[TableRow], beside: Mapping[int, Mapping[str, str]]
) -> tuple[TableRow, ...]:
    """The rows of a conversation in the order of such a column, if it has another number in each of
    them; else as they are. ``beside``: line → its cells in such columns."""
    for name in {name for cells in beside.values() for name in cells if is_sequence(name)}:
        numbers = [beside.get(row.line, {}).get(name, "").strip() for row in rows]
        if all(map(str.isdecimal, numbers)) and len(set(map(int, numbers))) == len(rows):
            ordered = sorted(zip(map(int, numbers), rows, strict=True), key=lambda pair: pair[0])
            return tuple(row for _, row in ordered)
    return tuple(rows)
