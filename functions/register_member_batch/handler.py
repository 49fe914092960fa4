"""POST /api/v1.1/loyalty/register_member_batch"""

from loyalty.contracts.altcraft import REGISTER_MEMBER_BATCH
from loyalty.endpoint import serve

lambda_handler = serve(REGISTER_MEMBER_BATCH)
