"""May this address be asked at all? Each one passes here, redirects' targets too, before any request."""

from __future__ import annotations

from urllib.parse import urlsplit

from kitae.engines.fetching.web.addresses import address_refusal, parsed
from kitae.engines.fetching.web.errand import Errand
from kitae.engines.fetching.web.host_rules import RuleBook
from kitae.engines.fetching.web.refusals import Refusal
from kitae.engines.fetching.web.urls import host_and_port


class Gate:
    """Scope, addresses, ports and the hosts' rules together."""

    def __init__(self, errand: Errand, rules: RuleBook) -> None:
        self._scope = errand.scope
        self._hosts = errand.hosts
        self._rules = rules

    def refusal(self, url: str, *, is_sitemap: bool = False) -> Refusal | None:
        """Why an address is not asked; None when it may be.

        Args:
            url: Its canonical spelling.
            is_sitemap: A sitemap that the recipe or another sitemap names: it lists pages of the scope,
                but may itself lie outside.
        """
        host, port = host_and_port(url)
        if parsed(host) is not None:
            why = address_refusal(host, is_named=self._hosts.is_private(host, port))
            if why:
                return Refusal("private_address", why)
        if not self._hosts.has_port(host, port):
            return Refusal("port", f"port {port} of {host} is not named in the recipe")
        if not is_sitemap and not self._scope.holds(url):
            return Refusal("out_of_scope", urlsplit(url).netloc)
        return self._rules.rules_for(url).refusal_of(url)
