"""POST /api/v1.1/profiles/import"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.altcraft.profiles import PROFILES_IMPORT

lambda_handler = serve(PROFILES_IMPORT)
