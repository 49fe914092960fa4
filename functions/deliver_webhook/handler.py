"""The queue of ended jobs"""

from loyalty.doors.webhook_trigger import deliver_webhooks

lambda_handler = deliver_webhooks()
