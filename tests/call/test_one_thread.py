from __future__ import annotations

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
