"""A Merkle tree over the hashes of the ledger's entries, by RFC 9162, section 2.1; pure.

A root stands for all entries up to a size. A path of some twenty hashes proves that an entry is
below a root, and another that one root continues an earlier one.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of no entries."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def roots_at(leaves: Iterable[bytes], sizes: Iterable[int]) -> Mapping[int, bytes]:
    """The root of the first ``size`` leaves for each of the sizes, in one pass that holds some
    twenty hashes. A size beyond the last leaf has none.

    >>> sorted(roots_at([leaf_hash(b"a")], [0, 1, 2]))
    [0, 1]
    """
    wanted = set(sizes)
    found = {0: EMPTY} if 0 in wanted else {}
    stack: list[tuple[int, bytes]] = []  # whole subtrees from the left, with their sizes
    for number, leaf in enumerate(leaves, 1):
        stack.append((1, leaf))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (size, right), (_, left) = stack.pop(), stack.pop()
            stack.append((2 * size, node_hash(left, right)))
        if number in wanted:
            found[number] = _join([node for _, node in stack])
    return found


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of all leaves."""
    return roots_at(leaves, [len(leaves)])[len(leaves)]


def inclusion_path(leaves: Sequence[bytes], at: int) -> tuple[bytes, ...]:
    """The path that proves the leaf ``at`` (from 0), from the leaf to the root. Raises
    ``IndexError`` where there is no such leaf."""
    if not 0 <= at < len(leaves):
        raise IndexError(f"leaf {at} of {len(leaves)}")
    if len(leaves) == 1:
        return ()
    split = _split(len(leaves))
    if at < split:
        return (*inclusion_path(leaves[:split], at), root_of(leaves[split:]))
    return (*inclusion_path(leaves[split:], at - split), root_of(leaves[:split]))


def root_by_path(leaf: bytes, at: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to (RFC 9162, 2.1.3.2); ``None`` where its length does not fit the
    place."""
    if not 0 <= at < size:
        return None
    place, last, found = at, size - 1, leaf
    for node in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            found = node_hash(node, found)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, node)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def consistency_path(leaves: Sequence[bytes], earlier: int) -> tuple[bytes, ...]:
    """The path that proves that the tree of all leaves continues that of the first ``earlier``
    ones (RFC 9162, 2.1.4.1). Raises ``IndexError`` where there were never so few or so many."""
    if not 0 < earlier <= len(leaves):
        raise IndexError(f"size {earlier} of {len(leaves)}")
    return _subproof(leaves, earlier, whole=True)


def is_consistent(
    earlier: tuple[int, bytes], later: tuple[int, bytes], path: Sequence[bytes]
) -> bool:
    """Whether a path proves that the tree ``later`` continues ``earlier``, each given by size and
    root (RFC 9162, 2.1.4.2)."""
    (first, first_root), (second, second_root) = earlier, later
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    nodes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not nodes:
        return False
    place, last = first - 1, second - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, node)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _subproof(leaves: Sequence[bytes], earlier: int, *, whole: bool) -> tuple[bytes, ...]:
    if earlier == len(leaves):
        return () if whole else (root_of(leaves),)
    split = _split(len(leaves))
    if earlier <= split:
        return (*_subproof(leaves[:split], earlier, whole=whole), root_of(leaves[split:]))
    right = _subproof(leaves[split:], earlier - split, whole=False)
    return (*right, root_of(leaves[:split]))


def _split(size: int) -> int:
    """The greatest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _join(nodes: Sequence[bytes]) -> bytes:
    """The root above whole subtrees, given from the left."""
    found = nodes[-1]
    for left in reversed(nodes[:-1]):
        found = node_hash(left, found)
    return found
