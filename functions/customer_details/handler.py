"""GET /v2/customers/lookup/customerDetails"""

from loyalty.doors.calls import serve_call
from loyalty.vendors.capillary.customer_details import CUSTOMER_DETAILS

lambda_handler = serve_call(CUSTOMER_DETAILS)
