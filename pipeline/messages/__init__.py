"""What the program says, in Chinese: one catalogue of its English texts, matched whole."""

from pipeline.messages.chinese import DOMAIN, FOLDER, in_chinese

__all__ = ["DOMAIN", "FOLDER", "in_chinese"]
