"""The dead-letter queue of the chunk queue"""

from loyalty.doors.queue_trigger import bury_chunks

lambda_handler = bury_chunks()
