"""Every test keeps to this machine: connections to anywhere else are refused."""

from pytest_socket import socket_allow_hosts


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
