"""Personal data in transcripts: found, masked in text, covered by a tone in sound.

See docs/privacy.md.
"""

from pipeline.privacy.beeping import beep, beep_channels, find_keyed, find_personal_sound
from pipeline.privacy.digits import MASK, plain_digits
from pipeline.privacy.mask import (
    mask_customer,
    mask_name,
    mask_result,
    mask_results,
    mask_text,
    mask_utterances,
    may_be_hidden,
)
from pipeline.privacy.personal import Personal, find_personal

__all__ = [
    "MASK",
    "Personal",
    "beep",
    "beep_channels",
    "find_keyed",
    "find_personal",
    "find_personal_sound",
    "mask_customer",
    "mask_name",
    "mask_result",
    "mask_results",
    "mask_text",
    "mask_utterances",
    "may_be_hidden",
    "plain_digits",
]
