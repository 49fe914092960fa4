"""PUT /webhook"""

from loyalty.doors import jobs_api, webhook_api

lambda_handler = jobs_api.serve("set_webhook", webhook_api.set_webhook)
