"""The tree at the top of ``pipeline/errors.py`` is the tree of the classes below it."""

from __future__ import annotations

import inspect
import re

import pytest

from pipeline import errors

_LINE = re.compile(r"^(?P<branch>[ │]*[├└]─ )(?P<name>\w+)  +(?P<meaning>\S.*)$", re.MULTILINE)
_CLASSES = [
    value
    for _, value in inspect.getmembers(errors, inspect.isclass)
    if value.__module__ == errors.__name__ and value is not errors.CallqaError
]


def drawn() -> dict[str, str]:
    """Each error of the drawing, with the one that it hangs on."""
    parents: dict[str, str] = {}
    above = {0: "CallqaError"}
    for line in _LINE.finditer(errors.__doc__ or ""):
        depth = len(line["branch"])
        parents[line["name"]] = above[max(other for other in above if other < depth)]
        above = {other: name for other, name in above.items() if other < depth}
        above[depth] = line["name"]
    return parents


@pytest.mark.parametrize("error", _CLASSES, ids=lambda error: error.__name__)
def test_each_error_hangs_in_the_drawing_where_it_does_in_the_code(error: type[Exception]):
    assert drawn().get(error.__name__) == error.__bases__[0].__name__


def test_the_drawing_has_no_other_errors():
    assert drawn().keys() == {error.__name__ for error in _CLASSES}


@pytest.mark.parametrize("error", _CLASSES, ids=lambda error: error.__name__)
def test_each_error_says_what_it_means_and_is_named_as_one(error: type[Exception]):
    assert error.__name__.endswith("Error")
    assert error.__doc__
