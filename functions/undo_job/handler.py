"""POST /jobs/{job_id}/undo"""

from loyalty.doors import jobs_api

lambda_handler = jobs_api.serve("undo_job", jobs_api.undo_job)
