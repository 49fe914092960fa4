"""The chunk queue"""

from loyalty.doors.queue_trigger import process_chunks

lambda_handler = process_chunks()
