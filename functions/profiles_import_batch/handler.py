"""POST /api/v1.1/profiles/import_batch"""

from loyalty.doors.endpoint import serve
from loyalty.vendors.altcraft.profiles import PROFILES_IMPORT_BATCH

lambda_handler = serve(PROFILES_IMPORT_BATCH)
