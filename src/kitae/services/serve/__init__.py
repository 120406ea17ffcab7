"""A tuned model as an OpenAI-compatible server on loopback, and as a conversation in the terminal.

Light to import: the web libraries load when a server starts.
"""

from kitae.services.serve.conversation import chat
from kitae.services.serve.limits import ServeLimits
from kitae.services.serve.server import ServeSettings, serve

__all__ = ["ServeLimits", "ServeSettings", "chat", "serve"]
