"""The vendors' HTTP contracts: bytes to items and outcomes to bytes, knowing neither AWS nor the store."""
