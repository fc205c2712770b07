"""Floor 5: sign-offs. Trust, evidence and policy, judged by the order of evaluation that the docs describe."""
