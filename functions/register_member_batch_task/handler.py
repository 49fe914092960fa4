"""POST /api/v1.1/loyalty/register_member_batch_task"""

from loyalty.doors.tasks import serve_task
from loyalty.vendors.altcraft.task import REGISTER_MEMBER_BATCH_TASK

lambda_handler = serve_task(REGISTER_MEMBER_BATCH_TASK)
