"""DynamoDB: calls, batches and transactions, and what may go wrong with each."""
