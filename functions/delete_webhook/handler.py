"""DELETE /webhook"""

from loyalty.doors import jobs_api, webhook_api

lambda_handler = jobs_api.serve("delete_webhook", webhook_api.delete_webhook)
