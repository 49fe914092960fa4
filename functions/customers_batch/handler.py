"""POST /api.php and POST / (GET is answered with what to do instead)."""

from loyalty.doors.endpoint import serve
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH

lambda_handler = serve(CUSTOMERS_BATCH)
