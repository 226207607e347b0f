"""Names of persons: after a naming word, in an answer, or before a title.

jieba's part of speech was tried for them. It takes three seconds to load, and it takes 高中生 for a
name and 齐建军 for none; a list of surnames and of words that begin like a name does better here.
"""

from __future__ import annotations

import re

from pipeline.privacy.spelling import GAP

COMPOUND = (
    "欧阳 司马 上官 诸葛 尉迟 司徒 慕容 皇甫 长孙 宇文 东方 南宫 夏侯 令狐 独孤 公孙 轩辕 万俟 端木 呼延 闻人 "
    "申屠 太史 澹台 濮阳 淳于 单于 赫连 钟离 百里 西门 第五 拓跋 完颜 纳兰 叶赫 鲜于 司空 公羊 贺兰 耶律 东郭 南荣 "
    "左丘 梁丘 段干 乐正 宗政 仲孙 亓官 即墨 达奚 褚师 哈尼 爱新"
).split()

SINGLE = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦"
    "申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄"
    "单包司柏宁柯阮桂闵解强柴华滕车穆应鄢鞠骆佟郁宗边卞池冷冉米蔺闫肖巩苟来辜敖仇付古连占芮车闻井储房缪麦符党艾桑屠饶娄栾栗荆"
    "匡邬巫明全晏虞仲昝臧卓邰郜郗阙鹿岑迟皮乌伏狄宫糜藏习逯竺商麻冒訾晋双尚权慎冀农花荀羊惠曲封储段富巴牧隗山郭宓蓬逄印宿怀蒲"
    "台从鄂索咸籍蔚越夔隆师厍聂晁勾融冷辛阚那简沙乜养须丰巢蒯相后红游竺权盖桓公"
)

SURNAME = rf"(?:{'|'.join(COMPOUND)}|[{''.join(sorted(set(SINGLE) - set('车花双相后公位来时越养那沿占从索')))}])"
"""Without those that mostly begin a word (我叫车, 时间)."""

TITLE = r"(?:先生|女士|小姐|太太|师傅|老师|本人)"

_NEVER = "我你您他她它们的了是不没吗呢吧么什这那哪就也都还很请问在有能会要想可以给把被让跟和说哦啊嗯呀啦哈"
"""Characters that no name has."""

_WORDS = (
    "安装 安全 安排 安卓 安心 安徽 高级 高手 高中 高兴 高新 方便 方法 方式 方案 成功 成都 金额 金卡 金牌 黄金 黄色 黄牛 白色 白天 白条 白领 "
    "周一 周二 周三 周四 周五 周六 周日 周末 周边 单位 单独 单身 单子 单号 水费 平时 平台 平安 江苏 江西 马上 马桶 应该 应急 季度 项目 全部 全额 全家 "
    "易付 明天 明白 明年 许可 许多 常常 常用 温度 路边 路上 路由 路过 党员 包裹 包括 包年 包月 包邮 管理 管家 连续 连接 于是 钱包 房东 房子 房贷 "
    "计划 强制 解决 解释 解绑 解除 申请 申诉 郑州 苏州 徐州 常州 杭州 广州 宁波 宁夏 石家 石油 龙头 武汉 温州 湖 万一 关于 关系 关机 关闭 游戏 "
    "江湖 甘肃 文件 文字 左右 左边 古代 向前 向您 景区 尚未 商家 商品 商城 商户 商务 师傅 红包 红色 简单 富 任何 任务 何时 何况 胡说 余额 余下 孙子 "
    "谢谢 谢了 曾经 常见 程序 程度 严重 毛病 毛巾 康复 易懂 华为 欧元 欧洲 盛大 山东 山西 麻烦 农行 农村 农业 封号 封了 冷气 冷藏 米饭 米色 付款 付费 "
    "付了 连锁 符合 费用 费率 查询 查一 查看 查不 强行 宫 牛奶 牛肉 羊 鹿 骆驼 梅花 桂花 柴油 车主 车牌 户主 业主 机主 货主 主人 客户 顾客 顾问 "
    "位置 来电 权限 权益 印象 宿舍 怀疑 习惯 藏 融资 井 皮肤 皮鞋 饶 巴士 牧 丰富 丰巢 巢 沙发 双方 纪念 项链 童装 童鞋 霍 卫生 卫浴 曲线 阳台 阳光 "
    "古董 毕业 毕竟 申报 庄 施工 殷 汤 邮 任意 金融 金币 孔 江 龙 唐 段 路 叶"
).split()
_WORD = re.compile("|".join(sorted((word for word in _WORDS if len(word) > 1), key=len)))

_FOLLOWS = re.compile(
    r"[我你您他她的了是在有想要来打问住家这那就也帮不没给把从跟和对嗯啊呢吧哈哦因为上前刚买订办男女等]|手机|电话|号码|身份|地址|麻烦|昨|今|之前|之后|"
    r"然后|尾号|生日|性别|房子|以前|当时|去年|本人|请|能|可以|" + TITLE
)
"""What begins after a name where no punctuation stands."""

_HAN = re.compile(r"[\u4e00-\u9fff·]+")
_BEGIN = re.compile(SURNAME)
_LATIN = re.compile(r"[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){1,2}")
_NO_ANSWER = re.compile(
    r"[一二三四五六七八九十零幺]|等|稍|先|为|怎|好|行|对|知道|收到|方便|刚|现|已|地址|电话|号码|姓|名|随便|随意|以前|系统|记|忘|找|看|拿|开"
    r"|本人|自己|没|无|上次|这|那|没问题|随|再|没空|算|干|凭|别|谁|全|都|投诉|退|转|查|帮|稍|麻烦|谢|拜|喂|听|嘛|发|写|改|填|错|客服|人工|其|快|用|到|收|公司"
)

TOLD = re.compile(
    rf"(?:名字(?:叫|就?是)|(?:被?保险人|投保人|受益人|持卡人|收[件货]人|联系人|申请人|开户人|登记人|预订人|订票人|乘机人|入住人|患者"
    rf"|户主|机主|房主|车主|业主|户名|客户名字?|真实姓名|姓名|名字)(?:姓名|名字|拼音)?){GAP}(?:写|叫|填)?"
)
"""Words after which a name stands and hardly anything else, with the gap behind them."""

CALLS = re.compile(
    r"(?:我|我的|她|他|它|爱人|老公|老婆|妻子|丈夫|儿子|女儿|孩子|小孩|父亲|母亲|妈|爸|奶奶|爷爷|哥|姐|弟|妹|名)(?:的?名字)?(?:就|是)?叫(?:做|老)?"
)
MINE = ("我", "敝", "小姓", "免贵", "姓")
"""So begins what somebody says of himself."""

FAMILY = re.compile(r"(?:免贵|[我他她]|敝|小)姓(?!名|什|啥|氏)|(?:免贵)?姓(?=[\u4e00-\u9fff](?:$|[，。,.\s嗯啊]))")
AM = re.compile(r"我是(?!我)|[您你]好(?:,|，)?我(?:是|叫)")
ASKED = re.compile(
    r"贵姓|姓什么|怎么称呼|如何称呼|叫什么|姓名|名字|(?:收[件货]|联系|投保|被保险|申请|持卡|开户|登记|入住|预订)人(?:是|叫|怎么|写|呢|$)|[机户车业房]主(?:是|叫|呢|$)|户名"
)
CALLED = re.compile(
    rf"(?:^|[，。！？,\s]|是|请问|联系|找|给|为|和|跟|感谢|人)(?P<v>{SURNAME}[\u4e00-\u9fff]{{1,2}}?)(?={TITLE})"
)
BEFORE_PHONE = re.compile(r"(?:^|[\s，,、])(?P<v>[\u4e00-\u9fff]{2,4})[\s，,、:：]+(?=1[3-9]\d{9})")
ANSWER = re.compile(
    r"(?:[\s，,。、]|嗯+|呃|哦|啊|唉|哎|好的?|是|我叫|我是|我的名字|名字|我姓|免贵|姓|叫我?|写|就|老|小|姓名|她|他|您好|你好|本人)*"
)


def read_name(text: str, at: int, *, strict: bool) -> int | None:
    """The end of a name that begins at ``at``; ``None`` where none does.

    ``strict``: the naming word fits nothing else than a name, so a name without a known surname is
    one too.

    >>> read_name("我叫李晓明我要投诉", 2, strict=False), read_name("我叫外卖", 2, strict=False)
    (5, None)
    """
    if latin := _LATIN.match(text, at):
        return latin.end() if strict else None
    run = _HAN.match(text, at)
    if run is None or _WORD.match(text, at):
        return None
    length = run.end() - at
    if "·" in run.group():
        return run.end() if length <= 12 else None
    family = _BEGIN.match(text, at)
    if family is None:
        bounded = 2 <= length <= 4 and not _NO_ANSWER.search(run.group()) and _has_no_small_word(run.group())
        return run.end() if strict and bounded else None
    given = at + len(family.group())
    for end in (given + 2, given + 1):
        if end > run.end() or not _has_no_small_word(text[given:end]):
            continue
        if end - given == 2 and end < run.end() and _FOLLOWS.match(text, end - 1):
            continue
        if end - given == 2 and _FOLLOWS.match(text, given + 1, run.end()) and _is_word_at(text, given + 1):
            continue
        return end
    return None


def read_answer(text: str) -> tuple[int, int] | None:
    """The place of the name in the answer to a question for it; ``None`` without one.

    >>> read_answer("嗯，我姓欧阳。"), read_answer("不方便说")
    ((4, 6), None)
    """
    lead = ANSWER.match(text)
    assert lead is not None
    for at in range(lead.end(), -1, -1):
        if at != lead.end() and at != 0 and not _BEGIN.match(text, at):
            continue
        end = _family_alone(text, at) or read_name(text, at, strict=True)
        if end is not None and not _NO_ANSWER.match(text, at):
            return at, end
    return None


def read_family(text: str, at: int) -> int | None:
    """The end of a surname that a naming word (我姓) stands before; ``None`` in 我姓张的话."""
    found = _BEGIN.match(text, at) or re.compile(r"[\u4e00-\u9fff]").match(text, at)
    if found is None or found.group() in _NEVER or text.startswith("的", found.end()):
        return None
    return found.end()


def read_self(text: str, at: int) -> int | None:
    """The end of a name after 我是, which mostly says something else: it has a surname, two or three
    characters, and an end."""
    end = read_name(text, at, strict=False)
    if end is None or not _BEGIN.match(text, at):
        return None
    rest = text[end:]
    return end if not rest or rest[0] in "，。！,.! " else None


def _family_alone(text: str, at: int) -> int | None:
    found = _BEGIN.match(text, at)
    if found and re.compile(rf"$|[，。,.！\s嗯啊]|{TITLE}|就行|就好|名字").match(text, found.end()):
        return found.end()
    return None


def _has_no_small_word(text: str) -> bool:
    return not any(char in _NEVER for char in text)


def _is_word_at(text: str, at: int) -> bool:
    return re.compile(r"手机|电话|身份|地址|麻烦|上个|上周|上次|昨|今|之前|家里|打电|想问|要投|住在|尾号|生日|房子|买了|订了|办了").match(text, at) is not None


def read_told(text: str, at: int) -> int | None:
    """The end of a name behind a word that names it."""
    return read_name(text, at, strict=True)


def read_called(text: str, at: int) -> int | None:
    """The end of a name behind 叫; it needs a known surname."""
    return read_name(text, at, strict=False)


def family_of(name: str) -> str | None:
    """The surname of a name; ``None`` if it is none that is known."""
    found = _BEGIN.match(name)
    return found.group() if found else None


def may_be_name(text: str) -> bool:
    """Whether a text could be a name or a surname alone.

    >>> may_be_name("李晓明"), may_be_name("欧阳"), may_be_name("投诉")
    (True, True, False)
    """
    found = _BEGIN.match(text)
    if found is None:
        return False
    return found.end() == len(text) or read_name(text, 0, strict=False) == len(text)
