"""Made-up names of persons. Surnames by how common they are; given names of many kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.quality.personal.words import MODERN, dictionary, family_of, full_names, is_usual, listed
from pipeline.privacy.surnames import COMPOUND, SINGLE

if TYPE_CHECKING:
    from random import Random

COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷"
    "龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
"""The hundred most common surnames, from the most common on (公安部 户籍)."""

FROM_AFAR = listed(
    "阿依古丽 买买提 艾力 热依汗 古丽娜尔 吐尔逊 次仁 卓玛 扎西 央金 格桑 旦增 巴桑 乌云其其格 巴特尔 娜仁 苏日娜 阿迪力 迪丽拜尔 努尔古丽 玉素甫 阿布都 多吉 德吉 拉姆 白玛 洛桑 其美 斯琴 呼和 哈斯 帕提古丽 "
    "麦麦提 艾孜买提 艾尼瓦尔 库尔班 阿不来提 吾买尔 依明 祖农 肉孜 塔依尔 木合塔尔 伊敏 亚森 热合曼 米吉提 克里木 沙吾提 艾合买提 帕尔哈提 迪里夏提 茹仙古丽 阿孜古丽 米热古丽 古丽巴哈尔 再娜甫 赛买提 阿卜杜拉 "
    "伊力亚斯 卡德尔江 吐尔洪江 艾山江 努尔兰 叶尔肯 哈山 巴合提 赛力克 加娜尔 阿依努尔 萨日娜 那日苏 乌兰托娅 格日勒 图门 朝鲁 宝音 其木格 阿拉坦 布和 达来 特木尔 苏和 敖登 索南 才让 尼玛 平措 丹增 罗布 顿珠 仁青 曲珍 卓嘎 旺堆 "
    "贡布 达瓦 拉巴 强巴 格列 美朵 阿呷 木乃 尔古 吉克 沙马 阿木 依洛 尔布"
)
"""Names of minorities, as they are written."""
DOES = "戴付包查盖封管谢祝向连解单应成安平全明时方元段班白蓝高黄金温路车钱万左常任从于尚商党台项"
KNOWN = listed(
    "李白 孔子 老子 庄子 鲁迅 雷锋 诸葛亮 包青天 包公 孙悟空 唐僧 白雪公主 刘德华 周杰伦 姚明 马云 马化腾 张学友 李小龙 关公 岳飞 武松 曹操 刘备 秦始皇 毛主席 周总理 袁隆平 王者荣耀 王八蛋 张家界 白云机场 康师傅 周大福 李宁 王老吉 老干妈 马应龙 同仁堂 江小白 张小泉 吴裕泰 王守义 白象 金龙鱼 鲁花 牛栏山 易方达 平安 方太 石头 龙牌 美的 安踏 海尔 华为 康佳 方正 金山 金蝶 新东方 周黑鸭 蒋介石 牛魔王 祝英台 梁山伯 常熟 温州 江门 石家庄 张家口 马鞍山 连云港 安庆 黄石 白城 武汉 贺州 柳州 梅州 宁波 郑州 徐州 苏州 沈阳 洛阳 安徽 江苏 江西 江南 云南 黄河 长江 白云 双流 万达 万象城 万科 万家乐 金佰利 安利 盛大 时代 方便面 顾家 林肯 雷克萨斯 宝马 马自达 毛坯 毛坯房 全险 金卡 白金卡 黄牛 黄牛票 张飞 关羽 林黛玉 贾宝玉 白骨精 阎王 阎王爷 王母娘娘 叶子 艾特 荣耀 周末 宝宝 付清 全款 全家桶 明星 东方甄选 安居客 贝壳 易车 温泉 陈醋 江米 石榴 盛夏 成都 常德 祁连山 华山 黄山 左右手 单身狗 高德 支付宝 花呗 余额宝 钱大妈 韩国 蒙古 古镇 明朝 唐朝 宋朝 元旦 夏天 冬天 秋天 春天"
)
"""What is no customer though it begins like a name."""
TITLES = listed("先生 女士 小姐 老师 师傅 经理 总 姐 哥 阿姨 主任 医生 太太 大姐 大哥")
NICK = listed("小 老 阿")


class People:
    """Draws names. ``ordinary``: words of two characters that are given names too
    (建国, 文静); ``like_names``: words that begin with a surname (毛坯房);
    ``sayings``: such of four characters (张冠李戴)."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        words = dictionary()
        self._known = [name for name in full_names(words) if len(name) >= 3]
        self.ordinary = [
            word
            for word, frequency, tag in words
            if len(word) == 2
            and frequency >= 20
            and tag not in {"m", "c", "p", "r", "ns"}
            and set(word) <= set(MODERN)
        ]
        self.like_names = [
            word
            for word, frequency, tag in words
            if 2 <= len(word) <= 4
            and frequency >= (20 if len(word) == 3 else 5)
            and is_usual(word, frequency, tag)
            and family_of(word)
        ]
        self._word_names = [
            word for word in self.like_names if len(word) == 2 and word[1] in MODERN
        ]
        self._any_words = [
            word
            for word, f, tag in words
            if len(word) == 2 and f > 50 and tag in {"a", "n", "v", "z"}
        ]
        self._nouns = [
            word for word, f, tag in words if len(word) == 2 and f > 30 and tag in {"n", "v", "vn"}
        ]
        self._with: dict[str, list[str]] = {}
        for word, frequency, tag in words:
            if len(word) == 2 and frequency >= 60 and tag[0] in "navzt":
                for char in word:
                    self._with.setdefault(char, []).append(word)
        self.sayings = [
            word
            for word, frequency, tag in words
            if len(word) == 4 and is_usual(word, frequency, tag) and family_of(word)
        ]
        self._given = list(MODERN)
        self._any_given = sorted({char for name in self._known for char in name[1:]})
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
        if chance < 0.49:
            return self._draw.choice(self.ordinary)
        if chance < 0.52:
            return self._draw.choice(self._any_words)
        if chance < 0.57:
            return self._draw.choice(self._given) * 2
        pool = self._given if chance < 0.93 else self._any_given
        return self._draw.choice(pool) + self._draw.choice(self._given)

    def from_afar(self) -> str:
        """A name of a minority, often of two parts with a point between."""
        sign = self._draw.choice(("·", "·", "·", ""))
        first, second = self._draw.choice(FROM_AFAR), self._draw.choice(FROM_AFAR)
        return first + sign + second if sign or len(first) < 3 else first

    def spelt(self) -> str:
        """A name of two or three characters, of which words are known."""
        for _ in range(50):
            name = self.full() if self._draw.random() < 0.75 else self.of_words()
            if len(name) <= 3 and all(char in self._with for char in name[1:]):
                return name
        return "任静"

    def spelling_of(self, name: str) -> str:
        """How somebody spells a name: ，安静的静."""
        parts = [self._draw.choice(self._with[c]) + "的" + c for c in name if c in self._with]
        if self._draw.random() < 0.4:
            parts = parts[-1:]
        return self._draw.choice(("，", "，", " ", "")) + self._draw.choice(("，", " ", "")).join(
            parts
        )

    def of_words(self) -> str:
        """A name that is a usual word (甘露), or of one (石榴花)."""
        name = self._draw.choice(self._word_names)
        return name + self._draw.choice(self._given) if self._draw.random() < 0.3 else name

    def verb_and_noun(self) -> str:
        """A surname that does or counts something, and a usual word: 戴头套, 段奶粉."""
        return self._draw.choice(DOES) + self._draw.choice(self._nouns)

    def titled(self) -> str:
        """A surname with a title, or a nickname; it names nobody."""
        if self._draw.random() < 0.25:
            return self._draw.choice(NICK) + self._draw.choice(COMMON)
        return self.family() + self._draw.choice(TITLES)

    def _from_afar(self) -> str:
        names = FROM_AFAR
        first = self._draw.choice(names)
        return first + self._draw.choice(names) if len(first) < 3 else first
