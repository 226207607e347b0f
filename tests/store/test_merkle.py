"""The Merkle tree of RFC 9162: roots by known answers, paths that prove, and paths that do not."""

from __future__ import annotations

import hashlib
from itertools import product

import pytest

from pipeline.store.merkle import (
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    root_by_path,
    root_of,
    roots_at,
)

KNOWN = [
    b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]  # fmt: skip
"""The leaves of the tests of google/certificate-transparency, with the roots of 1, 2, 3 and 8."""

ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}

LEAVES = [leaf_hash(bytes([number])) for number in range(33)]
SIZES = range(1, len(LEAVES) + 1)


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_roots_are_those_of_the_reference(size: int, root: str):
    leaves = [leaf_hash(leaf) for leaf in KNOWN]

    assert roots_at(leaves, [size])[size].hex() == root


def test_a_root_is_that_of_the_definition():
    """The definition of RFC 9162, 2.1.1, written down as it stands there."""

    def tree(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return hashlib.sha256(b"\x01" + tree(leaves[:split]) + tree(leaves[split:])).digest()

    assert [root_of(LEAVES[:size]) for size in SIZES] == [tree(LEAVES[:size]) for size in SIZES]


def test_every_leaf_is_proved_in_every_tree_and_nowhere_else():
    for size in SIZES:
        root = root_of(LEAVES[:size])
        for at in range(size):
            path = inclusion_path(LEAVES[:size], at)
            assert root_by_path(LEAVES[at], at, size, path) == root
            assert root_by_path(LEAVES[at - 1], at, size, path) != root or size == 1
            assert root_by_path(LEAVES[at], at, size, (*path, root)) is None
            if path:
                assert root_by_path(LEAVES[at], at, size, path[1:]) != root


def test_every_tree_continues_all_earlier_ones_and_no_other():
    for first, second in product(SIZES, SIZES):
        if first > second:
            continue
        later = (second, root_of(LEAVES[:second]))
        path = consistency_path(LEAVES[:second], first)
        assert is_consistent((first, root_of(LEAVES[:first])), later, path)
        assert not is_consistent((first, LEAVES[5]), later, path)
        if path:
            assert not is_consistent((first, root_of(LEAVES[:first])), later, path[:-1])
            assert not is_consistent((first, root_of(LEAVES[:first])), later, (*path, path[0]))


@pytest.mark.parametrize("at", [-1, 3])
def test_a_leaf_that_is_not_there_has_no_path(at: int):
    with pytest.raises(IndexError):
        inclusion_path(LEAVES[:3], at)
    assert root_by_path(LEAVES[0], at, 3, ()) is None


@pytest.mark.parametrize("earlier", [0, 4])
def test_a_tree_that_was_never_so_large_has_no_path(earlier: int):
    with pytest.raises(IndexError):
        consistency_path(LEAVES[:3], earlier)
    assert not is_consistent((earlier, LEAVES[0]), (3, LEAVES[0]), ())
