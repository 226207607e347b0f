"""A password is known again, and what is too easy is refused."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from pipeline.errors import PeopleError
from pipeline.people.passwords import hash_password, is_outdated, is_password


def test_the_password_fits_its_hash_and_no_other_does():
    hashed = hash_password("正确 马 电池 订书钉", name="chen")

    assert hashed.startswith("$argon2id$")
    assert is_password("正确 马 电池 订书钉", hashed)
    assert not is_password("正确 马 电池 订书", hashed)


def test_two_hashes_of_one_password_differ():
    assert hash_password("long enough", name="a") != hash_password("long enough", name="a")


def test_a_letter_is_the_same_however_it_is_composed():
    assert is_password("caf\u00e9 au lait", hash_password("cafe\u0301 au lait", name="a"))


@pytest.mark.parametrize(
    "password",
    [
        "", "123456789", "x" * 1025, "chenchenchen", "CHENchenChen", "aaaaaaaaaaaa", "1234567890", "password123", "qwertyuiop",
        "callqa2026", "P@ssw0rd2026", "woaini1314", "5201314520", "1qaz2wsx3edc", "０９８７６５４３２１", "一二三四五六七八九十",
        "13912345678", "110101199003077715", "chen-45678", "甲乙公司客服2026", "Jiayi@2026", "zhangwei1990", "abc1" * 18,
    ],
)  # fmt: skip
def test_what_is_easily_guessed_is_refused(password: str):
    with pytest.raises(PeopleError, match="密码"):
        hash_password(password, name="chen", words=("甲乙公司客服", "jiayi"))


@pytest.mark.parametrize(
    "password",
    ["long enough", "chen 读书的周末 ok", "mapletree94!", "甲乙公司门口的梧桐树", "kq82nvmw0x"],
)
def test_ten_characters_are_enough_and_may_hold_a_name(password: str):
    assert is_password(password, hash_password(password, name="chen", words=("甲乙公司",)))


@pytest.mark.parametrize("password", ["", "nobody has this password", "x" * 100_000])
def test_no_password_fits_an_account_without_one(password: str):
    assert not is_password(password, "")


def test_a_damaged_hash_is_said():
    with pytest.raises(PeopleError, match="已损坏"):
        is_password("long enough", "plain text")


def test_a_weaker_hash_is_outdated():
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=1024).hash("x"))
    assert not is_outdated(hash_password("long enough", name="a"))
