"""GET /v2/customers/lookup/promotionData"""

from loyalty.doors.calls import serve_call
from loyalty.vendors.capillary.promotion_data import PROMOTION_DATA

lambda_handler = serve_call(PROMOTION_DATA)
