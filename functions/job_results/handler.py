"""GET /jobs/{job_id}/results"""

from loyalty.doors import jobs_api

lambda_handler = jobs_api.serve("job_results", jobs_api.job_results)
