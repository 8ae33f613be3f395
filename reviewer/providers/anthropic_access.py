"""How Anthropic's Messages API is called."""

from __future__ import annotations

from reviewer.providers.anthropic_batch import AnthropicBatches
from reviewer.providers.anthropic_messages import AnthropicMessages
from reviewer.providers.provider_access import ProviderAccess

ANTHROPIC = ProviderAccess(open_caller=AnthropicMessages, open_service=AnthropicBatches)
