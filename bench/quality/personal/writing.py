"""Made-up talk with names and addresses in known places: templates filled in, ordinary sentences
into which something personal is put, and ordinary sentences as they are."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.quality.personal.people import KNOWN, People
from bench.quality.personal.places import Places, spoken
from bench.quality.personal.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

    from pipeline.types import Role

TEMPLATES = Path(__file__).with_name("templates.txt")
SENTENCES = Path(__file__).parents[3] / "models" / "meaning" / "sentences.tsv"
ROLES: dict[str, Role] = {"坐": "agent", "客": "customer"}

KIN = listed(
    "老公 老婆 爱人 妈 妈妈 爸 爸爸 儿子 女儿 孩子 姐姐 妹妹 弟弟 哥哥 媳妇 朋友 同事 同学 邻居 老板 先生 太太 婆婆 公公 岳父 舅舅 姑姑 叔叔 阿姨 表哥 表姐 侄子 外甥 爷爷 奶奶 外婆 室友 对象 男朋友 女朋友 房东 师傅 助理 徒弟 闺女 姑娘 老伴 父亲 母亲 丈夫 妻子 弟 姐 哥 妹 嫂子 表弟 表妹 堂哥 侄女 孙子 孙女 亲家 女婿 儿媳 大伯 小姨 姨妈 姑妈 舅妈"
)
PHRASES = listed(
    "木子 弓长 耳东 双木 立早 古月 言午 口天 草头 三点水 单人旁 王 木 女 金 日 火 武汉 江河 高兴 大海 白色 黄色 方圆 国家 英雄 下雨 明天 文化 美丽 春天 志气 军队 建设 小明 光荣 永远 宝贝 梦想 晴天 石头 森林"
)
WORKERS = "师傅|经理|客服|同事|领导|主管|店员|骑手|快递员|工作人员|店长|顾问|同志"
FILLERS = listed("嗯 呃 那个 就是 啊 这个 对 就 哦")
_SLOT = re.compile(r"\[([A-Za-z])\]")
_CHOICE = re.compile(r"<([^<>]*)>")


def sha256_of(*files: Path) -> str:
    """The hash of files one after another."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters ``start`` to ``end`` that are a ``name`` or an ``address``."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a talk with what is personal in it."""

    text: str
    role: Role
    marks: tuple[Mark, ...] = ()


Talk = tuple[Said, ...]


class Writer:
    """Writes talk by a source of chance."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self.people = People(draw)
        self.places = Places(draw)
        self._templates = [
            line
            for line in TEMPLATES.read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")
        ]
        self.sentences = [
            (row[3], row[1])
            for line in SENTENCES.read_text(encoding="utf-8").splitlines()[1:]
            for row in [line.split("\t")]
        ]

    def from_templates(self, each: int) -> Iterator[Talk]:
        """``each`` talks of every template; more of those with many choices."""
        for template in self._templates:
            for _ in range(int(each * (1 + 0.12 * min(20, template.count("|"))))):
                yield tuple(self._noisy(said) for said in self._filled(template))

    def from_sentences(self, allowed: Callable[[str], bool]) -> Iterator[Talk]:
        """Ordinary sentences as they are, and with something personal put in."""
        for text, who in self.sentences:
            if not allowed(text):
                continue
            role: Role = "agent" if who == "agent" else "customer"
            said = Said(text, role)
            yield (self._noisy(said),)
            for rules in _PUT:
                if (rules is not _PLACED or self._draw.random() < 0.6) and (
                    put := self._put_into(text, rules)
                ):
                    swapped: Role = self._draw.choice(("customer", role))
                    yield (self._noisy(replace(put, role=swapped)),)

    def _filled(self, template: str) -> Iterator[Said]:
        while found := _CHOICE.search(template):
            chosen = self._draw.choice(found[1].split("|"))
            template = template[: found.start()] + chosen + template[found.end() :]
        for line in template.split(" | "):
            who, _, text = line.strip().partition(" ")
            yield self._fill(text, ROLES[who])

    def _fill(self, text: str, role: Role) -> Said:
        people = self.people
        plain, marks, at = "", [], 0
        for found in _SLOT.finditer(text):
            plain += text[at : found.start()]
            value, kind = self._value(found[1])
            if kind:
                marks.append(Mark(len(plain), len(plain) + len(value), kind))
            plain += value + (people.spelling_of(value) if found[1] == "n" else "")
            at = found.end()
        return Said(plain + text[at:], role, tuple(marks))

    def _value(self, slot: str) -> tuple[str, str]:
        draw, people, places = self._draw, self.people, self.places
        named = {
            "N": people.full,
            "n": people.spelt,
            "F": people.family,
            "S": people.of_words,
            "k": people.from_afar,
        }
        if slot in named:
            return named[slot](), "name"
        placed = {
            "A": places.full,
            "E": places.named,
            "H": places.house,
            "j": places.region,
            "o": places.marked_road,
            "i": lambda: places.number("号"),
            "e": places.odd_estate,
            "w": places.ward,
            "l": places.by_landmark,
        }
        if slot in placed:
            return placed[slot](), "address"
        values: dict[str, Callable[[], str]] = {
            "X": self._own,
            "T": people.titled,
            "K": lambda: draw.choice(KIN),
            "C": self._of_the_company,
            "R": places.road,
            "W": places.town,
            "M": places.building,
            "D": self._digits,
            "Q": lambda: draw.choice(people.like_names),
            "U": people.verb_and_noun,
            "V": lambda: draw.choice(KNOWN),
            "G": self._floor_alone,
            "Z": self._code,
            "Y": self._day,
            "L": self._plate,
            "B": self._account,
            "P": lambda: draw.choice(PHRASES),
            "c": places.city,
            "y": lambda: draw.choice(people.sayings),
        }
        return values[slot](), ""

    def _own(self) -> str:
        return self._draw.choice((self.people.full, self.people.family))()

    def _of_the_company(self) -> str:
        places = self.places
        return self._draw.choice((places.full, places.named, places.building))()

    def _digits(self) -> str:
        digits = "1" + "".join(str(self._draw.randint(0, 9)) for _ in range(10))
        spoken = "".join("零一二三四五六七八九"[int(one)] for one in digits)
        return self._draw.choice((digits, spoken, spoken[:4]))

    def _code(self) -> str:
        draw = self._draw
        size = draw.randint(1, 12)
        digits = "".join(str(draw.randint(0, 9)) for _ in range(size))
        chance = draw.random()
        if chance < 0.3:
            return "".join("零幺二三四五六七八九"[int(one)] for one in digits)
        if chance < 0.45:
            return spoken(draw.randint(1, 999))
        if chance < 0.6:
            letters = "".join(draw.choice("ABCDEFGHKMNPRSTXYZ") for _ in range(draw.randint(1, 3)))
            return draw.choice(
                (letters + digits, letters + "-" + digits + draw.choice(("G", "GW", "U", "")))
            )
        if chance < 0.75:
            return draw.choice(".-/ ").join(
                str(draw.randint(0, 999)) for _ in range(draw.choice((2, 2, 3)))
            )
        return digits

    def _floor_alone(self) -> str:
        """A floor or a house of no address."""
        unit = self._draw.choice(
            ("楼", "层", "号楼", "单元", "栋", "期", "楼门口", "号门", "号窗口")
        )
        before = self._draw.choice(("", "", "", "第", "在", "那个"))
        return (
            before + self.places.number(unit) + self._draw.choice(("", "", "二楼", "一层", "门口"))
        )

    def _day(self) -> str:
        draw = self._draw
        year, month, day = draw.randint(1950, 2026), draw.randint(1, 12), draw.randint(1, 28)
        said = "".join("零一二三四五六七八九"[int(one)] for one in str(year))
        return draw.choice(
            (
                f"{year}-{month}-{day}",
                f"{year}年{month}月{day}号",
                f"{said}年{spoken(month)}月{spoken(day)}号",
                f"{spoken(month)}月{spoken(day)}号",
                f"{month}月{day}日",
                f"{month}.{day}",
                f"{spoken(day)}号",
                f"{spoken(month)}月{spoken(day)}号到{spoken(month)}月底",
                f"{draw.randint(7, 22)}:{draw.randint(10, 59)}",
                f"周{'一二三四五六日'[day % 7]}{draw.choice(('上午', '下午', '晚上', ''))}{spoken(month)}点",
            )
        )

    def _plate(self) -> str:
        draw = self._draw
        row = "".join(draw.choice("0123456789ABDFK") for _ in range(5))
        if draw.random() < 0.5:
            row = "".join("零一二三四五六七八九"[int(c)] if c.isdecimal() else c for c in row)
        return (
            draw.choice("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
            + draw.choice(("A", "B", "C", "D", "E"))
            + draw.choice(("", "", "·", " "))
            + row
        )

    def _account(self) -> str:
        draw = self._draw
        name = "".join(draw.choice("abcdehijlmnoqstuwxyz") for _ in range(draw.randint(2, 9)))
        name += draw.choice(("", "_", ".", "-", "下划线", "杠")) + draw.choice(
            ("", "88", "2020", "零七", "一二三", "幺五二", "520")
        )
        if draw.random() < 0.5:
            return name
        at = draw.choice(("@", "艾特", "艾特", "圈a", "爱特", " at "))
        host = draw.choice(("qq", "163", "126", "一六三", "幺二六", "gmail", "outlook", "新浪"))
        return name + at + host + draw.choice((".com", "点com", " 点 com", "dot com", ".cn"))

    def _put_into(self, text: str, rules: Sequence[tuple[re.Pattern[str], str]]) -> Said | None:
        """The sentence with a name or an address in a place where one may stand."""
        rules = list(rules)
        self._draw.shuffle(rules)
        for pattern, written in rules:
            places = list(pattern.finditer(text))
            if places:
                found = self._draw.choice(places)
                value = self._draw.choice(written.split("|"))
                before, after = text[: found.start()], text[found.end() :]
                middle = self._fill(value.replace("0", found.group()), "customer")
                marks = [
                    Mark(m.start + len(before), m.end + len(before), m.kind) for m in middle.marks
                ]
                return Said(before + middle.text + after, "customer", tuple(marks))
        return None

    def _noisy(self, said: Said) -> Said:
        """As a recogniser writes: without signs, with small words."""
        if self._draw.random() < 0.1:
            said = replace(said, role="unknown")
        if self._draw.random() < 0.55:
            sign = self._draw.choice(("", "", " "))
            said = _rewritten(said, lambda char: sign if char in "，。？！,.?!、：；“”" else char)
        if self._draw.random() < 0.12:
            filler = self._draw.choice(FILLERS)
            at = self._draw.choice([0, *(mark.start for mark in said.marks), len(said.text)])
            moved = tuple(
                Mark(m.start + len(filler), m.end + len(filler), m.kind) if m.start >= at else m
                for m in said.marks
            )
            said = replace(said, text=said.text[:at] + filler + said.text[at:], marks=moved)
        return said


_NAMED = [
    (re.compile(pattern), written)
    for pattern, written in (
        ("(?<![其吉])[他她](?!们)", "[N]|[N]0|0[N]"),
        (f"(?<![你您我])(?:{WORKERS})", "0[N]|[N]|叫[N]的0"),
        (f"(?:{'|'.join(KIN)})(?![的机])", "0[N]|[N]|0叫[N]|0[N]"),
        ("(?:客户|用户|业主|住户|机主|户主|乘客|患者|学员|车主|司机)", "0[N]|[N]"),
        ("^我(?!们)", "我[N]|我是[N] 我|[N] 我|我叫[N]我|[N]|我是[N]"),
        ("(?<=[给帮跟替找让和])[我您你](?!们)", "[N]"),
        ("^[您你](?!好|们)", "[N]0|[N] 0|[N]先生您|[N]女士您"),
        ("^(?=您好|你好|喂|请问)", "[N]|我[N] "),
        ("$", " 我叫[N]|,[N]|我是[N]|[N]收|,户主[N]|名字[N]| [N]|是[N]"),
        ("[，,](?=[我你您他她])", ",[N] |,[N],"),
        ("我(?=[的要想])", "[N]"),
    )
]
_PLACED = [
    (re.compile(pattern), written)
    for pattern, written in (
        (
            "(?:我家|家里|我这边|我这里|我这儿|这里|我们小区|我们家|小区)",
            "[A]|0[A]|[E]|[A]0|0在[A]",
        ),
        ("(?:我家|家里|我这边|我这里|这里|那边|这边|楼上|楼下|门口)", "[A]0|[E]0|0[A]"),
        ("(?<=[在到])(?:家|这儿?|那儿?|楼下|门口)", "[A]|[E]|[A]0"),
        ("(?:地址|住址|位置)", "0[A]|0是[A]|0改成[A]"),
        ("^", "[A] |[E]|我住[A],|我这边是[A]|[A]"),
        ("$", ",[A]| [A]|地址[A]|送到[A]|,在[A]|我在[E]"),
        ("[，,](?=[我你您他她])", ",[A] |,[E],"),
    )
]
_USUAL = [
    (re.compile(pattern), written)
    for pattern, written in (
        ("(?<![其吉])[他她](?!们)", "[Q]|[V]"),
        (f"(?:{WORKERS})", "[Q]|0[Q]|[V]|[T]"),
        (f"(?:{'|'.join(KIN)})(?![的机])", "0[Q]|[Q]|[V]|0[V]"),
        ("(?<=[给帮跟替找让和是])[我您你](?!们)", "[Q]|[V]|[T]|[U]|0[U]"),
        ("^我(?!们)", "我[Q]|[Q]|[V]|我[V]|我是[Q]|我[W]|我[U]|[U]"),
        ("^[您你](?!好|们)", "[Q]|[V]|[T]|[T]您"),
        ("[，,](?=[我你您他她])", ",[Q],|,[Z]|,[Y]|[V],|[T],|[R],"),
        ("$", "[Q]|,[Q]|[Z]|[Y]|[V]|[T]| [V]|[G]|[R]|[U]|,[U]"),
        ("^", "[Q]|[V]|[T] |[T]|[R]|[G]|[W]|[M]"),
        ("[这那][边里]", "[R]|[W]|[M]|[G]|[R]0|[M][G]"),
        ("(?<=[在到去])(?:家|这儿?|那儿?|楼下|门口|店里)", "[R]|[W]|[M]|[G]|[R]0|[M][G]"),
        ("(?:我家|家里|小区|我这[边里])", "0[G]|[W]0|[G]"),
    )
]
_PUT = (_NAMED, _NAMED, _PLACED, _USUAL, _USUAL)
"""Where something personal may stand in an ordinary sentence, and what is written there; 0 is what
stood there."""


def _rewritten(said: Said, change: Callable[[str], str]) -> Said:
    """The text with each character changed; the marks move along."""
    at, ats, text = 0, [], ""
    for char in said.text:
        ats.append(at)
        new = change(char)
        text += new
        at += len(new)
    ats.append(at)
    marks = tuple(Mark(ats[m.start], ats[m.end], m.kind) for m in said.marks)
    return replace(said, text=text, marks=marks)
