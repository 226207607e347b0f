from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipeline.errors import LexiconError, SettingsError
from pipeline.jobs.basis import load_basis
from pipeline.messages.chinese import in_chinese
from pipeline.settings import (
    RecogniserSettings,
    ScoringSettings,
    Settings,
    SiteSettings,
    load_settings,
    parse_settings,
)
from pipeline.types import EVERY_KIND


def a_live(server: str, lines: str) -> str:
    return f'[live]\nrecordings = "/srv/calls"\n[live.{server}]\n{lines}\n'


def a_server(url: str) -> str:
    return f'[recogniser]\nkind = "openai"\nmodel = "m"\nurl = "{url}"\n'


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    assert load_settings() == Settings()


def test_the_file_in_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "callqa.toml").write_text(
        '[roles]\nagent_channel = "right"\n[limits]\nsilence_s = 5\n'
    )
    monkeypatch.chdir(tmp_path)

    settings = load_settings()

    assert (settings.roles.agent_channel, settings.limits.silence_s) == ("right", 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rolls]\n", r"\[rolls\] is not a section"),
        ("[roles]\nchannel = 1\n", "channel: no such setting"),
        ('[roles]\nagent_channel = "middle"\n', "'middle'; expected auto, left or right"),
        ('[limits]\nsilence_s = "3"\n', "silence_s = '3'; expected a number"),
        ("[limits]\nsilence_s = -1\n", "silence_s must be above 0"),
        (
            "[limits]\nslow_chars_per_min = 400\n",
            r"\[limits\] slow_chars_per_min must not be above fast_chars_per_min",
        ),
        ("[ingest]\nsettle_s = -2\n", r"\[ingest\] settle_s must be 0 or more"),
        ("[limits]\nreply_s = 0\n", r"\[limits\] reply_s must be above 0"),
        ("[limits]\nannounced_wait_s = 0\n", r"\[limits\] announced_wait_s must be above 0"),
        ("[limits]\noverlap_chars = 2.5\n", "overlap_chars = 2.5; expected a whole number"),
        ('[ingest]\nname_pattern = "("\n', "name_pattern is not a regular expression"),
        ('[ingest]\nname_pattern = "(?P<agent>x)"\n', "the group 'agent'; expected call_id"),
        ('[conversation]\npart_suffix = "("\n', "part_suffix is not a regular expression"),
        ("[conversation]\ngap_s = -1\n", r"\[conversation\] gap_s must be 0 or more"),
        ("limits = 3\n", r"\[limits\] is 3; expected a table"),
        ("not toml", "cannot be read as TOML"),
        ("[review]\nappeal_days = 0\n", "appeal_days must be 1 or more"),
        ("[review]\nremind_days = -1\n", "remind_days must be 0 or more"),
        ("[review]\nleast_confirmed = 80\n", "least_confirmed must be a share from 0 to 1"),
        ("[review]\nport = 70000\n", "port must be from 1 to 65535"),
        ('[review]\nhost = ""\n', "host is empty"),
        ("[review]\nbehind_proxy = 1\n", "behind_proxy = 1; expected true or false"),
        (
            '[review]\nwebhooks = ["example.org"]\n',
            "'example.org'; expected an address with https://",
        ),
        ('[review]\nwebhooks = ["https://a.example"]\n', "webhooks needs webhook_secret_file"),
        ('[review]\noidc_issuer = "https://a.example"\n', "oidc_issuer needs oidc_client_id"),
        ('[recogniser]\nkind = "cloud"\n', "kind = 'cloud'; expected local, openai"),
        ('[recogniser]\ndevice = "gpu"\n', "device = 'gpu'; expected auto, cpu, cuda"),
        ("[recogniser]\nbatch_size = 0\n", "batch_size must be above 0"),
        ("[recogniser]\nat_once = 0\n", "at_once must be above 0"),
        ("[recogniser]\ntimeout_s = nan\n", "timeout_s must be above 0"),
        ("[recogniser]\nwait_s = -1\n", "wait_s must be 0 or more"),
        ('[recogniser]\nkind = "openai"\nurl = "http://h/v1"\n', "model is empty"),
        (a_server(""), "url = ''; expected an address such as http://127.0.0.1:8000/v1"),
        (a_server("10.0.0.5:8000"), "url = '10.0.0.5:8000'; expected an address"),
        (a_server("ftp://h/v1"), "url = 'ftp://h/v1'; expected an address"),
        (a_server("http:///v1"), "url = 'http:///v1'; expected an address"),
        (a_server("http://h:99999/v1"), "url = 'http://h:99999/v1': Port out of range"),
        (a_server("http://[::1/v1"), "Invalid IPv6 URL; expected an address"),
        (a_server("http://h/v1 x"), "expected an address"),
        (a_server("http://a:b@h/v1"), "has a name, a password, a query or a fragment in it"),
        (a_server("http://h/v1?key=a"), "has a name, a password, a query or a fragment in it"),
        (a_server("http://h/v1") + 'proxy = "h:3128"\n', "proxy = 'h:3128'; expected an address"),
        ("[promises]\nlink_days = 0\n", r"\[promises\] link_days must be above 0"),
        ('[promises]\nqueue_hours = ["报修"]\n', "'报修'; expected queue=hours such as 报修=48"),
        ('[promises]\nqueue_hours = ["报修=0"]\n', "'报修=0'; expected queue=hours"),
        ('[promises]\nday_ends = "25:00"\n', "'25:00'; expected a time such as 18:00"),
        ('[promises]\nholidays = ["2027-02-30"]\n', "'2027-02-30'; expected a day"),
        ('[scoring]\nreview_only = "a"\n', "review_only = 'a'; expected a list of texts"),
        ("[live]\ncalls = 0\n", "calls must be 1 or more"),
        ('[live.websocket]\nlisten = "127.0.0.1:9093"\n', "recordings is empty"),
        (
            a_live("audiosocket", 'listen = "9092"'),
            "listen = '9092'; expected an address with a port",
        ),
        (
            a_live("audiosocket", 'listen = "h:٣"'),
            "listen = 'h:٣'; expected an address with a port",
        ),
        (a_live("audiosocket", 'listen = "h:9092"\nallow = []'), "audiosocket.* allow is empty"),
        (a_live("audiosocket", 'allow = ["10.0.0.x"]'), "'10.0.0.x' is no network"),
        (
            a_live("audiosocket", "keep_s = -1"),
            "keep_s = -1; expected 0 for never, or 0.02 to 60",
        ),
        (a_live("audiosocket", "keep_s = nan"), "keep_s = nan; expected 0 for never"),
        (a_live("audiosocket", "keep_s = 0.001"), "keep_s = 0.001; expected 0 for never"),
        (a_live("siprec", 'listen = "h:5060"'), "siprec.* allow is empty"),
        (a_live("siprec", 'ports = "40000"'), "ports = '40000'; expected the first and the last"),
        (a_live("siprec", 'address = "sbc"'), "address = 'sbc'; expected an IP address"),
        (a_live("siprec", 'address = "0.0.0.0"'), "address = '0.0.0.0'; expected an IP address"),
        (a_live("siprec", 'agents = "("'), "agents = '\\(' is no regular expression"),
        (a_live("siprec", 'agent_is = "third"'), "agent_is = 'third'; expected first, second or"),
        (a_live("siprec", 'name_by = "call"'), "name_by = 'call'; expected session or sip"),
    ],
)
def test_a_wrong_setting_is_refused_with_file_and_key(tmp_path: Path, text: str, said: str):
    path = tmp_path / "callqa.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(SettingsError, match=said) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)


def test_a_file_that_notepad_saved_is_read(tmp_path: Path):
    path = tmp_path / "callqa.toml"
    path.write_text('[site]\nmodel = "small"\n', "utf-8-sig")

    assert load_settings(path).site.model == "small"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_file_in_another_encoding_is_refused_with_what_to_do(tmp_path: Path, encoding: str):
    path = tmp_path / "callqa.toml"
    path.write_text('[site]\nlexicons = "规则"\n', encoding)

    with pytest.raises(SettingsError, match=r"callqa\.toml: is not written in UTF-8; save it"):
        load_settings(path)


def test_a_line_of_agent_channels_that_cannot_be_read_is_refused_in_chinese(tmp_path: Path):
    path = tmp_path / "callqa.toml"
    path.write_text('[roles]\nagent_channels = ["x:y = left"]\n', "utf-8")

    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert in_chinese(str(caught.value)) == (
        f"{path}：[roles] agent_channels 里有 'x:y = left'；"
        "应为 'queue:队列名 = left'、'name:文件名样式 = right' 或 auto"
    )


@pytest.mark.parametrize(
    ("rule", "hint"), [("forbidden.shirks", "forbidden.shirk"), ("推诿", "编号见")]
)
def test_a_rule_left_to_people_that_there_is_not_is_refused(rule: str, hint: str):
    settings = Settings(scoring=ScoringSettings(review_only=("tone.raised", rule)))

    with pytest.raises(LexiconError, match=f"review_only：没有编号为“{rule}”的规则.*{hint}"):
        load_basis(settings)


def test_a_named_file_must_be_there(tmp_path: Path):
    with pytest.raises(SettingsError, match="no such settings file"):
        load_settings(tmp_path / "gone.toml")


def test_a_rule_that_is_left_to_people_changes_the_version_and_the_order_of_rules_does_not():
    one, other = Settings().leaving(["b", "a"]), Settings().leaving(["a"]).leaving(["b"])

    assert one.version == other.version != Settings().version


def test_what_words_depend_on_changes_the_version_and_where_a_server_stands_does_not():
    def version(**changes) -> str:
        return Settings(recogniser=RecogniserSettings(**changes)).version

    server = {"kind": "openai", "url": "http://a/v1", "model": "m"}
    assert version() == version(wait_s=5.0) == Settings().version
    assert version(**server) == version(**server | {"url": "http://b/v1", "at_once": 1})
    changed = [{"device": "cuda"}, {"compute_type": "float32"}, {"batch_size": 4}, server]
    changed += [server | one for one in ({"model": "n"}, {"language": "yue"}, {"revision": "2"})]
    assert len({version(), *(version(**one) for one in changed)}) == 1 + len(changed)


def test_what_moved_to_the_site_is_refused_with_the_lines_to_write(tmp_path: Path):
    path = tmp_path / "callqa.toml"
    path.write_text('[nightly]\nfolders = ["in"]\nmodel = "small"\nlexicons = "规则"\n', "utf-8")

    with pytest.raises(SettingsError) as caught:
        load_settings(path)

    said, lines = str(caught.value).split("\n", 1)
    assert said.startswith(f"{path}: [nightly] lexicons, model belongs under [site]")
    path.write_text(lines, "utf-8")
    assert load_settings(path).site == SiteSettings(lexicons="规则", model="small")


@pytest.mark.parametrize("page", ["settings.md", "nightly.md"])
def test_the_documented_settings_are_read(page: str):
    text = (Path(__file__).parents[1] / "docs" / page).read_text("utf-8")
    example = text.split("```toml\n", 1)[1].split("```", 1)[0]

    assert parse_settings(tomllib.loads(example), where=page).site.model == "base"


def test_a_kind_of_personal_data_is_shown_to_the_roles_that_the_settings_name():
    text = '[privacy]\nagent_names = true\n[privacy.shown]\nqa = ["name", "plate"]\n'
    privacy = parse_settings(tomllib.loads(text), where="x").privacy

    assert privacy.hidden_from("qa") == EVERY_KIND - {"name", "plate"}
    assert privacy.hidden_from("agent") == EVERY_KIND
    assert Settings().privacy.hidden_from("qa") == EVERY_KIND - {"agent_name"}
    with pytest.raises(SettingsError, match=r"x: \[privacy.shown\] qa has 'names'; expected kinds"):
        parse_settings({"privacy": {"shown": {"qa": ["names"]}}}, where="x")


@pytest.mark.parametrize(
    ("anchor", "said"),
    [
        ("https://witness.example.cn/heads", ""), ("http://127.0.0.1:9/x/", ""), ("/mnt/witness", ""),
        ("http://witness.example.cn/", "with https://"), ("ftp://witness.example.cn/", "anchors"),
        ("https://me:secret@witness.example.cn/", "a password"), ("https:///x", "anchors"),
        ("https://witness.example.cn/?key=1", "a query"),
    ],
)  # fmt: skip
def test_what_an_anchor_address_may_be(anchor: str, said: str):
    raw = {"ledger": {"anchors": [anchor]}}
    if not said:
        assert parse_settings(raw, where="x").ledger.anchors == (anchor,)
        return
    with pytest.raises(SettingsError, match=said) as caught:
        parse_settings(raw, where="x")
    assert "secret" not in str(caught.value)


def test_a_second_factor_is_due_for_roles_that_there_are():
    with pytest.raises(SettingsError, match="'boss'; expected agent, qa"):
        parse_settings({"review": {"second_factor_roles": ["boss"]}}, where="x")
