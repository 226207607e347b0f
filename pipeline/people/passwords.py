"""Passwords: their rules, and argon2 hashes of them (RFC 9106, its low-memory choice, argon2-cffi's
default)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from stdnum.cn import ric

from pipeline.errors import PeopleError
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 1024
"""Characters. NIST SP 800-63B asks for 8 and wants no rules of composition; ten is our choice. The
upper end keeps visitors from having megabytes hashed."""


LEAST_GUESSES = 10**6
"""Guesses after which zxcvbn expects a password to be found. Fewer are refused: the throttle lets
some hundred guesses through in a day (zxcvbn calls less "very guessable"; the limit is its own)."""

LONGEST_GUESSED = 72
"""Characters that are looked at for it; zxcvbn takes no more."""

LEAST_OWN = 4
"""Letters and signs that must be left without names and digits (our choice)."""

OFTEN = (
    "woaini", "aini", "1314", "520", "5201314", "mima", "zhongguo", "laopo", "laogong", "baobao", "kefu", "zhijian",
    "yuyin", "dianhua", "admin", "guanliyuan", "wang", "li", "zhang", "liu", "chen", "yang", "zhao", "huang", "zhou", "wu",
    "xu", "sun", "zhu", "ma", "hu", "guo", "lin", "he", "gao", "liang", "zheng", "luo", "song", "xie", "tang", "wei", "fang",
    "jing", "min", "jun", "lei", "yan", "ting", "ling", "na", "qiang", "xiaoming", "beijing", "shanghai", "guangzhou",
    "shenzhen", "nihao", "hello", "qwer", "asdf", "zxcv", "abc", "abcd", "aa", "qq",
)  # fmt: skip
"""Words of Chinese passwords that zxcvbn's English lists lack (our choice: pinyin of common names
and set phrases, numbers that are read as words)."""

PRODUCT = "callqa"
CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九十", "001234567890")
_PHONE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")


def hash_password(password: str, *, name: str, words: Sequence[str] = ()) -> str:
    """An argon2id hash. ``words``: further names that no password may rest on, such as the firm's.
    Raises ``PeopleError`` for a password that is too short, too long, a name with digits, or one of
    those that are tried first."""
    plain, hasher = _plain(password), _hasher()
    if not SHORTEST <= len(plain) <= LONGEST:
        raise PeopleError(f"密码应为 {SHORTEST} 至 {LONGEST} 个字符")
    if len(set(plain)) == 1:
        raise PeopleError("密码不能只由一个字符重复而成")
    folded = unicodedata.normalize("NFKC", plain).casefold().translate(CHINESE_DIGITS)
    given = (name, PRODUCT, *words)
    names = [unicodedata.normalize("NFKC", one).casefold() for one in given if one]
    if _rests_on(folded, [*names, *(one for one in OFTEN if len(one) >= LEAST_OWN)]):
        raise PeopleError("密码不能只是用户名、单位名称、姓名或常用词再加数字，请换一个")
    personal = _PHONE.fullmatch(folded) or ric.is_valid(folded)
    if personal or _guesses(folded, names) < LEAST_GUESSES:
        raise PeopleError("这个密码太常见，很容易被猜中，请换一个；几个不相干的词连起来最好记")
    return hasher.hash(plain)


def _rests_on(folded: str, names: Iterable[str]) -> bool:
    """Whether little but digits is left of a password without the names.

    >>> _rests_on("chen-45678", ["chen"]), _rests_on("chen reads books", ["chen"])
    (True, False)
    """
    left = folded
    for one in sorted((one for one in names if one in folded), key=len, reverse=True):
        left = left.replace(one, "")
    own = sum(char.isalpha() for char in left)
    return left != folded and own < LEAST_OWN


def _guesses(folded: str, names: Sequence[str]) -> float:
    zxcvbn = load_extra("zxcvbn", extra="review", use="a password")
    found = zxcvbn.zxcvbn(folded[:LONGEST_GUESSED], user_inputs=[*names, *OFTEN])
    return float(found["guesses"])


def is_password(password: str, hashed: str) -> bool:
    """Whether a password fits a hash. No password fits an empty hash; that check takes as long, so
    that nobody learns which accounts exist. Raises ``PeopleError`` for a text that is no hash."""
    if len(password) > LONGEST:
        return False
    wrong = load_extra("argon2.exceptions", extra="review", use="a password")
    try:
        return _hasher().verify(hashed or _nobody(), _plain(password)) and bool(hashed)
    except wrong.InvalidHashError as error:
        raise PeopleError(
            "数据库中的密码记录已损坏，请用 callqa user change 重新设置密码"
        ) from error
    except wrong.VerificationError:
        return False


def is_outdated(hashed: str) -> bool:
    """Whether a hash has other parameters than new hashes; the next log-in should renew it."""
    return _hasher().check_needs_rehash(hashed)


def renew_hash(password: str) -> str:
    """A hash of a password that is in use, by the parameters of now; the rules for new passwords do
    not apply."""
    return _hasher().hash(_plain(password))


def _plain(text: str) -> str:
    """One spelling of a text for all keyboards (NFC, as RFC 8265 has it)."""
    return unicodedata.normalize("NFC", text)


@cache
def _hasher() -> PasswordHasher:
    argon2 = load_extra("argon2", extra="review", use="a password")
    hasher: PasswordHasher = argon2.PasswordHasher()
    return hasher


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
