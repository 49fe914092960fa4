"""POST /api.php and POST / (GET is answered with what to do instead)."""

from loyalty.contracts.stickystreet import CUSTOMERS_BATCH
from loyalty.endpoint import serve

lambda_handler = serve(CUSTOMERS_BATCH)
