"""POST /api/v1.1/loyalty/register_member_batch"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.altcraft.register import REGISTER_MEMBER_BATCH

lambda_handler = serve(REGISTER_MEMBER_BATCH)
