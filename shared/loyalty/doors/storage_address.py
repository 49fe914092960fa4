"""Where clients send files to and fetch results from: for pages, which may call nobody else."""

import os
from collections.abc import Mapping

from loyalty import settings
from loyalty.store.aws.access import from_environment
from loyalty.store.aws.object_urls import bucket_url


def storage_address(environment: Mapping[str, str] = os.environ) -> str:
    """What all URLs begin with that are signed for a client, with a slash at its end; raises ConfigurationError."""
    return f"{bucket_url(from_environment(environment), settings.load(environment).files_bucket)}/"
