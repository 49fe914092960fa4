"""POST /jobs/{job_id}/cancel"""

from loyalty.doors import jobs_api

lambda_handler = jobs_api.serve("cancel_job", jobs_api.cancel_job)
