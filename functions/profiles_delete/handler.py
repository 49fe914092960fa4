"""POST /api/v1.1/profiles/delete"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.altcraft.profiles_delete import PROFILES_DELETE

lambda_handler = serve(PROFILES_DELETE)
