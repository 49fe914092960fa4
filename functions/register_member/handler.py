"""POST /api/v1.1/loyalty/register_member"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.altcraft.register import REGISTER_MEMBER

lambda_handler = serve(REGISTER_MEMBER)
