"""Names that are told by their parts alone, that a spelling behind them shows, of minorities, of usual
words behind a word that names them; and sayings, heroes and products that begin like a name."""

from __future__ import annotations

import pytest

from pipeline.privacy import mask_text
from pipeline.types import EVERY_KIND
from tests.privacy.test_corrected_and_spelt import shown


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("双木林，伟大的伟，军人的军", "*，*，*"),
        ("名字是木子李，春天的春，玉米的玉", "名字是*，*，*"),
        ("文化的文，安静的静", "*，*"),
        ("安静的静", "安静的静"),
        ("蓝色的蓝色的那个", "蓝色的蓝色的那个"),
        ("我要买红色的，白色的，黑色的", "我要买红色的，白色的，黑色的"),
    ],
)
def test_a_name_may_be_told_by_the_words_that_spell_it(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("客 我爱人卫平，保卫的卫，和平的平", "我爱人*，*，*"),
        ("坐 您说的是常乐吗，经常的常，快乐的乐", "您说的是*吗，*，*"),
        ("客 对方户名石榴红，石头的石，红色的红", "对方户名*，*，*"),
        ("客 我叫任远，单人任，远方的远", "我叫*，*，*"),
        ("客 叫金鑫，三个金的鑫", "叫*，*"),
        ("客 我要的是红色，大红的红", "我要的是红色，大红的红"),
        ("客 方便，方便面的方便", "方便，方便面的方便"),
    ],
)
def test_a_spelling_shows_that_the_word_before_it_is_a_name(said: str, expected: str) -> None:
    assert shown(said) == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("客 票上应该是库尔班·热合曼", "票上应该是*"),
        ("坐 祖农·吐尔地先生您好", "*先生您好"),
        ("客 叫阿孜古丽·依明，中间有点", "叫*，中间有点"),
        ("客 写丹增卓嘎就行", "写*就行"),
        ("客 登记的是苏日娜其其格", "登记的是*"),
        ("坐 好的玛依拉女士", "好的*女士"),
        ("坐 好的女士", "好的女士"),
        ("坐 尊敬的女士您好", "尊敬的女士您好"),
        ("坐 刚才那位先生您好", "刚才那位先生您好"),
        ("客 我在克拉玛依", "我在克拉玛依"),
        ("客 我家拉布拉多丢了", "我家拉布拉多丢了"),
        ("客 苹果·香蕉各一箱", "苹果·香蕉各一箱"),
        ("客 你们那个小米·有品的店", "你们那个小米·有品的店"),
    ],
)
def test_names_of_minorities_are_hidden_with_all_their_parts(said: str, expected: str) -> None:
    assert shown(said) == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("签收人写的何苦来，我家没这个人", "签收人写的*，我家没这个人"),
        ("付款人是易建国", "付款人是*"),
        ("担保人还是宁小川吗", "担保人还是*吗"),
        ("名片上写Jason周启航", "名片上写*"),
        ("叫汪丰年还是汪什么", "叫*还是汪什么"),
        ("签收人是本人", "签收人是本人"),
        ("付款人怎么改", "付款人怎么改"),
        ("担保人要不要到场", "担保人要不要到场"),
    ],
)
def test_a_word_that_names_somebody_is_followed_by_a_name(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


def test_what_an_agent_is_called_is_found_behind_his_office() -> None:
    said = "我是您的专属顾问韩冰，您找我就行"
    assert mask_text(said, kinds=EVERY_KIND) == "我是您的专属顾问**，您找我就行"
    assert mask_text("我是您的专属顾问，方便吗", kinds=EVERY_KIND) == "我是您的专属顾问，方便吗"


@pytest.mark.parametrize(
    "said",
    [
        "客 这都是我一个人张罗的",
        "客 你这是贼喊捉贼，张口就来",
        "客 真是江郎才尽",
        "客 我又不是孙悟空",
        "客 你以为你是诸葛亮啊",
        "坐 这款叫做高尔夫的套餐下架了",
        "坐 活动名称叫金秋礼遇",
        "坐 我们有个产品叫宁心保",
        "客 关我毛事",
        "坐 保本高收益的没有",
    ],
)
def test_sayings_heroes_and_products_are_nobody(said: str) -> None:
    assert shown(said) == [said[2:]]


def test_a_hero_whose_name_is_told_is_somebody() -> None:
    assert shown("客 我叫姚明，跟打球那个同名") == ["我叫*，跟打球那个同名"]
