"""POST /api/v1.1/profiles/update"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.altcraft.profiles import PROFILES_UPDATE

lambda_handler = serve(PROFILES_UPDATE)
