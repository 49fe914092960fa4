"""POST /v3/oauth/token/generate"""

from loyalty.contracts.capillary_token import ISSUE_TOKEN
from loyalty.endpoint import serve

lambda_handler = serve(ISSUE_TOKEN)
