"""Addresses and names that somebody corrects, spells or goes on with, and what is like them."""

from __future__ import annotations

import pytest

from pipeline.privacy import mask_utterances
from pipeline.types import Role
from tests.builders import an_utterance

SPEAKERS: dict[str, Role] = {"坐": "agent", "客": "customer"}


def shown(*said: str) -> list[str]:
    """What is shown of a talk; a value that is hidden is one star."""
    utterances = [
        an_utterance(text[2:], SPEAKERS[text[0]], 3.0 * at) for at, text in enumerate(said)
    ]
    return [_shortened(text) for text in mask_utterances(utterances)]


def _shortened(text: str) -> str:
    while "**" in text:
        text = text.replace("**", "*")
    return text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("客 我家在桂香苑三区那边，四十二号楼", "我家在*那边，*"),
        ("客 我住桂香苑小区二号楼，呃，不是二号，是十二号楼三楼", "我住*，呃，不是二号，是*"),
        ("客 地址是滨河路，就菜场后头那个院，一百三十七号", "地址是*，就菜场后头那个院，*"),
        ("客 寄合肥市蜀山区望江路翠湖名苑吧，三期七栋", "寄*吧，*"),
        ("客 我住香樟公寓七号楼一零二", "我住*"),
        ("客 我现在住金源广场四号楼一八零六", "我现在住*"),
        ("客 我在万和广场三楼吃饭", "我在万和广场三楼吃饭"),
        ("客 你记下，大连市中山区长江东路66-2号3-5-1", "你记下，*"),
        ("客 发到绍兴柯桥街道金柯桥大道二百零五号我们仓库", "发到*我们仓库"),
        ("客 我住和平路八十八号六栋，这件要退货", "我住*，这件要退货"),
        ("客 退货地址是和平路八十八号六栋吗", "退货地址是和平路八十八号六栋吗"),
        ("客 和平路八十八号是你们营业厅吗", "和平路八十八号是你们营业厅吗"),
        ("坐 核对一下，地址是合肥市蜀山区望江路9号2栋对吧", "核对一下，地址是*对吧"),
        ("坐 地址是合肥市蜀山区望江路9号", "地址是合肥市蜀山区望江路9号"),
        ("坐 我们地址是合肥市蜀山区望江路9号，没错吧", "我们地址是合肥市蜀山区望江路9号，没错吧"),
        ("客 办公地址是杭州市滨江区江南路1688号新能源大厦9层", "办公地址是*"),
        ("客 我们村叫柳河村，安徽省金寨县南溪镇柳河村", "我们村叫*，*"),
        ("客 扶贫的新闻说金寨县南溪镇柳河村通了宽带", "扶贫的新闻说金寨县南溪镇柳河村通了宽带"),
        ("客 我住和平路八十八号六栋，他二号来过，三期没还", "我住*，他二号来过，三期没还"),
        ("客 我生日是九一年三月初六，阳历是四月二十", "我生日是*，阳历是*"),
        ("客 阳历是四月二十放假", "阳历是四月二十放假"),
    ],
)
def test_an_address_goes_on_behind_a_clause_and_a_house_of_the_company_stays(
    said: str, expected: str
) -> None:
    assert shown(said) == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("坐 住址没变吧", "客 换了搬到锦绣江南六栋十八b了"), "换了搬到*了"),
        (("坐 您住哪个小区", "客 这个跟小区没关系"), "这个跟小区没关系"),
        (("坐 寄给谁", "客 寄给汪建成我姐夫"), "寄给*我姐夫"),
        (("坐 寄给谁", "客 寄给朋友"), "寄给朋友"),
        (("坐 寄给谁", "客 给公司财务"), "给公司财务"),
        (("坐 您的姓氏留一下", "客 姓江江河的江"), "姓*江河的江"),
        (("坐 用谁的名字办", "客 我爸的龚树林龚自珍的龚"), "我爸的*龚自珍的龚"),
        (("坐 用谁的名字办", "客 我爸的身份证"), "我爸的身份证"),
        (("坐 怎么称呼", "客 我姓章，立早章，章远"), "我姓*，立早章，*"),
        (("坐 怎么称呼", "客 我姓高，高兴"), "我姓*，高兴"),
        (("坐 怎么称呼", "客 我姓鲁，鲁经理"), "我姓*，鲁经理"),
    ],
)
def test_an_answer_may_begin_with_a_change_or_a_relative(
    said: tuple[str, str], expected: str
) -> None:
    assert shown(*said)[1] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("客 我是蒋文博你帮我看下进度", "我是*你帮我看下进度"),
        ("客 我是高中生你帮我看下", "我是高中生你帮我看下"),
        ("客 收件人您就写汤可吧", "收件人您就写*吧"),
        ("客 持卡人是我爱人，罗秀英", "持卡人是我爱人，*"),
        ("客 持卡人是我爱人，方便吗", "持卡人是我爱人，方便吗"),
        ("客 我的名字是谭，呃，谭永新", "我的名字是*，呃，*"),
        ("客 我叫买买提江", "我叫*"),
        ("客 我叫次仁卓玛藏族的", "我叫*藏族的"),
        ("客 我叫快递上门", "我叫快递上门"),
        ("客 不是章鹏是张朋弓长张的张", "不是*是*弓长张的张"),
        ("客 不是黄金是白银白色的白", "不是黄金是白银白色的白"),
    ],
)
def test_a_name_that_is_spelt_or_runs_on_is_found(said: str, expected: str) -> None:
    assert shown(said) == [expected]
