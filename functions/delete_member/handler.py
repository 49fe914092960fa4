"""POST /api/v1.1/loyalty/delete_member"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.altcraft.delete_member import DELETE_MEMBER

lambda_handler = serve(DELETE_MEMBER)
