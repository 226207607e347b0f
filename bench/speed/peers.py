"""One way of transcribing a list of recordings, in a process of its own, so that all are measured
alike.

python bench/speed/peers.py NAME MODEL_FOLDER THREADS RECORDING...

NAME: callqa, plain, channels, batched or whisperx. The first recording is transcribed once before
the clock starts. Prints one JSON object a recording (path, text, wall_s, cpu_s; callqa also audio_s and the
seconds of each stage) and then one with the process's peak memory in MB; callqa's has the
multiply-adds that the model did. Needs nothing of callqa but for ``callqa`` itself, so that
whisperX runs in an environment of its own."""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

Listener = Callable[[str], dict[str, Any]]
"""Takes the path of a recording; what it gives has at least ``text``."""

BATCH = 8
"""Windows that are decoded together, where a way of transcribing decodes several."""


def plain(model: str, threads: int) -> Listener:
    """faster-whisper as its page shows it: beam 5, speech detection, the channels mixed."""
    from faster_whisper import WhisperModel

    whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=threads)

    def listen(path: str) -> dict[str, Any]:
        segments, _ = whisper.transcribe(path, language="zh", beam_size=5, vad_filter=True)
        return {"text": "".join(segment.text for segment in segments)}

    return listen


def channels(model: str, threads: int) -> Listener:
    """faster-whisper as above, on each channel by itself, which is what callqa hears."""
    from faster_whisper import WhisperModel, decode_audio

    whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=threads)

    def listen(path: str) -> dict[str, Any]:
        import av

        with av.open(path) as container:
            stereo = container.streams.audio[0].channels == 2
        sides = decode_audio(path, split_stereo=True) if stereo else (decode_audio(path),)
        found = [
            segment
            for side in sides
            for segment in whisper.transcribe(side, language="zh", beam_size=5, vad_filter=True)[0]
        ]
        ordered = sorted(found, key=lambda segment: segment.start)
        return {"text": "".join(segment.text for segment in ordered)}

    return listen


def batched(model: str, threads: int) -> Listener:
    """faster-whisper's ``BatchedInferencePipeline`` with the same search."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=threads)
    pipeline = BatchedInferencePipeline(whisper)

    def listen(path: str) -> dict[str, Any]:
        segments, _ = pipeline.transcribe(
            path, language="zh", beam_size=5, vad_filter=True, batch_size=BATCH
        )
        return {"text": "".join(segment.text for segment in segments)}

    return listen


def whisperx(model: str, threads: int) -> Listener:
    """whisperX: windows of up to 30 s between pauses (pyannote's detector, which its package
    carries), decoded in batches with its own search (beam 5, no time marks). The alignment by a
    second model, which needs a download, is left out, and so is what it would take. Decoded by
    PyAV: whisperX itself starts ffmpeg."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from faster_whisper import decode_audio
    from whisperx import load_model

    torch.set_num_threads(threads)
    with redirect_stdout(io.StringIO()):  # it reports there what it loads
        pipeline = load_model(
            model, "cpu", compute_type="int8", language="zh", threads=threads, local_files_only=True
        )

    def listen(path: str) -> dict[str, Any]:
        found = pipeline.transcribe(decode_audio(path), batch_size=BATCH)
        return {"text": "".join(segment["text"] for segment in found["segments"])}

    return listen


def callqa(model: str, threads: int) -> Listener:
    """All of callqa: both channels heard apart, phrases, pace, tone and score beside the text."""
    from pipeline.call.checker import Checker
    from pipeline.call.recording import check_call
    from pipeline.lexicon import load_lexicon, load_scorecards
    from pipeline.settings import Settings
    from pipeline.transcribe import load_whisper
    from pipeline.transcribe.decoder import Decoding
    from pipeline.weights import find_model
    from pipeline.workers import keep_little

    keep_little()
    lexicon = load_lexicon()
    found = find_model("base" if Path(model).name == "base" else model)
    recogniser = load_whisper(
        found, inventions=lexicon.inventions, decoding=Decoding(threads=threads)
    )
    sheets = load_scorecards(rule_ids=[rule.id for rule in lexicon.rules])
    checker = Checker.of(recogniser, lexicon, sheets, Settings())

    def listen(path: str) -> dict[str, Any]:
        spent: Counter[str] = Counter()

        @contextmanager
        def timer(stage: str) -> Iterator[None]:
            begun = time.process_time()
            yield
            spent[stage] += time.process_time() - begun  # type: ignore[assignment]  # a counter of seconds

        result = check_call(Path(path), checker, timer=timer).result
        text = "".join(utterance.text for utterance in result.utterances)
        return {"text": text, "audio_s": result.recording.duration_s, "stages": dict(spent)}

    return listen


CONTENDERS: dict[str, Callable[[str, int], Listener]] = {
    "callqa": callqa,
    "plain": plain,
    "channels": channels,
    "batched": batched,
    "whisperx": whisperx,
}


def main() -> None:
    name, model, threads, *paths = sys.argv[1:]
    os.environ["OMP_NUM_THREADS"] = threads
    listen = CONTENDERS[name](model, int(threads))
    listen(paths[0])
    work: dict[str, float] = {}
    if name == "callqa":
        from bench.speed.limit import count_work

        work = count_work()
    for path in paths:
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        heard = listen(path)
        taken = {"wall_s": time.perf_counter() - wall_s, "cpu_s": time.process_time() - cpu_s}
        print(json.dumps({"path": path, **heard, **taken}, ensure_ascii=False), flush=True)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"peak_mb": peak_mb, "work": work}))


if __name__ == "__main__":
    main()
