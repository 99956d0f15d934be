"""Servers and worlds that tests of several areas share; each is started by the first test that asks for it."""

pytest_plugins = ["servers.azurite", "servers.postgresql", "servers.browser", "servers.demo"]
