"""Handlers: each binds a request and calls a page. No logic here."""
