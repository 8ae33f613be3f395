"""Disputed labels: what labels decide, the queue of disputes, one case, gold, and what disputes say of guidelines."""
