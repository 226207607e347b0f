"""What the program says, in Chinese: one catalogue of its English texts, matched whole."""

from pipeline.messages.chinese import DOMAIN, FOLDER, in_chinese
from pipeline.messages.english import ENGLISH, in_english

__all__ = ["DOMAIN", "ENGLISH", "FOLDER", "in_chinese", "in_english"]
