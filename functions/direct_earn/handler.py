"""POST /v2/promotion/bulk/directEarn"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN

lambda_handler = serve(DIRECT_EARN)
