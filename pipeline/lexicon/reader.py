"""Read YAML with the line of every value, so that an error can say where it is.

A ``Field`` wraps one node of the file. Its methods return a checked value or raise ``LexiconError``
in Chinese: file, line, value, what was expected.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import yaml

from pipeline.errors import LexiconError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where there is one: it parses 50,000 phrases in 0.1 s, PyYAML's own in 1.6 s."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value in a YAML file: ``name`` is its path, such as ``rules[3].severity``."""

    file: Path
    node: yaml.Node
    name: str

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    @property
    def place(self) -> str:
        """File and line, as messages name them."""
        return f"{self.file} 第 {self.line} 行"

    def wrong(self, expected: str) -> LexiconError:
        """An error about this value; raise it."""
        return LexiconError(f"{self.file} 第 {self.line} 行：{self._fault()}，应为{expected}")

    def _fault(self) -> str:
        name = self.name or "文件"
        if isinstance(self.node, yaml.ScalarNode):
            return f"{name} 的值“{self.node.value}”不对"
        return f"{name} 是列表" if self.is_list() else f"{name} 是键值表"

    def mapping(self, *, needed: Sequence[str], known: Sequence[str]) -> dict[str, Field]:
        """The entries of a table with text keys, none unknown, none twice, all needed ones
        there."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("键值表（每行“键: 值”）")
        entries: dict[str, Field] = {}
        for key, value in self.node.value:
            name = str(key.value)
            at = Field(self.file, key, f"{self.name}.{name}".lstrip("."))
            if name not in known:
                raise LexiconError(
                    f"{self.file} 第 {at.line} 行：不认识的键“{name}”，应为以下之一：{'、'.join(known)}"
                )
            if name in entries:
                raise LexiconError(f"{self.file} 第 {at.line} 行：键“{name}”重复，只能写一次")
            entries[name] = Field(self.file, value, at.name)
        for name in needed:
            if name not in entries:
                raise LexiconError(
                    f"{self.file} 第 {self.line} 行：{self.name or '文件'} 缺少“{name}”"
                )
        return entries

    def entries(self) -> list[tuple[str, Field]]:
        """The entries of a table whose keys the user chooses, none twice."""
        if not isinstance(self.node, yaml.MappingNode) or not self.node.value:
            raise self.wrong("键值表（每行“名称: 内容”）")
        names = [str(key.value) for key, _ in self.node.value]
        for name in names:
            if names.count(name) > 1:
                raise LexiconError(f"{self.place}：“{name}”重复，只能写一次")
        return [
            (str(key.value), Field(self.file, node, f"{self.name}.{key.value}"))
            for key, node in self.node.value
        ]

    def items(self) -> list[Field]:
        """The members of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("列表（每行以“- ”开头）")
        return [
            Field(self.file, node, f"{self.name}[{i}]") for i, node in enumerate(self.node.value, 1)
        ]

    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def is_word(self, word: str) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.value == word

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            raise self.wrong("非空的文字")
        return str(self.node.value).strip()

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def choice(self, *options: str) -> str:
        """One of the given words."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.value not in options:
            raise self.wrong(f"以下之一：{'、'.join(options)}")
        return str(self.node.value)

    def number(self, *, least: float, most: float) -> float:
        """A number between two bounds, both allowed."""
        expected = f"{least:g} 到 {most:g} 之间的数"
        try:
            value = float(self.node.value) if isinstance(self.node, yaml.ScalarNode) else None
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise self.wrong(expected)
        return value

    def whole(self, *, least: int, most: int) -> int:
        """A whole number between two bounds, both allowed."""
        value = self.number(least=least, most=most)
        if value != int(value):
            raise self.wrong("整数")
        return int(value)

    def flag(self) -> bool:
        return self.choice("true", "false") == "true"

    def day(self) -> date:
        """A day such as 2026-01-31."""
        try:
            return date.fromisoformat(self.text())
        except ValueError as error:
            raise self.wrong("日期，例如 2026-01-31") from error


def read_yaml(path: Path) -> Field:
    """The whole of a YAML file. Raises ``LexiconError`` where it is not readable or not YAML."""
    return parse_yaml(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8. Raises ``LexiconError``."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LexiconError(f"{path}：无法读取（{error.strerror}），请检查文件和权限") from error
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path}：不是 UTF-8 编码，请另存为 UTF-8") from error


def parse_yaml(text: str, path: Path) -> Field:
    """The whole of a text that is, or will be, in the file ``path``. Raises ``LexiconError``."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LexiconError(
            f"{path} 第 {line} 行：YAML 格式错误（{error.problem}），请检查缩进、冒号和引号"
        ) from error
    except yaml.reader.ReaderError as error:
        line = text[: text.index(chr(error.character))].count("\n") + 1
        raise LexiconError(
            f"{path} 第 {line} 行：有 YAML 不允许的字符（U+{error.character:04X}），请删去"
        ) from error
    if node is None:
        raise LexiconError(f"{path} 第 1 行：文件是空的，应为键值表")
    return Field(path, node, "")


def digest(paths: Sequence[Path]) -> str:
    """Twelve hex digits that change with any byte of the files, not with their place or order."""
    sums = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
    return hashlib.sha256("".join(sums).encode()).hexdigest()[:12]
