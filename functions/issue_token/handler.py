"""POST /v3/oauth/token/generate"""

from loyalty.doors.token_api import serve

lambda_handler = serve()
