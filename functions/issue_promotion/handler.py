"""POST /v2/promotion/issue"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.capillary.issue_promotion import ISSUE_PROMOTION

lambda_handler = serve(ISSUE_PROMOTION)
