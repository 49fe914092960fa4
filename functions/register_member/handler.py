"""POST /api/v1.1/loyalty/register_member"""

from loyalty.contracts.altcraft import REGISTER_MEMBER
from loyalty.endpoint import serve

lambda_handler = serve(REGISTER_MEMBER)
