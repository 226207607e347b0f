"""Which texts of the program people read: found in its source, as msgids of the catalogue.

A text is one that an error is raised with, or one of :data:`SAID`. What is put into it is numbered:
``f"{path}: cannot be read ({error})"`` is ``{0}: cannot be read ({1})``. Where a name, a condition
or a function of ours gives a text, the texts that it may give are looked up: a message may be put
together from several."""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

TOP = Path(__file__).parents[2]
TRANSLATED = {"say", "tr", "_check"}
"""Functions whose first argument is translated as it stands, also a single word."""
SAID = {
    *TRANSLATED,
    "report",
    "Failure",
    "Lost",
    "Fault",
    "FaultError",
    "RuntimeError",
    "ValueError",
}
"""Functions and nouns besides the errors whose arguments are shown to people."""
LISTS = re.compile(r"faults|notes|problems|reasons|failed|wrong|refused|lost|remarks")
"""Names of lists whose texts are shown to people."""
SENTENCE = 3
"""Words of a formatted or returned text that make it one for people, wherever it goes to."""
WORD = re.compile(r"[a-z]{2,}")
HAN = re.compile("[\u4e00-\u9fff]")
WIDE_SIGN = re.compile("[，。；：（“、]")
PLACE = re.compile(r"\{\d+\}")
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|WHERE|JOIN|ORDER|PRAGMA|AND)\b|%\(|%s|<\w")
ROOMS_APART = (
    "__init__.py",
    "review/api",
    "review/gate.py",
    "lexicon/",
    "store/migrations",
    "nightly/metrics.py",
    "eartrain/card.py",
)
"""Where texts are for programs and people who write them, or are Chinese; errors of them count."""

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Module:
    """One source file, with what is looked up in it by name."""

    path: Path
    tree: ast.Module

    @classmethod
    def read(cls, path: Path) -> Module:
        return cls(path, ast.parse(path.read_text(encoding="utf-8")))

    @cached_property
    def functions(self) -> dict[str, Function]:
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, Function)}

    @cached_property
    def owners(self) -> dict[ast.AST, Function]:
        """The innermost function around each node."""
        found: dict[ast.AST, Function] = {}
        for function in ast.walk(self.tree):  # outer ones come first
            if isinstance(function, Function):
                found |= dict.fromkeys(ast.walk(function), function)
        return found

    @cached_property
    def calls(self) -> dict[str, list[ast.Call]]:
        """All calls by the name of what is called."""
        found: dict[str, list[ast.Call]] = defaultdict(list)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                found[name_of(node.func)].append(node)
        return found


def words_of(text: str) -> list[str]:
    """The English words of a text, without names in capitals and numbered places."""
    return WORD.findall(PLACE.sub(" ", text))


def numbered(text: str) -> str:
    """A text for ``format`` with numbered places: ``{wait:g} s`` is ``{0} s``.

    >>> numbered("{wait:g} s of {total}"), numbered("{0} and {1}")
    ('{0} s of {1}', '{0} and {1}')
    """
    count = itertools.count()
    return re.sub(r"\{[a-z_]+(:[^} ]*)?\}", lambda _: f"{{{next(count)}}}", text)


def is_english(text: str) -> bool:
    """Whether a text is several words, and they are English: a Chinese one has Chinese punctuation,
    and more Chinese signs than words."""
    words, signs = words_of(text), HAN.findall(text)
    is_chinese = bool(WIDE_SIGN.search(text)) and len(signs) > len(words)
    return " " in text.strip() and bool(words) and not is_chinese


def is_sentence(text: str) -> bool:
    """Whether a text speaks to people by its words alone."""
    return " " in text and len(words_of(text)) >= SENTENCE and not SQL.search(text)


def name_of(node: ast.expr) -> str:
    """The last word of a name: ``len``, ``os.path.join`` gives ``join``."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


class Source:
    """The source of the package, and the texts in it."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.modules = [Module.read(path) for path in paths]
        self.errors = self._error_names()
        self._functions: dict[str, list[Module]] = defaultdict(list)
        self._given: dict[ast.AST, dict[str, list[ast.AST]]] = {}
        self._known: dict[ast.AST, frozenset[str]] = {}
        for module in self.modules:
            for name in module.functions:
                self._functions[name].append(module)

    def _error_names(self) -> set[str]:
        """``CallqaError`` and all below it."""
        names = {"CallqaError"}
        for module in self.modules:
            for node in module.tree.body:
                if isinstance(node, ast.ClassDef) and any(name_of(b) in names for b in node.bases):
                    names.add(node.name)
        return names

    def texts(self) -> dict[str, set[str]]:
        """Each text that may be shown, and the files that make it."""
        found: dict[str, set[str]] = defaultdict(set)
        for module in self.modules:
            file = module.path.relative_to(TOP).as_posix()
            is_apart = any(f"/{apart}" in file for apart in ROOMS_APART)
            for node in ast.walk(module.tree):
                for text in filter(is_english, self._shown_by(node, module, is_apart)):
                    found[numbered(text)].add(file)
                if isinstance(node, ast.Call) and name_of(node.func) in TRANSLATED:
                    for word in _constants(node.args[:1]):
                        found[word].add(file)
        return found

    def _shown_by(self, node: ast.AST, module: Module, is_apart: bool) -> Iterator[str]:
        for expression in self._spoken(node, is_apart=is_apart):
            yield from self.resolve(expression, module)

    def _spoken(self, node: ast.AST, *, is_apart: bool) -> list[ast.expr]:
        """The expressions of a node that people read."""
        if isinstance(node, ast.Call):
            return self._spoken_by_call(node)
        if is_apart:
            return []
        if isinstance(node, ast.AugAssign) and LISTS.search(name_of(node.target)):
            return [node.value]
        if isinstance(node, ast.JoinedStr) and is_sentence(template_of(node)):
            return [node]
        value = node.value if isinstance(node, (ast.Return, ast.Yield)) else None
        if isinstance(value, ast.Name) and value.id.isupper():
            return [value]
        is_text = isinstance(value, ast.Constant) and is_sentence(str(value.value))
        return [value] if value and is_text else []

    def _spoken_by_call(self, node: ast.Call) -> list[ast.expr]:
        name = name_of(node.func)
        if name in self.errors | SAID:
            return node.args
        if name in ("append", "extend") and isinstance(node.func, ast.Attribute):
            return node.args if LISTS.search(name_of(node.func.value)) else []
        return []

    def resolve(self, node: ast.AST | None, module: Module) -> frozenset[str]:
        """The texts that an expression may be, and those that may be put into them."""
        if node is None:
            return frozenset()
        if node not in self._known:
            self._known[node] = frozenset()  # what leads to itself adds nothing
            self._known[node] = frozenset(self._resolved(node, module))
        return self._known[node]

    def _resolved(self, node: ast.AST, module: Module) -> Iterator[str]:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield template_of(node)
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield from self.resolve(part.value, module)
        elif isinstance(node, ast.Name):
            yield from self._named(node, module)
        elif isinstance(node, ast.Call):
            yield from self._called(node, module)
        else:
            for below in _ways(node):
                yield from self.resolve(below, module)

    def _named(self, node: ast.Name, module: Module) -> Iterator[str]:
        """What a name is given: in its function, as an argument of it, or in the module."""
        if node.id in module.functions:
            yield from self._returned(module.functions[node.id], module)
        owner = module.owners.get(node)
        place = owner or module.tree
        if place not in self._given:
            self._given[place] = _assigned(place)
        for value in self._given[place].get(node.id, []):
            yield from self.resolve(value, module)
        if owner and node.id in _parameters(owner):
            index = _parameters(owner).index(node.id)
            for other in self.modules if not owner.name.startswith("_") else [module]:
                for call in other.calls.get(owner.name, []):
                    yield from self.resolve(_argument(call, index, node.id), other)
        elif owner:
            for value in _assigned_above(module.tree, node.id):
                yield from self.resolve(value, module)

    def _called(self, node: ast.Call, module: Module) -> Iterator[str]:
        """What a function of ours returns or yields; ``join``, ``get`` and the like hand on."""
        name = name_of(node.func)
        if name in ("join", "next", "tuple", "list", "str", "filter") and node.args:
            yield from self.resolve(node.args[-1] if name == "filter" else node.args[0], module)
        if name == "get" and isinstance(node.func, ast.Attribute):
            yield from self.resolve(node.func.value, module)
        homes = [module] if name in module.functions else self._functions.get(name, [])
        for home in homes if len(homes) == 1 else []:
            yield from self._returned(home.functions[name], home)

    def _returned(self, function: Function, home: Module) -> Iterator[str]:
        for inner in ast.walk(function):
            if isinstance(inner, (ast.Return, ast.Yield)):
                yield from self.resolve(inner.value, home)


def template_of(node: ast.JoinedStr) -> str:
    """A formatted text with its places numbered."""
    number = 0
    made = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            made += str(part.value)
        else:
            made += f"{{{number}}}"
            number += 1
    return made


def _constants(arguments: Iterable[ast.expr]) -> Iterator[str]:
    for one in arguments:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value
        elif isinstance(one, ast.IfExp):
            yield from _constants([one.body, one.orelse])


def _ways(node: ast.AST) -> list[ast.AST]:
    """The expressions that a condition, a sum, a collection or a lambda may be."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return list(node.values)
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return list(node.elts)
    if isinstance(node, ast.Dict):
        return list(node.values)
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return [node.elt]
    if isinstance(node, (ast.Lambda,)):
        return [node.body]
    if isinstance(node, (ast.Subscript, ast.Starred, ast.NamedExpr)):
        return [node.value]
    return []


def _assigned(place: ast.AST) -> dict[str, list[ast.AST]]:
    """All values that names are given below a node: by assignment, loop or ``append``."""
    found: dict[str, list[ast.AST]] = defaultdict(list)
    for node in ast.walk(place):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _pair(target, node.value, found)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value:
            found[name_of(node.target)].append(node.value)
        elif isinstance(node, (ast.For, ast.comprehension)):
            rows = node.iter.elts if isinstance(node.iter, (ast.Tuple, ast.List)) else [node.iter]
            for row in rows:
                _pair(node.target, row, found)
        elif isinstance(node, ast.Call) and name_of(node.func) == "append":
            found[name_of(getattr(node.func, "value", node.func))] += node.args
    return found


def _pair(target: ast.expr, value: ast.expr, found: dict[str, list[ast.AST]]) -> None:
    """Note what a target is given; of several names each its own."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, own in zip(target.elts, value.elts, strict=False):
            _pair(one, own, found)
    elif not isinstance(target, ast.Tuple):
        found[name_of(target)].append(value)


def _assigned_above(tree: ast.Module, name: str) -> Iterator[ast.AST]:
    """What a name of the module is given, at its top."""
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(name_of(target) == name for target in targets) and node.value:
                yield node.value


def _parameters(function: Function) -> list[str]:
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    return [one for one in (*names, *(k.arg for k in function.args.kwonlyargs)) if one != "self"]


def _argument(call: ast.Call, index: int, name: str) -> ast.AST | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[index] if index < len(call.args) else None
