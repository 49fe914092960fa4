"""GET /v2/customers/lookup"""

from loyalty.doors.calls import serve_call
from loyalty.vendors.capillary.customer_lookup import CUSTOMER_LOOKUP

lambda_handler = serve_call(CUSTOMER_LOOKUP)
