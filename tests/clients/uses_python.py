"""What a client that was generated from the document does with the local stack: run with its address by `make clients`.

It prints a line of JSON for each call. This file runs in the environment of the generator, where the client is.
"""

import json
import sys
from typing import Any

from loyalty_client import AuthenticatedClient, Client
from loyalty_client.api.altcraft import register_member_batch
from loyalty_client.api.capillary import direct_earn
from loyalty_client.api.jobs import list_jobs, show_job
from loyalty_client.api.sticky_street import customers_batch
from loyalty_client.models.customers_batch import CustomersBatch
from loyalty_client.models.direct_earn import DirectEarn
from loyalty_client.models.direct_earn_customers_item import DirectEarnCustomersItem
from loyalty_client.models.direct_earn_promotion_details import DirectEarnPromotionDetails
from loyalty_client.models.member_by_email import MemberByEmail
from loyalty_client.models.register_member_batch_by_email import RegisterMemberBatchByEmail

TOKEN, STORE = "abc123def456", "c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3"


def main(url: str) -> None:
    """Register, import, earn, and look at the job of the import."""
    client = Client(base_url=url)
    register(client)
    import_customers(client)
    earn(AuthenticatedClient(base_url=url, token=STORE, prefix="Basic"))
    jobs(AuthenticatedClient(base_url=url, token=TOKEN))


def register(client: Client) -> None:
    members = [MemberByEmail(email="user21@example.com"), MemberByEmail(email="nobody@example.com")]
    body = RegisterMemberBatchByEmail(token=TOKEN, loyalty_program_id=123, matching="email", data=members)
    tell(register_member_batch.sync_detailed(client=client, body=body))


def import_customers(client: Client) -> None:
    rows = CustomersBatch(
        user_id="john1970",
        user_api_key="1959caadac9b13dcb3",
        account_id="greatwidgets",
        type_="customers_batch",
        delimiter="pipe",
        campaigns_to_include="898989889",
        profiles_header_1="email",
        profiles_data="generated-python@example.com",
        output="JSON",
    )
    tell(customers_batch.sync_detailed(client=client, body=rows))


def earn(client: AuthenticatedClient) -> None:
    body = DirectEarn(
        type_="CUSTOMER",
        promotion_details=DirectEarnPromotionDetails(program_id=469, promotion_id=56799),
        identifier_name="email",
        customers=[DirectEarnCustomersItem(identifier_value="user23@example.com", source="INSTORE")],
    )
    tell(direct_earn.sync_detailed(client=client, body=body))


def jobs(client: AuthenticatedClient) -> None:
    listed = list_jobs.sync_detailed(client=client, limit=1)
    tell(listed)
    tell(show_job.sync_detailed(job_id=listed.parsed.jobs[0].job_id, client=client))


def tell(reply: Any) -> None:
    told = reply.parsed.to_dict() if reply.parsed else reply.content.decode()
    sys.stdout.write(
        json.dumps({"status": reply.status_code, "kind": type(reply.parsed).__name__, "reply": told}) + "\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])
