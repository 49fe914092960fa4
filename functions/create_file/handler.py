"""POST /files"""

from loyalty.doors import files_api

lambda_handler = files_api.serve()
