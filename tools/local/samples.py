"""`make samples`: a request of each kind to copy, for the stack of `make run`: at PORT, else the one that runs."""

import os
import sys

from tools.local import port
from tools.operator import places

_SAMPLES = """Register a member, JSON and XML:

  curl {url}/api/v1.1/loyalty/register_member -H 'Content-Type: application/json' -d \\
    '{{"token":"abc123def456","matching":"email","email":"user11@example.com","loyalty_program_id":123}}'

  curl {url}/api/v1.1/loyalty/register_member -H 'Content-Type: application/xml' -d \\
    '<xml><token>abc123def456</token><matching>email</matching><email>user13@example.com</email>
     <loyalty_program_id>123</loyalty_program_id></xml>'

Several at once, JSON and XML:

  curl {url}/api/v1.1/loyalty/register_member_batch -H 'Content-Type: application/json' -d \\
    '{{"token":"abc123def456","matching":"email","loyalty_program_id":123,
      "data":[{{"email":"user14@example.com"}},{{"email":"user2@example.com"}},{{"email":"nobody@example.com"}}]}}'

  curl {url}/api/v1.1/loyalty/register_member_batch -H 'Content-Type: application/xml' -d \\
    '<xml><token>abc123def456</token><matching>phone</matching><loyalty_program_id>123</loyalty_program_id>
     <data><item><phone>+12025550115</phone></item><item><phone>+12025550116</phone></item></data></xml>'

Import customers, issue a promotion:

  curl {url}/api.php -d user_id=john1970 -d user_api_key=1959caadac9b13dcb3 -d account_id=greatwidgets \\
    -d type=customers_batch -d delimiter=comma -d campaigns_to_include=898989889 -d profiles_header_1=email \\
    -d profiles_header_2=first_name --data-urlencode 'profiles_data=jane@example.com,Jane'

  curl {url}/v2/promotion/bulk/directEarn -u store.server:8a16a6b70505eb1f1ff7cdc0cd5559a7 \\
    -H 'Content-Type: application/json' -d '{{"type":"CUSTOMER","identifierName":"email",
      "promotionDetails":{{"programId":469,"promotionId":56799}},
      "customers":[{{"identifierValue":"user1@example.com","source":"INSTORE"}}]}}'

The account's jobs, such as that import:

  curl {url}/jobs -H 'Authorization: Bearer abc123def456'

A file of any size as one job, which is sent to the address that the first reply has (200: it is there):

  curl {url}/files -H 'Authorization: Bearer abc123def456' -H 'Content-Type: application/json' -d \\
    '{{"operation":"enrol","name":"members.csv","params":{{"program_id":123}}}}' | grep -o 'http[^"]*uploads[^"]*' |
    xargs curl -w '%{{http_code}}\\n' -X PUT -H 'If-None-Match: *' \\
      --data-binary "$(printf 'email\\nuser17@example.com')"

Cancel a job, here one that waits for its file:

  curl {url}/files -H 'Authorization: Bearer abc123def456' -H 'Content-Type: application/json' -d \\
    '{{"operation":"enrol","name":"members.csv","params":{{"program_id":123}}}}' |
    grep -o '[0-9a-f]\\{{32\\}}' | head -n 1 |
    xargs -I JOB curl -X POST {url}/jobs/JOB/cancel -H 'Authorization: Bearer abc123def456'

Have a webhook told that jobs ended, see it, have none:

  curl -X PUT {url}/webhook -H 'Authorization: Bearer abc123def456' -H 'Content-Type: application/json' -d \\
    '{{"url":"https://example.com/loyalty"}}'

  curl {url}/webhook -H 'Authorization: Bearer abc123def456'

  curl -i -X DELETE {url}/webhook -H 'Authorization: Bearer abc123def456'
"""


def main() -> int:
    """Print them; 1 with one line on stderr where nothing answers, PORT is none, or several stacks run."""
    try:
        url = f"http://{port.LOOPBACK}:{_port(os.environ.get('PORT', ''))}"
    except port.PortError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(_SAMPLES.format(url=url))
    return 0


def _port(named: str) -> int:
    """The port that is named, else that of the running stack, else the usual one; raises PortError."""
    running = [] if named else list(places.running())
    if len(running) > 1:
        ports = ", ".join(map(str, running))
        raise port.PortError(f"Local stacks run on the ports {ports}: make samples PORT={running[0]}")
    number = port.parse(named) if named else next(iter(running), port.USUAL)
    if not places.accepts_connections(f"http://{port.LOOPBACK}:{number}"):
        raise port.PortError(
            f"Nothing answers on port {number}: make run PORT={number}"
            if named or running
            else f"No local stack runs here, and nothing answers on port {number}: make run"
        )
    return number


if __name__ == "__main__":
    sys.exit(main())
