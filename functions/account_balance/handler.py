"""POST /api/v1.1/loyalty/account/balance"""

from loyalty.doors.calls import serve_call
from loyalty.vendors.altcraft.account_balance import ACCOUNT_BALANCE

lambda_handler = serve_call(ACCOUNT_BALANCE)
