"""Model files and their hashes: found, joined and checked; the folders that ship."""

from pipeline.weights.arrays import UNREADABLE, read_arrays
from pipeline.weights.find import BASE_BYTES, find_model, model_bytes
from pipeline.weights.join import ModelFolder, default_cache, folder_of
from pipeline.weights.manifest import load_manifest
from pipeline.weights.shipped import shipped_folder

__all__ = [
    "BASE_BYTES",
    "UNREADABLE",
    "ModelFolder",
    "default_cache",
    "find_model",
    "folder_of",
    "load_manifest",
    "model_bytes",
    "read_arrays",
    "shipped_folder",
]
