"""Rooms behind an address, estates that an answer names, and the spelling beside a name."""

from __future__ import annotations

import pytest

from pipeline.privacy import mask_text
from tests.privacy.test_corrected_and_spelt import shown


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("我住桂香苑小区二十号楼，四门，五零三，没电梯", "我住*，*，没电梯"),
        ("我住桂香苑小区二十号楼 四门幺零二", "我住*"),
        ("我住桂香苑小区二十号楼，第五家", "我住*，*"),
        ("我住桂香苑小区二十号楼，呃，第三户吧", "我住*，呃，*吧"),
        ("我住桂香苑小区二十号楼，右手那户", "我住*，*"),
        ("我住桂香苑小区九号楼，三楼西户", "我住*"),
        ("发到武汉市洪山区文治街5号，楼栋8，房间702。", "发到*，*，*。"),
        ("我住香樟公寓三期，十五杠二", "我住*，*"),
        ("我住香樟公寓七栋，十二零六", "我住*，*"),
        ("我住香樟公寓七栋 六一八", "我住* *"),
        ("我住香樟公寓七栋，9C，放门口", "我住*，*，放门口"),
        ("我们是合租的，四零二的A室，我住香樟公寓七栋", "我们是合租的，*，我住*"),
        ("楼下是502，我是602，我住香樟公寓七栋", "楼下是*，我是*，我住*"),
        ("楼号呢是十七，房号是一千二百零三。", "楼号呢是*，*。"),
        ("我住和平路八十八号六栋，三零二块钱的那个", "我住*，三零二块钱的那个"),
        ("我住和平路八十八号六栋，五点来", "我住*，五点来"),
        ("我们小区叫观海雅居，三栋十一零二", "我们小区叫*，*"),
        ("我们小区是封闭式小区", "我们小区是封闭式小区"),
        ("小区是物业管的", "小区是物业管的"),
        ("住址填的向阳路八号", "住址填的*"),
        (
            "你们系统里还是我老地址，鼓楼区小桥路16号，早就不住那儿了",
            "你们系统里还是我老地址，*，早就不住那儿了",
        ),
        ("你们地址是鼓楼区小桥路16号吗", "你们地址是鼓楼区小桥路16号吗"),
        ("我买了五百二的东西，房号是多少", "我买了五百二的东西，房号是多少"),
        ("楼上，三零二，漏水", "楼上，三零二，漏水"),
        ("房间号是八零三", "房间号是八零三"),
    ],
)
def test_what_goes_on_with_an_address_is_hidden_with_it(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


def test_a_room_follows_in_the_next_sentence_of_the_same_speaker() -> None:
    said = ("客 我住香樟公寓七栋", "坐 嗯", "客 十二零六，第三家", "客 幺二零块钱")
    assert shown(*said) == ["我住*", "嗯", "*，*", "幺二零块钱"]
    assert shown("客 我住香樟公寓七栋", "坐 订单号呢", "客 六一八")[2] == "六一八"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("坐 请问您家具体在哪儿呢？", "客 丁香公社，四期，十五杠二。"), "*，*，*。"),
        (("坐 您在哪个小区？", "客 嗯，观海雅居"), "嗯，*"),
        (("坐 您住哪里", "客 锦绣华庭那边"), "*那边"),
        (("坐 请问装机地址", "客 听涛湖畔 八栋三单元幺零零二"), "* *"),
        (("坐 您的详细地址麻烦报一下", "客 凤栖原著，三栋，十一零二"), "*，*，*"),
        (("坐 您家在哪里呢", "客 电梯故障"), "电梯故障"),
        (("坐 您家在哪里呢", "客 咨询充电桩"), "咨询充电桩"),
        (("坐 您在哪个小区？", "客 不知道呢"), "不知道呢"),
        (("坐 您在哪个小区？", "客 就在营业厅"), "就在营业厅"),
        (("坐 您住哪里", "客 就在附近"), "就在附近"),
        (("坐 您住哪里", "客 稍等一下"), "稍等一下"),
        (("坐 您在哪个小区？", "客 身份证上有"), "身份证上有"),
        (("坐 您住哪里", "客 你问这个干嘛"), "你问这个干嘛"),
        (("坐 您家住在哪里", "客 办公室"), "办公室"),
        (("坐 请问您家具体在哪儿呢？", "客 电话里说不清楚"), "电话里说不清楚"),
        (("坐 收货地址改成哪里", "客 改成默认地址"), "改成默认地址"),
    ],
)
def test_a_short_answer_to_a_question_for_the_estate_is_its_name(
    said: tuple[str, str], expected: str
) -> None:
    assert shown(*said)[1] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("我叫翟志远羽字头下面一个佳的那个翟", "我叫*"),
        ("我叫许文静，言字旁那个许", "我叫*，*"),
        ("我叫蒋文博，草字头一个将的蒋，文化的文", "我叫*，*，*"),
        ("户主姓名是乐文静，音乐的乐", "户主姓名是*，*"),
        ("户主姓名是单志远，单位的单。", "户主姓名是*，*。"),
        ("我姓章，立早章，章远，远方的远", "我姓*，*，*，*"),
        ("我叫张文博，弓长张，博士的博", "我叫*，*，*"),
        ("户主姓名是邹志远，皱纹的皱加耳朵旁那个邹", "户主姓名是*，*"),
        ("户主姓名是邹志远，口天吴的吴不对", "户主姓名是*，口天吴的吴不对"),
        ("我叫张文博，在签字旁边写的", "我叫*，在签字旁边写的"),
        ("我叫张文博，我买的桌子的桌腿坏了", "我叫*，我买的桌子的桌腿坏了"),
        ("石头的石，石料", "石头的石，石料"),
    ],
)
def test_the_spelling_beside_a_name_is_hidden_with_it(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


def test_a_name_that_is_read_back_and_spelt_is_hidden() -> None:
    said = ("坐 请问户主姓名", "客 乐文静", "坐 音乐的乐吗", "客 对，文化的文")
    assert shown(*said)[1:] == ["*", "*吗", "对，*"]


@pytest.mark.parametrize(
    "said",
    [
        "这个李子坏了三斤",
        "杨桃要加冰袋发",
        "胡萝卜不要放",
        "梅干菜扣肉饭加个卤蛋",
        "黄桃罐头碎了一瓶",
        "史密斯净水器的滤芯多少钱",
        "张裕的葡萄酒买两箱",
        "戴森吹风机多久发货",
        "宋锦的围巾能不能干洗",
        "刘一手烤鱼的券过期了",
        "贝贝南瓜坏了",
        "元元。吗",
        "您要投诉的话请到和平区南京路政务大厅一楼窗口办理。",
        "我们总部在朝阳区建国路93号，您可以把信寄过来。",
        "请带材料到朝阳区建国路93号二楼服务窗口",
    ],
)
def test_goods_and_offices_are_no_persons_and_no_homes(said: str) -> None:
    assert mask_text(said) == said
    assert shown(f"坐 {said}") == [said]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("我叫杨梅，想查一下订单", "我叫*，想查一下订单"),
        ("李娟的外套落在你们店里了", "*的外套落在你们店里了"),
        ("帮我查下杨桃的保单", "帮我查下*的保单"),
        ("尊敬的杨梅女士您好", "尊敬的*女士您好"),
    ],
)
def test_a_person_who_is_named_like_a_fruit_is_one(said: str, expected: str) -> None:
    assert shown(f"客 {said}") == [expected]


def test_a_given_name_alone_is_hidden_where_the_full_name_is_known() -> None:
    said = ("坐 今天换成桂芬阿姨过去", "坐 全名是仇桂芬", "坐 请桂芬阿姨带工具")
    assert shown(*said) == ["今天换成*阿姨过去", "全名是*", "请*阿姨带工具"]
    assert shown("客 我叫王大海", "客 去大海边玩")[1] == "去大海边玩"


def test_an_answer_may_come_late() -> None:
    assert shown("坐 您在哪个小区？", "客 稍等", "客 禹洲花园12号楼")[2] == "*"
    assert shown("坐 您在哪个小区？", "客 稍等", "客 名仕雅居")[2] == "*"


def test_a_name_of_two_kinds_is_hidden_in_both_places() -> None:
    assert shown("坐 李晓明您贵姓", "坐 李晓明我叫") == ["*您贵姓", "*我叫"]


def test_an_agents_answer_stays_readable_when_the_question_was_masked_before() -> None:
    said = ("客 您贵姓，我的号码138****8000", "坐 李晓明")
    assert shown(*said)[1] == "李晓明"
