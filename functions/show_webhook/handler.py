"""GET /webhook"""

from loyalty.doors import jobs_api, webhook_api

lambda_handler = jobs_api.serve("show_webhook", webhook_api.show_webhook)
