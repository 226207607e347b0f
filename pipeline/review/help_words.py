"""What the help page says: what each page is for, and what the words of the trade mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.people import User
from pipeline.review.access import Permission, may
from pipeline.settings import Settings

P = Permission


@dataclass(frozen=True, slots=True)
class HelpPage:
    """A page with what it is for; ``needs``: whose page it is."""

    address: str
    name: str
    purpose: str
    needs: Permission


@dataclass(frozen=True, slots=True)
class HelpWord:
    """A word of the trade and its meaning; ``needs``: whom it concerns."""

    word: str
    meaning: str
    needs: Permission = P.ENTER


PAGES = (
    HelpPage("/queue", "待办", "要人处理的通话，最要紧的在前。可以查找、筛选、排序、批量处理、导出。", P.READ_ALL),
    HelpPage("/live", "在线", "正在进行的会话：刚说的话、机器的提示，可以提醒客服。", P.WATCH),
    HelpPage("/dashboard", "总览", "一天、一周、一月的整体情况：分数、趋势、常见问题、话题、班组与队列。点数字或图上的点，看那些通话。", P.READ_ALL),
    HelpPage("/agents", "客服", "每位客服的通话数和分数；点工号看个人页：测评表、趋势、辅导清单。", P.READ_ALL),
    HelpPage("/promises", "承诺", "客服答应客户的事，什么时候到期，有没有兑现。", P.READ_PROMISES),
    HelpPage("/events", "事项", "通话以外计入月度考核的事：投诉、表扬、考核分等。", P.READ_ALL),
    HelpPage("/appeals", "申诉", "对扣分的异议：提出、处理、答复，以及处理期限。", P.READ_APPEALS),
    HelpPage("/coaching", "处理措施", "培训、提醒、处罚、表扬的记录，和之后有没有改善。", P.READ_COACHING),
    HelpPage("/rules", "规则", "每条规则的触发短语、例外、例句，和它判得准不准；可以输入一句话试一试。", P.READ_RULES),
    HelpPage("/sheets", "评分表", "每个考核要素满分多少、什么情况扣几分。", P.READ_RULES),
    HelpPage("/proposals", "规则建议", "主管提出的修改，试算出会影响哪些通话，管理员采纳后生效，也可以撤销。", P.READ_RULES),
    HelpPage("/calibrations", "校准", "几位复核人各自评同一批通话，看尺度是否一致。", P.READ_CALIBRATION),
    HelpPage("/ledger", "操作日志", "谁在什么时候对哪通电话做了什么；改动过会被查出来。", P.READ_LEDGER),
    HelpPage("/users", "账号", "新建、停用账号，改角色和初始密码，重置两步验证。", P.MANAGE_USERS),
    HelpPage("/regulations", "考核依据", "规则和评分表依据的规定：全称、条款、大意。", P.ENTER),
    HelpPage("/account", "我的账号", "改密码，启用两步验证，查看和结束自己的登录，建立供程序使用的令牌。", P.ENTER),
)  # fmt: skip

FIRST_STEPS: dict[str, tuple[str, ...]] = {
    "agent": (
        "从“我的通话”看自己的分数：点一处发现，就能听到那一句。",
        "对扣分有异议，在那通电话的页面上写明理由申诉；答复会在菜单的“申诉”上提醒您。",
        "“处理措施”里有给您的培训、提醒和表扬，每条可以答复一次。",
    ),
    "qa": (
        "从“待办”打开第一通，按 n 听第一处发现，按 c 确认或 x 驳回，看完按 r 处理完毕并到下一通。",
        "拿不准的写一条备注，或者先跳过（s）；机器没有听出来的，用“添加发现”补上。",
        "转写错了，更正那一句，机器会重新查找并重新算分。",
    ),
    "supervisor": (
        "从“待办”处理机器拿不准的通话，也可以勾选多通分配给质检员。",
        "“申诉”上有数字时有人在等您答复；您判定过的通话由别人处理它的申诉。",
        "一条规则总是判错，在那处发现上“加为例外”，管理员采纳后生效；一时改不了的，先设为仅人工判定。",
    ),
    "admin": (
        "“账号”里建立账号；首次登录必须修改初始密码。",
        "“规则建议”里看主管提的修改和它的影响，采纳或不采纳。管理员不判定通话。",
    ),
    "auditor": (
        "“操作日志”可以按人、操作、日期查，并导出；每条都有校验值，用 callqa verify 核对。",
        "所有页面只看不改。",
    ),
}


def pages_for(user: User) -> list[HelpPage]:
    """The pages that a user may open."""
    return [page for page in PAGES if may(user, page.needs)]


def words_for(user: User, settings: Settings) -> list[HelpWord]:
    """The words that concern a user, in the order in which one needs them."""
    at = next(at for at, one in enumerate(_WORDS) if one.word == "抢话")
    words = (*_WORDS[:at], *_words(settings), *_WORDS[at:])
    return [word for word in words if may(user, word.needs)]


def _words(settings: Settings) -> Iterator[HelpWord]:
    """Those whose meaning the site's settings decide."""
    limits = settings.limits
    yield HelpWord("静默", "双方都不说话的时间。无人说明原因、满 "
        f"{limits.dead_air_s:g} 秒的是“无故静默”，满 {limits.long_silence_s:g} 秒的是“长时间静默”；"
        "客服先打过招呼（如“请您稍等”）的是“已告知的等待”，不扣分。")  # fmt: skip
    yield HelpWord("语速", "客服每分钟说的字数，只算自己说话的时间。没有本单位的参考值时，超过 "
        f"{limits.fast_chars_per_min:.0f} 为过快，低于 {limits.slow_chars_per_min:.0f} 为过慢。语速的发现先由人确认，才扣分。")  # fmt: skip


_WORDS = (
    HelpWord("服务态度", "语气、语速、礼貌用语、禁语这几项的得分，折算成满分 100。"),
    HelpWord("总分", "评分表全部适用项目的得分，加上加分项、减去扣分项，在 0 到 100 之间。"),
    HelpWord("考核项目、考核指标、考核要素", "评分表的三级：项目分成指标，指标分成要素，每个要素有满分和扣分办法。"),
    HelpWord("不适用", "这通电话没有机会体现的要素，或者没有测量到的；不计入满分，其余按比例折算。"),
    HelpWord("一票否决", "说了最严重的话，如辱骂；通话排在待办最前，是否压低总分由评分表定。"),
    HelpWord("发现", "机器在通话里找到的一处：做到的、没做到的、说错的，或者测量到的。点一下就能听到。"),
    HelpWord("规定用语", "应当说而且说了的话，如问候、道别。"),
    HelpWord("缺少用语", "该说的时候没有说。只在有这个必要的通话里才算。"),
    HelpWord("禁语", "规定不许对客户说的话。前面的词是规则名，引号里是听到的说法，如：推诿“不归我管”。"),
    HelpWord("流程", "做事的顺序和分寸，如客户抱怨后有没有致歉，转接前有没有说明。"),
    HelpWord("抢话", "对方还在说就插进来，两人同时说了 1 秒以上。"),
    HelpWord("语气", "声音高低、轻重与客服本人平时的差别；只作提示，先由人听过才算。"),
    HelpWord("音量", "说话声音的大小，以分贝计；不同电话之间不好比，所以只与本人平时比。"),
    HelpWord("个人信息", "号码、姓名、地址等；页面上遮盖，录音里用提示音盖住。"),
    HelpWord("客户反映", "客户自己讲的事，如要投诉、表扬；不是客服的过错，不扣分，也不算待复核，另有列表。"),
    HelpWord("机器确认", "机器有把握的发现，按评分表计分；人可以驳回。"),
    HelpWord("待复核", "关于客服的、机器没有把握的发现，人确认之前不扣分。"),
    HelpWord("供参考", "客户说的、客户做的，如客户反映、客户抢话；可以确认或驳回，不处理也不要紧。"),
    HelpWord("已确认、已驳回、人工添加", "人的判定：确认的计分，驳回的不扣，添加的与确认的一样。"),
    HelpWord("更正后不再成立", "更正了文字或说话人以后，这一处已经没有了。"),
    HelpWord("符合", "应当做到而且做到了。"),
    HelpWord("把握", "机器估计自己判对的可能，不是得分。"),
    HelpWord("文字一致、读音相近、声音核对、意思相近、信号测量", "这一处是怎样找到的：字完全一样；字不同而读音相近；再听一遍声音核对过；整句意思相近；由时间、音量等测量得出。"),
    HelpWord("申诉、复核申诉", "客服对扣分提出的异议；对答复仍有异议，可以再提一次，由另一人处理，第二次答复为准。"),
    HelpWord("处理措施", "主管记录的培训、提醒、处罚、表扬。"),
    HelpWord("承诺", "客服答应客户的事，如“明天给您回电”。从后来的通话里找有没有兑现。"),
    HelpWord("考核依据", "规则和扣分所依据的规定条款；“本系统自定”是规定没有写、由评分表自己定的。"),
    HelpWord("工号、班组、队列", "客服的编号、所在的组，和电话进来的业务线；评分表按队列选用。"),
    HelpWord("质检提示", "列表里说明这通电话为什么要看：最要紧的两处发现；带问号的等人判定。", P.READ_ALL),
    HelpWord("未复核、已复核、处理完毕", "没有人判定过；有人判定过；复核人标为完成，不再出现在待办里。", P.READ_ALL),
    HelpWord("正在处理", "有人打开了这通电话。只是提醒，不锁定；离开或 5 分钟没有动作就解除，也可以“由我接手”。", P.READ_ALL),
    HelpWord("抽检任务", "按方案随机抽出、要人听的通话；只有随机抽的那部分用来估计整体比例。", P.READ_ALL),
    HelpWord("优秀示例、辅导案例", "复核人给通话做的标记，供培训时用。", P.READ_ALL),
    HelpWord("95% 区间", "真实的平均值大致在这个范围；通话越少，区间越宽，越不能只凭平均分下结论。", P.READ_ALL),
    HelpWord("四个一样", "生人熟人、有无检查、工作忙闲、情绪好坏，服务是否一样；差别够大又不像偶然时才说有差别。", P.READ_ALL),
    HelpWord("话题", "客户来电办什么事，由用词判断；一通可以有几个，第一个是主要的。", P.READ_ALL),
    HelpWord("触发短语、例外", "一条规则的说法；含有触发短语而不算的完整说法是例外。", P.READ_RULES),
    HelpWord("正例、反例", "规则必须查到、必须查不到的例句；每次改规则都会核对。", P.READ_RULES),
    HelpWord("仅人工判定", "这条规则的发现机器不直接扣分，由人确认才扣。", P.READ_RULES),
    HelpWord("确认率", "人判定过的发现中确认的比例；低于限度的规则会标出。", P.READ_RULES),
    HelpWord("试算", "把一条建议放到已评分的通话上算一遍，只看影响，不改结果。", P.READ_RULES),
    HelpWord("补充文件", "本单位对规则和评分表的修改，写在随系统提供的文件旁边，可以撤销。", P.READ_RULES),
    HelpWord("一致性（Krippendorff α）", "几个人打分有多一致：1 是完全一致，0 与随意打分一样。", P.READ_CALIBRATION),
    HelpWord("校验值", "日志每条都由前一条算出的一串字；改动任何一条，以后的都对不上。", P.READ_LEDGER),
)  # fmt: skip
