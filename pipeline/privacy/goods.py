"""Words that show that what looks like a name is a thing: food, or what is sold under a brand."""

from __future__ import annotations

import re

_FOODS = re.compile(
    "李子|杨[梅桃]|黄[桃梨杏花]|乌梅|梅子|红枣|胡萝卜|白萝卜|莲[藕雾]|石榴|柳橙|金桔|余甘|白果|黑豆|黄豆|牛油果|马卡龙|马铃薯|白芸豆|平菇"
    "|.*[菜瓜椒酱糕饼菇笋茄芋薯葱蒜虾蟹鸭鹅肉汤粥粉糖醋茶酒]"
)
"""Food that begins with a surname, or ends with what no given name ends with (our choice)."""

_EATEN = (
    "火锅|烤[鱼肉鸭串]|烧烤|炒[肉饭菜]|[扣红]肉|炖[肉汤]|面馆|拌?面条|米[线粉]|水饺|饺子|包子|馄饨|小面|奶茶|咖啡|啤酒|[红白]酒|葡萄酒|黄酒|饮料|牛奶|酸奶|蛋糕|面包"
    "|月饼|粽子|零食|罐头|南瓜|西瓜|萝卜|苹果|橙子?|卤味|鸭[脖掌]|酱板?鸭|大葱|大米|大枣|红枣|核桃|木耳|香菇|粉条|腊肉|火腿|香肠|小米|挂面|面粉|花生|瓜子|枸杞|海参|大闸蟹|螃蟹|龙虾|海鲜|牛排"
    "|柚子|脐橙|蜜桔|樱桃|草莓|葡萄|榴莲|芒果|香蕉|水果|蔬菜|小龙虾|螺蛳粉|麻辣烫|炸鸡|汉堡|辣条|辣椒酱|牛肉酱|豆浆|豆腐|凉茶|茶叶"
)
_SOLD = (
    "热水器|净水器|净化器|吸尘器|吹风机|洗衣机|洗碗机|油烟机|燃气灶|空调|冰箱|电视机?|投影仪?|风扇|加湿器|除湿机|扫地机|电饭[煲锅]|空气炸锅|豆浆机|榨汁机|破壁机|剃须刀"
    "|牙刷|马桶|花洒|龙头|地板|瓷砖|床垫|沙发|枕头|旗袍|围巾|丝巾|床单|被[子套]|衬衫|西[服装]|外套|羽绒服|牛仔裤|内衣|袜子|鞋子?|运动鞋|皮[鞋带包]|背包|箱包|拉杆箱"
    "|手表|耳机|音[箱响]|面膜|口红|洗发水|沐浴露|护手霜|护肤品|香水|化妆品|奶粉|纸尿裤|积木|玩具|轮胎|机油|打印机|键盘|显示器|路由器|充电[器宝]"
)
_GOODS = re.compile(rf"(?:牌的?)?(?:{_EATEN}|{_SOLD})")
_WOVEN_OR_DRUNK = re.compile(
    rf"的(?:{_EATEN}|旗袍|围巾|丝巾|床单|面膜|口红|香水|热水器|净水器|吸尘器)"
)
"""Through 的 only what hardly anybody calls a person's own on the telephone: not 李娟的|外套."""


_OF_A_PERSON = re.compile(
    "的?(?:保单|账户|账号|电话|手机|合同|身份|名字|户口|银行卡|家属|签[名字])"
)


_PRODUCT = re.compile(
    r"(?:款|产品|套餐|活动|课程|服务|系列|险种|软件|平台|店|公司|牌子)(?:的?名[字称])?就?(?:叫做?|名叫|是)$|名称就?(?:叫做?|是)$"
)
_HEROES = re.compile(
    "诸葛亮|孙悟空|猪八戒|唐僧|曹操|刘备|关羽|张飞|关公|武松|林黛玉|贾宝玉|包青天|包公|岳飞|秦桧|秦始皇|武则天|雷锋|鲁迅|李白|杜甫|孔子|老子|孟子|白骨精|牛魔王|阎王|阎王爷"
    "|王母娘娘|包拯|华佗|姜太公|姜子牙|白雪公主|毛主席|周总理|马云|马化腾|刘德华|周杰伦|成龙|姚明|刘翔|李小龙|周星驰|王八蛋|阿斗|陈世美|潘金莲|祝英台|梁山伯|穆桂英|花木兰|窦娥|王宝强|武大郎|西门庆"
)
"""Who is known to all, and so no customer unless a word names him (our choice)."""


def is_hero(name: str) -> bool:
    """Whether everybody knows somebody of this name."""
    return _HEROES.fullmatch(name) is not None


def is_product(text: str, start: int) -> bool:
    """Whether the words before ``start`` tell the name of a product.

    >>> is_product("这款叫做高尔夫", 4), is_product("我叫高峰", 2)
    (True, False)
    """
    return _PRODUCT.search(text, 0, start) is not None


def is_food(text: str, start: int, end: int) -> bool:
    """Whether a candidate for a name is food, and nothing behind it belongs to a person.

    >>> is_food("杨桃坏了", 0, 2), is_food("杨帆坏了", 0, 2), is_food("杨桃的保单", 0, 2)
    (True, False, False)
    """
    return bool(_FOODS.fullmatch(text, start, end)) and not _OF_A_PERSON.match(text, end)


def is_brand(text: str, start: int, end: int) -> bool:
    """Whether what is sold follows the candidate ``text[start:end]``, or its last character begins it.

    >>> is_brand("史密斯热水器", 0, 3), is_brand("张裕的红酒", 0, 2), is_brand("李娟的外套", 0, 2)
    (True, True, False)
    """
    cut = end - start > 2 and _GOODS.match(text, end - 1)
    return bool(cut or _GOODS.match(text, end) or _WOVEN_OR_DRUNK.match(text, end))
