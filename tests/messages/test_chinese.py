"""A finished message is translated by the template that made it."""

from __future__ import annotations

import pytest

from pipeline.messages import in_chinese


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("there is nothing like this", "there is nothing like this"),
        ("callqa.db: the disk is full", "callqa.db: the disk is full"),
        (
            "c.db: this is not a callqa database, or it is damaged, or encrypted and its key is not named; "
            "name the key in [site] key_file, give another path, or restore it from a backup (file is not a database)",
            "c.db：这不是 callqa 的数据库，或已损坏，或已加密而没有指定密钥；请在 [site] key_file 写上密钥，或换一个路径，或从备份恢复（文件不是数据库）",
        ),
        (
            "b.wav: the file is empty (0 bytes); record or copy it again",
            "b.wav：文件是空的（0 字节）；请重新录制或复制",
        ),
        (
            "b.wav: no such file (moved or deleted?); check the path and the permissions",
            "b.wav：没有这个文件（移走或删除了？）；请检查路径和权限",
        ),
        (
            "x.db: cannot be read (Permission denied); check path and permissions",
            "x.db：不能读取（没有权限）；请检查路径和权限",
        ),
        (
            "callqa.toml: [nightly] folders = 3; expected a list of texts in quotes",
            "callqa.toml：[nightly] folders = 3；应为带引号的文字列表",
        ),
        (
            't.json, entry 3: "words" is 5; expected a list',
            "t.json，第 3 项：“words”是 5；应为列表",
        ),
        (
            "base (0.13 of the audio's time a core), small (0.42 of the audio's time a core)",
            "base（每核心用音频时长的 0.13）、small（每核心用音频时长的 0.42）",
        ),
        (
            "the speech server h:80: it does not answer, 3 times; see the server's log",
            "语音识别服务 h:80：没有应答，共 3 次；请看该服务的日志",
        ),
        (
            "2 cores (avx2), 3.8 GiB of memory free, no GPU; no model fits 2 workers",
            "2 个核心（avx2），空闲内存 3.8 GiB，没有显卡；没有模型能装进 2 个进程",
        ),
        (
            "2 cores (avx2), 3.8 GiB of memory free, no GPU; fit 2 workers: base (0.13 of the "
            "audio's time a core), small (0.4 of the audio's time a core); times are estimates for AVX2",
            "2 个核心（avx2），空闲内存 3.8 GiB，没有显卡；2 个进程装得下：base（每核心用音频时长的 0.13）、"
            "small（每核心用音频时长的 0.4）；时间按 AVX2 估计",
        ),
        (
            "q.csv, line 3: the level is 'x'; expected one of 一级, 二级",
            "q.csv 第 3 行：级别写的是 'x'；应为以下之一：一级、二级",
        ),
        (
            "q.db: another process held the database for more than 30 s; wait until it has ended "
            "(a nightly run, a database browser) and run again (database is locked)",
            "q.db：另一个进程占用数据库已超过 30 秒；请等它结束（夜间任务、数据库浏览器等），再运行一次（数据库被占用）",
        ),
        (
            "r.yaml 第 3 行：应为两个字以上的短语；单字必须写成 {say: 字, word: true}，否则会误伤别的词",
            "r.yaml 第 3 行：应为两个字以上的短语；单字必须写成 {say: 字, word: true}，否则会误伤别的词",
        ),
        (
            "r.yaml 第 3 行：YAML 格式错误（did not find expected ',' or ']'），请检查缩进、冒号和引号",
            "r.yaml 第 3 行：YAML 格式错误（这里应有逗号或 ]），请检查缩进、冒号和引号",
        ),
        (
            "r.yaml 第 3 行：match 的值“(滚”不对，应为正确的正则表达式（missing ), unterminated subpattern at position 0）",
            "r.yaml 第 3 行：match 的值“(滚”不对，应为正确的正则表达式（第 0 个字符之后的左括号没有右括号）",
        ),
        (
            "b.wav: the file is empty (0 bytes); record or copy it again\n/c.wav: own words",
            "b.wav：文件是空的（0 字节）；请重新录制或复制\n/c.wav: own words",
        ),
    ],
)
def test_it_is_the_chinese_of_its_template(english: str, chinese: str):
    assert in_chinese(english) == chinese


def test_long_lists_of_values_stay_and_take_no_time():
    many = ", ".join(f"value {number} (of {number}; in use: {number})" for number in range(200))
    said = f"t.csv: no column for text ({many}); found {many}; rename the column that has it"

    assert in_chinese(said) == (
        f"t.csv：缺少这一列：text ({many})；现有 {many}；请把对应的列改成其中一个名称"
    )


@pytest.mark.parametrize(
    "name", ["what is new.wav", "/data/one in two/a.wav", "'a list'", "disk", "no GPU/x.wav"]
)
def test_a_name_with_english_words_stays(name: str):
    said = f"{name}: the file is empty (0 bytes); record or copy it again"

    assert in_chinese(said) == f"{name}：文件是空的（0 字节）；请重新录制或复制"


def test_the_template_with_the_most_words_of_its_own_is_taken():
    """``{0}: {1}; expected {2}`` fits, too."""
    said = "a.csv, line 2: 是否解决 is '?'; expected 是 or 否"

    assert in_chinese(said) == "a.csv 第 2 行：是否解决写的是 '?'；应为是或否"
