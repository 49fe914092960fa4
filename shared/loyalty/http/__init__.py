"""HTTP: requests as API Gateway hands them over, the forms of bodies, and replies."""
