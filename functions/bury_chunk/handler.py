"""The dead-letter queue of the chunk queue"""

from loyalty.queue_trigger import bury_chunks

lambda_handler = bury_chunks()
