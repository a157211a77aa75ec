"""Reports written down: for people, and as JSON, SARIF, JUnit and GitHub annotations."""
