"""Addresses of persons: rows of places and house numbers, after a naming word, in an answer, or whole
by themselves."""

from __future__ import annotations

import re

from pipeline.privacy.spelling import GAP

_NUMBER = "0-9零〇一二两三四五六七八九十百幺甲乙丙丁A-Za-z"
_NOT_IN = "的了吗呢吧们我你您他她不没想请问把被让帮但就很么什吃在说是有哪或住送寄到"
_NO_WORD = r"(?!麻烦|[一总]共|从(?!化)|(?<=麻)烦|(?<![成新丰于宜武花首昌洪])都(?!江堰|匀|昌)|(?<![储智节动核])能(?!源|达))"
"""都, 麻 and 能 stand in names of places too: 成都, 都江堰, 麻城, 新能源大厦."""
_PLACE_CHAR = rf"(?:{_NO_WORD}(?![{_NOT_IN}])[\u4e00-\u9fffA-Za-z0-9·]|(?<=[0-9])-(?=[0-9]))"
REGION = r"(?:特别行政区|自治[区州县]|新区|开发区|省|市|区|县|旗|盟|镇|乡|街道)"
ROAD = (
    r"(?:大道|大街|街|路|巷|弄|胡同|社区|小区|新村|村|屯|庄|花园|家园|苑|公寓|大厦|广场|国贸|中心|大院|大楼|交叉口|超市|学校|中学|小学|大学|家属[院楼区]|校区|创业园|工业园|科技园"
    r"|医院|酒店|宾馆|工厂|市场|园|城|府|坊|宿舍|写字楼|湾|里|道|条|庭|邸|墅)"
)
_HOUSE = rf"(?<=[{_NUMBER}])(?:号院|号楼|号(?!车厢|线|窗口|柜台|登机|航站|货架)|栋|幢|座|期|区|组|队|社|连|排|层|楼|单元|门|室|户|房|院|弄|巷|里|村)"
_PART = rf"{_PLACE_CHAR}{{1,12}}?(?:{_HOUSE}|{REGION}|{ROAD})"
_LAST = rf"(?:(?:号?之|[-—–杠#])?[{_NUMBER}]{{1,5}}(?![{_NUMBER}]|[元块次位天年月分点米个人件平]))*"
_ADDRESS = re.compile(
    rf"(?P<v>{_PART}(?:(?: |[,，、](?=[^,，。 ]{{1,8}}?{_HOUSE}))?{_PART}){{0,11}}{_LAST})"
)
_PARTS = re.compile(
    rf"(?P<house>{_PLACE_CHAR}{{0,12}}?{_HOUSE})|{_PLACE_CHAR}{{1,12}}?(?:(?P<region>{REGION})|(?P<road>{ROAD}))"
)

TOLD = re.compile(
    r"(?:(?:家庭|居住|详细|收[货件]|送货|配送|装机|安装|上门|通讯|联系|邮寄|户籍|用[电水气]|新|现在?的?)?(?:地址|住址)(?:改成|改为|换成|变成|[写填](?:的|着)?)?|地点"
    r"|(?:我|我家|家|现在|一直)住(?:在|的(?:地方|小区)?)?|住在|家在|房子在|我家(?=是|在)|户口(?:在|所在地)?|[电水气网]的地方|位置)"
    rf"(?:是|在)?{GAP}|我们?村(?:子|里)?就?叫{GAP}"
)
BROUGHT = re.compile(
    rf"(?:[改寄送发搬派换](?:货|过来|回来)?(?:到了?|成|往|至)|寄给我|住){GAP}|寄(?=[^，。,到往至给]{{2,8}}[省市区县])"
)
"""Words after which an address stands that has a house number."""

ASKED = re.compile(
    r"地址|住址|住哪|住在哪|[哪什][个么](?:小区|区|街道|村|镇|乡|单元|楼|栋)|(?:具体|家)在哪|寄到哪|送到哪|改成哪|在哪(?:里|儿|个)?(?:住|呢)|您家在|家住"
)
ASKED_PLACE = re.compile(
    r"[哪什][个么](?:位置|地方)|位置(?:在哪|是|呢|$)|门牌|房号|楼栋号?|栋号|楼号|单元号|哪个单元|几单元|几号?楼|几[栋幢]|哪一?栋"
)
"""Questions that an answer with a house number fits."""

ASKED_ROOM = re.compile(
    r"房号|门牌|几室|几号房|哪一?[户间室]|(?:门牌|房间|您?家里?|住)[^，。]{0,3}多少号"
)
NUMBER_ASKED = re.compile(
    r"门牌号?(?:是|呢|多少|[？?]|$)|楼栋号|[您住家][^，。]{0,4}(?:几号楼|几[栋幢]|哪一?[栋幢]|房号|几单元|哪个单元)"
    r"|(?:几[栋幢]|几号楼)(?:几|的?[？?]|$)"
)
"""Questions that a number alone answers."""
NUMBER_ALONE = re.compile(
    r"(?:嗯|哦|啊|是|就是|在|[\s，,])*(?P<v>(?:[甲乙丙丁]?[0-9零〇一二三四五六七八九十百幺]{1,5}(?:号楼|单元|[号栋幢座楼室])?){1,3}|[A-Za-z][0-9]{0,2}[座栋]?)[\s，。,.吧啊呢的]*$"
)
ROOM = re.compile(
    rf"(?:嗯|哦|啊|是|就是|[\s，,])*(?P<v>[{_NUMBER}]{{2,5}}(?:[号室房户])?)[\s，。,.吧啊呢]*$"
)
"""A room's number alone, as the answer to a question for it after the address."""

ASKS_ON = re.compile(
    r"请?(?:继续|接着|往下)(?:说|讲|报)?|然后呢|还有呢|后面呢|再?具体[点些]|门牌|房号|(?:楼栋|栋|楼|室|房间|单元|门)号?(?:呢|是|多少)|几[号栋幢楼单层室门]|哪一?[个栋幢户室单层楼]|多少号"
    r"|什么(?:路|小区|镇|村|街)"
)
"""An agent wants more of an address that is dictated."""

NEVER_OURS = re.compile(
    r"你们(?!系统|后台|平台|(?:就|再|直接|可以|帮我|给我)?(?:寄|送|发|派|配送|上门|来|修))|本行|本店|营业厅|网点|门店|门市|退货|退回|仓库|厂家|店铺|店的|服务站|维修点|自提|总部|(?:服务|政务|税务|办事|业务|办税|缴费|营业)大厅|(?:服务|办事|业务|大厅|楼)的?窗口|窗口办|网址|邮箱|邮件地址|IP|ip|链接|支行|分行|工地"
)
"""Places of the company, whoever names them."""

MINE = re.compile(r"我们?的?(?:仓库|店铺|门店|工地|厂家)")
"""Places of a customer's own firm."""

THEIRS_BEHIND = re.compile(
    r"你们的?(?:店|公司|仓库|总部|那)|营业厅|网点|本行|本店|服务站|维修点|自提|[支分]行|[^，。,]{0,4}大厅|[^，。,]{0,6}窗口"
)
"""Behind an address: it is a place of the company."""

OURS = re.compile(r"我们|咱们|公司(?!的?(?:注册|办公)?地址(?:是|在)?(?:哪|什么|多少|呢|吗|$))")
"""Places of the company if an agent names them."""

THEIRS = re.compile(
    r"[您你](?:的|老?家|住|现|当|留|登记|填|下单|这边|所|预留|在哪)|收[货件]|送货|配送|装机|上门|用[电水气]|户籍|住址|注册地址|办公地址|什么地址|哪个地址|(?:维修|安装|服务)(?:的详细)?地址|寄到|送到|报修|(?:哪个|什么)(?:小区|单元|位置|村|镇)|房号|门牌|具体|详细|几(?:单元|号?楼|室|栋|幢|层|期)|楼栋号?|[栋楼]号|单元(?:号|呢)|哪一?[栋幢户]"
    r"|(?:核对|确认)[^。]{0,8}地址|地址[^。？?]*(?:对[吧吗不]|没错吧|是吧|正确吗)|地址(?:在哪|(?:说|报|讲|提供)一?下)|(?:说|报|讲|提供|留)一?下[^，。]{0,4}地址"
)
"""An agent speaks of the customer's address."""

CHECKS = re.compile("对[吧吗不]|是[吧吗]|没错|正确吗|核对|确认|登记的")
"""An agent checks what the customer told."""

ANSWER = re.compile(
    r"(?:[\s，,。、：:]|嗯+|呃|哦|啊|有|好的?|是|就|现在|目前|地址|住址|我家|我们家|我们|我|家|住|在|送到?|寄到?|改成|改为|换成|变成|写|[您你]?记一下|[变换搬改]了|搬家了|[搬改换]到了?)*"
)
_NO_PLACE = re.compile(
    r"(?:老|新|这|那|本|.*[个跟]|(?:[这那]个)?[和与]|[^\u4e00-\u9fff])?(?:小区|社区|大厦|广场|公寓|花园|中心|城|园|区|县|市|镇|村|街|路|超市|学校|医院|酒店|市场|工厂|大学|宿舍)$"
    r"|.*(?:系统|手机|电话|短信|邮件|这|那|家|心|城|夜|哪|屋|车|公|农|群)里|.*(?:知|渠|频|味|管|通|报|厉|一|难)道|.*(?:半|一|在|上|走|网|线|问|思|销|电|铁|公|马)路|.*(?:幼儿|公|花|乐)园$|同城|商城|订单.*"
)


ASKED_ESTATE = re.compile(
    r"[哪什][个么](?:小区|楼盘)|小区(?:名|叫|是)|[送寄发派装][到在]?哪(?:里|儿|呢|啊|个位置)(?:[？?呢，。\s]|$)|(?:(?:家|住)(?:具体|大概|现在)?(?:住?在)|住|您家)哪(?:里|儿|呢|啊|个?位置)*(?:[？?，。\s]|$)"
    r"|(?:家庭|详细|收货|装机|安装|上门|居住|送货)的?地址(?:是|在)?(?:[？?。\s]|$|多少|哪|什么|呢|麻烦|[报说讲]一?下)"
)
TOLD_ESTATE = re.compile(r"小区(?:名字?)?就?(?:是|叫)")
_NO_ESTATE = re.compile(
    r".*(?:[电手]话|身份|地址|住址|附近|旁边|对面|隔壁|门口|楼[上下]|营业|门店|网点|公司|单位|学校|医院|系统|资料|订单|快递|客服|人工|投诉|师傅|屋|默认|上次|原来"
    r"|之前|以前|老|出租|市区|郊区|农村|城[里区市]|[外本同当]地|国[内外]|网上|信号|手机|公共|路边|客厅|卧室|厨房|阳台|方便|随便|麻烦|变化?$|[小社]区$|[省市县]$|大厅|窗口)"
)
_ESTATE_CHAR = rf"(?:(?![{_NOT_IN}这那哪谁怎知随等稍看忘记收谢近旁会可以跟去来用还也又再才只从别刚正忙嗯喂好零一二两三四五六七八九十第])[\u4e00-\u9fff])"
_ESTATE_SAID = re.compile(
    rf"(?P<v>{_ESTATE_CHAR}{{2,7}}(?:[社居府邸苑园城庭湾轩阁台郡岸畔天云谷岛墅院坊荟汇里境邦著寓廷堡村庄旗洲岭峰湖海江河泉堂舍都韵悦樾](?=$|[\s，,。.！!、]|[那这][边里])"
    rf"|{_ESTATE_CHAR}(?=[，,\s]*[{_NUMBER}]{{1,5}}(?:号楼|栋|幢|座|期|单元))))"
)
"""The name of an estate that no usual word ends: it ends like one (海棠公社), or a house follows."""


def read_estate(text: str, at: int) -> int | None:
    """The end of an estate's name that begins at ``at`` of the answer to ``ASKED_ESTATE``.

    >>> read_estate("海棠公社，六期", 0), read_estate("就在附近", 0)
    (4, None)
    """
    found = _ESTATE_SAID.match(text, at)
    return found.end() if found and not _NO_ESTATE.match(found["v"]) else None


HOUSE = re.compile(_HOUSE)
"""A house number: without one no address is whole by itself."""

TOLD_SIGN = re.compile("[址点住家房户方位村]")
"""A character of each word of ``TOLD``, which is slow to search."""


def read_address(text: str, at: int, *, asked: bool, housed: bool = False) -> int | None:
    """The end of an address that begins at ``at``; ``None`` where none does.

    After a naming word it needs a road or a village, or two parts; in an answer (``asked``) one
    part, or two house numbers. ``housed``: it needs a house number, and in an answer nothing else.

    >>> read_address("朝阳区建国路八十八号。", 0, asked=True), read_address("五楼没有电梯", 0, asked=True)
    (10, None)
    """
    found = _ADDRESS.match(text, at)
    if found is None:
        return None
    parts = list(_PARTS.finditer(found["v"]))
    places = [p for p in parts if not p["house"] and not _NO_PLACE.fullmatch(p.group())]
    houses = [p for p in parts if p["house"]]
    named_house = any(_NAMED_HOUSE.search(house.group()) for house in houses)
    tail = bool(parts) and parts[-1].end() < len(found["v"])
    numbered = bool(houses) or tail
    if housed:
        estate = len(houses) + tail >= 2 and bool(houses and _ESTATE.match(houses[0].group()))
        named = len(places) >= 3 and any(p["region"] for p in places) and bool(places[-1]["road"])
        fits = named or (numbered and (asked or named_house or estate or bool(places)))
    else:
        long = bool(places) and (asked or bool(places[0]["road"])) and len(places[0].group()) >= 3
        several = len(places) + len(houses) + tail >= 2
        block = asked and bool(houses) and _BLOCK.fullmatch(houses[0].group()) is not None
        fits = long or named_house or block or (several and (asked or bool(places)))
    return found.end() if fits else None


def find_whole(text: str) -> list[tuple[int, int]]:
    """The places of addresses that are whole by themselves: a named road or estate and a house
    number.

    >>> find_whole("我在香江花园一区八号楼"), find_whole("三号线四号口出来")
    ([(2, 11)], [])
    """
    found = []
    for one in _ADDRESS.finditer(text):
        parts = list(_PARTS.finditer(one["v"]))
        places = [p for p in parts if p["road"] and not _NO_PLACE.fullmatch(p.group())]
        houses = [p for p in parts if p["house"]]
        regions = [p for p in parts if p["region"] and not _NO_PLACE.fullmatch(p.group())]
        named = [p for p in places if len(p.group()) >= 3] or [
            p for p in houses if _NAMED_HOUSE.search(p.group())
        ]
        if houses and named and (regions or len(parts) >= 2 or len(named[0].group()) >= 6):
            found.append((one.start(), one.end()))
    return found


_NAMED_HOUSE = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:.*[路街道巷园苑区城村庄厦弄湾府邸墅庭轩阁郡寓]|广场.*(?:号楼|[栋幢座室]|单元|号$))"
)
_ESTATE = re.compile(
    rf"(?:(?![{_NUMBER}])[\u4e00-\u9fff]){{3,8}}[{_NUMBER}]{{1,4}}(?:期|区|栋|幢|座|号楼|号院)$"
)
"""An estate that no word names: 锦绣江南二期."""
_BLOCK = re.compile(
    rf"(?:(?![{_NUMBER}这那边])[\u4e00-\u9fff]){{3,8}}[{_NUMBER}]{{1,4}}(?:栋|幢|座|号楼|号院)"
)
"""A house of one, in an answer."""

_COUNT = "[0-9零〇一二两三四五六七八九十百幺A-Za-z]"
_GOING_ON = re.compile(
    rf"(?<=[，,、。\s边吧呃嗯就是在])(?P<v>{_COUNT}{{1,5}}(?:(?:号楼|号院|栋|幢|座|单元)|[期区](?={_COUNT}{{1,4}}(?:号|栋|幢|座|单元)))"
    rf"(?:{_COUNT}{{1,5}}(?:号楼|[栋幢座号楼层室户]|单元))*{_LAST}"
    rf"|(?:[一二三四五六七八九]百[零一二两三四五六七八九十]*|[0-9零一二三四五六七八九幺]{{3,5}})[号室](?=$|[，。,.\s]))"
)
FURTHER_WITHIN = 16
"""Characters between the parts of an address in one utterance (our choice)."""

VILLAGE = re.compile(
    rf"(?P<v>{_PLACE_CHAR}{{2,12}}?[县区旗市]{_PLACE_CHAR}{{1,6}}?[镇乡]{_PLACE_CHAR}{{1,6}}?村(?:{_COUNT}{{1,4}}[组队社号])?)"
)
"""A village with all above it."""


def find_further(text: str, at: int) -> list[tuple[int, int]]:
    """The places of house numbers that go on with the address that ends at ``at``.

    >>> find_further("天河北路那边，八号楼，不是，是九号楼", 6)
    [(7, 10), (15, 18)]
    """
    places = []
    for found in _GOING_ON.finditer(text, at):
        if found.start() - at > FURTHER_WITHIN:
            break
        places.append(found.span("v"))
        at = found.end()
    return places


def is_named_place(text: str) -> bool:
    """Whether a part of an address has a name of its own: not 这条路 or 小区.

    >>> is_named_place("海河东路"), is_named_place("公司"), is_named_place("老小区")
    (True, False, False)
    """
    named = re.search(rf"(?:{REGION}|{ROAD})(?:[一二三四五]段)?$", text) is not None
    return named and len(text) >= 3 and not _NO_PLACE.fullmatch(text)


def may_be_place(text: str) -> bool:
    """Whether a text could be a part of an address: it ends like a place."""
    return re.search(rf"{_PLACE_CHAR}(?:{REGION}|{ROAD}|{_HOUSE})$", text) is not None
