"""GET /jobs"""

from loyalty.doors import jobs_api

lambda_handler = jobs_api.serve("list_jobs", jobs_api.list_jobs)
