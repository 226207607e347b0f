from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import av
import jsonschema
import numpy as np
import pytest

from pipeline.errors import ReportError
from pipeline.lexicon import Regulation, Regulations
from pipeline.report import (
    Playback,
    load_schema,
    make_playback,
    result_from_dict,
    result_to_dict,
    write_batch_report,
    write_call_report,
)
from pipeline.report.html import page_name
from pipeline.types import (
    CallMeta,
    CallTopic,
    CustomerOutcome,
    Failure,
    Quote,
    Reason,
    Recording,
    Score,
    ScoreItem,
    Settlement,
)
from tests.builders import a_finding, a_result, a_score, an_utterance
from tests.sounds import tone


def rude_result(**changes):
    said = an_utterance("这个不归我管。", start_s=10.0, end_s=13.0)
    return a_result(utterances=(said,), findings=(a_finding(start_s=11.0, end_s=13.0),), **changes)


QUOTE = Quote("customer", 3.0, 5.0, "账单还是不对。")
TOPIC = CallTopic("bank.fees", "扣费与手续费", "账单", "银行", 4.5, (QUOTE,))
UNSETTLED = Settlement(False, "客户最后说没有解决", promised=True, quotes=(QUOTE,))


def test_a_result_in_the_published_form_is_valid_and_reads_back_the_same():
    result = rude_result(topics=(TOPIC,), settlement=UNSETTLED)
    data = result_to_dict(result)

    jsonschema.validate(data, load_schema())
    assert result_from_dict(data) == result


def test_the_schema_refuses_a_result_that_lacks_a_name_or_has_another_verdict():
    data = result_to_dict(rude_result())

    for spoil in (lambda d: d.pop("tone"), lambda d: d["findings"][0].update(verdict="maybe")):
        broken = result_to_dict(rude_result())
        spoil(broken)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, load_schema())
    jsonschema.validate(data, load_schema())


def test_a_bad_value_is_refused_with_its_path():
    data = result_to_dict(rude_result())
    data["findings"][0]["start_s"] = "soon"

    with pytest.raises(ValueError, match=r"result\.findings\[0\]\.start_s: 'soon'"):
        result_from_dict(data)


def test_the_page_says_where_nobody_knows_who_said_a_phrase(tmp_path: Path):
    quote = Quote("unknown", 11.0, 13.0, "不归我管")
    said = a_finding(role="unknown", quotes=(quote,), start_s=11.0, end_s=13.0)
    silence = a_finding(kind="silence", role="unknown", quote="", match="signal", start_s=20.0)

    page = write_call_report(replace(rude_result(), findings=(said, silence)), None, tmp_path)

    assert page.read_text(encoding="utf-8").count("不知道是谁说的") == 1


def test_the_page_marks_the_finding_in_the_text_and_can_play_it(tmp_path: Path):
    page = write_call_report(rude_result(), Playback("audio/ogg", b"sound"), tmp_path).read_text(
        encoding="utf-8"
    )

    assert re.search(r'<button[^>]*data-play="0"[^>]*>不归我管。?</button>', page)
    assert 'src="data:audio/ogg;base64,c291bmQ="' in page
    assert not re.search(r'(src|href)="(https?:)?//', page)


def test_a_reason_names_the_document_by_its_title_and_the_result_by_its_letter(tmp_path: Path):
    text = "语速过快（依据：A 五(一)2 (语速适中)；our choice: 界限）"
    reason = Reason(text, -20.0, figure=430.0)
    item = ScoreItem("pace", "语速", 100.0, 80.0, (reason,))
    result = a_result(score=a_score(80.0, items=(item,)))

    page = write_call_report(result, None, tmp_path).read_text(encoding="utf-8")

    assert "（依据：《邮政内部客服管理办法》五(一)2（语速适中）；本系统自定：界限）" in page
    assert "our choice" not in page
    assert text in json.dumps(result_to_dict(result), ensure_ascii=False)


def test_a_reason_names_a_document_of_the_site(tmp_path: Path):
    reason = Reason("语速过快（依据：本司 3.2）", -20.0, figure=430.0)
    item = ScoreItem("pace", "语速", 100.0, 80.0, (reason,))
    own = Regulations((Regulation("本司", "客服手册"),))

    page = write_call_report(
        a_result(score=a_score(80.0, items=(item,))), None, tmp_path, regulations=own
    ).read_text(encoding="utf-8")

    assert "（依据：《客服手册》3.2）" in page


def test_the_page_of_a_call_says_its_topics_and_why_it_is_not_settled(tmp_path: Path):
    result = rude_result(topics=(TOPIC,), settlement=UNSETTLED)
    page = write_call_report(result, None, tmp_path).read_text(encoding="utf-8")
    known = replace(result, outcome=CustomerOutcome(resolved=True))
    imported = write_call_report(known, None, tmp_path).read_text(encoding="utf-8")

    assert "话题：扣费与手续费" in page
    assert "未解决（客户最后说没有解决；客户 00:03“账单还是不对。”）" in page
    assert "已解决（导入）" in imported


def test_unknown_figures_are_said_to_be_unknown(tmp_path: Path):
    result = a_result(
        score=Score(None, None, False, (), ("没有听到客服说话，无法评分",)), utterances=()
    )

    page = write_call_report(result, None, tmp_path).read_text(encoding="utf-8")

    assert "录音未附" in page
    assert "总分 未知" in page
    assert "没有听到可以辨认的说话声" in page


def test_text_from_a_call_a_file_name_or_metadata_cannot_run(tmp_path: Path):
    evil = "<script>alert(1)</script>"
    said = an_utterance(evil)
    result = a_result(
        utterances=(said,),
        findings=(a_finding(quote=evil, phrase=evil),),
        call=CallMeta(call_id=evil, agent_id=evil, queue=evil),
        recording=Recording(evil, "ab" * 32, 20.5, 8000, 2, "pcm_alaw", 0),
    )

    call = write_call_report(result, None, tmp_path).read_text(encoding="utf-8")
    batch = write_batch_report([result], [Failure(evil, evil)], tmp_path).read_text(
        encoding="utf-8"
    )

    assert "alert(1)</script>" not in call
    assert "alert(1)" not in batch.replace("&lt;script&gt;alert(1)&lt;/script&gt;", "")


@pytest.mark.parametrize(
    "call_id", ["../../etc/passwd", "a b'c\"d", "客服 一号", "/", "", "x" * 300]
)
def test_a_page_stays_in_its_folder_whatever_the_call_is_named(tmp_path: Path, call_id: str):
    path = write_call_report(a_result(call=CallMeta(call_id=call_id)), None, tmp_path / "out")

    assert path.resolve().parent == (tmp_path / "out").resolve()
    assert path.exists()


def test_two_recordings_of_one_name_have_two_pages():
    other = Recording("b/a.wav", "cd" * 32, 20.5, 8000, 2, "pcm_alaw", 0)

    assert page_name(a_result()) != page_name(a_result(recording=other))


def test_the_batch_lists_the_worst_first_and_the_failures_last(tmp_path: Path):
    good = a_result(call=CallMeta(call_id="good"))
    bad = a_result(call=CallMeta(call_id="bad"), score=a_score(40.0))
    fatal = a_result(call=CallMeta(call_id="fatal"), score=a_score(62.5, fatal=True))

    page = write_batch_report([good, bad, fatal], [Failure("x.wav", "empty")], tmp_path).read_text(
        encoding="utf-8"
    )

    places = [page.index(text) for text in (">fatal</a>", ">bad</a>", ">good</a>", "x.wav")]
    assert places == sorted(places)
    assert page_name(bad) in page


def test_a_page_that_cannot_be_written_is_a_clear_error(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ReportError, match="choose another folder"):
        write_call_report(a_result(), None, tmp_path / "file" / "out")


def test_playback_is_opus_of_the_same_length_with_both_sides():
    playback = make_playback([tone(300, 2.0), tone(500, 2.0)])

    with av.open(io.BytesIO(playback.data)) as container:
        frames = list(container.decode(audio=0))
        assert container.streams.audio[0].codec_context.name == "opus"
    seconds = sum(frame.samples for frame in frames) / frames[0].sample_rate
    left, right = (np.concatenate([frame.to_ndarray()[c] for frame in frames]) for c in (0, 1))
    assert seconds == pytest.approx(2.0, abs=0.05)
    assert np.abs(np.fft.rfft(left)).argmax() / seconds == pytest.approx(300, abs=5)
    assert np.abs(np.fft.rfft(right)).argmax() / seconds == pytest.approx(500, abs=5)
    assert len(playback.data) < 2.0 * 2 * 16_000 * 2 / 4
