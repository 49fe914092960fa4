"""POST /v2/promotion/bulk/directEarn"""

from loyalty.contracts.capillary import DIRECT_EARN
from loyalty.endpoint import serve

lambda_handler = serve(DIRECT_EARN)
