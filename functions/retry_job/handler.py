"""POST /jobs/{job_id}/retry"""

from loyalty.doors import jobs_api

lambda_handler = jobs_api.serve("retry_job", jobs_api.retry_job)
