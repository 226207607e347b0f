from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import Settings, load_settings


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    assert load_settings() == Settings()


def test_the_file_in_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "callqa.toml").write_text('[roles]\nagent_channel = "right"\n[limits]\nsilence_s = 5\n')
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
        ("[limits]\noverlap_chars = 2.5\n", "overlap_chars = 2.5; expected a whole number"),
        ('[ingest]\nname_pattern = "("\n', "name_pattern is not a regular expression"),
        ('[ingest]\nname_pattern = "(?P<agent>x)"\n', "the group 'agent'; expected call_id"),
        ("limits = 3\n", r"\[limits\] is 3; expected a table"),
        ("not toml", "cannot be read as TOML"),
    ],
)
def test_a_wrong_setting_is_refused_with_file_and_key(tmp_path: Path, text: str, said: str):
    path = tmp_path / "callqa.toml"
    path.write_text(text)

    with pytest.raises(SettingsError, match=said) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)


def test_a_named_file_must_be_there(tmp_path: Path):
    with pytest.raises(SettingsError, match="no such settings file"):
        load_settings(tmp_path / "gone.toml")
