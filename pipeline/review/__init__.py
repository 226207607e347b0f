"""The review pages: supervisors hear flagged calls, settle findings and appeals, in the browser.
See docs/review.md."""
