"""GET /account"""

from loyalty.doors.calls import serve_call
from loyalty.vendors.account_api import SHOW_ACCOUNT

lambda_handler = serve_call(SHOW_ACCOUNT)
