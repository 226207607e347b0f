"""Transcripts and chats as platforms and speech services write them; every sample is made here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import UnreadableError
from pipeline.imports import NameMap, read_conversations
from pipeline.imports.own_words import own_words
from pipeline.imports.speaker_names import role_of
from tests.imports.test_tables import a_file

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.imports import Conversation


def only(path: Path) -> Conversation:
    (conversation,) = read_conversations(path)
    return conversation


def read(tmp_path: Path, content: Any, name: str = "a.json") -> tuple[Conversation, ...]:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return read_conversations(a_file(tmp_path, name, text))


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(one.role, one.text) for one in conversation.utterances]


def timed(conversation: Conversation) -> list[tuple[float, float, str]]:
    return [(one.start_s, one.end_s, one.text) for one in conversation.utterances]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("访客", "customer"),
        ("访客8f3a", "customer"),
        ("买家", "customer"),
        ("客户-138****1111", "customer"),
        ("客戶", "customer"),
        ("VISITOR", "customer"),
        ("end_user", "customer"),
        ("商家", "agent"),
        ("人工客服", "agent"),
        ("坐席-王芳", "agent"),
        ("王芳（客服）", "agent"),
        ("客服小王", "agent"),
        ("售后客服", "agent"),
        ("Seller", "agent"),
        ("智能客服小蜜", "system"),
        ("客服机器人", "system"),
        ("系統訊息", "system"),
        ("客户经理", "unknown"),
        ("客服机器人小蜜", "system"),
        ("客服自动回复", "system"),
        ("客服(自动)", "system"),
        ("坐席（已撤回）", "system"),
        ("在线客服系统", "system"),
        ("客服AI", "system"),
        ("自动化部客服", "unknown"),
        ("客服小艾", "agent"),
        ("王芳", "unknown"),
    ],
)
def test_the_names_of_platforms_are_known(name: str, role: str) -> None:
    assert role_of(name) == role


@pytest.mark.parametrize(
    "text",
    [
        "「客户：你找领导去」\n- - - - - - - -\n马上处理",
        "『客戶：你找領導去』\n————————\n马上处理",
        "> 客户：你找领导去\n> 不归我管\n马上处理",
        "&gt; 客户：你找领导去\n马上处理",
        "<blockquote>客户：你找领导去</blockquote>马上处理",
        '<div class="quote">客户：你找领导去</div><p>马上处理</p>',
        "[引用]客户: 这个不归我管\n马上处理",
        "【引用消息】客户 09:30:10：这个不归我管\r\n马上处理",
        "引用 客户 的消息：这个不归我管\n马上处理",
        "引用：不归我管\n你找领导去\n--------\n马上处理",
        "[CQ:reply,id=7]马上处理",
        "马上处理\n------------------ 原始邮件 ------------------\n不归我管",
        "李四：你找领导去\n- - - - - - - -\n马上处理",
        "↪ 客户：你找领导去\n马上处理",
        "回复 客户 2026-11-02 09:30:10 的消息：\n你找领导去\n---\n马上处理",
        "———引用———\n你找领导去\n———————\n马上处理",
        "马上处理\n「客户：你找领导去」",
        "马上处理\n原消息：你找领导去",
        "被引用：你找领导去\n马上处理",
        "马上处理<refermsg><content>你找领导去</content></refermsg>",
        "On 2 Nov 2026, Li wrote:\n> 不归我管\n马上处理",
    ],
)
def test_what_a_message_quotes_is_not_its_senders(text: str) -> None:
    assert own_words(text).replace("<p>", "").replace("</p>", "").strip() == "马上处理"


@pytest.mark.parametrize(
    "text",
    [
        "客服8012撤回了一条消息",
        "该消息已被撤回",
        "[已撤回] 这个不归我管，你找领导去，我什么都不知道，你爱找谁找谁去吧，反正不是我的事情",
        "This message was deleted",
        "已收回訊息：对方已收回訊息",
        "[聊天记录] 客户：不归我管\n客服：好",
        "张三和李四的聊天记录\n张三：不归我管",
        "【转发】不归我管",
        "以下是转发内容：你找领导去",
        "已撤回：你找领导去，你爱找谁找谁去吧，反正这件事情不归我管，我什么都不知道，再说也没有用的",
        "[自动回复] 您好，稍后回复您",
        "自动回复：您好",
    ],
)
def test_forwarded_recalled_and_automatic_messages_are_nobodys(text: str) -> None:
    assert own_words(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "您好，请讲",
        "价格 3>2 吗",
        "“概不退换”指的是特价商品",
        "我们收回了一条线路",
        "《须知》请您看一下",
        "🙂您好",
    ],
)
def test_a_senders_own_words_stay_as_they_are(text: str) -> None:
    assert own_words(text) == text


SENTENCES = [
    ("agent", 0, 2500, "您好，请问有什么可以帮您"),
    ("customer", 3000, 5200, "我想查一下上个月的电费"),
]


@pytest.mark.parametrize(
    "value",
    [
        {"segments": [{"start": s, "end": e, "text": t} for _, s, e, t in SENTENCES]},
        [{"speaker": r, "start": s, "end": e, "text": t} for r, s, e, t in SENTENCES],
        [{"key": "a", "text": "x", "timestamp": [[0, 9]], "sentence_info": [{"text": t, "start": s, "end": e, "spk": 0} for _, s, e, t in SENTENCES]}],
        {"audio_url": "a", "utterances": [{"speaker": "A", "text": t, "start": s, "end": e, "words": [], "confidence": 0.9} for _, s, e, t in SENTENCES]},
        {"Result": {"Sentences": [{"BeginTime": s, "EndTime": e, "Text": t, "ChannelId": 0} for _, s, e, t in SENTENCES]}},
        {"file_url": "a", "transcripts": [{"channel_id": 0, "text": "x", "sentences": [{"begin_time": s, "end_time": e, "text": t, "speaker_id": 0} for _, s, e, t in SENTENCES]}]},
        {"Transcription": {"Paragraphs": [{"SpeakerId": "1", "Words": [{"Start": s, "End": e, "Text": t}]} for _, s, e, t in SENTENCES]}},
        {"Response": {"Data": {"Result": "x", "ResultDetail": [{"FinalSentence": t, "StartMs": s, "EndMs": e, "SpeakerId": 0, "Words": [{"Word": t, "OffsetStartMs": 0, "OffsetEndMs": e - s}]} for _, s, e, t in SENTENCES]}}},
        {"Data": {"Result": "[0:0.000,0:2.500,0]  您好，请问有什么可以帮您\n[0:3.000,0:5.200,1]  我想查一下上个月的电费\n"}},
        {"result": {"utterances": [{"text": t, "start_time": s, "end_time": e} for _, s, e, t in SENTENCES]}},
        {"transcription": [{"timestamps": {"from": "x"}, "offsets": {"from": s, "to": e}, "text": t} for _, s, e, t in SENTENCES]},
        {"results": {"audio_segments": [{"start_time": str(s / 1000), "end_time": str(e / 1000), "transcript": t, "speaker_label": "spk_0"} for _, s, e, t in SENTENCES]}},
        {"messages": [{"role": r, "start_ms": s, "end_ms": e, "content": t} for r, s, e, t in SENTENCES]},
    ],
)  # fmt: skip
def test_speech_services_give_the_same_times_in_seconds(tmp_path: Path, value: Any) -> None:
    (found,) = read(tmp_path, value)
    assert timed(found) == [(0.0, 2.5, SENTENCES[0][3]), (3.0, 5.2, SENTENCES[1][3])]
    assert found.medium == "voice"


def test_times_that_are_neither_seconds_nor_milliseconds_are_refused(tmp_path: Path) -> None:
    entries = [{"start": 0, "end": 9e7, "text": "您好请讲请讲"}]
    with pytest.raises(UnreadableError, match="neither seconds nor milliseconds"):
        read(tmp_path, entries)


@pytest.mark.parametrize(
    ("starts", "expected"),
    [((0, 3500, 8000), [0.0, 3.5, 8.0]), ((0, 40, 300), [0.0, 40.0, 300.0])],
)
def test_starts_alone_are_milliseconds_where_every_answer_would_take_minutes(
    tmp_path: Path, starts: tuple[int, ...], expected: list[float]
) -> None:
    (found,) = read(tmp_path, [{"time": start, "text": "您好请讲请讲"} for start in starts])
    assert [one.start_s for one in found.utterances] == expected


def test_slow_speech_in_whole_seconds_stays_in_seconds(tmp_path: Path) -> None:
    (found,) = read(tmp_path, [{"start": 0, "end": 30, "text": "您好您好您好"}])
    assert timed(found) == [(0.0, 30.0, "您好您好您好")]


def test_a_word_without_a_time_lies_between_its_neighbours(tmp_path: Path) -> None:
    words = [
        {"word": "拨", "start": 0.0, "end": 0.5, "score": 0.9},
        {"word": "8"},
        {"word": "号", "start": 1.5, "end": 2.0, "score": 0.8},
    ]
    (found,) = read(
        tmp_path, {"segments": [{"start": 0, "end": 2.0, "text": "拨8号", "words": words}]}
    )
    assert [(w.text, w.start_s, w.end_s) for w in found.utterances[0].words] == [
        ("拨", 0.0, 0.5),
        ("8", pytest.approx(0.5 + 1 / 3), pytest.approx(0.5 + 2 / 3)),
        ("号", 1.5, 2.0),
    ]


@pytest.mark.parametrize(
    "key", ["会话编号", "call_id", "conversation_id", "sessionId", "Dialog-ID"]
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_messages_of_different_conversations_are_several(
    tmp_path: Path, key: str, name: str
) -> None:
    messages = [
        {key: "c1", "角色": "客户", "内容": "在吗", "时间": "2026-11-02 09:30:00"},
        {key: "c2", "角色": "客户", "内容": "退款", "时间": "2026-11-02 09:31:00"},
        {key: "c1", "角色": "客服", "内容": "在", "时间": "2026-11-02 09:30:05", "工号": "8012", "队列": "投诉"},
    ]  # fmt: skip
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in messages)
    found = read(tmp_path, lines if name.endswith("l") else messages, name)
    assert [(one.meta.call_id, len(one.utterances)) for one in found] == [("c1", 2), ("c2", 1)]
    assert (found[0].meta.agent_id, found[0].meta.queue) == ("8012", "投诉")
    assert found[1].meta.agent_id is None
    assert found[0].places == (
        ("line 1", "line 3") if name.endswith("l") else ("entry 1", "entry 3")
    )


def test_a_message_without_an_id_among_others_with_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="entry 2: no conversation id"):
        read(tmp_path, [{"call_id": "c1", "text": "您好"}, {"text": "在"}])


@pytest.mark.parametrize(
    "value",
    [
        {"call": {"call_id": "c", "agent_id": "8012", "queue": "q"}},
        {"call": {"通话编号": "c", "工号": "8012", "技能组": "q"}},
        {"call_id": "c", "agent_id": 8012, "queue": "q"},
        {"会话编号": "c", "客服工号": "8012", "队列": "q"},
        {"metadata": {"conversation_id": "c", "坐席工号": "8012", "skill": "q"}},
    ],
)
def test_metadata_is_taken_from_every_place_and_language(tmp_path: Path, value: Any) -> None:
    (found,) = read(tmp_path, {**value, "messages": [{"role": "agent", "文本": "您好"}]})
    assert (found.meta.call_id, found.meta.agent_id, found.meta.queue) == ("c", "8012", "q")


def test_metadata_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    value = {"call": {"agent_id": "8012"}, "工号": "8013", "messages": [{"text": "您好"}]}
    with pytest.raises(UnreadableError, match="agent_id is '8012' in \"call\" and '8013'"):
        read(tmp_path, value)


@pytest.mark.parametrize("name", ["客服6205", "坐席（工号6205）", "客服-6205", "Agent 6205"])
def test_the_number_in_an_agents_name_is_his(tmp_path: Path, name: str) -> None:
    srt = f"1\n00:00:00,000 --> 00:00:02,000\n{name}：您好\n\n2\n00:00:02,000 --> 00:00:03,000\n客户：在\n"
    assert read(tmp_path, srt, "a.srt")[0].meta.agent_id == "6205"


def test_names_that_are_not_understood_are_listed_until_they_are_mapped(tmp_path: Path) -> None:
    path = a_file(tmp_path, "a.csv", "发送人,内容\n小蜜蜂01,您好\n蓝天,在吗\n")
    assert only(path).strangers == ("小蜜蜂01", "蓝天")
    names = NameMap(agent=("小蜜蜂*",), customer=("蓝天",))
    (found,) = read_conversations(path, names)
    assert (found.strangers, said(found)) == ((), [("agent", "您好"), ("customer", "在吗")])


def test_a_saved_text_of_a_shop_chat_is_read(tmp_path: Path) -> None:
    text = (
        "买家tb01 (2026-11-02 09:30:00):\n这个能退吗\n\n"
        "某某旗舰店:小美 (2026-11-02 09:30:10):\n您好，可以退的\n请您申请\n"
    )
    (found,) = read(tmp_path, text, "千牛.txt")
    assert said(found) == [("customer", "这个能退吗"), ("agent", "您好，可以退的 请您申请")]
    assert (found.meta.started_at, found.places) == ("2026-11-02T09:30:00", ("line 1", "line 4"))


def test_a_saved_text_of_qq_is_read(tmp_path: Path) -> None:
    text = (
        "消息记录（此消息记录为文本格式，不支持重新导入）\n\n"
        "================================================================\n"
        "消息对象:蓝天\n================================================================\n\n"
        "2026-11-02 9:30:00 蓝天(100200300)\n在吗\n\n2026-11-02 9:30:05 客服8012(10010)\n在的\n"
    )
    (found,) = read(tmp_path, text, "qq.txt")
    assert said(found) == [("customer", "在吗"), ("agent", "在的")]
    assert found.meta.agent_id == "8012"


def test_the_archive_of_wecom_is_read(tmp_path: Path) -> None:
    def message(number: int, sender: str, to: str, **more: Any) -> dict[str, Any]:
        return {"msgid": f"m{number}", "action": "send", "from": sender, "tolist": [to], "roomid": "",
                "msgtime": 1793582400000 + number * 1000, **more}  # fmt: skip

    messages = [
        message(1, "wmA", "wangfang", msgtype="text", text={"content": "在吗"}),
        message(2, "wangfang", "wmA", msgtype="text", text={"content": "不归我管"}),
        message(3, "wangfang", "wmA", msgtype="revoke", revoke={"pre_msgid": "m2"}),
        message(4, "wangfang", "wmA", msgtype="text", text={"content": "在的"}),
        message(5, "wmB", "wangfang", msgtype="text", text={"content": "您好"}),
        message(6, "wangfang", "wmA", msgtype="chatrecord", chatrecord={"title": "群聊"}),
    ]
    found = read(tmp_path, messages)
    assert [(one.meta.call_id, one.meta.agent_id, said(one)) for one in found] == [
        ("wmA", "wangfang", [("customer", "在吗"), ("agent", "在的")]),
        ("wmB", None, [("customer", "您好")]),
    ]


def test_a_table_of_a_support_platform_is_read(tmp_path: Path) -> None:
    text = (
        "会话ID,消息发送时间,发送者类型,发送者名称,消息类型,消息内容,客服ID,客服组\n"
        "1,2026-11-02 09:30:00,访客,匿名,文本,在吗,,售后\n"
        "1,2026-11-02 09:30:03,机器人,小七,文本,不归我管,,售后\n"
        "1,2026-11-02 09:30:05,客服,小王,文本,在的,8012,售后\n"
        "1,2026-11-02 09:30:09,客服,小王,撤回,你找领导去,8012,售后\n"
    )
    (found,) = read(tmp_path, text, "a.csv")
    assert said(found) == [("customer", "在吗"), ("agent", "在的")]
    assert (found.meta.agent_id, found.meta.queue, found.strangers) == ("8012", "售后", ())


def test_traditional_headings_are_read(tmp_path: Path) -> None:
    text = "會話編號,時間,角色,內容,工號\nc1,2026-11-02 09:30:00,客戶,在嗎,\nc1,2026-11-02 09:30:05,客服,您好,8012\n"
    (found,) = read(tmp_path, text, "a.csv")
    assert said(found) == [("customer", "在嗎"), ("agent", "您好")]
    assert (found.meta.call_id, found.meta.agent_id) == ("c1", "8012")


@pytest.mark.parametrize(
    "value",
    [
        [{"key": "a", "timestamp": [1, 2], "text": "x"}],
        [{"msgid": 1, "tolist": "x", "from": None, "msgtype": "text", "text": 3, "msgtime": []}],
        {"Result": {"Sentences": [{"Text": 3, "BeginTime": "x"}]}},
        {"utterances": [{"transcript": None, "start": {}}]},
        {"audio_url": 1, "utterances": [{"text": "x", "start": None, "end": "y", "words": ["z"]}]},
        [{"text": "x", "sender": {"a": {}}, "time": {}}],
        [{"text": "x", "agent_id": ["8012"]}],
        [{"text": "x", "call_id": {"a": 1}}],
        {"segments": [{"start": 0, "end": 1, "text": "x", "words": [{"word": "x", "start": "a"}]}]},
        {"transcription": [{"offsets": {"from": "a"}, "text": "x"}]},
        {"Data": {"ResultDetail": [{"FinalSentence": None, "StartMs": [], "Words": [{}]}]}},
    ],
)
def test_broken_values_are_refused_with_their_place(tmp_path: Path, value: Any) -> None:
    with pytest.raises(UnreadableError, match=r"a\.json"):
        read(tmp_path, value)


@pytest.mark.parametrize(
    "quoted",
    [
        "回复 客户：你们说不归我管\n",
        "[回复 客户: 这个不归我管] ",
        "【引用 蓝天：这个不归我管】",
        "@客户 「这个不归我管」\n------\n",
        "「这个不归我管」\n",
        "蓝天 2026-11-02 09:30:00\n这个不归我管\n——————\n",
        "客户：这个不归我管\n你找领导去\n-----\n",
        "// 客户：这个不归我管\n",
        "↑ 客户：这个不归我管\n",
    ],
)
def test_words_that_an_answer_quotes_are_not_the_agents(quoted: str) -> None:
    assert own_words(f"{quoted}抱歉，马上处理。") == "抱歉，马上处理。"


def test_words_passed_on_behind_an_answer_are_not_the_agents() -> None:
    assert own_words("抱歉，马上处理。//@蓝天：这个不归我管") == "抱歉，马上处理。"


@pytest.mark.parametrize(
    "own",
    [
        "「您好」",
        "回复客户：您好，已处理",
        "您好，网址 https://a.cn/b 请看",
        "请您稍等\n------\n谢谢",
        "您好，营业到 18:00\n周末休息\n------\n再见",
        "回复客户：您好\n已处理",
    ],
)
def test_words_that_only_look_like_a_quotation_stay(own: str) -> None:
    assert own_words(own) == own


def test_styles_of_subtitles_do_not_hide_who_speaks(tmp_path: Path) -> None:
    styled = (
        "1\n00:00:01,000 --> 00:00:02,500\n"
        '{\\an8}<font color="#fff"><b>客服8012：</b>您好</font>\n\n'
        "2\n00:00:03,000 --> 00:00:04,500\n<i>[客户]</i> 查电费\n"
    )
    path = a_file(tmp_path, "styled.srt", styled)
    (conversation,) = read_conversations(path)
    assert [(u.role, u.text) for u in conversation.utterances] == [
        ("agent", "您好"),
        ("customer", "查电费"),
    ]
    assert conversation.meta.agent_id == "8012"


def funasr(key: str | None, *sentences: tuple[int, int, str]) -> dict[str, Any]:
    found = [{"text": text, "start": start, "end": end} for start, end, text in sentences]
    return {"sentence_info": found, **({"key": key} if key else {})}


@pytest.mark.parametrize(
    ("keys", "ids"),
    [
        (("c1", "c2"), ["c1", "c2"]),
        (("rand_key_x", "rand_key_y"), ["a-1", "a-2"]),
        ((None, None), ["a-1", "a-2"]),
    ],
)
def test_funasrs_results_of_several_recordings_are_several_conversations(
    tmp_path: Path, keys: tuple[str | None, ...], ids: list[str]
) -> None:
    value = [funasr(key, (500, 2000, "您好"), (2500, 4000, "请讲")) for key in keys]

    found = read(tmp_path, value)

    assert [one.meta.call_id for one in found] == ids
    assert [timed(one) for one in found] == [[(0.5, 2.0, "您好"), (2.5, 4.0, "请讲")]] * 2


def test_funasrs_results_of_one_key_that_follow_each_other_are_one_conversation(
    tmp_path: Path,
) -> None:
    value = [funasr("c1", (500, 2000, "您好")), funasr("c1", (2500, 4000, "请讲"))]

    (found,) = read(tmp_path, value)

    assert timed(found) == [(0.5, 2.0, "您好"), (2.5, 4.0, "请讲")]
