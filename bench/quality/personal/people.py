"""Made-up names of persons. Surnames by how common they are; given names of many kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.quality.personal.words import MODERN, NAMES, dictionary, family_of, full_names
from pipeline.privacy.surnames import COMPOUND, SINGLE

if TYPE_CHECKING:
    from random import Random

COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷"
    "龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
"""The hundred most common surnames, from the most common on (公安部 户籍)."""

FROM_AFAR = "阿依古丽 买买提 艾力 热依汗 古丽娜尔 吐尔逊 次仁 卓玛 扎西 央金 格桑 旦增 巴桑 乌云其其格 巴特尔 娜仁 苏日娜 阿迪力 迪丽拜尔 努尔古丽 玉素甫 阿布都 多吉 德吉 拉姆 白玛 洛桑 其美 斯琴 呼和 哈斯 帕提古丽 麦麦提 艾孜买提"
TITLES = "先生 女士 小姐 老师 师傅 经理 总 姐 哥 阿姨 主任 医生 太太 大姐 大哥".split()
NICK = "小 老 阿".split()


class People:
    """Draws names. ``ordinary``: words of two characters that are given names too
    (建国, 文静); ``like_names``: words that begin with a surname (毛坯房)."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        words = dictionary()
        self._known = [name for name in full_names(words) if len(name) >= 3]
        self.ordinary = [
            word
            for word, frequency, tag in words
            if len(word) == 2 and frequency >= 20 and tag not in {"m", "c", "p", "r", "ns"}
            and set(word) <= set(MODERN)
        ]
        self.like_names = [
            word
            for word, frequency, tag in words
            if 2 <= len(word) <= 4 and frequency >= 20 and tag not in NAMES and family_of(word)
        ]
        self._given = list(MODERN)
        self._any_given = list({char for name in self._known for char in name[1:]})
        self._compounds = COMPOUND.split("|")

    def family(self) -> str:
        chance = self._draw.random()
        if chance < 0.08:
            return self._draw.choice(self._compounds)
        if chance < 0.4:
            return self._draw.choice(SINGLE)
        return COMMON[min(int(self._draw.expovariate(1 / 28)), len(COMMON) - 1)]

    def full(self) -> str:
        """A full name of two to four characters, rarely longer."""
        chance = self._draw.random()
        if chance < 0.2:
            name = self._draw.choice(self._known)
            family = family_of(name)
            assert family is not None
            return self.family() + name[len(family) :] if chance < 0.12 else name
        if chance < 0.23:
            return self._from_afar()
        return self.family() + self.given()

    def given(self) -> str:
        chance = self._draw.random()
        if chance < 0.3:
            return self._draw.choice(self._given)
        if chance < 0.38:
            return self._draw.choice(self._any_given)
        if chance < 0.5:
            return self._draw.choice(self.ordinary)
        if chance < 0.57:
            return self._draw.choice(self._given) * 2
        pool = self._given if chance < 0.93 else self._any_given
        return self._draw.choice(pool) + self._draw.choice(self._given)

    def titled(self) -> str:
        """A surname with a title, or a nickname; it names nobody."""
        if self._draw.random() < 0.25:
            return self._draw.choice(NICK) + self._draw.choice(COMMON)
        return self.family() + self._draw.choice(TITLES)

    def _from_afar(self) -> str:
        names = FROM_AFAR.split()
        first = self._draw.choice(names)
        return first + self._draw.choice(names) if len(first) < 3 else first
