"""What other programs import: its names, its signatures, and that importing it takes no time."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import pipeline as callqa
from pipeline.report import load_schema

SIGNATURES = {
    "check_text": "(source, *, medium='voice', call=None, engine=None)",
    "check_texts": "(path, *, engine=None)",
    "from_json": "(text)",
    "load_engine": "(model='base', lexicons=None, settings=None)",
    "load_settings": "(path=None)",
    "to_json": "(result, *, masked=True)",
}
NOUNS = {
    "CallMeta", "CallResult", "CustomerOutcome", "Dynamics", "Engine", "Finding", "FormOfAddress",
    "Pace", "Provenance", "Reason", "Recording", "RolePace", "RoleTone", "Score", "ScoreItem",
    "Settings", "SoundEvent", "Span", "Tone", "Turn", "Utterance", "Word",
}  # fmt: skip
ERRORS = {
    "CallqaError", "ExtraError", "LexiconError", "ModelError", "NoRoomError", "RecordingError", "SettingsError",
    "UnfinishedError", "UnreachableError", "UnreadableError", "SpeechServerError", "ServerAwayError",
}  # fmt: skip
HEAVY = {
    "numpy", "scipy", "sklearn", "faster_whisper", "ctranslate2", "onnxruntime", "av", "jieba",
    "click", "sqlite_utils", "fastapi", "yaml",
}  # fmt: skip

TURNS = (
    callqa.Turn("agent", "您好，客服中心，请讲。", 0.0, 2.0),
    callqa.Turn("customer", "我要退款，电话13800138000。", 2.5, 6.0),
    callqa.Turn("agent", "这个不归我管。", 6.2, 7.5),
)


@pytest.fixture(scope="module")
def engine() -> callqa.Engine:
    return callqa.load_engine(model=None)


def bare(function: object) -> str:
    """Its signature without annotations."""
    signature = inspect.signature(function)  # type: ignore[arg-type]
    unnoted = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=unnoted, return_annotation=inspect.Signature.empty))


def loaded_after(code: str) -> set[str]:
    """The packages that a fresh Python has loaded after some code."""
    code += "\nimport sys; print(' '.join({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


def test_the_face_is_these_names():
    assert set(callqa.__all__) == {"__version__", *SIGNATURES, *NOUNS, *ERRORS}
    assert sorted(callqa.__all__) == callqa.__all__


@pytest.mark.parametrize("name", callqa.__all__)
def test_each_name_is_there_and_says_what_it_is(name: str):
    value = getattr(callqa, name)

    assert name == "__version__" or inspect.getdoc(value)
    assert name in dir(callqa)


@pytest.mark.parametrize(("name", "signature"), SIGNATURES.items())
def test_each_function_takes(name: str, signature: str):
    assert bare(getattr(callqa, name)) == signature


def test_an_engine_scores_a_path():
    assert bare(callqa.Engine.score) == "(self, path, *, call=None)"


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_each_error_is_one_that_a_program_can_catch(name: str):
    assert issubclass(getattr(callqa, name), callqa.CallqaError)


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="has no attribute 'no_such'"):
        _ = callqa.no_such  # type: ignore[attr-defined]


def test_type_checkers_see_the_same_names():
    source = (Path(callqa.__file__)).read_text(encoding="utf-8")
    typed = source.partition("if TYPE_CHECKING:")[2].partition("__version__")[0]

    assert [n for n in callqa.__all__ if n != "__version__" and n not in typed] == []
    assert (Path(callqa.__file__).parent / "py.typed").exists()


def test_importing_the_face_loads_nothing_else():
    assert loaded_after("import pipeline") & HEAVY == set()


def test_the_nouns_and_errors_need_no_model():
    code = "import pipeline; pipeline.CallResult, pipeline.RecordingError, pipeline.Settings"

    assert loaded_after(code) & (HEAVY - {"numpy"}) == set()


def test_the_help_loads_no_command():
    code = (
        "from click.testing import CliRunner\nfrom pipeline.commands.main import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0"
    )

    assert loaded_after(code) & (HEAVY - {"click"}) == set()


def test_turns_are_scored_by_the_rules_for_calls(engine: callqa.Engine):
    result = callqa.check_text(TURNS, engine=engine)

    assert [f.phrase for f in result.findings if f.kind == "forbidden"] == ["不归我管"]
    assert [(u.role, u.start_s, u.end_s) for u in result.utterances] == [
        ("agent", 0.0, 2.0),
        ("customer", 2.5, 6.0),
        ("agent", 6.2, 7.5),
    ]


def test_a_chat_is_not_searched_by_sound(engine: callqa.Engine):
    typed = [callqa.Turn("agent", "这个不规我管。")]
    chat = callqa.check_text(typed, medium="chat", engine=engine)
    heard = callqa.check_text(typed, engine=engine)

    sounds = [
        [f.verdict for f in one.findings if f.kind == "forbidden" and f.match == "pinyin"]
        for one in (chat, heard)
    ]
    assert sounds == [[], ["review"]]


def test_what_the_caller_knows_of_the_call_is_in_the_result(engine: callqa.Engine):
    call = callqa.CallMeta(call_id="c1", agent_id="8012", started_at="2026-11-02T09:30:00")

    assert callqa.check_text(TURNS, call=call, engine=engine).call == call
    assert callqa.check_text(TURNS, engine=engine).call == callqa.CallMeta()


def test_json_is_the_published_form_masked_and_can_be_read_again(engine: callqa.Engine):
    jsonschema = pytest.importorskip("jsonschema")
    result = callqa.check_text(TURNS, engine=engine)

    text = callqa.to_json(result)

    jsonschema.validate(json.loads(text), load_schema())
    assert "13800138000" not in text
    assert "13800138000" in callqa.to_json(result, masked=False)
    assert callqa.to_json(callqa.from_json(text)) == text
    assert "\n" not in text


def test_a_file_of_several_conversations_is_read_whole(tmp_path: Path, engine: callqa.Engine):
    chats = tmp_path / "chats.csv"
    chats.write_text("会话编号,角色,内容\na,客服,您好\nb,客服,不归我管\n", encoding="utf-8")

    results = callqa.check_texts(str(chats), engine=engine)

    assert [result.call.call_id for result in results] == ["a", "b"]
    with pytest.raises(callqa.UnreadableError, match="2 conversations; expected one; use check_te"):
        callqa.check_text(chats, engine=engine)


def test_turns_in_which_nobody_speaks_are_refused(engine: callqa.Engine):
    for turns in ([], [callqa.Turn("system", "会话已接入")], [callqa.Turn("agent", "  ")]):
        with pytest.raises(callqa.UnreadableError, match="nobody says anything"):
            callqa.check_text(turns, engine=engine)


def test_turns_some_of_which_have_a_time_are_refused(engine: callqa.Engine):
    turns = [callqa.Turn("agent", "您好。", 1.0), callqa.Turn("customer", "喂。")]

    with pytest.raises(callqa.UnreadableError, match="turn 2: no time, though other lines have"):
        callqa.check_text(turns, engine=engine)


def test_an_engine_without_a_model_says_so(engine: callqa.Engine):
    with pytest.raises(callqa.ModelError, match=r"load it with load_engine\(model='base'\)"):
        engine.score("call.wav")


@pytest.mark.long
def test_settings_are_defaults_a_path_or_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "callqa.toml"
    file.write_text("[limits]\nsilence_s = 4.0\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    given = callqa.load_settings(file)

    assert callqa.load_engine(None).settings == callqa.Settings()
    assert callqa.load_engine(None, settings=str(file)).settings == given
    assert callqa.load_engine(None, settings=given).settings is given


def test_an_engine_loads_the_rules_that_its_settings_name(tmp_path: Path):
    site = replace(callqa.Settings().site, lexicons=str(tmp_path))

    with pytest.raises(callqa.LexiconError, match="没有任何规则"):
        callqa.load_engine(None, settings=replace(callqa.Settings(), site=site))


def test_a_folder_that_is_no_lexicon_is_refused(tmp_path: Path):
    with pytest.raises(callqa.LexiconError):
        callqa.load_engine(model=None, lexicons=tmp_path)


def test_a_model_that_is_nowhere_is_refused():
    with pytest.raises(callqa.ModelError):
        callqa.load_engine(model="no-such-model")


def test_turns_may_have_times_in_whole_seconds():
    turns = [callqa.Turn("agent", "您好，请讲。", 0, 2), callqa.Turn("customer", "退款。", 3, 4)]
    said = callqa.check_text(turns).utterances

    assert [(one.start_s, one.end_s) for one in said] == [(0.0, 2.0), (3.0, 4.0)]
