"""GET /jobs/{job_id}"""

from loyalty.doors import jobs_api

lambda_handler = jobs_api.serve("show_job", jobs_api.show_job)
