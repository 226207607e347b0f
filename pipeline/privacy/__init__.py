"""Personal data in transcripts: find it, mask it in every text, and cover it by a tone in the
sound. See docs/privacy.md."""

from pipeline.privacy.beeping import beep, beep_channels
from pipeline.privacy.mask import mask_customer, mask_name, mask_result, mask_text
from pipeline.privacy.personal import Personal, find_personal

__all__ = [
    "Personal",
    "beep",
    "beep_channels",
    "find_personal",
    "mask_customer",
    "mask_name",
    "mask_result",
    "mask_text",
]
