"""Addresses by their parts: house numbers in a row, parts with small words between, dictation, landmarks,
wards, villages, and where things are handed over."""

from __future__ import annotations

import pytest

from tests.privacy.test_corrected_and_spelt import shown


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("九栋三单元二十二楼二号的水管爆了", "*的水管爆了"),
        ("我家十七幢一单元幺二零三一直没有热水", "我家*一直没有热水"),
        ("二号楼乙门三零一物业费交过了", "*物业费交过了"),
        ("A3栋2102的快递帮我放门口", "*的快递帮我放门口"),
        ("门禁卡是八号院十五号楼二门的", "门禁卡是*的"),
        ("我们是四区六排三户的煤改电一直没弄", "我们是*的煤改电一直没弄"),
        ("五栋，二单元，七零二，漏水了", "*，*，*，漏水了"),
        ("我住六号楼四层", "我住*"),
        ("六号楼四层是门诊部", "六号楼四层是门诊部"),
        ("办过户去二号楼三层十五号窗口", "办过户去二号楼三层十五号窗口"),
        ("二号楼三层三零六会议室在开会", "二号楼三层三零六会议室在开会"),
        ("预约好了，下周二上午九点，二楼三号诊室", "预约好了，下周二上午九点，二楼三号诊室"),
        ("抽血在三楼五号窗口", "抽血在三楼五号窗口"),
        ("去四楼六号自习室", "去四楼六号自习室"),
        ("资料交到二楼一号接待室", "资料交到二楼一号接待室"),
        ("我家在三楼二〇一室", "我家在*"),
        ("我要两张二楼八排十二座的票", "我要两张二楼八排十二座的票"),
        ("第三排第五个座位", "第三排第五个座位"),
        ("一单元和二单元都没电", "一单元和二单元都没电"),
        ("一单元二单元都停了", "一单元二单元都停了"),
        ("五栋楼都停水了", "五栋楼都停水了"),
        ("我们小区一共十二栋", "我们小区一共十二栋"),
        ("我在高铁上五号车厢十二F", "我在高铁上五号车厢十二F"),
        ("三号楼五百米外就是地铁", "三号楼五百米外就是地铁"),
        ("二栋三百块一个月", "二栋三百块一个月"),
        ("三号五号我都打过电话", "三号五号我都打过电话"),
    ],
)
def test_house_numbers_in_a_row_are_an_address_without_a_name(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


def test_an_agent_repeats_the_address_that_was_registered() -> None:
    said = "登记地址是南岸区南坪西路三十八号十栋"
    assert shown(f"坐 您{said}吧") == ["您登记地址是*吧"]
    assert shown(f"坐 我们{said}") == [f"我们{said}"]


def test_an_agent_tells_house_numbers_of_the_customer_only_where_he_checks_them() -> None:
    assert shown("坐 那就是三栋二单元一八零五对吧") == ["那就是*对吧"]
    assert shown("坐 您到三栋二单元一八零五来办理") == ["您到三栋二单元一八零五来办理"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("嗯，江北区，然后是洋河路二段，呃，六十八号", "嗯，*，然后是*，呃，*"),
        ("地址呢就是那个建设北路 嗯 二段四号 对", "地址呢就是那个* 嗯 * 对"),
        ("海河东路那个金茂花园 就是七号楼", "*那个* 就是*"),
        ("我在芙蓉路 不对 芙蓉南路一百零八号", "我在* 不对 *"),
        ("雨花区的，香樟苑的三号楼，在四楼", "*的，*的*，在*"),
        ("人民路那边，三号线坏了", "人民路那边，三号线坏了"),
        ("中山路的店，八号我去过", "中山路的店，八号我去过"),
        ("从建设路到人民路堵了", "从建设路到人民路堵了"),
    ],
)
def test_parts_with_small_words_between_belong_together(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            ("坐 麻烦说下地址", "客 江北区", "坐 嗯", "客 洋河一村", "坐 请继续", "客 三单元二楼"),
            ["麻烦说下地址", "*", "嗯", "*", "请继续", "*"],
        ),
        (
            (
                "坐 楼栋号是多少",
                "客 十一栋",
                "坐 单元呢",
                "客 一单元",
                "坐 房间号呢",
                "客 一六零三",
            ),
            ["楼栋号是多少", "*", "单元呢", "*", "房间号呢", "*"],
        ),
        (
            ("客 我住海曙区丽园北路", "坐 然后呢", "客 七百二十弄", "坐 七百二十弄", "客 十四号"),
            ["我住*", "然后呢", "*", "*", "*"],
        ),
        (
            ("客 我住香樟公寓七栋", "坐 好的订单号报一下", "客 六一八"),
            ["我住*", "好的订单号报一下", "六一八"],
        ),
        (
            ("客 我住香樟公寓七栋", "坐 一共几件", "客 三件"),
            ["我住*", "一共几件", "三件"],
        ),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else "",
)
def test_an_address_is_dictated_while_the_other_asks_on(
    said: tuple[str, ...], expected: list[str]
) -> None:
    assert shown(*said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("就家乐福对面那个香樟小区三号楼", "就*"),
        ("我在少年宫后面那栋楼二单元四零一", "我在*"),
        ("农贸市场旁边进去第二个巷子第三家，红色铁门那家", "*"),
        ("老粮库后面的平房第三排第二户", "*"),
        ("超市旁边第二家奶茶店", "超市旁边第二家奶茶店"),
        ("我在你们店对面", "我在你们店对面"),
        ("地铁站旁边那家分店关门了", "地铁站旁边那家分店关门了"),
    ],
)
def test_a_landmark_with_a_house_is_an_address(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("我在省中医院住院部六楼十一床，去不了营业厅", "我在*，去不了营业厅"),
        ("送到二附院内科大楼九楼四十一床", "送到*"),
        ("肾内科三病区十八床欠费了吗", "*欠费了吗"),
        ("你们酒店六楼十一床的房间", "你们酒店六楼十一床的房间"),
        ("去年我在省中医院住院", "去年我在省中医院住院"),
        ("买的是一米五的床", "买的是一米五的床"),
    ],
)
def test_the_bed_in_a_ward_is_an_address(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("双江镇团结村六社停电三天了", "*停电三天了"),
        ("四川省绵阳市三台县芦溪镇涪城社区桂花树组", "*"),
        ("我们三台县芦溪镇五柏村一直没通宽带", "我们*一直没通宽带"),
        ("红旗农场三连七栋二号", "*"),
        ("我们是赵家庄村委会往西第四户", "我们是*"),
        ("新闻说三台县芦溪镇通了高铁", "新闻说三台县芦溪镇通了高铁"),
        ("我老家四川省绵阳市的", "我老家四川省绵阳市的"),
    ],
)
def test_a_village_is_an_address_by_what_stands_above_or_below_it(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("送到望京大厦二十七楼前台就可以", "送到*就可以"),
        ("放翠湖花园西门菜鸟驿站三号货架", "放*"),
        ("寄翠湖花园八栋传达室吧", "寄*吧"),
        ("翠湖花园八栋的电梯坏了", "*的电梯坏了"),
        ("在翠湖花园八栋门口等", "在*门口等"),
    ],
)
def test_where_it_is_handed_over_belongs_to_the_address(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("我家在滨江路二十六号，离你们营业厅远", "我家在*，离你们营业厅远"),
        ("滨江路二十六号，我去不了网点", "*，我去不了网点"),
        ("滨江路二十六号就是你们营业厅", "滨江路二十六号就是你们营业厅"),
        ("滨江路二十六号，是你们营业厅吗", "滨江路二十六号，是你们营业厅吗"),
    ],
)
def test_a_place_of_the_company_in_another_clause_is_not_this_one(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("坐 您是哪栋的", "客 十四"), "*"),
        (("坐 门牌号是多少", "客 幺幺零三"), "*"),
        (("坐 您住几号楼", "客 甲八"), "*"),
        (("坐 您住几栋几单元", "客 四栋二"), "*"),
        (("坐 您家里是几楼呢", "客 很高"), "很高"),
        (("坐 您家几口人", "客 四个"), "四个"),
        (("坐 您是哪栋的", "客 不清楚"), "不清楚"),
        (("坐 您订的房间号", "客 八零三"), "八零三"),
        (("坐 您那边哪个镇的", "客 甪直镇"), "*"),
        (("坐 地址报一下", "客 你记一下啊 宁波鄞州"), "你记一下啊 *"),
        (("坐 您的地址是", "客 绵阳涪城区那边"), "*那边"),
        (("坐 地址报一下", "客 宁波"), "宁波"),
        (("坐 您的地址是", "客 在四川"), "在四川"),
        (("坐 装在哪儿", "客 水岸时光"), "*"),
        (("坐 您的地址", "客 还是老地方"), "还是老地方"),
        (("坐 您的地址", "客 公司那边"), "公司那边"),
        (("坐 请问是哪个城市", "客 杭州"), "杭州"),
        (("坐 从哪里出发", "客 长沙南站"), "长沙南站"),
    ],
)
def test_a_short_answer_to_a_question_for_the_place_is_one(
    said: tuple[str, str], expected: str
) -> None:
    assert shown(*said)[1] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("四栋 哦不 五栋二零一", "* 哦不 *"),
        ("从宁波鄞州兴宁路十八号搬走了", "从*搬走了"),
        ("师傅到二十号门了", "师傅到二十号门了"),
        ("我住延长路七八八弄二十号门", "我住*"),
    ],
)
def test_what_stands_right_before_or_behind_an_address_is_hidden_with_it(
    said: str, expected: str
) -> None:
    assert shown(f"客 {said}") == [expected]
