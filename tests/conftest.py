"""Servers and worlds that tests of several areas share; each is started by the first test that asks for it."""

import gc

pytest_plugins = ["servers.azurite", "servers.postgresql", "servers.browser", "servers.demo"]

# Looking through all that the tests have loaded, again and again, took a tenth of their time.
gc.set_threshold(50_000, 20, 50)
