"""Foreign files, one format a module: an open file in, records out. Nothing here stores, prints or asks."""
