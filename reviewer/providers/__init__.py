"""The providers of models: one caller a wire format. Asks, and says what came of each request; stores nothing.

The only place that imports the SDKs, inside the functions that call, since importing both takes over a second.
"""
