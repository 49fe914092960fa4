"""GET /customers"""

from loyalty.doors.calls import serve_call
from loyalty.vendors.read_api import FIND_CUSTOMERS

lambda_handler = serve_call(FIND_CUSTOMERS)
