"""Asking models, and telling what came of each request. Yields and never stores.

The only place that imports the SDKs, inside the functions that call, since importing both takes over a second.

    calls.py        what is asked and what comes back
    failures.py     why an answer did not come, and whether asking again may help
    gate.py         how many requests may be under way to one model
    run.py          the loop: lanes, tries, turns
    openai_*.py  anthropic_*.py  replay.py     one file a wire format
    batches.py      the same by the providers' batch services
    clients.py      the right caller for a configuration
    estimate.py     how many tokens, before anything is sent
"""
