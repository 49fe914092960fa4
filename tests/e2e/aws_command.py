"""`aws SERVICE OPERATION --name value …`, as far as the pages use it on the local stack: the same names, by boto3."""

import sys
from collections.abc import Sequence

import boto3
from botocore import xform_name


def main(words: Sequence[str]) -> None:
    """Make the call; a parameter or operation that AWS does not know fails."""
    service, operation, *rest = words
    given = dict(zip(rest[::2], rest[1::2], strict=True))
    client = boto3.client(service, endpoint_url=given.pop("--endpoint-url"))  # its keys come from the environment
    method = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    names = {f"--{xform_name(name, '-')}": name for name in shape.members}
    getattr(client, method)(**{names[name]: value for name, value in given.items()})


if __name__ == "__main__":
    main(sys.argv[1:])
