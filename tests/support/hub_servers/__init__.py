"""Hubs on 127.0.0.1 that speak enough of each protocol for the real clients to fetch from them."""
