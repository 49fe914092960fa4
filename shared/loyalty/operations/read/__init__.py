"""Read: what is known of customers, programs and promotions, for all that look it up."""
