"""The review pages and the API: people hear calls, decide, appeal, and read the ledger.

See docs/review.md and docs/api.md.
"""
