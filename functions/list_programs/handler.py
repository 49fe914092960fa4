"""GET /programs"""

from loyalty.doors.calls import serve_call
from loyalty.vendors.read_api import LIST_PROGRAMS

lambda_handler = serve_call(LIST_PROGRAMS)
