"""POST /v2/customers"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.capillary.customers import ADD_CUSTOMER

lambda_handler = serve(ADD_CUSTOMER)
