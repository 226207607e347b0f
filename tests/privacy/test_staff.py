"""In what callqa writes itself stand names of staff: only what rules find is hidden there."""

from __future__ import annotations

import pytest

from pipeline.privacy import mask_customer, mask_name, mask_text
from pipeline.report.html import environment


@pytest.mark.parametrize(
    "told", ["新建账号 王芳，角色：质检员", "复核人：王芳、李雷", "客服 8001：张敏，二班"]
)
def test_names_of_staff_can_be_read_and_numbers_cannot(told: str):
    assert mask_text(told, said=False) == told
    assert mask_text(f"{told}，电话13977665544", said=False) == f"{told}，电话139****5544"


def test_what_a_customer_says_hides_the_same_names():
    assert mask_text("我要找王芳给我办的") == "我要找**给我办的"
    assert mask_text("客户姓名王芳", said=False) == "客户姓名**"


def test_ids_and_paths_keep_the_names_of_folders():
    assert mask_customer("王芳") == "王芳"
    assert mask_name("录音/王芳/20261123_13800138000.wav") == "录音/王芳/20261123_138****8000.wav"


def test_pages_show_whom_a_note_is_about_and_hide_whom_a_caller_names():
    page = environment().from_string(
        "{{ note|private(true) }} / {{ quote|private(true, said=true) }}"
    )

    shown = page.render(note="张敏已经和班长谈过", quote="我要找王芳给我办的")

    assert shown == "张敏已经和班长谈过 / 我要找**给我办的"
