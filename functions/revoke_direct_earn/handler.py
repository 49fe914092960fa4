"""POST /v2/promotion/bulk/revokeDirectEarn"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.capillary.revoke_direct_earn import REVOKE_DIRECT_EARN

lambda_handler = serve(REVOKE_DIRECT_EARN)
