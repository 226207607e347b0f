from __future__ import annotations

import subprocess
import sys

import pytest
from threadpoolctl import ThreadpoolController

from pipeline.call import in_one_thread


def blas_threads() -> set[int]:
    return {
        pool["num_threads"] for pool in ThreadpoolController().info() if pool["user_api"] == "blas"
    }


def test_numpy_has_one_thread_while_a_call_is_checked_and_its_own_afterwards():
    with ThreadpoolController().limit(limits=2, user_api="blas"):
        during = in_one_thread(blas_threads)()
        assert (during, blas_threads()) == ({1}, {2})


LOADED_LATER = """
from threadpoolctl import ThreadpoolController
from pipeline.call import in_one_thread
def blas():
    return [one for one in ThreadpoolController().info() if one["user_api"] == "blas"]
first = in_one_thread(blas)()
import scipy.linalg
with ThreadpoolController().limit(limits=2, user_api="blas"):
    later = in_one_thread(blas)()
assert len(later) > len(first)
print({one["num_threads"] for one in later})
"""


@pytest.mark.long
def test_a_library_that_was_loaded_after_the_first_call_has_one_thread_too():
    done = subprocess.run(
        [sys.executable, "-c", LOADED_LATER], capture_output=True, text=True, check=True
    )
    assert done.stdout == "{1}\n"
