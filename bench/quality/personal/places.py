"""Made-up addresses of all shapes, spoken and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.quality.personal.words import dictionary, listed

if TYPE_CHECKING:
    from random import Random

PROVINCES = listed(
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 内蒙古 广西 西藏 宁夏 新疆"
)
CITIES = listed(
    "北京 上海 天津 重庆 广州 深圳 杭州 南京 苏州 成都 武汉 西安 长沙 郑州 济南 青岛 大连 沈阳 哈尔滨 长春 合肥 福州 厦门 南昌 昆明 贵阳 南宁 海口 太原 石家庄 兰州 银川 西宁 "
    "无锡 宁波 温州 佛山 东莞 惠州 珠海 中山 泉州 漳州 烟台 潍坊 临沂 洛阳 南阳 襄阳 宜昌 岳阳 衡阳 株洲 绵阳 德阳 南充 宜宾 遵义 曲靖 桂林 柳州 唐山 保定 邯郸 廊坊 大同 包头 "
    "赤峰 鞍山 吉林 大庆 徐州 扬州 常州 南通 盐城 嘉兴 绍兴 金华 台州 芜湖 阜阳 蚌埠 赣州 九江 上饶 莆田 宁德 汕头 揭阳 湛江 茂名 梅州 清远 咸阳 宝鸡 榆林 汉中 天水"
)
DISTRICTS = listed(
    "朝阳 海淀 东城 西城 丰台 浦东 徐汇 静安 闵行 宝山 天河 越秀 海珠 白云 南山 福田 罗湖 龙岗 龙华 西湖 上城 余杭 萧山 鼓楼 玄武 江宁 武侯 锦江 金牛 青羊 江汉 硚口 汉阳 洪山 武昌 "
    "雁塔 未央 碑林 莲湖 岳麓 雨花 芙蓉 天心 金水 二七 中原 历下 历城 市中 天桥 市南 市北 李沧 崂山 城阳 和平 沈河 铁西 皇姑 道里 南岗 香坊 包河 蜀山 庐阳 瑶海 台江 仓山 晋安 思明 湖里 "
    "集美 海沧 青山湖 东湖 西湖 五华 盘龙 官渡 南明 云岩 青秀 江南 兴宁 小店 迎泽 长安 桥西 新华 城关 七里河 新城 高新 经开 渝中 江北 渝北 沙坪坝 九龙坡 南岸 巴南 河西 河东 南开 滨海"
)
ROAD_WORDS = listed(
    "人民 解放 中山 建设 和平 胜利 新华 文化 文明 光明 幸福 友谊 团结 民主 民生 民族 东风 红旗 朝阳 长江 黄河 长城 泰山 黄山 衡山 庐山 天山 北京 上海 南京 广州 深圳 滨河 滨江 滨海 滨湖 沿江 "
    "环城 环湖 北环 南环 东环 西环 学府 学院 大学 师范 体育 科技 创业 创新 工业 产业 迎宾 机场 火车站 站前 站北 兴业 振兴 复兴 中兴 华兴 龙泉 龙门 凤凰 金凤 银杏 梧桐 樱花 桃花 桂花 莲花 荷花 "
    "玉兰 紫荆 芙蓉 翠竹 松柏 杨柳 青年 少年 劳动 工农 工人 延安 井冈山 韶山 遵义 古城 老城 新城 钟楼 鼓楼 文庙 孔庙 关公 观音 南湖 东湖 西湖 北湖 玄武 莫愁 秦淮 珠江 湘江 赣江 闽江 钱江 "
    "锦绣 富强 富民 富贵 永安 永福 长安 长乐 长宁 平安 安定 太平 太和 永定 福寿 福州 兴隆 兴旺 万达 万福 万寿 五一 五四 八一 七一 二七 三八 九龙 九洲 四平 三环 二环 百花 千山 石桥 石门 石佛 "
    "白云 白马 黑龙 红星 红河 青山 青松 蓝天 碧波 碧水 绿园 金山 金水 银河 铜山 铁岭 水仙 火炬 土城 木兰 天府 天河 天目 天长 星海 星光 月湖 日新 云龙 云山 雨花 雷锋 虹桥 曙光 晨光 春风 夏荷 秋水 冬青"
)
ROAD_ENDS = listed(
    "路 路 路 路 路 街 街 街 大道 大道 大街 东路 西路 南路 北路 中路 东街 西街 南街 北街 正街 后街 巷 巷 巷 头条 二条 二道巷 三巷 前街 支路 道 道 弄 胡同 一路 二路 三路 支路 横路 新路 老街 环路 里"
)
ESTATE_HEADS = listed(
    "翠湖 碧水 金色 阳光 幸福 和谐 世纪 香榭 丽景 御景 锦绣 东方 盛世 万科 恒大 碧桂园 保利 绿地 龙湖 中海 华润 融创 金地 招商 绿城 滨江 建发 世茂 远洋 富力 金科 雅居乐 星河 天鹅 凤凰 玫瑰 枫林 "
    "橡树 紫薇 桂花 樱花 丹桂 梧桐 银杏 香樟 翰林 书香 状元 学府 水岸 江南 江畔 湖畔 云顶 山水 山语 春天 四季 新天地 国际 中央 时代 未来 城市 都市 阳光 金桂 名仕 尚品 尚东 优品 名都 帝景 王府 "
    "公园 森林 花溪 浅水湾 海棠 明珠 天悦 云栖 悦府 首府 华庭 观澜 铂悦 九龙 紫金 汇景 怡景 怡和 嘉和 嘉禾 嘉园 祥和 瑞景 瑞丰 福泽 福地 安居 安康 康乐 康桥 康泰 永兴 永乐 东升 南苑 北苑 西城 "
    "前进 建工 铁路 纺织 机械 化工 电力 邮电 教师 干部 军民 老干所 二轻 水利 供销 粮食 商业 工商 税务 公安 民政"
)
ESTATE_ENDS = listed(
    "小区 小区 小区 花园 花园 家园 苑 公寓 新村 城 府 庭 湾 里 名苑 雅苑 华府 华庭 山庄 别墅 广场 国际 一号 世家 佳园 公馆 豪庭 半岛 郡 轩 阁 邸 坊 宿舍 家属院 家属楼 大院 社区 新城 名城 天地 嘉苑 丽苑 北苑 南苑 东苑 西苑 时代 上城 院子 壹号 首府"
)
BUILDINGS = listed(
    "大厦 大厦 大厦 广场 中心 写字楼 科技园 软件园 工业园 产业园 商务楼 国际 大楼 创业园 物流园 批发市场 农贸市场 建材城 电脑城 商场 宾馆 酒店 医院 小学 中学 大学 学院 幼儿园 工厂 门面 商铺 SOHO"
)
VILLAGE_HEADS = listed("东 西 南 北 上 下 前 后 大 小 新 老")
VILLAGE_NAMES = listed(
    "李家 王家 张家 刘家 陈家 赵家 杨家 石 柳 桃花 杏花 红旗 团结 胜利 前进 光明 太平 龙泉 马 牛 河口 桥头 山口 沟 坝 塘 湾 坡 岭 岗 坪 冲 寨 店 营 屯 庙 井 洼 河 溪 潭 竹园 茶园 果园 松树 梨树 大树"
)
VILLAGE_ENDS = listed(
    "村 村 村 村 庄 屯 庄村 沟村 湾村 塘村 坪村 坝村 店村 寨 桥村 河村 岭村 厝村 埔村 围村 坑村 嘎查 社区 堡 窝棚 连 自然村"
)
TOWN_ENDS = listed("镇 镇 镇 乡 乡 街道 街道 苏木 农场")
ODD_ENDS = listed(
    "原著 印象 彼岸 时光 江南 香颂 铂悦 滨江 峰景 天骄 云锦 上品 水岸 九里 学林 悦来 公元 领地 御品 和樾 壹品 左岸 名门 风华 逸景 尚城 首座 天城 十里 春晓 四季 朗境 云著 观邸 泊岸 星语 丽舍 长岛 蓝湾 东方 国风"
)
HOSPITALS = listed(
    "人民医院 中医院 第一医院 第二人民医院 妇幼保健院 附属医院 肿瘤医院 儿童医院 骨科医院 中心医院 协和医院 康复医院 军区总院 二附院 省立医院 友谊医院"
)
WARDS = listed(
    "住院部 内科大楼 外科楼 一号楼 二号楼 新大楼 心内科 骨科 肾内科 产科 呼吸科 普外科 住院楼"
)
SCHOOLS = listed(
    "理工大学 师范大学 职业学院 一中 实验中学 医学院 农业大学 技师学院 交通大学 科技大学 财经大学 卫校"
)
LANDMARKS = listed(
    "实验小学 人民医院 加油站 菜市场 农贸市场 家乐福 沃尔玛 中学 幼儿园 派出所 邮局 银行 体育馆 少年宫 电影院 汽车站 粮站 水塔 大桥 红绿灯 公园 公交站 地铁口 居委会 村委会 小广场 百货大楼 老年活动中心 药店 棉纺厂 钢厂"
)
BESIDE = listed("对面 旁边 后面 隔壁 斜对面 后门 北门 南边 东侧 门口 前面 楼上 往东 往里走")
FIRMS = listed("前台 门卫 传达室 保安室 一号货架 三号货架 大堂 快递柜 菜鸟驿站 收发室 值班室")
HAN = "零一二三四五六七八九"


class Places:
    """Draws addresses."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        words = dictionary()
        self._places = [word for word, _, tag in words if tag == "ns" and 2 <= len(word) <= 3]
        self._words = [
            word
            for word, frequency, tag in words
            if len(word) == 2 and frequency >= 20 and tag in {"n", "a", "nz", "ns", "z"}
        ]

    def full(self) -> str:
        """An address that tells where somebody lives or works."""
        chance = self._draw.random()
        if chance < 0.04:
            return self.odd_estate() + self.house()
        if chance < 0.07:
            return self._of_hong_kong()
        if chance < 0.1:
            return self.named() + self._maybe(0.6, self.house()) + self._draw.choice(FIRMS)
        if chance < 0.36:
            return self._region(0.6) + self._road() + self.number("号") + self._after_road()
        if chance < 0.66:
            return self._region(0.35) + self._road_before() + self.estate() + self.house()
        if chance < 0.78:
            return self._region(0.3) + self._road_before() + self.building() + self._floor()
        if chance < 0.9:
            return self._village()
        if chance < 0.94:
            return (
                self._road()
                + self.number("弄")
                + self.number("号")
                + self._maybe(0.5, self._room())
            )
        return self._region(0.95) + self._road() + self.number("号")

    def region(self) -> str:
        """A region that begins an address."""
        return self._region(1.0)

    def marked_road(self) -> str:
        """A road, with its part."""
        return self._road() + self._maybe(0.2, self._draw.choice(HAN[1:5]) + "段")

    def city(self) -> str:
        """A city alone, which is nobody's address."""
        return self._draw.choice(CITIES) + self._maybe(0.3, "市")

    def odd_estate(self) -> str:
        """An estate that ends like none."""
        head = self._draw.choice(ESTATE_HEADS if self._draw.random() < 0.6 else self._words)
        return (
            self._maybe(0.3, self._draw.choice(ESTATE_HEADS)) + head + self._draw.choice(ODD_ENDS)
        )

    def ward(self) -> str:
        """A bed in a hospital, or a room in a dormitory."""
        draw = self._draw
        if draw.random() < 0.55:
            house = self._maybe(0.5, draw.choice(CITIES) + "市") + draw.choice(HOSPITALS)
            floor = self.number(draw.choice(("楼", "层")))
            bed = draw.choice((self.number("床"), self._room() + self._maybe(0.4, "病房")))
            return house + self._maybe(0.7, draw.choice(WARDS)) + floor + bed
        school = self._maybe(0.8, self._maybe(0.6, draw.choice(CITIES)) + draw.choice(SCHOOLS))
        campus = self._maybe(0.4, draw.choice(("南校区", "东校区", "新校区", "西区", "北区")))
        house = draw.choice(
            ("学生公寓", "宿舍", "宿舍楼", "研究生公寓", "梅园", "竹园", "员工宿舍")
        )
        return (
            school + campus + house + self.number(draw.choice(("栋", "号楼", "舍"))) + self._room()
        )

    def by_landmark(self) -> str:
        """A house that a landmark tells."""
        draw = self._draw
        mark = self._maybe(0.3, self._region(1.0)) + draw.choice(LANDMARKS) + draw.choice(BESIDE)
        shape = draw.random()
        if shape < 0.35:
            return mark + draw.choice(("那个小区", "的", "那个", "")) + self.house()
        if shape < 0.6:
            return (
                mark
                + draw.choice(("那个", "的", ""))
                + self.estate()
                + self._maybe(0.7, self.house())
            )
        unit = draw.choice(("家", "户", "排", "栋", "个门", "个巷子", "个巷子口", "个院子", "间"))
        way = draw.choice(("进去", "往里走", "往东", "的平房", "那条巷子", "右拐", ""))
        last = self._maybe(0.3, draw.choice(("第一家", "第二户", "左手边第三家", "红色铁门那家")))
        return mark + way + "第" + self._spoken(draw.randint(1, 9)) + unit + last

    def _of_hong_kong(self) -> str:
        draw = self._draw
        head = draw.choice(
            listed(
                "香港 九龙 新界 九龙尖沙咀 旺角 沙田 荃湾 屯门 铜锣湾 湾仔 观塘 元朗 将军澳 澳门 氹仔"
            )
        )
        road = self._draw.choice(self._places) + draw.choice(("道", "街", "路", "邨")) + ""
        house = draw.choice(ESTATE_HEADS) + draw.choice(("大厦", "中心", "楼", "苑", "邨", "广场"))
        floor = self.number("楼") + draw.choice((self._letter() + "室", self._room(), ""))
        return head + road + self._maybe(0.7, self.number("号")) + house + floor

    def named(self) -> str:
        """An estate, a road with its number, or a building, without a room."""
        kind = self._draw.choice((self.estate, self._numbered_road, self._estate_part))
        return self._region(0.25) + kind()

    def house(self) -> str:
        """A house and a room, which go on with an address."""
        shape = self._draw.random()
        if shape < 0.1:
            return (
                self._maybe(0.3, self.number("期"))
                + "-".join(str(self._draw.randint(1, 40)) for _ in range(self._draw.choice((2, 3))))
                + self._maybe(0.3, self._digits(3))
            )
        if shape < 0.16:
            return (
                self.number("号")
                if self._draw.random() < 0.5
                else self._letter() + self._draw.choice(("座", "栋", "区")) + self._room()
            )
        return (
            self._maybe(
                0.15, self.number("期") if self._draw.random() < 0.6 else self._letter() + "区"
            )
            + self.number(self._draw.choice(listed("栋 栋 幢 号楼 号楼 号楼 座 号 楼")))
            + self._maybe(
                0.55,
                self.number("单元")
                if self._draw.random() < 0.8
                else self._draw.choice(
                    ("东单元", "西单元", "中单元", "甲单元", "1门", "二门", "三号门", "乙门")
                ),
            )
            + self._maybe(0.75, self._room())
        )

    def estate(self) -> str:
        head = (
            self._draw.choice(ESTATE_HEADS)
            if self._draw.random() < 0.7
            else self._draw.choice(self._words)
        )
        second = self._maybe(0.25, self._draw.choice(ESTATE_HEADS))
        part = self._maybe(
            0.15,
            self._draw.choice(
                listed("东区 西区 南区 北区 A区 B区 一区 二区 三期 二期 一期 四期 一组团 二组团")
            ),
        )
        return head + second + self._draw.choice(ESTATE_ENDS) + part

    def building(self) -> str:
        head = (
            self._draw.choice(ESTATE_HEADS + ROAD_WORDS)
            if self._draw.random() < 0.7
            else self._draw.choice(self._words)
        )
        return head + self._draw.choice(BUILDINGS)

    def road(self) -> str:
        return self._road()

    def town(self) -> str:
        """A place that is nobody's address."""
        return self._region(1.0)

    def number(self, unit: str) -> str:
        most = {
            "期": 6,
            "单元": 6,
            "栋": 60,
            "幢": 60,
            "号楼": 60,
            "座": 20,
            "楼": 30,
            "层": 30,
            "组": 12,
        }.get(unit, 900)
        count = self._draw.randint(1, most)
        if unit in ("座", "栋") and self._draw.random() < 0.15:
            return self._letter() + unit
        written = str(count) if self._draw.random() < 0.5 else self._spoken(count)
        return (
            written
            + unit
            + (
                self._maybe(0.07, "之" + self._spoken(self._draw.randint(1, 5)))
                if unit == "号"
                else ""
            )
        )

    def _numbered_road(self) -> str:
        return (
            self._road()
            + self.number("号")
            + self._maybe(
                0.15, self._draw.choice(("院", "楼", "大院", "附12号", "附三号", "对面", "旁边"))
            )
        )

    def _estate_part(self) -> str:
        return self.estate() + self.number(self._draw.choice(("栋", "号楼", "幢", "期", "单元")))

    def _after_road(self) -> str:
        chance = self._draw.random()
        if chance < 0.3:
            return ""
        if chance < 0.6:
            return self.estate() + self._maybe(0.8, self.house())
        if chance < 0.75:
            return self.building() + self._maybe(0.8, self._floor())
        return self._maybe(0.6, self._draw.choice(("院", "大院", ""))) + self.house()

    def _road_before(self) -> str:
        return self._maybe(0.25, self._road() + self._maybe(0.4, self.number("号")))

    def _floor(self) -> str:
        return self._maybe(
            0.4, self._letter() + self._draw.choice(("座", "栋", "区", ""))
        ) + self._draw.choice(
            (
                self.number("楼"),
                self.number("层"),
                self._room(),
                self.number("楼") + self._room(),
                self._letter() + "12号",
                self._draw.choice(("一楼", "二楼", "负一楼")) + self.number("号"),
            )
        )

    def _room(self) -> str:
        floor, room = self._draw.randint(1, 32), self._draw.randint(1, 8)
        digits = f"{floor}0{room}"
        text = digits if self._draw.random() < 0.5 else "".join(HAN[int(one)] for one in digits)
        if self._draw.random() < 0.06:
            text = f"{floor}{self._letter()}"
        if self._draw.random() < 0.08:
            side = self._draw.choice(("东户", "西户", "中户", "左手边", "右手第一家", "东边那户"))
            return spoken(floor) + self._draw.choice(("楼", "层")) + side
        if self._draw.random() < 0.08:
            return spoken(floor) + self._draw.choice(("杠", "之", "零")) + spoken(room)
        return text + self._maybe(0.3, self._draw.choice(("室", "号", "房", "户")))

    def _village(self) -> str:
        name = (
            self._maybe(0.4, self._draw.choice(VILLAGE_HEADS)) + self._draw.choice(VILLAGE_NAMES)
            if self._draw.random() < 0.6
            else self._draw.choice(self._words)
        )
        return (
            self._maybe(0.35, self._draw.choice(PROVINCES) + self._maybe(0.7, "省"))
            + self._maybe(0.4, self._draw.choice(CITIES) + self._maybe(0.6, "市"))
            + self._maybe(0.6, self._county())
            + (self._place() + self._draw.choice(TOWN_ENDS))
            + name
            + self._draw.choice(VILLAGE_ENDS)
            + self._maybe(0.5, self._group())
            + self._maybe(0.15, self.number("号"))
        )

    def _group(self) -> str:
        draw = self._draw
        if draw.random() < 0.65:
            return self.number(draw.choice(("组", "号", "队", "社")))
        if draw.random() < 0.5:
            return draw.choice(VILLAGE_NAMES) + draw.choice(("组", "屯", "湾", "组"))
        way = draw.choice(("村委会往东", "村口", "村东头", "进村", "大槐树旁边", ""))
        return way + "第" + self._spoken(draw.randint(1, 9)) + draw.choice(("家", "户", "排"))

    def _region(self, chance: float) -> str:
        if self._draw.random() > chance:
            return ""
        text = self._maybe(0.2, self._draw.choice(PROVINCES) + self._maybe(0.7, "省"))
        text += self._maybe(0.6, self._draw.choice(CITIES) + self._maybe(0.6, "市"))
        kind = self._draw.random()
        if kind < 0.6 or not text:
            text += self._draw.choice(DISTRICTS) + self._maybe(0.85, "区")
        elif kind < 0.8:
            text += self._county()
        return text + self._maybe(0.3, self._place() + self._draw.choice(TOWN_ENDS))

    def _county(self) -> str:
        return self._place() + self._draw.choice(listed("县 县 县 区 市 新区 开发区 旗"))

    def _place(self) -> str:
        place = self._draw.choice(self._places)
        return place.rstrip("省市区县镇乡村州") or place

    def _road(self) -> str:
        head = (
            self._draw.choice(ROAD_WORDS)
            if self._draw.random() < 0.6
            else self._draw.choice(self._words if self._draw.random() < 0.5 else self._places)
        )
        return head + self._draw.choice(ROAD_ENDS)

    def _digits(self, most: int) -> str:
        return "".join(str(self._draw.randint(1, 9)) for _ in range(self._draw.randint(1, most)))

    def _letter(self) -> str:
        return self._draw.choice("ABCDEFab")

    def _maybe(self, chance: float, text: str) -> str:
        return text if self._draw.random() < chance else ""

    def _spoken(self, count: int) -> str:
        if count >= 100 and self._draw.random() < 0.4:
            return "".join(HAN[int(one)] for one in str(count))
        return spoken(count)


def spoken(count: int) -> str:
    """A number below 1000 as it is said.

    >>> spoken(17), spoken(208), spoken(120)
    ('十七', '二百零八', '一百二十')
    """
    hundreds, rest = divmod(count, 100)
    tens, ones = divmod(rest, 10)
    text = HAN[hundreds] + "百" if hundreds else ""
    if tens:
        text += (HAN[tens] if tens > 1 or hundreds else "") + "十"
    elif hundreds and ones:
        text += "零"
    return text + (HAN[ones] if ones else "")
