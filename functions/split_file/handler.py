"""The split queue"""

from loyalty.doors.file_trigger import split_files

lambda_handler = split_files()
