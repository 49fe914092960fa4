"""The clients that `make bench-clients` measures do the same work."""

from loyalty.store.aws.access import Access, Credentials
from tests.bench.clients import insert, measured, read
from tests.bench.stub import Stub
from tools.local.ministack import REGION


def test_each_client_that_is_measured_reads_and_inserts_by_one_call() -> None:
    # GIVEN the clients of the table, and a server that counts their calls
    with Stub() as stub:
        clients = measured(Access(REGION, Credentials("test", "test"), stub.endpoint_url))
        for client in clients.values():
            # WHEN each reads and inserts
            read(client)
            insert(client)
            # THEN it was one call each
            assert stub.calls() == {"BatchGetItem": 1, "BatchExecuteStatement": 1}
            client.close()
    assert len(clients) == 5
