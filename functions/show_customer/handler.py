"""GET /customers/{profile_id}"""

from loyalty.doors.calls import serve_call
from loyalty.vendors.read_api import SHOW_CUSTOMER

lambda_handler = serve_call(SHOW_CUSTOMER)
