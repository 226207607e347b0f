"""What the patterns of personal data are made of: one spelling for each character, spoken digits and
letters, and the small words between a naming word and its value."""

from __future__ import annotations

from pipeline.privacy.digits import DIGIT

GAP = (
    r"(?:[\s:：,，、。.;；\"“”]|的?(?:是|为|叫)|就|嗯|呃|啊|哦|哎|那个|这个|应该|好像|呢|吧|收到了?|好了?的?|对|有|搜|拼音|改成了?|改为|设成了?|设为|设置?的"
    r"|(?:我|它|后来|重新|[那这]个?)(?=是|改|设)|[A-Za-z]{1,2}开头的?|[三四五六八34568][个位]数?字?(?:是|，)?"
    r"|[您你](?:记|听|写)一?下|我?(?:报|念|说|告诉)(?:给|一下)?[您你]?){0,6}"
)
"""Between a naming word and what it names: 验证码（嗯，就是）882013."""

PAUSE = r"[\s\-—–,，、.。·…]{0,3}(?:(?:嗯|呃|啊|然后|后面是?|再|横?杠)[\s,，、]{0,2})?"
"""Between two digits of one value."""

MISHEARD = (
    r"(?<=[0-9零一幺二三四五六七八九])[要腰妖儿而期酒灵另留无武](?=[0-9零一幺二三四五六七八九])"
)
"""Characters that sound like a digit, between two digits."""

ONE = rf"(?:{DIGIT}|{MISHEARD})"

NO_COUNT = r"(?![A-WYZa-wyz]|\s*(?:[十百千万亿元块位次秒天岁个人年月折兆]|分钟|毛))"
"""A row of digits before one of these is an amount, a count, or a day."""


def row(least: int, most: int) -> str:
    """A pattern of ``least`` to ``most`` spoken digits that count nothing."""
    return rf"{ONE}(?:{PAUSE}{ONE}){{{least - 1},{most - 1}}}+{NO_COUNT}"


TRADITIONAL = dict(
    zip(
        "萬專業叢東兩嚴個豐爲為麼烏樂喬習鄉買於親從倉們會餘儲兒黨蘭關興養寫軍農馮決況減憑劃劉剛別辦務動區醫華單賣佔盧衛廠廳歷厲厙廈縣雙發變臺葉號喫後"
        "呂嗎聽吳員鹹園國圖場塊復頭媽婁孫學實宮賓對層屬嶽鞏幣師幫幹廣莊庫應龐開張強當懷態慣戲戶摳護報換數無舊時曉機權槓條來楊棟欄欒樓橫歐畢氣漢湯沒塗"
        "溫遊灣點煩熱愛爺獨現電蓋碼確離稱籤簡紅級紀納線組細經綁給統續維編繆網羅聶聯肅膚臘蘆範荊榮營蕭蔣藺裝見規計訂認讓訊記講許證訴話詢該詳說請諸誰謝"
        "譚賬貨貸貿費賀賈資賴趙車軒轉軟轅邊達過運還這連遲遞鄧鄔郵鄒鬱鄭釋裏裡鍾錢鐵銀鋪鏈銷鎖錯鎮長門閆閉問間閔聞閻闕闞隊陽陰陸陳險隨難韋韓項須顧預領"
        "頻題顏額飯饒館馬駝駱驗鮑鮮鵝麥黃齊龍龔鬥箇",
        "万专业丛东两严个丰为为么乌乐乔习乡买于亲从仓们会余储儿党兰关兴养写军农冯决况减凭划刘刚别办务动区医华单卖占卢卫厂厅历厉厍厦县双发变台叶号吃后"
        "吕吗听吴员咸园国图场块复头妈娄孙学实宫宾对层属岳巩币师帮干广庄库应庞开张强当怀态惯戏户抠护报换数无旧时晓机权杠条来杨栋栏栾楼横欧毕气汉汤没涂"
        "温游湾点烦热爱爷独现电盖码确离称签简红级纪纳线组细经绑给统续维编缪网罗聂联肃肤腊芦范荆荣营萧蒋蔺装见规计订认让讯记讲许证诉话询该详说请诸谁谢"
        "谭账货贷贸费贺贾资赖赵车轩转软辕边达过运还这连迟递邓邬邮邹郁郑释里里钟钱铁银铺链销锁错镇长门闫闭问间闵闻阎阙阚队阳阴陆陈险随难韦韩项须顾预领"
        "频题颜额饭饶馆马驼骆验鲍鲜鹅麦黄齐龙龚斗个",
        strict=True,
    )
)
"""Characters of naming words, surnames and addresses only; OpenCC's characters."""


_WIDE = {
    chr(wide): chr(wide - 0xFEE0)
    for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ"))
    for wide in range(ord(first), ord(last) + 1)
}
_FOLDED = str.maketrans(TRADITIONAL | _WIDE)
_UNFOLDED = frozenset(TRADITIONAL | _WIDE)


def fold(text: str) -> str:
    """A text with plain letters and digits, and with simplified characters where the patterns need
    them. The length stays.

    >>> fold("驗證碼８８２０ＡＢ")
    '验证码8820AB'
    """
    return text if _UNFOLDED.isdisjoint(text) else text.translate(_FOLDED)
