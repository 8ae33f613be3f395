"""A study: created, handed out item by item, rated, and the responses that it stands for."""
