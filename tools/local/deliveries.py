"""What the queues deliver to functions: paused while the stack starts and stops.

A message that meets a function which is not there yet, or no longer, counts as tried, and after three tries as failed.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from botocore.exceptions import EndpointConnectionError

from tools.local.deploy import client


@contextmanager
def delivering(endpoint_url: str) -> Iterator[None]:
    """Let the deployed queues deliver until the block ends; state that is kept then is kept paused."""
    _switch(endpoint_url, on=True)
    try:
        yield
    finally:
        with suppress(EndpointConnectionError):  # an emulator that died delivers nothing
            _switch(endpoint_url, on=False)


def _switch(endpoint_url: str, *, on: bool) -> None:
    functions = client("lambda", endpoint_url)
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)
