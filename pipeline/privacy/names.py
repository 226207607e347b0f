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
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷"
    "钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路"
    "岳齐梅莫庄辛管祝左涂谷祁舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍覃霍翁隋植甘"
    "景薄单包司柏宁柯阮桂闵解强柴华滕穆应鄢鞠骆佟郁宗边卞池冷冉米蔺闫肖巩苟辜敖仇付古连芮闻井"
    "储房缪麦符党艾桑屠饶娄栾栗荆匡邬巫明全晏虞仲昝臧卓邰郜郗阙鹿岑迟皮乌伏狄宫糜藏习逯竺商麻"
    "冒訾晋尚权慎冀农荀羊惠封富巴牧隗山宓蓬逄印宿怀蒲台鄂咸籍蔚夔隆师厍晁勾融阚简沙乜丰巢蒯盖"
    "桓姬窦奚郎昌酆廉乐湛禹贝谈茅危刁裘宣贲杭诸吉钮嵇荣羿汲邴班伊暴厉戎束幸韶蓟莘贡劳郦雍璩寿"
    "扈燕郏浦瞿茹宦容戈庾暨衡弘寇沃苑佘揭仝缑亓郇佴褚戚喻元平计蓝支滑於弓仰钭祖蒙阴胥苍扶堵宰"
    "濮慕禄殳毋岚衣帅兀展矫敬岩邸"
)

SURNAME = rf"(?:{'|'.join(COMPOUND)}|[{SINGLE}])"
"""Without those that mostly begin a word (我叫车, 时间)."""

TITLES = ("先生", "女士", "小姐", "太太", "师傅", "老师", "本人")
TITLE = rf"(?:{'|'.join(TITLES)})"
_OFFICE = re.compile(rf"{TITLE}|经理|主任|老板|主管|组长|队长|医生|护士|律师|教练|专员|总|工(?!作)|[哥姐]")

LONGEST_ANSWER = 12
"""Characters of an answer whose last three may be the name (our choice)."""

_NEVER = "我你您他她它们的了是不没吗呢吧么什这那哪就也都还很请问在有能会要想可以给把被让跟和说哦啊嗯呀啦哈"
"""Characters that no name has."""

_WORDS = (
    "安装 安全 安排 安卓 安心 安徽 高级 高手 高中 高兴 高新 方便 方法 方式 方案 "
    "成功 成都 金额 金卡 金牌 黄金 黄色 黄牛 白色 白天 白条 白领 周一 周二 周三 "
    "周四 周五 周六 周日 周末 周边 单位 单独 单身 单子 单号 江苏 江西 马上 马桶 "
    "应该 应急 季度 项目 全部 全额 全家 易付 明天 明白 明年 许可 许多 常常 常用 "
    "温度 路边 路上 路由 路过 党员 包裹 包括 包年 包月 包邮 管理 管家 连续 连接 "
    "于是 钱包 房东 房子 房贷 强制 解决 解释 解绑 解除 申请 申诉 郑州 苏州 徐州 "
    "常州 宁波 宁夏 石家 石油 龙头 武汉 温州 万一 关于 关系 关机 关闭 游戏 江湖 "
    "甘肃 文件 文字 左右 左边 古代 向前 向您 景区 尚未 商家 商品 商城 商户 商务 "
    "师傅 红包 红色 简单 任何 任务 何时 何况 胡说 余额 余下 孙子 谢谢 谢了 曾经 "
    "常见 程序 程度 严重 毛病 毛巾 康复 易懂 华为 欧元 欧洲 盛大 山东 山西 麻烦 "
    "农行 农村 农业 封号 封了 冷气 冷藏 米饭 米色 付款 付费 付了 连锁 符合 费用 "
    "费率 查询 查一 查看 查不 强行 牛奶 牛肉 骆驼 梅花 桂花 柴油 顾客 顾问 权限 "
    "权益 印象 宿舍 怀疑 习惯 融资 皮肤 皮鞋 巴士 丰富 丰巢 沙发 纪念 项链 童装 "
    "童鞋 卫生 卫浴 曲线 阳台 阳光 古董 毕业 毕竟 申报 施工 任意 金融 金币 韩国 "
    "韩版 鲁能 华北 华南 华东 常年 方太 金属 高铁 高考 高血 路口 万达 万科 孔雀 "
    "包车 包间 解约 成人 成年 成本 成交 党支 祝您 祝你 安居 安检 安静 毛衣 毛孩 "
    "白酒 白班 冷饮 方形 石头 孙女 左侧 马路 牛年 麦克 沙滩 沙拉 应聘 应届 应付 "
    "应收 应当 单亲 单方 单人 单价 全天 全程 全国 全款 任职 宫颈 顾虑 顾不 易碎 "
    "明细 明显 白跑 高速 高峰 高层 程式 常规 强烈 阳性 游客 游泳 温馨 温水 房屋 "
    "房产 房间 房号 钱款 段时 师生 宋体 卫士 司机 商量 商业 商标 商铺 丁点 于今 "
    "关联 关掉 向日 向来 符号 查收 查清 查明 查到 查下 易拉 师父 麻将 殷勤 权利 "
    "连带 连线 连衣 连夜 连号 简介 简历 简易 游玩 严格 严肃 封面 封闭 封口 封存 "
    "左转 管道 管用 管不 古城 牛仔 牛排 盖章 伏天 艾特 艾滋 艾草 巴黎 富裕 富豪 "
    "乐意 乐园 乐视 荣耀 荣誉 幸亏 幸福 容易 劳动 劳烦 班车 班次 班级 燕窝 昌平 "
    "吉林 吉他 吉祥 寿险 寿命 谈判 谈到 谈好 危险 束缚 弘扬 衡量 贝壳 暴力 厉害 "
    "诸如 诸多 杭州 宣传 宣布 贡献 伊利 伊始 廉价 成立 成了 常温 强调 强迫 白费 "
    "白等 高价 高的 单据 单元 金条 文员 文化 文具 申购 申领 易损 解封 解锁 解开 "
    "解冻 全新 全是 全套 包装 管的 封装 封条 连不 连网 连上 华丽 成品 马甲 马克 "
    "牛津 毛毯 熊猫 龙虾 黄鱼 黄瓜 白菜 石膏 石材 江南 江北 江东 金山 金沙 方圆 "
    "宁可 宁愿 关心 关怀 关注 卫星 申通 安能 余款 余量 应缴 应补 易购"
).split()
_WORD = re.compile("|".join(_WORDS))

_FOLLOWS = re.compile(
    r"[我你您他她的了是在想要打问住这那就也帮不没给把被从跟嗯啊呢吧哈哦说]|手机|电话|号码|身份|地址|麻烦|昨|今|之前|之后|然后|尾号|生日|性别|房子|以前|当时|去年|请|能|可以"
    r"|上[个周次月]|前[天几]|刚[才刚买]|因为|来电|家里|家[住在]|有[个一]|对[啊吧的]|和[我你您]|买了|订了|办了|投诉|男[的性，]|女[的性，]|" + TITLE
)
"""What begins after a name where no punctuation stands."""

_HAN = re.compile(r"[\u4e00-\u9fff·]+")
_BEGIN = re.compile(SURNAME)
_LATIN = re.compile(r"[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){1,2}")
_NO_ANSWER = re.compile(
    r"[一二三四五六七八九十零幺]|等|稍|先|为|怎|好|行|对|知道|收到|方便|刚|现|已|.*[部组店处司]$|地址|电话|号码|姓|名|随便|随意|以前|系统|记|忘|找|看|拿|开"
    r"|本人|自己|没|无|上次|这|那|没问题|随|再|没空|算|干|凭|别|谁|全|都|投诉|退|转|查|帮|稍|麻烦|谢|拜|喂|听|嘛|发|写|改|填|错|客服|人工|其|快|用|到|收|公司"
)

TOLD = re.compile(
    rf"(?:名字(?:叫|就?是)|(?:被?保险|投保|受益|持卡|收[件货]|联系|申请|开户|登记|预订|预约|订票|乘机|入住|签约|经办|寄件|取件|就诊|报修|紧急联系|法定代表)人"
    rf"|患者|病人|学员|户主|机主|房主|车主|业主|(?<!客)户名(?!单)|客户名字|真实姓名|姓名|全名|名字)(?:姓名|名字|拼音)?{GAP}(?:写|叫|填)?"
)
"""Words after which a name stands and hardly anything else, with the gap behind them."""

KIN = tuple(
    "爱人 老公 老婆 妻子 丈夫 儿子 女儿 孩子 小孩 父亲 母亲 妈妈 爸爸 妈 爸 奶奶 爷爷 外公 外婆 哥哥 姐姐 弟弟 妹妹 哥 姐 弟 妹".split()
)
_KIN = "|".join(KIN)
CALLS = re.compile(
    rf"(?:我|我的|她|他|它|名|个|位|人|主|司机|师傅|客户|同学|同事|朋友|老人|{_KIN})(?:的?名字)?(?:就|是)?叫(?:做|老)?"
)
OF_KIN = re.compile(rf"(?:{_KIN})(?:的?名下)?(?:是)?")
MINE = ("我", "敝", "小姓", "免贵", "姓")
"""So begins what somebody says of himself."""

FAMILY = re.compile(
    r"(?:免贵姓|(?:[我他她]|敝)(?:就是|是)?姓|小姓|姓(?=[\u4e00-\u9fff]{1,2}(?:$|[，。,.！\s嗯啊])))(?![名什啥氏])"
)
AM = re.compile(r"我(?:这边|这里|这儿)?是(?!我)")
ASKED = re.compile(
    r"贵姓|姓什么|姓啥|怎么称呼|如何称呼|怎么叫|叫什么|叫啥|姓名|全名|名字|谁名下|谁的名|户名"
    r"|(?:收[件货]|联系|投保|被保险|申请|持卡|开户|登记|入住|预约|预订|寄件)人(?:是|叫|怎么|写|呢|填|$)|[机户车业房]主(?:是|叫|呢|$)"
)
CALLED = re.compile(
    rf"(?:^|[，。！？,\s]|[您你]好|好的|是|请问|联系|找|给|为|和|跟|感谢|谢谢|人)(?P<v>(?P<f>{SURNAME})[\u4e00-\u9fff]{{1,2}}?)(?=(?P=f)?{TITLE})"
)
BEFORE_PHONE = re.compile(r"(?:^|[\s，,、])(?P<v>[\u4e00-\u9fff]{2,4})[\s，,、:：]+(?=1[3-9]\d{9})")
ANSWER = re.compile(
    r"(?:[\s，,。、]|嗯+|呃|哦|啊|唉|哎|好的?|是的?|就?是|我叫|我是|我的名字|名字|我[啊呀]?姓|免贵姓|免贵|姓|[您你]?叫我?|写|就|姓名|她|他|您好|你好|本人"
    r"|(?:登记|预留|留|写|填|用|办|开户)的(?:名字|姓名)?(?:就?是)?|我(?:自己|本人)的?|(?:应该|好像)是)*"
)
_NICKNAME = re.compile(r"[小老阿][\u4e00-\u9fff](?=$|[，。,.！\s]|就|吧|好了)")
_FAMILY_SAID = re.compile(rf"姓(?![名什啥氏])(?P<v>{SURNAME})(?!的)")

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
        ends = run.end() == len(text) or not text[run.end()].isalnum()
        return run.end() if strict and bounded and ends and not run.group().endswith("号") else None
    given = at + len(family.group())
    if _OFFICE.match(text, given):
        return None
    for end in (given + 2, given + 1):
        if end > run.end() or not _has_no_small_word(text[given:end]):
            continue
        if end - given == 2 and end < run.end() and _FOLLOWS.match(text, end - 1):
            continue
        return end
    return None


def read_answer(text: str) -> tuple[int, int] | None:
    """The place of the name in the answer to a question for it; ``None`` without one.

    >>> read_answer("嗯，我姓欧阳。"), read_answer("不方便说"), read_answer("用我儿子的，常胜军")
    ((4, 6), None, (6, 9))
    """
    if said := _FAMILY_SAID.search(text):
        return said.span("v")
    lead = ANSWER.match(text)
    assert lead is not None
    if short := _NICKNAME.match(text, lead.end()):
        return short.span()
    for at in range(lead.end(), -1, -1):
        if at not in (lead.end(), 0) and not _BEGIN.match(text, at):
            continue
        end = _family_alone(text, at) or read_name(text, at, strict=True)
        if end is not None and not _NO_ANSWER.match(text, at):
            return at, end
    return _last_name(text)


def _last_name(text: str) -> tuple[int, int] | None:
    """A full name that ends a short answer (我儿子名下，常胜军)."""
    clause = re.compile(r"[，。,.！？!?\s]*$").sub("", text)
    if not 4 <= len(clause) <= LONGEST_ANSWER:
        return None
    at = len(clause) - 3
    fits = _BEGIN.match(clause, at) and read_name(clause, at, strict=False) == len(clause)
    return (at, len(clause)) if fits and not _NO_ANSWER.match(clause, at) else None


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
    if end is None or text[end - 1] in "人员户工客友师长主生":
        return None
    return end if _ENDS_SELF.match(text, end) else None


def read_kin(text: str, at: int) -> int | None:
    """The end of a name behind 我儿子; it has three characters and an end."""
    end = read_name(text, at, strict=False)
    return end if end is not None and end - at >= 3 and _ENDS_KIN.match(text, end) else None


_ENDS_SELF = re.compile(r"$|[，。！,.!\s]|之前|上次|上周|上个|昨|今天|刚才|前天|前几天|本人")
_ENDS_KIN = re.compile(r"$|[，。！,.!\s的]")


def _family_alone(text: str, at: int) -> int | None:
    found = _BEGIN.match(text, at)
    if found and re.compile(rf"$|[，。,.！\s嗯啊]|{TITLE}|就行|就好|名字").match(text, found.end()):
        return found.end()
    return None


def _has_no_small_word(text: str) -> bool:
    return not any(char in _NEVER for char in text)


def read_told(text: str, at: int) -> int | None:
    """The end of a name behind a word that names it. Without 是 or a colon behind a word such as
    经办人 it needs a known surname."""
    return read_name(text, at, strict=text[at - 1] in "是叫为写填名字音:： ")


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
